"""The comparator every other learner has to beat: the observed share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.learners.learner import Fits, Learner
from predictor.scorers import LinearScorers

Floats = NDArray[np.float64]


class Prevalence(Learner):
    """The same probability for everybody: the (weighted) share of events in the sample.

    Attributes
    ----------
    scorers_ : LinearScorers
        B models with all coefficients 0.
    failed_ : (B,) bool array
        Replicates with one outcome only, as for every other learner.

    References
    ----------
    R: ``glm(y ~ 1, family = binomial)``.

    Examples
    --------
    >>> Prevalence().fit(np.zeros((4, 1)), np.array([0, 1, 1, 1])).predict_proba(np.zeros((1, 1)))
    array([[0.25, 0.75]])
    """

    quick: ClassVar[bool] = True
    batch: ClassVar[int] = 2048
    learns_from_covariates: ClassVar[bool] = False

    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        total = weights.sum(axis=1)
        share = weights @ y / np.maximum(total, 1.0)
        one_outcome = (share == 0) | (share == 1)
        scorers = LinearScorers.constant(
            np.where(one_outcome, np.nan, logit(np.where(one_outcome, 0.5, share))), X.shape[1]
        )
        return Fits(scorers, scorers.probability(X))
