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
_GRID = np.linspace(-8, 8, 161)
_FAR, _STEEPEST, _HALVINGS = 60.0, 10.0, 24  # of intercepts, slopes, and bisections
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
    for intercept, slope in zip(*strength(aurocs, prevalence), strict=True):
        y = (luck < expit(intercept + slope * score)).astype(np.float64)
        for orbit in exchangeable.orbits:
            rows = orbit.ravel()
            y[:, rows] -= y[:, rows].mean(axis=1, keepdims=True)
        statistic = ((y @ votes.weighted) ** 2).sum(axis=1)
        most = (y**2).sum(axis=1)
        found.append(np.mean((most > 0) & (statistic > critical * most * (1 + 1e-9))))
    return np.array(found)


def strength(aurocs: Sequence[float], prevalence: float) -> tuple[Floats, Floats]:
    """Intercepts and slopes on a standard normal score that give these AUROCs and prevalence.

    By bisection: the optimisers of scipy take longer to import than this takes to run.
    """
    from scipy.special import expit

    wanted = np.asarray(aurocs, dtype=np.float64)

    def intercepts(slope: Floats) -> Floats:
        low, high = np.full(len(slope), -_FAR), np.full(len(slope), _FAR)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            less = expit(middle[:, None] + slope[:, None] * _GRID) @ _DENSITY < prevalence
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        found: Floats = (low + high) / 2
        return found

    low, high = np.zeros(len(wanted)), np.full(len(wanted), _STEEPEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        event = _DENSITY * expit(intercepts(middle)[:, None] + middle[:, None] * _GRID)
        other = _DENSITY - event
        below = np.cumsum(other, axis=1) - other / 2
        reached = (event * below).sum(axis=1) / event.sum(axis=1) / other.sum(axis=1)
        less = reached < wanted
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    slope: Floats = np.where(wanted > 0.5, (low + high) / 2, 0.0)
    return intercepts(slope), slope
