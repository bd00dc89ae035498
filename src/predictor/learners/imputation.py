"""What a missing value is taken as, learned from each sample without the outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.learners.shared_design import location_and_scale
from predictor.scorers.imputation import Imputation

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WAYS = ("mean", "regression", "multiple")
WAYS_IN_WORDS = "mean, regression or multiple"

PRIOR = 3.0  # see `learn_imputation`
_CONSTANT = 1e-12  # a variance below this share of the mean square is rounding
_GUARD = 1e-12  # keeps columns that others explain from making a matrix singular
_AT_ONCE = 2**21  # numbers of the samples worked on together


def learn_imputation(
    X: Floats, weights: Floats, *, regression: bool, prior: float = PRIOR
) -> Imputation:
    """Learn from every sample of `weights` (B, n), counts, of the patients `X` (n, p).

    There is an equation for every column, also for those without gaps: a new patient may have
    some. It is fitted to those who have a value. Two kinds of columns are left out of it:
    those that are always missing in the sample when column j is, and, if both are 0 or 1, those
    that are never both 1. So the levels of a category are imputed as their expected shares,
    from other covariates alone.

    Parameters
    ----------
    regression
        Whether other columns are used; else missing values are taken as the mean.
    prior
        Ridge: `prior` times the number of columns used, on the squared coefficients between
        standardised columns, for a sum of squared residuals. 3 is what one would believe
        beforehand of columns that together explain a quarter of the variance; 0 is least
        squares.
    """
    B, p = len(weights), X.shape[1]
    shift, scale = location_and_scale(X)
    known = ~np.isnan(X)
    filled = np.where(known, (X - shift) / scale, 0.0)
    mean = weights @ filled / np.maximum(weights @ known, 1.0)
    centre = shift + scale * mean
    if not regression:
        return Imputation(centre, centre)
    value, slope = np.empty((B, p)), np.empty((B, p, p))
    alike: dict[bytes, list[int]] = {}  # columns that the same patients have
    for j in range(p):
        alike.setdefault(known[:, j].tobytes(), []).append(j)
    size = max(1, _AT_ONCE // max(filled.size, p * p))
    for start in range(0, B, size):
        part = slice(start, start + size)
        usable = usable_columns(X, filled, known, weights[part], mean[part])
        deviation = np.where(known, filled - mean[part, None], 0.0)
        for columns in alike.values():
            # who has no value of a column says nothing about it
            sums = Sums.of(deviation, weights[part] * known[:, columns[0]])
            for j in columns:
                value[part, j], slope[part, j] = sums.equation(j, usable[:, j], prior)
    return Imputation(centre, centre + scale * value, slope * scale[:, None] / scale)


def usable_columns(X: Floats, filled: Floats, known: Bools, weights: Floats, mean: Floats) -> Bools:
    """Which columns k may say something about column j, (B, p, p)."""
    absent = (~known).astype(np.float64)
    square = weights @ filled**2
    varies = square - (weights @ known) * mean**2 > _CONSTANT * square
    together = _counts(weights, absent)
    alone = np.einsum("bjj->bj", together)
    usable: Bools = (together < alone[:, :, None]) | (alone[:, :, None] == 0)
    one = X == 1.0
    binary = weights @ (known & ~one & (X != 0.0)) == 0
    if binary.any():
        never_both = _counts(weights, one.astype(np.float64)) == 0
        usable &= ~(never_both & binary[:, :, None] & binary[:, None, :])
    usable &= varies[:, None, :]
    usable &= ~np.eye(X.shape[1], dtype=np.bool_)
    return usable


def _counts(weights: Floats, indicator: Floats) -> Floats:
    """How often two columns of an indicator (n, p) are both 1 in each sample, (B, p, p)."""
    return np.asarray((weights[:, :, None] * indicator).swapaxes(1, 2) @ indicator)


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over the patients who have some columns, in each of B samples.

    Attributes
    ----------
    total
        (B, 1) patients.
    average
        (B, p) of the columns, as deviations from their mean.
    gram
        (B, p, p) cross products about the average.
    varies
        (B, p) columns that are not constant among them.
    """

    total: Floats
    average: Floats
    gram: Floats
    varies: Bools

    @classmethod
    def of(cls, deviation: Floats, weights: Floats) -> Sums:
        """Sums of deviations (n, p) or (B, n, p) in the samples of `weights` (B, n)."""
        total = np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
        weighted = deviation * weights[:, :, None]
        average = weighted.sum(axis=1) / total
        gram = weighted.swapaxes(1, 2) @ deviation
        square = np.einsum("bjj->bj", gram).copy()
        gram -= total[:, :, None] * average[:, :, None] * average[:, None, :]
        varies = np.einsum("bjj->bj", gram) > _CONSTANT * square
        return cls(total, average, gram, varies)

    def equation(self, column: int, usable: Bools, prior: float) -> tuple[Floats, Floats]:
        """Constant (B,) and slopes (B, p) of a column on those that are usable (B, p)."""
        usable = usable & self.varies
        cross = np.where(usable, self.gram[:, column], 0.0)
        matrix = np.where(usable[:, :, None] & usable[:, None, :], self.gram, 0.0)
        at = np.arange(matrix.shape[1])
        ridge = 1.0 + _GUARD + prior * usable.sum(axis=1, keepdims=True) / self.total
        matrix[:, at, at] = np.where(usable, matrix[:, at, at] * ridge, 1.0)
        slope = np.linalg.solve(matrix, cross[:, :, None])[:, :, 0]
        return self.average[:, column] - np.einsum("bj,bj->b", slope, self.average), slope
