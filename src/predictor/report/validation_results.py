"""What was found of a model in new patients, as results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import numpy.typing as npt

from predictor import results, statistics
from predictor.measures import Measure
from predictor.report.measured_results import noted
from predictor.report.plain_numbers import known_row, plain_row
from predictor.results import (
    GainOverTreatAll,
    IntervalEstimate,
    MeasuredGap,
    NeededForValidation,
    ValidatedMeasure,
)
from predictor.saved.model import Document
from predictor.validation.net_benefit import DecisionCurve
from predictor.validation.new_curves import GainOverAll
from predictor.validation.new_patients import Measured

Floats = npt.NDArray[np.float64]

# what an interval should be no wider than (Riley 2021)
_WIDTHS = {
    "observed_expected": 0.2,
    "calibration_slope": 0.2,
    "auroc": 0.1,
    "net_benefit": 0.2,
}


def measured(found: Mapping[str, Measured], trained: Document) -> dict[str, ValidatedMeasure]:
    """Measures in the new patients beside what the training expected.

    Parameters
    ----------
    found
        By name.
    trained
        ``metrics`` of the saved model, which anybody may have written.
    """
    return {
        name: ValidatedMeasure(
            **dict(noted(each)),
            expected=expected(trained, name),
        )
        for name, each in found.items()
    }


def expected(trained: Document, name: str) -> IntervalEstimate | None:
    """What the training of a model expected of a measure; None where it does not say."""
    said = trained.get(name)
    if not isinstance(said, Mapping):
        return None
    ends = {key: _number(said.get(key)) for key in ("estimate", "low", "high")}
    return None if ends["estimate"] is None else IntervalEstimate(**ends)


def gaps(other: str, found: Mapping[str, Measured]) -> tuple[MeasuredGap, ...]:
    """Paired differences to another model."""
    return tuple(
        MeasuredGap(
            other=other,
            measure=name,
            **dict(noted(each)),
            within_noise=not (each.low > 0 or each.high < 0),
        )
        for name, each in found.items()
    )


def gain(found: GainOverAll) -> GainOverTreatAll:
    """What a model adds to treating everybody."""
    return GainOverTreatAll(
        threshold=known_row(found.threshold),
        difference=plain_row(found.difference),
        low=plain_row(found.low),
        high=plain_row(found.high),
    )


def treat_all(curve: DecisionCurve) -> results.TreatAll:
    """The curve of treating everybody."""
    return results.TreatAll(
        threshold=known_row(curve.threshold),
        treat_all=known_row(curve.net_benefit),
        low=plain_row(curve.low),
        high=plain_row(curve.high),
    )


def needed_patients(
    probability: Floats, logit: Floats, measures: Sequence[Measure]
) -> tuple[NeededForValidation, ...]:
    """Patients that intervals of Riley's widths need, of a right model in patients like these.

    Parameters
    ----------
    probability, logit
        (n,) of the model.
    measures
        That were measured.
    """
    prevalence, n = float(probability.mean()), len(probability)
    concordance = statistics.model_based_concordance(probability)
    found = []
    for measure in measures:
        width = _WIDTHS.get(measure.stem)
        if width is None:
            continue
        needed: int | None
        if measure.stem == "observed_expected":
            needed = statistics.patients_for_observed_expected(prevalence, width)
        elif measure.stem == "calibration_slope":
            needed = statistics.patients_for_slope(logit, width)
        elif measure.stem == "auroc":
            needed = (
                statistics.patients_for_auroc(concordance, prevalence, width)
                if isfinite(concordance)
                else None
            )
        else:
            needed = statistics.patients_for_net_benefit(
                probability, measure.threshold or 0.0, width
            )
        called = measure.called
        if measure.stem == "net_benefit":
            called = f"Standardised n{called[1:]}"
        found.append(
            NeededForValidation(
                measure=measure.name,
                called=called,
                width=width,
                needed=needed,
                reached=needed is not None and n >= needed,
            )
        )
    return tuple(found)


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    return None
