"""Logistic regression with a quadratic penalty, tuned inside every replicate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted, LikelihoodLearner
from predictor.learners.newton import invert, maximise, newton_step
from predictor.learners.prior import Prior

Floats = NDArray[np.float64]

_TOLERANCE = 1e-13
_KEPT_TERMS = 2**24  # replicates x patients; what is kept of each for leaving it out is 400 MB


class Ridge(LikelihoodLearner):
    r"""Logistic regression with an L2 penalty on standardised columns.

    Maximises :math:`\ell(\alpha, \beta) - \tfrac12 \lambda \sum_j s_j^2 \beta_j^2` with
    :math:`s_j` the standard deviation (divisor n) of column j in the sample; the intercept is free.
    In each replicate :math:`\lambda` is chosen from a geometric sequence, as the one with the
    smallest approximate leave-one-patient-out log loss (all copies of a patient leave together),
    and multiplied by `caution`: the leave-one-out loss is noisy, too small a penalty costs far more
    log loss than one too large by the same factor, and five folds, which train on fewer patients,
    choose larger ones too. A column that is constant in the sample has the coefficient 0. The terms
    of a spline are penalised as columns are.

    Parameters
    ----------
    penalties
        How many penalties to choose from.
    largest
        The largest, as a multiple of the sample size: hardly more than the prevalence is left.
    smallest
        The smallest: the prior it amounts to has a standard deviation of
        :math:`1 / \sqrt{\text{smallest}}` logits per standard deviation of a column.
    caution
        What the chosen penalty is multiplied by.
    impute
        What a missing value is taken as: ``mean``, that of the sample, or ``regression``, what the
        patient's other columns say.
    splines
        Number of knots, 3 to 7, of restricted cubic splines by column of X.
    weak
        Columns of X whose coefficients are penalised four times as much as the others, as though
        the standard deviation of their prior were half as large.

    Attributes
    ----------
    scorers_ : LinearScorers or AdditiveScorers
        The B fitted models; the latter if imputed by regression or with splines.
    failed_ : (B,) bool array
        Replicates with one outcome only, or whose deviance did not settle.
    penalty_ : (B,) float array
        The :math:`\lambda` used; NaN for failed replicates.

    References
    ----------
    le Cessie, van Houwelingen 1992, doi 10.2307/2347628. Approximate leave-one-out: Rad, Maleki
    2020, doi 10.1111/rssb.12374. R: ``glmnet::cv.glmnet(x, y, family = "binomial", alpha = 0)``,
    whose lambda is ours divided by n, and which tunes by folds of rows.

    Examples
    --------
    >>> X, y = np.arange(8.0)[:, None], np.array([0, 0, 1, 0, 1, 0, 1, 1])
    >>> ridge = Ridge().fit(X, y)
    >>> bool(ridge.scorers_.coefficient[0, 0] > 0)
    True
    """

    tuned: ClassVar[bool] = True

    def __init__(
        self,
        *,
        penalties: int = 25,
        largest: float = 100.0,
        smallest: float = 1.0,
        caution: float = 1.5,
        impute: str = "mean",
        splines: Mapping[int, int] | None = None,
        weak: Collection[int] | None = None,
    ) -> None:
        self.penalties = penalties
        self.largest = largest
        self.smallest = smallest
        self.caution = caution
        self.impute = impute
        self.splines = splines
        self.weak = weak

    def _chunk_size(self, patients: int, columns: int) -> int:
        return min(super()._chunk_size(patients, columns), max(1, _KEPT_TERMS // patients))

    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        B, p = likelihood.mean.shape
        dropped = np.zeros((B, 1 + p), dtype=np.bool_)
        dropped[:, 1:] = likelihood.variance == 0
        scale = np.hstack([np.zeros((B, 1)), prior.precision * likelihood.variance])
        sequence = np.geomspace(self.largest * likelihood.total, self.smallest, self.penalties)
        loss, path = _leave_one_out_path(likelihood, sequence, scale, dropped)
        best = loss.argmin(axis=0)
        penalty = self.caution * sequence[best, np.arange(B)]
        coefficient, converged = maximise(
            likelihood,
            path[best, np.arange(B)],
            dropped=dropped,
            penalty=penalty[:, None] * scale,
            tolerance=_TOLERANCE,
        )
        return Fitted(coefficient, converged, penalty)


def _leave_one_out_path(
    likelihood: Likelihood, sequence: Floats, scale: Floats, dropped: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Approximate leave-one-patient-out log loss and coefficients along the penalties.

    Parameters
    ----------
    likelihood
        Of B replicates.
    sequence
        (L, B) penalties, from large to small.
    scale
        (B, q) what a penalty is multiplied by for each squared coefficient.
    dropped
        (B, q) coefficients that are 0.

    Returns
    -------
    loss
        (L, B).
    path
        (L, B, q).
    """
    coefficient = np.zeros(scale.shape)
    coefficient[:, 0] = logit(likelihood.events / likelihood.total)
    loss = np.zeros(sequence.shape)
    path = np.zeros((*sequence.shape, scale.shape[1]))
    at = np.arange(scale.shape[1])
    for k, value in enumerate(sequence):
        # Where a parabola through the last three optima leads, one Newton step arrives at the next
        # to about 1e-4 in the loss. One step for everybody also makes a replicate independent of
        # those it is fitted with.
        if k >= 3:
            coefficient = 3 * path[k - 1] - 3 * path[k - 2] + path[k - 3]
        penalty = value[:, None] * scale
        result = likelihood.evaluate(coefficient, keep_terms=True)
        result.information[:, at, at] += penalty
        inverse = invert(result.information, dropped)
        step = newton_step(inverse, result.score - penalty * coefficient)
        loss[k] = likelihood.leave_one_out(result.terms, inverse, step)
        coefficient = coefficient + step
        path[k] = coefficient
    return loss, path
