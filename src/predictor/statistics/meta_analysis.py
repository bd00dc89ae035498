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
_BISECTIONS = 60
# what tau may be, in parts of equal probability
_PARTS = 200
_FAR = 9.0  # standard deviations


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
    plug_in_low, plug_in_high
        The same as if tau were known to be what it is put at: too short where it is not.
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
    plug_in_low: FloatArray
    plug_in_high: FloatArray
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
    is wider, so that centres that agree by chance do not make certainty.

    A new centre: tau is uncertain, and 0 where centres agree by chance.  Each u from 0 to 1 has a
    tau for which Cochran's generalised Q is the quantile u of chi^2 with k - 1 degrees of freedom
    (0 if there is none); the interval ends at the quantiles of the mixture of
    ``N(mean(tau), tau^2 + 1 / sum w(tau))`` over u.  The plug-in interval is the usual
    ``mean -+ t_{k-2} sqrt(tau^2 + max(s, 1)^2 / sum w)``, which holds too seldom (docs/centres.md).

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
    doi 10.1111/j.1467-985X.2008.00552.x (plug-in, k - 2); Nagashima 2019, Stat Methods Med Res
    28:1689, doi 10.1177/0962280218773520 (mixture over what tau may be); Viechtbauer 2007, Stat
    Med 26:37, doi 10.1002/sim.2514 (Q profile); Debray 2017, BMJ 356:i6460,
    doi 10.1136/bmj.i6460 (of prediction models).
    R: ``metafor::rma(estimate, sei = standard_error, method = "REML", test = "knha")`` and
    ``confint(fit)``; the plug-in interval of ``metamisc::valmeta``.
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
    new = reach, reach
    if k >= FEWEST_CENTRES:
        new = _predicted(y, variance, tail)
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
        "new_low": new[0],
        "new_high": new[1],
        "plug_in_low": mean - reach,
        "plug_in_high": mean + reach,
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
    low, high = (
        _variance_with(y, variance, np.full(len(y), chdtri(degrees, upper)))
        for upper in (tail, 1 - tail)
    )
    return low, high


def _variance_with(y: FloatArray, variance: FloatArray, q: FloatArray) -> FloatArray:
    """The variance between centres for which Q is as given, (rows,); 0 if it is below at 0.

    Q falls and is convex, so Newton's steps from 0 come ever nearer and never too far.
    """
    tau2 = np.zeros(len(y))
    for _ in range(_ITERATIONS):
        weights = 1 / (variance + tau2[:, None])
        residual = weights * (y - _mean(y, weights)[:, None])
        squares = residual**2
        above = (squares / weights).sum(axis=-1) - q
        fall = squares.sum(axis=-1)
        step = np.where(above > 0, above, 0.0) / np.where(fall > 0, fall, 1.0)
        tau2 = tau2 + step
        if (step <= _CONVERGED * tau2).all():
            break
    return tau2


def _predicted(
    y: FloatArray, variance: FloatArray, tail: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the prediction interval: quantiles of a mixture over what tau may be."""
    from scipy.special import chdtri, ndtr

    rows, k = y.shape
    parts = (np.arange(_PARTS) + 0.5) / _PARTS
    every_y, every_variance = np.repeat(y, _PARTS, axis=0), np.repeat(variance, _PARTS, axis=0)
    tau2 = _variance_with(every_y, every_variance, np.tile(chdtri(k - 1, parts), rows))
    weights = 1 / (every_variance + tau2[:, None])
    mean = _mean(every_y, weights).reshape(rows, _PARTS)
    spread = np.sqrt(tau2 + 1 / weights.sum(axis=-1)).reshape(rows, _PARTS)
    ends = []
    for share in (tail, 1 - tail):
        low, high = (mean - _FAR * spread).min(axis=-1), (mean + _FAR * spread).max(axis=-1)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            below = ndtr((middle[:, None] - mean) / spread).mean(axis=-1) < share
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        ends.append((low + high) / 2)
    return ends[0], ends[1]
