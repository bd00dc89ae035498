"""Values that so few patients have that a number of the model would be about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort.design_matrix import Covariate, Design
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
    found = (_of(covariate, _codes(covariate, matrix.X)) for covariate in matrix.covariates)
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
        codes = _codes(covariate, X)
        if covariate.kind == "number":
            into = float(each.into)
            rows = ~np.isnan(codes) & (codes != into)
            X[rows, covariate.start] = into
        else:
            names = _names(covariate)
            rows = np.isin(codes, [names.index(value) for value in each.values])
            X[rows, covariate.start : covariate.stop] = _coded(covariate, names.index(each.into))
        changed[each.covariate] = rows
    return Design(X, matrix.covariates), changed


def _of(covariate: Covariate, codes: Values) -> Pooled | None:
    values, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    if len(values) < 2:
        return None
    most = int(counts.argmax())
    if covariate.kind == "number":
        few = small(int(counts.sum() - counts[most]))
        return Pooled(covariate.name, (), repr(float(values[most]))) if few else None
    names = _names(covariate)
    rare = [
        names[int(value)]
        for place, (value, count) in enumerate(zip(values, counts.tolist(), strict=True))
        if small(count) and place != most
    ]
    return Pooled(covariate.name, tuple(rare), names[int(values[most])]) if rare else None


def _names(covariate: Covariate) -> tuple[str, ...]:
    return covariate.levels if covariate.kind == "category" else _FLAG


def _codes(covariate: Covariate, X: Values) -> Values:
    """(n,) position of the level, 0 or 1 of a flag, or the number; nan for missing."""
    block = X[:, covariate.start : covariate.stop]
    if covariate.kind == "category":
        codes: Values = block @ np.arange(1.0, block.shape[1] + 1)
        return codes
    return block[:, 0]


def _coded(covariate: Covariate, code: int) -> Values:
    """The columns of a level."""
    if covariate.kind == "flag":
        return np.array([float(code)])
    return np.asarray(np.arange(1, len(covariate.levels)) == code, dtype=np.float64)
