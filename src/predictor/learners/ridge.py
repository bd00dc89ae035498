"""Logistic regression with a quadratic penalty, tuned inside every replicate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import ClassVar

from scipy.special import expit

from predictor.errors import StudyError
from predictor.learners.graded import GRADED, MEAN
from predictor.learners.levels import MOST_CUTS
from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted, LikelihoodLearner
from predictor.learners.ordinal import OrdinalLikelihood
from predictor.learners.prior import Prior
from predictor.learners.row_space import RowSpace
from predictor.learners.tuning import Tuning, left_out, tune, with_slopes

_KEPT_TERMS = 2**24  # replicates x patients; what is kept of each for leaving it out is 400 MB
_KEPT_COLUMNS = 2**22  # numbers of the columns of replicates that are changed to another basis
_GRADED = 256  # replicates; more of them with all their cuts do not stay in the cache


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
        How many penalties to choose from; a third as many for a graded outcome, which says more of
        them and costs more; half as many for the label's part of the mean.
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
    graded
        Whether to learn from how much of the event patients show, by penalised proportional odds on
        levels of the graded outcome (see `predictor.learners.levels.learn_levels`). The penalty is
        then tuned by the loss of the levels of patients left out. The cut between no event and
        event is the intercept of the model, which is a logistic model of the label as any other.
        ``mean``: a mean of the coefficients of that model and of the one that learns from the label
        alone, weighted by :math:`\sigma(n (L_0 - L_1))` with L their mean log losses of the label
        of patients left out.
    prior
        Coefficients of another model by column of X, per unit of the column. What is penalised is
        then the distance from none, half or all of them, chosen in each replicate with the penalty.

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
    whose lambda is ours divided by n, and which tunes by folds of rows. McCullagh 1980,
    doi 10.1111/j.2517-6161.1980.tb01109.x (proportional odds; R: ``rms::lrm(level ~ x, penalty)``).

    Examples
    --------
    >>> import numpy as np
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
        graded: bool | str = False,
        prior: Mapping[int, float] | None = None,
    ) -> None:
        self.penalties = penalties
        self.largest = largest
        self.smallest = smallest
        self.caution = caution
        self.impute = impute
        self.splines = splines
        self.weak = weak
        self.graded = graded
        self.prior = prior

    @property
    def needs_graded(self) -> bool:
        """Whether it learns from a graded outcome."""
        return bool(self.graded)

    @property
    def tuning(self) -> Tuning:
        """The penalties to choose from."""
        return Tuning(self.penalties, self.largest, self.smallest, self.caution)

    def _chunk_size(self, patients: int, columns: int) -> int:
        size = super()._chunk_size(patients, columns)
        if columns > patients:
            whole = max(8, _KEPT_COLUMNS // (patients * columns))
            size = min(super()._chunk_size(patients, 1 + patients), whole)
        if not self.graded:
            return min(size, max(1, _KEPT_TERMS // patients))
        return min(size, _GRADED, max(1, _KEPT_TERMS // MOST_CUTS // patients))

    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        if self.graded not in GRADED:
            raise StudyError(f"ridge: graded must be true, false or {MEAN}, and is {self.graded!r}")
        if not RowSpace.pays(likelihood, prior):
            return self._fit_columns(likelihood, prior)
        basis = RowSpace.of(likelihood, prior)
        fitted = self._fit_columns(basis.likelihood, basis.prior)
        return replace(fitted, coefficient=basis.coefficients(fitted.coefficient))

    def _fit_columns(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        tuning = self.tuning
        if not self.graded:
            return tune(likelihood, prior, tuning).of_label(likelihood)
        ordinal = OrdinalLikelihood.of(likelihood)
        few = replace(tuning, penalties=(self.penalties + 2) // 3, far=True)
        graded = tune(ordinal, prior, few)
        if self.graded != MEAN:
            apart = ordinal.thresholds(graded.coefficient)
            return replace(graded.of_label(likelihood), apart=apart)
        binary = tune(likelihood, prior, replace(tuning, penalties=(self.penalties + 1) // 2))
        losses = [
            left_out(part, found) for part, found in ((likelihood, binary), (ordinal, graded))
        ]
        share = expit(likelihood.total * (losses[0] - losses[1]))[:, None]
        ours, theirs = graded.of_label(likelihood), binary.of_label(likelihood)
        coefficient = share * ours.coefficient + (1 - share) * theirs.coefficient
        fitted = Fitted(coefficient, ours.converged & theirs.converged, ours.penalty)
        if not likelihood.has_thresholds:
            return fitted
        cuts = with_slopes(ordinal, graded, coefficient[:, 1:])
        return replace(fitted, apart=ordinal.thresholds(cuts))
