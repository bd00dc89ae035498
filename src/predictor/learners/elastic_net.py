"""Logistic regression with absolute and quadratic penalties, tuned inside every replicate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.errors import StudyError
from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted, LikelihoodLearner
from predictor.learners.prior import Prior
from predictor.learners.proximal import many_columns, maximise_sparse
from predictor.learners.separate_designs import SeparateDesigns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_DESIGNS = 2**22  # numbers of the designs of many columns that are held together; 32 MB
_TOLERANCE = 1e-13
# Between two neighbours of the path the log loss changes by more than 1e-4; what this leaves of it
# is less than 1e-6.
_ROUGH = 1e-5


class ElasticNet(LikelihoodLearner):
    r"""Logistic regression with an L1 and an L2 penalty on standardised columns.

    Maximises, with :math:`s_j` the standard deviation (divisor n) of column j in the sample,

    .. math:: \tfrac1n \ell(\alpha, \beta) - \lambda \sum_j
              \left(m s_j |\beta_j| + \tfrac{1 - m}{2} s_j^2 \beta_j^2\right).

    The absolute part sets the coefficients of weak columns to 0; the quadratic part lets columns
    that say the same share what they say. In each replicate :math:`\lambda` is chosen from a
    geometric sequence, that begins where all coefficients are 0, as the one with the smallest log
    loss of held-out patients in an inner cross-validation, stratified by outcome: copies of a
    patient are never split. The largest one, the prevalence, wins when no column helped. A column
    that is constant in a (inner) training sample has the coefficient 0. The terms of a spline are
    penalised as columns are.

    Parameters
    ----------
    mixing
        Share m of the absolute part, above 0 and at most 1 (the lasso).
    penalty
        A :math:`\lambda` that is used as it is; None to tune it.
    penalties
        How many to choose from.
    smallest
        The smallest, as a share of the largest.
    folds
        Inner folds; fewer if an outcome has fewer patients, and if it has one only, nothing can be
        tuned and the model is the prevalence.
    random_state
        Seed of the inner folds. A replicate's result does not depend on the others.
    impute
        What a missing value is taken as: ``mean``, that of the sample, or ``regression``, what the
        patient's other columns say.
    splines
        Number of knots, 3 to 7, of restricted cubic splines by column of X.
    weak
        Columns of X that are penalised as though their standard deviation :math:`s_j` were twice
        as large: the quadratic part four times as much as that of others, the absolute part twice.

    Attributes
    ----------
    scorers_ : LinearScorers or AdditiveScorers
        The B fitted models; the latter if imputed by regression or with splines.
    failed_ : (B,) bool array
        Replicates with one outcome only, or whose objective did not settle.
    penalty_ : (B,) float array
        The :math:`\lambda` used; NaN for failed replicates.

    Raises
    ------
    StudyError
        When fitted with a parameter out of its range.

    References
    ----------
    Zou, Hastie 2005, doi 10.1111/j.1467-9868.2005.00503.x. Friedman, Hastie, Tibshirani 2010,
    doi 10.18637/jss.v033.i01. R: ``glmnet::glmnet(x, y, family = "binomial", alpha = 0.5)`` at the
    same lambda; tuned as ``cv.glmnet(..., type.measure = "deviance")`` at `lambda.min`.

    Examples
    --------
    >>> X, y = np.arange(8.0)[:, None], np.array([0, 0, 1, 0, 1, 0, 1, 1])
    >>> ElasticNet(penalty=0.2).fit(X, y).scorers_.coefficient.round(4)
    array([[0.2211]])
    """

    quick: ClassVar[bool] = False  # five inner fits for every penalty: ten times what a ridge takes
    tuned: ClassVar[bool] = True

    def __init__(
        self,
        *,
        mixing: float = 0.5,
        penalty: float | None = None,
        penalties: int = 25,
        smallest: float = 0.01,
        folds: int = 5,
        random_state: int = 0,
        impute: str = "mean",
        splines: Mapping[int, int] | None = None,
        weak: Collection[int] | None = None,
    ) -> None:
        self.mixing = mixing
        self.penalty = penalty
        self.penalties = penalties
        self.smallest = smallest
        self.folds = folds
        self.random_state = random_state
        self.impute = impute
        self.splines = splines
        self.weak = weak

    def _chunk_size(self, patients: int, columns: int) -> int:
        if many_columns(patients, columns - 1):
            return max(2, _DESIGNS // (patients * columns) // self.folds)
        return max(2, super()._chunk_size(patients, columns) // self.folds)

    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        self._check()
        likelihood, shared = _apart(likelihood), likelihood
        if self.penalty is None:
            penalty, start = self._tune(shared, prior)
        else:
            penalty, start = np.full(len(likelihood.total), float(self.penalty)), likelihood.null()
        absolute, squared = self._scaled(likelihood, prior, penalty)
        coefficient, converged = maximise_sparse(
            likelihood, start, absolute=absolute, squared=squared, tolerance=_TOLERANCE
        )
        return Fitted(coefficient, converged, penalty)

    def _check(self) -> None:
        expected = {
            "mixing": ("above 0 and at most 1", 0 < self.mixing <= 1),
            "penalty": ("0 or more, or none", self.penalty is None or self.penalty >= 0),
            "penalties": ("at least 2", self.penalties >= 2),
            "smallest": ("between 0 and 1", 0 < self.smallest < 1),
            "folds": ("at least 2", self.folds >= 2),
        }
        for name, (range_, holds) in expected.items():
            if not holds:
                raise StudyError(
                    f"elastic_net: the parameter {name} must be {range_}, "
                    f"and is {getattr(self, name)}"
                )

    def _scaled(
        self, likelihood: Likelihood, prior: Prior, penalty: Floats
    ) -> tuple[Floats, Floats]:
        """Absolute and squared penalties (B, p) of the coefficients on the scale of the design."""
        size = (penalty * likelihood.total)[:, None]
        variance = prior.precision * likelihood.variance
        absolute = np.where(variance > 0, self.mixing * size * np.sqrt(variance), np.inf)
        return absolute, (1 - self.mixing) * size * variance

    def _tune(self, likelihood: Likelihood, prior: Prior) -> tuple[Floats, Floats]:
        """Penalty (B,) of each replicate, and coefficients (B, 1 + p) near its optimum.

        The inner training samples of all replicates are fitted side by side, from the largest
        penalty down; at the penalty chosen, their mean is where the whole sample starts.
        """
        design, weights = likelihood.design, likelihood.weights
        (B, n), K = weights.shape, self.folds
        fold = self._inner_folds(design.sign > 0, weights)
        inside = fold[:, None, :] != np.arange(K)[:, None]
        # An outcome that only one patient has leaves nothing to train on: that is not tuned.
        untuned = (~(inside & (weights[:, None, :] > 0)).any(axis=2)).any(axis=1)
        inside[untuned] = True
        inner = Likelihood.of(design, (weights[:, None, :] * inside).reshape(B * K, n))
        sequence = _largest(likelihood, prior, self.mixing)[:, None] * np.geomspace(
            1, self.smallest, self.penalties
        )
        apart, coefficient = _apart(inner), inner.null()
        path = np.zeros((B, self.penalties, coefficient.shape[1]))
        loss = np.zeros((B, self.penalties))
        for k in range(self.penalties):
            absolute, squared = self._scaled(inner, prior, np.repeat(sequence[:, k], K))
            coefficient, _ = maximise_sparse(
                apart, coefficient, absolute=absolute, squared=squared, tolerance=_ROUGH
            )
            path[:, k] = coefficient.reshape(B, K, -1).mean(axis=1)
            margin = design.spread_out(coefficient, inner.mean) @ design.signed.T
            held_out = np.take_along_axis(margin.reshape(B, K, n), fold[:, None, :], axis=1)[:, 0]
            loss[:, k] = np.einsum("bi,bi->b", weights, np.logaddexp(0, -held_out))
        best = np.where(untuned, 0, loss.argmin(axis=1))
        return sequence[np.arange(B), best], path[np.arange(B), best]

    def _inner_folds(self, event: Bools, weights: Floats) -> Ints:
        """Folds (B, n) dealt out to the patients of each replicate in turn, events first.

        All patients are put in order once: the folds of a replicate depend on nothing but the seed
        and the replicate itself.
        """
        order = np.random.default_rng(self.random_state).permutation(len(event))
        present = weights[:, order] > 0
        events, others = present & event[order], present & ~event[order]
        many, few = events.sum(axis=1), others.sum(axis=1)
        turn = np.where(event[order], events.cumsum(axis=1), many[:, None] + others.cumsum(axis=1))
        folds = np.minimum(self.folds, np.minimum(many, few))
        fold = np.zeros(weights.shape, dtype=np.int64)
        fold[:, order] = (turn - 1) % folds[:, None]
        return fold


def _apart(likelihood: Likelihood) -> Likelihood:
    """The same with a design for each replicate, where there are so many columns that this pays."""
    design = likelihood.design
    if isinstance(design, SeparateDesigns) or not many_columns(len(design.sign), design.columns):
        return likelihood
    columns = design.completed(likelihood.mean)
    outcome = (design.sign > 0).astype(np.float64)
    nowhere = np.zeros(design.columns)
    separate = SeparateDesigns.of(columns, outcome, nowhere, np.ones_like(nowhere))
    return replace(likelihood, design=separate)


def _largest(likelihood: Likelihood, prior: Prior, mixing: float) -> Floats:
    """Penalties (B,) at which all coefficients are just 0."""
    deviation = np.sqrt(prior.precision * likelihood.variance)
    pull = np.abs(likelihood.evaluate(likelihood.null(), information=False).score[:, 1:])
    pull /= np.where(deviation > 0, deviation, np.inf)
    largest: Floats = pull.max(axis=1) / (mixing * likelihood.total)
    return largest
