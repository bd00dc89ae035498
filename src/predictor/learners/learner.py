"""The estimator around a learner: what scikit-learn expects, and fitting many replicates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import validate_data

from predictor.scorers import Scorers

Floats = NDArray[np.float64]


class Learner(ClassifierMixin, BaseEstimator, ABC):
    """A learner that fits many replicates at once; subclasses say how, and what they can do.

    Nobody asks which learner it is: what matters of it stands here.

    Attributes
    ----------
    quick : bool
        Whether thousands of fits to a small cohort take about a second. Such a learner is trained
        again on shuffled outcomes and under other definitions of the outcome. There is no default:
        a learner that forgot to say so would be judged more mildly.
    tuned : bool
        Whether a penalty or a size is chosen inside every replicate.
    learns_from_covariates : bool
        Whether patients can get different probabilities.
    scorers_ : Scorers
        The B fitted models.
    failed_ : (B,) bool array
        Replicates that could not be fitted; their probabilities are NaN.
    """

    quick: ClassVar[bool]
    tuned: ClassVar[bool] = False
    learns_from_covariates: ClassVar[bool] = True

    def number_of_parameters(self, columns: int) -> int:
        """How many parameters a design with so many columns has.

        Those that patients are required for: without the intercept, 0 if nothing is learned from
        covariates.
        """
        return columns if self.learns_from_covariates else 0

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit on one sample: `X` (n, p), NaN for missing; `y` (n,) 0 or 1; counts (n,)."""
        counts = np.ones(len(np.asarray(y))) if sample_weight is None else np.asarray(sample_weight)
        self.fit_replicates(X, y, counts[None, :])
        return self

    def fit_replicates(self, X: ArrayLike, y: ArrayLike, weights: ArrayLike) -> Floats:
        """Fit on every row of `weights` (B, n), counts, and return the probabilities (B, n).

        Everything that is learned is learned from the weighted patients of a replicate alone. A
        replicate that fails has NaN in its row.

        Raises
        ------
        ValueError
            When `y` is not 0 and 1, a value of `X` is infinite, or a weight is not a count (a
            whole number, not negative).
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if np.any((y != 0) & (y != 1)):
            raise ValueError("expected outcomes of 0 and 1")
        weights = np.asarray(weights, dtype=np.float64)
        if weights.ndim != 2 or weights.shape[1] != len(y):
            raise ValueError(f"expected weights of shape (B, {len(y)}), got {weights.shape}")
        if np.any(weights != np.rint(weights)) or np.any(weights < 0):
            raise ValueError("weights are counts: expected whole numbers of at least 0")
        self.classes_ = np.array([0.0, 1.0])
        self.scorers_, probability = self._fit_weighted(X, y, weights)
        self.failed_ = np.isnan(probability).any(axis=1)
        return probability

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities (n, 2) of no event and event, by the (first) fitted model."""
        event = self.scorers_[:1].probability(np.asarray(X, dtype=np.float64))[0]
        return np.column_stack([1 - event, event])

    def predict(self, X: ArrayLike) -> Floats:
        """Outcomes (n,): 1 where the probability is at least one half, NaN if the fit failed."""
        event = self.predict_proba(X)[:, 1]
        outcome: Floats = np.where(np.isnan(event), np.nan, event >= 0.5)
        return outcome

    @abstractmethod
    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> tuple[Scorers, Floats]:
        """Fit on every row of `weights` (B, n): the models and their probabilities (B, n) for `X`.

        NaN where a replicate fails.
        """
