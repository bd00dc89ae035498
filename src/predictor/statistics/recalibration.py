"""Recalibration of a finished model, and the closed test of how much of it to update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.calibration import calibration_intercept, calibration_slope

_STEEPEST = 25.0  # probabilities are told apart up to 1e-12 of 0 and 1


@dataclass(frozen=True, eq=False)
class Recalibration:
    """New log-odds as ``intercept + slope`` times the old ones; (B,), nan where undefined.

    Attributes
    ----------
    in_the_large
        The intercept if the slope stays 1.
    intercept, slope
        Both, by maximum likelihood. Undefined where the old log-odds separate the outcomes, or are
        the same for everybody.
    """

    in_the_large: FloatArray
    intercept: FloatArray
    slope: FloatArray


def recalibrate(y: FloatArray, logit: FloatArray, weights: FloatArray) -> Recalibration:
    """Fit both recalibrations of a model in B weighted samples.

    Parameters
    ----------
    y
        (n,) outcomes, 0 or 1.
    logit
        (n,) log-odds by the model.
    weights
        (B, n) how often each patient counts.

    References
    ----------
    Cox 1958, doi 10.1093/biomet/45.3-4.562; Steyerberg et al. 2004, Stat Med 23:2567,
    doi 10.1002/sim.1844. R: ``glm(y ~ 1, binomial, offset = logit)``, ``glm(y ~ logit, binomial)``.
    """
    in_the_large = np.atleast_1d(calibration_intercept(y, _probability(logit), weights=weights))
    # about its middle: a model that hardly tells patients apart may have a slope of thousands
    middle = float(np.median(logit))
    around = logit - middle
    slope = np.atleast_1d(calibration_slope(y, _probability(around), weights=weights))
    intercept = np.full(len(slope), np.nan)
    known = np.isfinite(slope)
    if known.any():
        stretched = _probability(slope[known, None] * around)
        intercept[known] = calibration_intercept(y, stretched, weights=weights[known])
    return Recalibration(in_the_large, intercept - slope * middle, slope)


def _probability(logit: FloatArray) -> FloatArray:
    found: FloatArray = 1 / (1 + np.exp(-np.clip(logit, -_STEEPEST, _STEEPEST)))
    return found


@dataclass(frozen=True, eq=False)
class ClosedTest:
    """The closed test of B samples.

    Attributes
    ----------
    p
        (B, k) of the full model against each simpler one; nan where there is no such model.
    step
        (B,) place of the model that is taken: that of a simpler one, or k for the full model.
    """

    p: FloatArray
    step: NDArray[np.int64]


def closed_test(
    statistic: FloatArray, parameters: FloatArray, *, level: float = 0.05
) -> ClosedTest:
    r"""Ask in turn whether a full model is better than a simpler one.

    First against the model as it is, of which nothing is estimated, with as many degrees of freedom
    as the full model has parameters; then, only if that is rejected, against the model with another
    intercept, with one degree less; then against that with another intercept and slope, with two
    less. The first that is not rejected is taken. As nothing is changed unless the first test
    rejects, a model that is right is changed no more often than the level says.

    Parameters
    ----------
    statistic
        (B, k) of the full model against the model as it is, with another intercept, and so on:
        likelihood ratios or scores, chi-squared where the simpler one is right. nan where there is
        no such model, which is then passed over; without the first, nothing is changed.
    parameters
        (B,) of the full model, with the intercept.
    level
        Of each test.

    References
    ----------
    Vergouwe et al. 2017, Stat Med 36:4529, doi 10.1002/sim.7179.
    R: ``pchisq(statistic, parameters - 0:2, lower.tail = FALSE)``.
    """
    from scipy.special import chdtrc

    k = statistic.shape[1]
    freedom = parameters[:, None] - np.arange(k)
    p = np.where(freedom > 0, chdtrc(np.maximum(freedom, 1), np.maximum(statistic, 0.0)), 1.0)
    p[np.isnan(statistic)] = np.nan
    kept = ~(p < level)
    kept[:, 1:] &= ~np.isnan(p[:, 1:])
    return ClosedTest(p, np.where(kept.any(axis=1), kept.argmax(axis=1), k))
