"""Values that so few patients have that a number of the model would be about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort.design_matrix import Covariate, Design
from predictor.cohort.tallies import Tallies, Tally, codes, tallied
from predictor.disclosure import small

Values = npt.NDArray[np.float64]

_FLAG = ("no", "yes")


@dataclass(frozen=True)
class Pooled:
    """Values of a covariate that are taken as the most frequent one.

    A level that one training patient has would get a coefficient which tells that patient's
    outcome. So would a flag, and a number that is the same for all but him.

    Attributes
    ----------
    covariate
        Its name.
    values
        Levels of a category, ``no`` or ``yes`` of a flag; empty for a number: all but one.
    into
        What they are taken as; a number as text.
    """

    covariate: str
    values: tuple[str, ...]
    into: str

    def __str__(self) -> str:
        what = " or ".join(self.values) or f"not {self.into}"
        return f"{self.covariate} {what} (as {self.into})"


def few_holders(matrix: Design) -> tuple[Pooled, ...]:
    """Find the values that 1 to 4 of the patients of a design have; the outcome is not looked at.

    A level that nobody has is none of them: nothing was learned of it. Of numbers, only those
    count that are the same for all patients but 1 to 4.
    """
    return few_of_tallies(matrix.covariates, tallied(matrix))


def few_of_tallies(covariates: Sequence[Covariate], counted: Tallies) -> tuple[Pooled, ...]:
    """The same, of patients who were counted."""
    found = (_of(*each) for each in zip(covariates, counted, strict=True))
    return tuple(pooled for pooled in found if pooled is not None)


def pool(
    matrix: Design, pooled: Sequence[Pooled]
) -> tuple[Design, dict[str, npt.NDArray[np.bool_]]]:
    """Take these values as what they are taken as.

    Returns
    -------
    Design
        With the same columns.
    dict
        By covariate, the patients (n,) in whom a value was changed.
    """
    X, changed = matrix.X.copy(), {}
    by_name = {covariate.name: covariate for covariate in matrix.covariates}
    for each in pooled:
        covariate = by_name[each.covariate]
        values = codes(covariate, X)
        if covariate.kind == "number":
            into = float(each.into)
            rows = ~np.isnan(values) & (values != into)
            X[rows, covariate.start] = into
        else:
            names = _names(covariate)
            rows = np.isin(values, [names.index(value) for value in each.values])
            X[rows, covariate.start : covariate.stop] = _coded(covariate, names.index(each.into))
        changed[each.covariate] = rows
    return Design(X, matrix.covariates), changed


def _of(covariate: Covariate, tally: Tally) -> Pooled | None:
    if tally.values is None or len(tally.values) < 2:
        return None
    most = max(tally.values, key=tally.values.__getitem__)
    if covariate.kind == "number":
        few = small(tally.known - tally.values[most])
        return Pooled(covariate.name, (), repr(most)) if few else None
    names = _names(covariate)
    rare = [
        names[int(value)] for value, count in tally.values.items() if small(count) and value != most
    ]
    return Pooled(covariate.name, tuple(rare), names[int(most)]) if rare else None


def _names(covariate: Covariate) -> tuple[str, ...]:
    return covariate.levels if covariate.kind == "category" else _FLAG


def _coded(covariate: Covariate, code: int) -> Values:
    """The columns of a level."""
    if covariate.kind == "flag":
        return np.array([float(code)])
    return np.asarray(np.arange(1, len(covariate.levels)) == code, dtype=np.float64)
