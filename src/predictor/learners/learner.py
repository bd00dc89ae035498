"""The estimator around a learner: what scikit-learn expects, and fitting many replicates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_X_y, validate_data

from predictor.errors import StudyError
from predictor.learners.levels import Grades
from predictor.scorers import Scorers

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Fits:
    """What a learner made of B samples.

    Attributes
    ----------
    scorers
        The B fitted models; possibly none where they were not asked for.
    probability
        (B, n) of all patients; NaN in the row of a failed replicate.
    chosen
        What was tuned inside the replicates, (B,) each, by name.
    why_none
        What to say should no replicate of a study have a model; None if there is nothing to say.
    apart
        (B, K) what the log-odds of the event become those of each threshold by, if thresholds
        were given to a learner of graded outcomes: a larger number for a less strict one. NaN where
        a sample has nobody above, or nobody below.
    """

    scorers: Scorers
    probability: Floats
    chosen: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    why_none: str | None = None
    apart: Floats | None = None

    @property
    def failed(self) -> NDArray[np.bool_]:
        """(B,) replicates that could not be fitted."""
        return np.asarray(np.isnan(self.probability).any(axis=1))

    def __len__(self) -> int:
        return len(self.probability)


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
    stands : bool
        Whether it is a finished model, of which nothing is learned: every sample has the same.
    batch : int
        How many replicates are best fitted in one call: many where they share their work, few where
        each is a fit of its own and other threads could do some.
    scorers_ : Scorers
        The model that `fit` made, a stack of one.
    failed_ : (1,) bool array
        Whether it could not be fitted; its probabilities are NaN then.
    """

    quick: ClassVar[bool]
    tuned: ClassVar[bool] = False
    learns_from_covariates: ClassVar[bool] = True
    stands: ClassVar[bool] = False
    batch: ClassVar[int] = 8

    def number_of_parameters(self, columns: int) -> int:
        """How many parameters a design with so many columns has.

        Those that patients are required for: without the intercept, 0 if nothing is learned from
        covariates.
        """
        return columns if self.learns_from_covariates else 0

    def rows_of_call(self, patients: int, columns: int) -> int:
        """How many replicates of such a design are best fitted in one call: mostly `batch`."""
        del patients, columns
        return self.batch

    def together(self, patients: int, columns: int) -> int:
        """How many replicates of one call share their work: with fewer, each takes longer."""
        return self.rows_of_call(patients, columns)

    @property
    def needs_graded(self) -> bool:
        """Whether it learns from a graded outcome too, and so has to be given one."""
        return False

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        graded: ArrayLike | None = None,
    ) -> Self:
        """Fit on one sample: `X` (n, p), NaN for missing; `y` (n,) 0 or 1; counts (n,).

        `graded` is that of `fit_replicates`.

        Raises
        ------
        StudyError
            When there is no model, and the learner knows why.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        counts = np.ones(len(np.asarray(y))) if sample_weight is None else np.asarray(sample_weight)
        fits = self.fit_replicates(X, y, counts[None, :], graded)
        if fits.why_none is not None and fits.failed.all():
            raise StudyError(fits.why_none)
        self.classes_ = np.array([0.0, 1.0])
        self.scorers_, self.failed_ = fits.scorers, fits.failed
        for name, values in fits.chosen.items():
            setattr(self, f"{name}_", values)
        return self

    def fit_replicates(
        self,
        X: ArrayLike,
        y: ArrayLike,
        weights: ArrayLike,
        graded: ArrayLike | None = None,
        *,
        thresholds: ArrayLike | None = None,
        models: bool = True,
    ) -> Fits:
        """Fit on every row of `weights` (B, n), counts; the learner itself stays as it was.

        Everything that is learned is learned from the weighted patients of a replicate alone. A
        replicate that fails has NaN in its row of probabilities.

        Parameters
        ----------
        X
            (n, p), NaN for missing.
        y
            (n,) 0 or 1.
        weights
            (B, n).
        graded
            (n,) how much of the event each patient shows, NaN for unknown. It orders patients of
            the same label; read only by learners that need it.
        thresholds
            (K, n) labels, NaN for unknown, of other outcomes that are thresholds of the patients in
            that order. The same model tells their probabilities; read by the same learners.
        models
            Whether the models are wanted, and not their probabilities alone.

        Raises
        ------
        ValueError
            When `y` is not 0 and 1, a value of `X` or `graded` is infinite, or a weight is not a
            count (a whole number, not negative).
        StudyError
            When a learner that needs a graded outcome has none.
        """
        X, y = check_X_y(X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if np.any((y != 0) & (y != 1)):
            raise ValueError("expected outcomes of 0 and 1")
        weights = np.asarray(weights, dtype=np.float64)
        if weights.ndim != 2 or weights.shape[1] != len(y):
            raise ValueError(f"expected weights of shape (B, {len(y)}), got {weights.shape}")
        if np.any(weights != np.rint(weights)) or np.any(weights < 0):
            raise ValueError("weights are counts: expected whole numbers of at least 0")
        if not self.needs_graded:
            fit = self._fit_weighted if models else self._fit_for_probability
            return fit(X, y, weights)
        if graded is None:
            raise StudyError(f"{type(self).__name__} needs the graded outcome it learns from")
        values = np.asarray(graded, dtype=np.float64)
        if values.shape != y.shape or np.isinf(values).any():
            raise ValueError(f"expected {len(y)} graded outcomes, finite or NaN")
        others = np.zeros((0, len(y))) if thresholds is None else np.asarray(thresholds, float)
        if others.shape[1:] != y.shape:
            raise ValueError(f"expected thresholds of shape (K, {len(y)}), got {others.shape}")
        return self._fit_graded(X, y, weights, Grades(values, others))

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
    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        """Fit on every row of `weights` (B, n); leaves nothing on the learner."""

    def _fit_for_probability(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        """Fit likewise where nobody wants the models; some learners need less time for that."""
        return self._fit_weighted(X, y, weights)

    def _fit_graded(self, X: Floats, y: Floats, weights: Floats, graded: Grades | None) -> Fits:
        """Fit likewise with a graded outcome; who does not learn from it takes no notice."""
        del graded
        return self._fit_weighted(X, y, weights)
