"""Learners that maximise the likelihood of many replicates at once."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.learners.learner import Learner
from predictor.learners.likelihood import Likelihood
from predictor.learners.scorers import LinearScorers, Scorers
from predictor.learners.shared_design import SharedDesign

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_CHUNK = 2**17  # numbers in the information matrices that are worked on together


@dataclass(frozen=True, eq=False)
class Fitted:
    """Models of B replicates on the scale of the design.

    Attributes
    ----------
    coefficient
        (B, 1 + p), the intercept first.
    converged
        (B,).
    penalty
        (B,) on half the sum of squares of the coefficients of standardised columns.
    """

    coefficient: Floats
    converged: Bools
    penalty: Floats


class LikelihoodLearner(Learner):
    """A learner that finds the coefficients of a `Likelihood`; subclasses say how.

    Replicates are fitted in chunks, so that memory does not grow with their number.

    Attributes
    ----------
    penalty_ : (B,) float array
        The penalty of each replicate; 0 for none, NaN for failed replicates.
    """

    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> tuple[Scorers, Floats]:
        design = SharedDesign.of(X, y)
        B, p = len(weights), X.shape[1]
        coefficient = np.full((B, 1 + p), np.nan)
        mean = np.full((B, p), np.nan)
        self.penalty_ = np.full(B, np.nan)
        events = weights @ y
        usable = np.flatnonzero((events > 0) & (events < weights.sum(axis=1)))
        size = self._chunk_size(len(X), 1 + p)
        for start in range(0, len(usable), size):
            chunk = usable[start : start + size]
            likelihood = Likelihood.of(design, weights[chunk])
            fitted = self._fit_chunk(likelihood)
            done = chunk[fitted.converged]
            coefficient[done] = fitted.coefficient[fitted.converged]
            mean[done] = likelihood.mean[fitted.converged]
            self.penalty_[done] = fitted.penalty[fitted.converged]
        # From the scale of the design to that of the columns.
        slope = coefficient[:, 1:] / design.scale
        centre = design.shift + design.scale * mean
        scorers = LinearScorers(coefficient[:, 0] - slope @ design.shift, slope, centre, centre)
        return scorers, scorers.probability(X)

    def _chunk_size(self, patients: int, columns: int) -> int:
        """How many replicates are fitted together, if the design has so many patients."""
        del patients
        return max(8, _CHUNK // columns**2)

    @abstractmethod
    def _fit_chunk(self, likelihood: Likelihood) -> Fitted:
        """Fit all replicates of the likelihood."""
