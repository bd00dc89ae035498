"""How often the global test would see something, with these covariates and so many patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from predictor.statistics.exchangeability import Exchangeable
from predictor.statistics.score_test import Votes

Floats = NDArray[np.float64]

COHORTS = 2000
_SIMULATED = 2**19  # patients simulated for each strength
_FEWEST = 200  # cohorts
_GRID = np.linspace(-8, 8, 401)
_DENSITY = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()


def power(
    votes: Votes,
    prevalence: float,
    critical: float,
    aurocs: Sequence[float],
    exchangeable: Exchangeable,
    rng: np.random.Generator,
) -> Floats:
    """Share of cohorts with these covariates whose label the test would find at 5 %.

    Simulated: in every cohort each covariate has an effect of a random size, drawn from a normal
    distribution and the same on average for all; together they make probabilities of this
    prevalence whose AUROC, the best that any model could reach, is the one that is asked for.
    Outcomes are drawn from these, each patient's by itself.

    Parameters
    ----------
    votes
        The covariates of n patients.
    prevalence
        Share of events.
    critical
        `GlobalTest.critical`, of the label.
    aurocs
        True strengths.
    exchangeable
        Whose outcomes could have been each other's.
    rng
        Of the cohorts.

    Returns
    -------
    ndarray
        A share for each strength, known to about 0.01 with 48 patients; 0.05 at 0.5.
    """
    from scipy.special import expit

    n, p = votes.weighted.shape
    cohorts = int(np.clip(_SIMULATED // n, _FEWEST, COHORTS))
    # the same effects and luck for every strength: a stronger one is never found less often by luck
    score = rng.normal(size=(cohorts, p)) @ votes.weighted.T
    score /= np.maximum(score.std(axis=1, keepdims=True), 1e-12)
    luck = rng.random((cohorts, n))
    found = []
    for auroc in aurocs:
        intercept, slope = strength(auroc, prevalence)
        y = (luck < expit(intercept + slope * score)).astype(np.float64)
        for orbit in exchangeable.orbits:
            rows = orbit.ravel()
            y[:, rows] -= y[:, rows].mean(axis=1, keepdims=True)
        statistic = ((y @ votes.weighted) ** 2).sum(axis=1)
        most = (y**2).sum(axis=1)
        found.append(np.mean((most > 0) & (statistic > critical * most * (1 + 1e-9))))
    return np.array(found)


def strength(auroc: float, prevalence: float) -> tuple[float, float]:
    """Intercept and slope on a standard normal score that give this AUROC and prevalence."""
    from scipy.optimize import brentq
    from scipy.special import expit, logit

    def intercept_for(slope: float) -> float:
        far = abs(float(logit(prevalence))) + 8 * slope + 1
        return float(brentq(lambda a: _DENSITY @ expit(a + slope * _GRID) - prevalence, -far, far))

    def excess(slope: float) -> float:
        event = _DENSITY * expit(intercept_for(slope) + slope * _GRID)
        other = _DENSITY - event
        below = np.cumsum(other) - other / 2
        return float(event @ below / event.sum() / other.sum()) - auroc

    slope = 0.0 if auroc <= 0.5 else float(brentq(excess, 1e-6, 20, xtol=1e-4))
    return intercept_for(slope), slope
