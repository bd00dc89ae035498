"""Logistic regression without a penalty."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted, LikelihoodLearner
from predictor.learners.newton import invert, maximise, newton_step, unidentified
from predictor.learners.prior import Prior

# R's glm starts from probabilities 3/4 and 1/4. There the working response is plus or minus this
# number (log-odds plus residual over variance) and the working weights are equal.
_WORKING_RESPONSE = math.log(3) + 4 / 3
_TOLERANCE = 1e-10


class Logistic(LikelihoodLearner):
    """Logistic regression by maximum likelihood, as R's `glm`.

    Same start (one least squares fit), same iterations and same stopping rule as `glm` with
    ``epsilon = 1e-10`` (the relative change of the deviance), so that replicates in which a
    covariate separates the outcomes are repeated too: their coefficients stop where they stop,
    their probabilities go to 0 and 1, and that is not a failure. A column that is constant in a
    sample, or a combination of columns before it, has the coefficient 0 there (NA in R).

    Parameters
    ----------
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
        Replicates with one outcome only, or whose deviance did not settle.

    References
    ----------
    McCullagh, Nelder 1989, Generalized Linear Models, doi 10.1201/9780203753736.
    R: ``glm(y ~ ., family = binomial)``, ``rms::lrm(y ~ .)``, ``rms::lrm(y ~ rcs(x, 4))``.

    Examples
    --------
    >>> X, y = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]]), np.array([0, 0, 1, 0, 1, 1])
    >>> Logistic().fit(X, y).predict_proba(X)[[0, 3], 1].round(6)
    array([0.333333, 0.666667])
    """

    def __init__(self, *, impute: str = "mean", splines: Mapping[int, int] | None = None) -> None:
        self.impute = impute
        self.splines = splines

    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        del prior  # no coefficient is penalised for itself
        return most_likely(likelihood)


def most_likely(likelihood: Likelihood) -> Fitted:
    """The coefficients of maximum likelihood of every sample, as `Logistic` finds them."""
    gram, with_sign = likelihood.gram()
    dropped = unidentified(likelihood, gram)
    start = _WORKING_RESPONSE * newton_step(invert(gram, dropped), with_sign)
    coefficient, converged = maximise(
        likelihood,
        np.where(dropped, 0.0, start),
        dropped=dropped,
        penalty=np.zeros(start.shape),
        tolerance=_TOLERANCE,
    )
    return Fitted(coefficient, converged, np.zeros(len(coefficient)))
