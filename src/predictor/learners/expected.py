"""Logistic regression on one number: the sum of what was expected of each covariate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.errors import StudyError
from predictor.learners.directed import DirectedLikelihood
from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted, LikelihoodLearner
from predictor.learners.prior import Prior
from predictor.learners.tuning import Tuning, tune

Floats = NDArray[np.float64]


class Expected(LikelihoodLearner):
    r"""An index of expected directions, with one penalised coefficient.

    The index of a patient is :math:`\sum_j d_j x_j / s_j` with :math:`d_j` 1 where more of column j
    is expected to go with more of the event, -1 where with less, and :math:`s_j` its standard
    deviation in the sample: every column has the same weight, and the data decide only how much the
    index as a whole is worth. It is `Ridge` with coefficients confined to that direction: the same
    penalty, chosen in the same way inside every replicate. The coefficient is free to be negative:
    patients who contradict what was expected are heard.

    Parameters
    ----------
    directions
        1 or -1 by column of X; columns that are not named have no part. None: 1 for all columns.
    penalties, largest, smallest, caution
        As those of `Ridge`.
    impute
        What a missing value is taken as: ``mean``, that of the sample, or ``regression``, what the
        patient's other columns say.

    Attributes
    ----------
    scorers_ : LinearScorers or AdditiveScorers
        The B fitted models; the latter if imputed by regression.
    failed_ : (B,) bool array
        Replicates with one outcome only, or whose deviance did not settle.
    penalty_ : (B,) float array
        The penalty used; NaN for failed replicates.

    References
    ----------
    Unit weights: Dawes 1979, Am Psychol 34:571, doi 10.1037/0003-066X.34.7.571. R: with ``z`` the
    index, ``glmnet`` or ``optim`` on ``y ~ z`` with the penalty on its coefficient.

    Examples
    --------
    >>> X, y = np.arange(8.0)[:, None], np.array([0, 0, 1, 0, 1, 0, 1, 1])
    >>> bool(Expected(directions={0: -1}).fit(X, y).scorers_.coefficient[0, 0] > 0)
    True
    """

    tuned: ClassVar[bool] = True

    def __init__(
        self,
        *,
        directions: Mapping[int, int] | None = None,
        penalties: int = 25,
        largest: float = 100.0,
        smallest: float = 1.0,
        caution: float = 1.5,
        impute: str = "mean",
    ) -> None:
        self.directions = directions
        self.penalties = penalties
        self.largest = largest
        self.smallest = smallest
        self.caution = caution
        self.impute = impute

    def number_of_parameters(self, columns: int) -> int:
        """One, whatever the number of columns."""
        return min(columns, 1)

    def _signs(self, columns: int) -> Floats:
        """(p,) of the columns."""
        if self.directions is None:
            return np.ones(columns)
        signs = np.zeros(columns)
        for column, sign in self.directions.items():
            if column not in range(columns):
                raise StudyError(f"directions: X has no column {column!r}")
            if sign not in (1, -1):
                raise StudyError(f"directions: expected 1 or -1, got {sign!r}")
            signs[column] = sign
        return signs

    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        del prior  # of single columns, which have no coefficient of their own here
        varies = likelihood.variance > 0
        signs = self._signs(likelihood.mean.shape[1])
        direction = signs / np.sqrt(np.where(varies, likelihood.variance, 1.0)) * varies
        directed = DirectedLikelihood.along(likelihood, direction)
        tuning = Tuning(self.penalties, self.largest, self.smallest, self.caution)
        tuned = tune(directed, Prior(np.ones(1), np.zeros(1)), tuning)
        return Fitted(directed.of_design(tuned.coefficient), tuned.converged, tuned.penalty)
