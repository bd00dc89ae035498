"""Patients like those of a table, as many as are wanted, none of whom exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from predictor.cohort.design_matrix import Covariate, Design, Matrix

_LEAST = 1e-6  # eigenvalue


@dataclass(frozen=True, repr=False)
class Imitation:
    """What is needed to draw patients: each covariate's distribution, and how they go together.

    A Gaussian copula. Normal scores of the known values (of a category: of its levels in their
    order) are correlated in pairs; a drawn normal vector of this correlation gives each patient's
    ranks, and the quantiles of each covariate make values of them. Numbers lie between those that
    were seen. Gaps come at random, as often as in each covariate. It holds values of patients: it
    is kept nowhere and shown to nobody.

    Attributes
    ----------
    covariates
        Their places in the design matrix.
    sorted
        Known values of each covariate (numbers of levels, of a category), in order.
    missing
        (c,) share of patients without a value.
    root
        (c, c) of the correlation of normal scores, ``root @ root.T``.
    """

    covariates: tuple[Covariate, ...]
    sorted: tuple[Matrix, ...]
    missing: Matrix
    root: Matrix

    @classmethod
    def of(cls, design: Design) -> Imitation:
        """Of the patients of a table; every covariate is known of some of them."""
        values = [_values(covariate, design.X) for covariate in design.covariates]
        scores = np.array([_normal_scores(each) for each in values])
        return cls(
            covariates=design.covariates,
            sorted=tuple(np.sort(each[~np.isnan(each)]) for each in values),
            missing=np.array([np.isnan(each).mean() for each in values]),
            root=_root(_correlation(scores)),
        )

    def draw(self, patients: int, rng: np.random.Generator) -> Matrix:
        """Complete covariates, (n, p), in the columns of the design matrix."""
        ranks = ndtr(rng.standard_normal((patients, len(self.covariates))) @ self.root.T)
        blocks = [
            _columns(covariate, known, rank)
            for covariate, known, rank in zip(self.covariates, self.sorted, ranks.T, strict=True)
        ]
        return np.hstack(blocks)

    def with_gaps(self, X: Matrix, rng: np.random.Generator) -> Matrix:
        """The same patients, some of whose covariates nobody knows."""
        X = X.copy()
        gone = rng.random((len(X), len(self.covariates))) < self.missing
        for covariate, lost in zip(self.covariates, gone.T, strict=True):
            X[lost, covariate.start : covariate.stop] = np.nan
        return X


def _values(covariate: Covariate, X: Matrix) -> Matrix:
    block = X[:, covariate.start : covariate.stop]
    if covariate.kind != "category":
        return block[:, 0]
    return np.asarray(block @ np.arange(1.0, block.shape[1] + 1))


def _columns(covariate: Covariate, known: Matrix, ranks: Matrix) -> Matrix:
    if covariate.kind == "number":
        places = (np.arange(len(known)) + 0.5) / len(known)
        return np.interp(ranks, places, known)[:, None]
    drawn = known[np.minimum((ranks * len(known)).astype(np.int64), len(known) - 1)]
    if covariate.kind == "flag":
        return drawn[:, None]
    levels = np.arange(1, len(covariate.levels))
    return np.asarray(drawn[:, None] == levels, dtype=np.float64)


def _normal_scores(values: Matrix) -> Matrix:
    known = ~np.isnan(values)
    scores = np.full(len(values), np.nan)
    scores[known] = ndtri(rankdata(values[known]) / (known.sum() + 1))
    return scores


def _correlation(scores: Matrix) -> Matrix:
    """Of every pair, over the patients of whom both are known; 0 where one does not vary."""
    known = ~np.isnan(scores)
    filled = np.where(known, scores, 0.0)
    both = known.astype(np.float64) @ known.T
    first = filled @ known.T  # sum of the one over patients who have both
    squares = filled**2 @ known.T
    n = np.maximum(both, 1)
    covariance = filled @ filled.T - first * first.T / n
    spread = np.sqrt(np.maximum((squares - first**2 / n) * (squares - first**2 / n).T, 0))
    found = np.where(spread > 0, covariance / np.where(spread > 0, spread, 1), 0.0)
    np.fill_diagonal(found, 1.0)
    return np.clip(found, -1, 1)


def _root(correlation: Matrix) -> Matrix:
    """Of the nearest correlation that patients can have; pairs alone need not give one."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, _LEAST))
    lengths: npt.NDArray[np.float64] = np.sqrt((root**2).sum(axis=1, keepdims=True))
    return np.asarray(root / lengths)
