"""Logistic regression with Jeffreys prior."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted, LikelihoodLearner
from predictor.learners.newton import invert, newton_step, unidentified
from predictor.learners.prior import Prior

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_KEPT_TERMS = 2**22  # replicates x patients; what is kept of each for its leverage is 100 MB
_PASSES = 200
# Steps become that small in standard errors, squared; a halved step is no sign of an optimum.
_TOLERANCE = 1e-18
_SCORING = 12  # passes before steps are made with more care, and at more cost
_DIFFERENCE = 1e-6  # in a coefficient, to see how the score changes
_LARGEST_SHIFT = 2.0  # of an intercept in one step


class Firth(LikelihoodLearner):
    r"""Logistic regression with Firth's penalty: Jeffreys prior on the coefficients.

    Maximises :math:`\ell(\beta) + \tfrac12 \log \det I(\beta)`, which takes the first-order bias
    out of the coefficients and has a finite optimum also where a covariate separates the outcomes.
    With :math:`h_i` the leverage of a patient, it solves

    .. math:: \sum_i w_i \left(y_i - p_i + h_i (\tfrac12 - p_i)\right) x_i = 0.

    The prior draws probabilities towards one half. The intercept correction (FLIC) estimates the
    intercept again, alone and by maximum likelihood, so that the mean probability in the sample is
    the share of events. Columns that others explain have the coefficient 0, as in `logistic`.

    Parameters
    ----------
    intercept_correction
        Whether the intercept is estimated again.
    impute
        What a missing value is taken as: ``mean``, that of the sample, or ``regression``, what the
        patient's other columns say.
    splines
        Number of knots, 3 to 7, of restricted cubic splines by column of X.

    Attributes
    ----------
    scorers_ : LinearScorers or AdditiveScorers
        The B fitted models; the latter if imputed by regression or with splines.
    failed_ : (B,) bool array
        Replicates with one outcome only, or whose coefficients did not settle.

    References
    ----------
    Firth 1993, doi 10.1093/biomet/80.1.27. Heinze, Schemper 2002, doi 10.1002/sim.1047
    (separation). Puhr et al. 2017, doi 10.1002/sim.7273 (intercept correction). R:
    ``glm(y ~ ., family = binomial, method = brglm2::brglmFit, type = "AS_mean")``,
    ``logistf::flic``.

    Examples
    --------
    >>> X, y = np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0, 0, 1, 1])
    >>> Firth().fit(X, y).predict_proba(X)[[0, 3], 1].round(6)
    array([0.166667, 0.833333])
    """

    def __init__(
        self,
        *,
        intercept_correction: bool = True,
        impute: str = "mean",
        splines: Mapping[int, int] | None = None,
    ) -> None:
        self.intercept_correction = intercept_correction
        self.impute = impute
        self.splines = splines

    def _chunk_size(self, patients: int, columns: int) -> int:
        return min(super()._chunk_size(patients, columns), max(1, _KEPT_TERMS // patients))

    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        del prior  # no coefficient is penalised for itself
        gram, _ = likelihood.gram()
        dropped = unidentified(likelihood, gram)
        coefficient, converged = _maximise(likelihood, dropped)
        if self.intercept_correction:
            coefficient[:, 0] = _intercept(likelihood, coefficient)
        return Fitted(coefficient, converged, np.zeros(len(coefficient)))


def _maximise(likelihood: Likelihood, dropped: Bools) -> tuple[Floats, Bools]:
    """Coefficients (B, 1 + p), 0 where dropped (B, 1 + p), and whether they settled (B,).

    Scoring steps from zero, later Newton steps; where the penalised deviance grew they are halved.
    """
    coefficient = np.zeros(dropped.shape)
    converged = np.zeros(len(dropped), dtype=np.bool_)
    running = np.arange(len(dropped))
    base, step = coefficient.copy(), np.zeros(dropped.shape)
    before = np.full(len(dropped), np.inf)
    part = likelihood
    for number in range(_PASSES):
        now = base + step
        objective, score, onward = _penalised(part, now, dropped)
        # Steps as small as rounding may seem to make it worse.
        worse = ~(objective <= before + 1e-12 * (np.abs(before) + 0.1))
        settled = ~worse & (np.einsum("bj,bj->b", onward, score) < _TOLERANCE)
        coefficient[running[settled]] = now[settled]
        converged[running[settled]] = True
        going = ~settled
        if not going.any():
            break
        if settled.any():
            running, base, step, before = running[going], base[going], step[going], before[going]
            now, objective, score, onward = (
                now[going],
                objective[going],
                score[going],
                onward[going],
            )
            worse, dropped = worse[going], dropped[going]
            part = part.select(going)
        if number >= _SCORING:
            onward = _newton(part, now, score, onward, dropped)
        step = np.where(worse[:, None], step / 2, onward)
        base = np.where(worse[:, None], base, now)
        before = np.where(worse, before, objective)
    return coefficient, converged


def _newton(
    likelihood: Likelihood, now: Floats, score: Floats, scoring: Floats, dropped: Bools
) -> Floats:
    """Steps (B, 1 + p) by the slope of the modified score, taken from differences.

    Where leverages are high they change with the coefficients as fast as the probabilities do, and
    scoring steps come nearer to the optimum by a few per cent only. Where the Newton step does not
    lead upwards the scoring step is kept.
    """
    q = now.shape[1]
    slope = np.zeros((len(now), q, q))
    size = _DIFFERENCE * np.maximum(np.abs(now), 1.0)
    for j in range(q):
        moved = now.copy()
        moved[:, j] += np.where(dropped[:, j], 0.0, size[:, j])
        slope[:, :, j] = (score - _penalised(likelihood, moved, dropped)[1]) / size[:, j, None]
    step = newton_step(invert((slope + slope.swapaxes(1, 2)) / 2, dropped), score)
    upwards = np.einsum("bj,bj->b", step, score) > 0
    return np.where(upwards[:, None], step, scoring)


def _penalised(
    likelihood: Likelihood, coefficient: Floats, dropped: Bools
) -> tuple[Floats, Floats, Floats]:
    """Penalised deviance (B,), modified score and next step, both (B, 1 + p)."""
    design = likelihood.design
    result = likelihood.evaluate(coefficient, keep_terms=True)
    packed = design.quadratic(invert(result.information, dropped), likelihood.mean)
    pull = np.zeros((len(coefficient), design.rows.shape[1]))
    added = np.zeros(packed.shape)
    for term in result.terms:
        products = design.products(term.rows)
        leverage = packed @ products
        leverage *= term.curvature
        # The margin is the log-odds of what happened: one half minus its probability.
        pull += (leverage * (-0.5 * np.tanh(0.5 * term.margin))) @ design.signed[term.rows]
        # So far of all copies of a patient together; h is that of one of them.
        leverage /= np.maximum(likelihood.weights[:, term.rows], 1.0)
        added += (leverage * term.curvature) @ products.T
    score = result.score + design.gather(pull, likelihood.mean)
    # With h held, the score falls by (1 + h) times the curvature. Steps by the information alone
    # are up to twice too long, and may never settle.
    steeper = result.information + design.information(added, likelihood.mean)
    step = newton_step(invert(steeper, dropped), score)
    at = np.arange(dropped.shape[1])
    kept = ~dropped
    information = result.information * (kept[:, :, None] & kept[:, None, :])
    information[:, at, at] += dropped
    return result.deviance - np.linalg.slogdet(information)[1], score, step


def _intercept(likelihood: Likelihood, coefficient: Floats) -> Floats:
    """Intercepts (B,) of greatest likelihood with the slopes as they are."""
    now = coefficient.copy()
    for _ in range(_PASSES):
        result = likelihood.evaluate(now)
        shift = result.score[:, 0] / result.information[:, 0, 0]
        now[:, 0] += np.clip(shift, -_LARGEST_SHIFT, _LARGEST_SHIFT)
        if not (np.abs(shift) > 1e-12).any():
            break
    return now[:, 0]
