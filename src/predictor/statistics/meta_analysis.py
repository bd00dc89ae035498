"""Random-effects meta-analysis: what several centres say together, and what a new one may show."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.intervals import tail_of

FEWEST_CENTRES = 3
"""Below it there is no interval for a new centre (Higgins 2009)."""

_ITERATIONS = 100
_CONVERGED = 1e-13
_BISECTIONS = 80


@dataclass(frozen=True)
class RandomEffects:
    """A random-effects meta-analysis, float64 of the leading shape; on the scale it was given.

    Attributes
    ----------
    mean, standard_error
        Of the mean of all centres like these; the error is Hartung and Knapp's, and not below the
        one that takes tau for known.
    low, high
        Confidence interval of the mean.
    new_low, new_high
        Prediction interval: where the true value of one more centre is expected.
    tau, tau_low, tau_high
        Standard deviation of the true values between centres, by restricted maximum likelihood,
        and its interval by the Q profile.
    i_squared
        Share of the variance of the estimates that is between centres, from 0 to 1.
    q, p_value
        Cochran's test that all centres have the same true value.
    centres
        How many there are.
    """

    mean: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    new_low: FloatArray
    new_high: FloatArray
    tau: FloatArray
    tau_low: FloatArray
    tau_high: FloatArray
    i_squared: FloatArray
    q: FloatArray
    p_value: FloatArray
    centres: int


def random_effects(
    estimate: ArrayLike, standard_error: ArrayLike, level: float = 0.95
) -> RandomEffects:
    """Pool one estimate of each centre, letting their true values differ.

    ``estimate_i ~ N(mean + u_i, standard_error_i^2)``, ``u_i ~ N(0, tau^2)``, tau by restricted
    maximum likelihood.  The mean has weights ``w_i = 1 / (standard_error_i^2 + tau^2)`` and, with
    ``s^2 = sum w_i (estimate_i - mean)^2 / (k - 1)``, the interval
    ``mean -+ max(s t_{k-1}, z) / sqrt(sum w)``: Hartung and Knapp's, or the normal one where that
    is wider, so that centres that agree by chance do not make certainty.  A new centre:
    ``mean -+ t_{k-2} sqrt(tau^2 + max(s, 1)^2 / sum w)``.

    Parameters
    ----------
    estimate
        (..., k) on a scale on which they are about normal: log odds of an AUROC, log of observed
        to expected events, a calibration slope.
    standard_error
        (..., k), above 0.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    RandomEffects
        (...,).  With two centres there is no prediction interval (nan).

    Raises
    ------
    ValueError
        With fewer than two centres, a standard error that is not above 0, a value that is not
        finite, or a level that is not between 0 and 1.

    References
    ----------
    Hartung and Knapp 2001, Stat Med 20:3875, doi 10.1002/sim.1009; Jackson 2017, Stat Med 36:3923,
    doi 10.1002/sim.7411 (the wider of two); Higgins 2009, J R Stat Soc A 172:137,
    doi 10.1111/j.1467-985X.2008.00552.x (new centre, k - 2); Viechtbauer 2007, Stat Med 26:37,
    doi 10.1002/sim.2514 (Q profile); Debray 2017, BMJ 356:i6460, doi 10.1136/bmj.i6460 (of
    prediction models).
    R: ``metafor::rma(estimate, sei = standard_error, method = "REML", test = "knha")``,
    ``predict(fit, predtype = "Riley")``, ``confint(fit)``; ``metamisc::valmeta``.
    """
    from scipy.special import chdtrc, stdtrit

    tail = tail_of(level)
    y, variance = _checked(estimate, standard_error)
    k = y.shape[-1]
    shape = y.shape[:-1]
    y, variance = y.reshape(-1, k), variance.reshape(-1, k)
    tau2 = _restricted_maximum_likelihood(y, variance)
    weights = 1 / (variance + tau2[:, None])
    mean, total = _mean(y, weights), weights.sum(axis=-1)
    spread = np.sqrt((weights * (y - mean[:, None]) ** 2).sum(axis=-1) / (k - 1))
    error = np.maximum(spread, 1.0) / np.sqrt(total)
    z = NormalDist().inv_cdf(1 - tail)
    half = np.maximum(spread * stdtrit(k - 1, 1 - tail), z) / np.sqrt(total)
    reach = np.full(len(y), np.nan)
    if k >= FEWEST_CENTRES:
        reach = stdtrit(k - 2, 1 - tail) * np.sqrt(tau2 + error**2)
    fixed = 1 / variance
    q = _q(y, variance, np.zeros(len(y)))
    typical = (k - 1) / (fixed.sum(axis=-1) - (fixed**2).sum(axis=-1) / fixed.sum(axis=-1))
    ends = _q_profile(y, variance, tail)
    found = {
        "mean": mean,
        "standard_error": error,
        "low": mean - half,
        "high": mean + half,
        "new_low": mean - reach,
        "new_high": mean + reach,
        "tau": np.sqrt(tau2),
        "tau_low": np.sqrt(ends[0]),
        "tau_high": np.sqrt(ends[1]),
        "i_squared": tau2 / (tau2 + typical),
        "q": q,
        "p_value": chdtrc(k - 1, q),
    }
    return RandomEffects(
        **{name: value.reshape(shape)[()] for name, value in found.items()}, centres=k
    )


def _checked(estimate: ArrayLike, standard_error: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, error = np.broadcast_arrays(
        np.asarray(estimate, dtype=np.float64), np.asarray(standard_error, dtype=np.float64)
    )
    if y.ndim == 0 or y.shape[-1] < 2:
        raise ValueError("expected the estimates of two centres at least")
    if not (np.isfinite(y).all() and np.isfinite(error).all() and (error > 0).all()):
        raise ValueError("expected finite estimates, and standard errors above 0")
    return y, error**2


def _mean(y: FloatArray, weights: FloatArray) -> FloatArray:
    mean: FloatArray = (weights * y).sum(axis=-1) / weights.sum(axis=-1)
    return mean


def _q(y: FloatArray, variance: FloatArray, tau2: FloatArray) -> FloatArray:
    """Weighted squares around the weighted mean; falls as tau rises."""
    weights = 1 / (variance + tau2[:, None])
    q: FloatArray = (weights * (y - _mean(y, weights)[:, None]) ** 2).sum(axis=-1)
    return q


def _restricted_likelihood(y: FloatArray, variance: FloatArray, tau2: FloatArray) -> FloatArray:
    weights = 1 / (variance + tau2[:, None])
    value: FloatArray = -0.5 * (
        _q(y, variance, tau2) - np.log(weights).sum(axis=-1) + np.log(weights.sum(axis=-1))
    )
    return value


def _restricted_maximum_likelihood(y: FloatArray, variance: FloatArray) -> FloatArray:
    """The variance between centres, (rows,): Fisher scoring; a step that goes down is halved."""
    # Hedges' estimate, where R's metafor begins too
    tau2: FloatArray = np.maximum(y.var(axis=-1, ddof=1) - variance.mean(axis=-1), 0.0)
    best = _restricted_likelihood(y, variance, tau2)
    size = np.ones(len(y))
    scale = variance.mean(axis=-1) + tau2
    for _ in range(_ITERATIONS):
        weights = 1 / (variance + tau2[:, None])
        total = weights.sum(axis=-1)
        squares, cubes = (weights**2).sum(axis=-1), (weights**3).sum(axis=-1)
        residual = y - _mean(y, weights)[:, None]
        gradient = (weights**2 * residual**2).sum(axis=-1) - (total - squares / total)
        information = squares - 2 * cubes / total + (squares / total) ** 2
        trial = np.maximum(tau2 + size * gradient / information, 0.0)
        value = _restricted_likelihood(y, variance, trial)
        rises = value >= best - 1e-14 * np.abs(best)
        moved = np.abs(trial - tau2)
        tau2[rises], best[rises] = trial[rises], value[rises]
        size = np.where(rises, 1.0, size / 2)
        if (moved <= _CONVERGED * scale).all():
            break
    return tau2


def _q_profile(
    y: FloatArray, variance: FloatArray, tail: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the interval of the variance between centres: where Q is a quantile of chi^2."""
    from scipy.special import chdtri

    degrees = y.shape[-1] - 1
    ends = []
    for quantile in (chdtri(degrees, tail), chdtri(degrees, 1 - tail)):
        low = np.zeros(len(y))
        squares = ((y - y.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
        high = squares / quantile + variance.max(axis=-1)  # Q is below the quantile there
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            above = _q(y, variance, middle) > quantile
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        reaches = _q(y, variance, np.zeros(len(y))) > quantile
        ends.append(np.where(reaches, (low + high) / 2, 0.0))
    return ends[0], ends[1]
