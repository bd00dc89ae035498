"""For how many units of a number its effect is told: one year of age says little, 14 say more."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.disclosure import quantiles_told
from predictor.report.cohort_results import column_named
from predictor.study import Study

IQR = "interquartile range"

_COUNTED = re.compile(r"(point|year|month|week|day|hour|minute|degree|attack|tablet)s\b")
_DIGITS = 2


@dataclass(frozen=True)
class Step:
    """So many units of a number.

    Attributes
    ----------
    units
        How many.
    unit
        What of; None where the dictionary does not say.
    why
        What so many are; empty for a number that was declared, or is merely round.
    """

    units: float
    unit: str | None = None
    why: str = ""

    @property
    def in_words(self) -> str:
        """``14 years (interquartile range)``, ``point``, ``10 units``."""
        unit = self.unit or ("unit" if self.units == 1 else "units")
        why = f" ({self.why})" if self.why else ""
        if self.units != 1:
            return f"{self.units:g} {unit}{why}"
        bare = not why and (self.unit is None or _COUNTED.match(unit))
        one = _COUNTED.sub(r"\1", unit)
        return one if bare else f"1 {one}{why}"


def step_of(study: Study, covariate: str, values: npt.NDArray[np.float64]) -> Step:
    """What the effect of a number is told for.

    That of the dictionary (`per`); else the interquartile range of the training patients, to two
    digits, where quartiles may be told and differ; else a round number not above the standard
    deviation.

    Parameters
    ----------
    values
        Of the training patients (n,), with gaps.
    """
    column = column_named(study, covariate)
    unit = None if column is None else column.unit
    if column is not None and column.per is not None:
        return Step(column.per, unit)
    known = values[~np.isnan(values)]
    if quantiles_told(len(known)):
        low, high = np.quantile(known, [0.25, 0.75])
        width = float(f"{high - low:.{_DIGITS}g}")
        if width > 0:
            return Step(width, unit, IQR)
    return Step(_round(float(np.nanstd(known)) if len(known) else 0.0), unit)


def _round(deviation: float) -> float:
    """A round number not above the standard deviation: 10 years rather than one, for age."""
    if 0.1 <= deviation < 10 or not deviation > 0:
        return 1.0
    return float(10 ** np.floor(np.log10(deviation)))
