"""How values go together among the training patients, to see a combination that does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from predictor.cohort import Design
from predictor.disclosure import FEWEST

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_STEP = 0.1
_LARGEST = 0.9
_LEAST_EIGENVALUE = 0.05
_MOST_COLUMNS = 100
_SHRINKAGES = 20  # tried above the estimated one
_BEYOND = 3.0  # standard deviations of the squared distance of normal values


@dataclass(frozen=True, repr=False)
class Combinations:
    r"""Correlations of the columns of the matrix, shrunk and rounded, and the distance they give.

    The squared distance of a patient of standardised values :math:`z` is :math:`z^T R^{-1} z`
    (Mahalanobis). Of normal values it is :math:`p` on average, with a standard deviation of
    :math:`\sqrt{2 p}`; who is three of those beyond has a combination that is unlike the others.

    Parameters
    ----------
    correlation
        (p, p) positive definite, 1 on the diagonal.
    """

    correlation: Floats

    @classmethod
    def of(cls, design: Design) -> Self | None:
        """From the training patients; None where nothing can be told of how values go together.

        Shrunk towards none as Schaefer and Strimmer (2005, doi 10.2202/1544-6115.1175) say, and by
        p / n at least. Rounded to tenths; of two 0/1 columns so coarsely that no count of patients
        who have both is told to fewer than five.
        """
        (n, p), sd = design.X.shape, _deviation(design.X)
        if not 2 <= p <= min(_MOST_COLUMNS, n - 1):
            return None
        z = standardised(design.X, _mean(design.X), sd)
        apart = ~np.eye(p, dtype=bool)
        raw = z.T @ z / n
        noise = ((z**2).T @ z**2 / n - raw**2)[apart].sum() / (n - 1)
        there = (raw[apart] ** 2).sum()
        shrinkage = max(p / n, noise / there if there > 0 else 1.0)
        steps = _steps(design.X, sd)
        for tried in np.linspace(min(shrinkage, 1.0), 1.0, _SHRINKAGES + 1):
            rounded = _rounded((1 - tried) * raw, steps)
            if np.linalg.eigvalsh(rounded).min() >= _LEAST_EIGENVALUE:
                return cls(rounded) if rounded[apart].any() else None
        return None

    @property
    def limit(self) -> float:
        """Squared distance beyond which a combination is unlike those of the training patients."""
        p = len(self.correlation)
        return float(p + _BEYOND * np.sqrt(2 * p))

    @property
    def weights(self) -> Floats:
        """(p, p) of products of standardised values in the squared distance."""
        inverse = np.linalg.inv(self.correlation)
        symmetric: Floats = np.asarray((inverse + inverse.T) / 2, dtype=np.float64)
        return symmetric

    def far(self, X: Floats, mean: Floats, standard_deviation: Floats) -> Mask:
        """(n,) patients `X` (n, p) beyond the limit; a missing value counts as the mean."""
        z = standardised(X, mean, standard_deviation)
        beyond: Mask = np.einsum("ni,ni->n", z @ self.weights, z) > self.limit
        return beyond


def standardised(X: Floats, mean: Floats, standard_deviation: Floats) -> Floats:
    """Distance from the mean in standard deviations; 0 where any of them is unknown or nothing."""
    known = (standard_deviation > 0) & ~np.isnan(mean)
    z = (X - np.where(known, mean, 0.0)) / np.where(known, standard_deviation, 1.0)
    found: Floats = np.where(known & ~np.isnan(X), z, 0.0)
    return found


def _mean(X: Floats) -> Floats:
    known = ~np.isnan(X)
    found: Floats = np.where(known, X, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return found


def _deviation(X: Floats) -> Floats:
    known = ~np.isnan(X)
    away = np.where(known, X - _mean(X), 0.0)
    found: Floats = (away**2).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.sqrt(found)


def _rounded(correlation: Floats, steps: Floats) -> Floats:
    found = np.where(steps <= 1, np.rint(correlation / steps) * steps, 0.0).round(6)
    rounded: Floats = np.clip(found, -_LARGEST, _LARGEST) + 0.0  # no -0
    np.fill_diagonal(rounded, 1.0)
    return rounded


def _steps(X: Floats, sd: Floats) -> Floats:
    """(p, p) what correlations are rounded to; beyond 1 where nothing is told."""
    steps = np.full((X.shape[1],) * 2, _STEP)
    two = [bool(np.isin(column[~np.isnan(column)], (0.0, 1.0)).all()) for column in X.T]
    for i, j in np.argwhere(np.outer(two, two)):
        of_five = FEWEST / max(len(X) * sd[i] * sd[j], 1e-9)
        steps[i, j] = next((step for step in (0.1, 0.2, 0.5, 1.0) if step >= of_five), 2.0)
    return steps
