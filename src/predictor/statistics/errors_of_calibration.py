"""Standard errors of what is said of the calibration of a finished model in new patients."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.calibration import calibration_intercept, calibration_slope

_CLIPPED = 1e-12


def calibration_slope_error(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Standard error of `calibration_slope`, from the information at the maximum.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).

    Returns
    -------
    ndarray
        (...,); nan where there is no slope.

    References
    ----------
    As `calibration_slope`.
    R: ``sqrt(vcov(glm(y ~ qlogis(p), binomial))[2, 2])``.
    """
    logit = _logit(p)
    slope = np.asarray(calibration_slope(y, p))[..., None]
    stretched = slope * logit
    # the intercept that goes with the slope is that of the stretched probabilities
    intercept = np.asarray(calibration_intercept(y, _expit(stretched)))[..., None]
    fitted = _expit(intercept + stretched)
    weights = fitted * (1 - fitted)
    total = weights.sum(axis=-1)
    mean = (weights * logit).sum(axis=-1) / total
    error: FloatArray = 1 / np.sqrt((weights * (logit - mean[..., None]) ** 2).sum(axis=-1))
    return error


def log_observed_expected_error(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Standard error of the logarithm of `observed_expected` when patients are a sample.

    ``sqrt(sum (y_i / O - p_i / E)^2)`` with O and E the sums of y and p: the delta method, in which
    predictions vary with the patients too. Formulas for published counts, such as
    ``sqrt((1 - O / n) / O)``, cannot know that and are wider for a model that tells patients apart.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).

    Returns
    -------
    ndarray
        (...,); nan without events.

    References
    ----------
    Debray 2017, BMJ 356:i6460, doi 10.1136/bmj.i6460, for the scale and the formula of counts;
    Efron 1981, Biometrika 68:589, doi 10.1093/biomet/68.3.589 (infinitesimal jackknife).
    R: ``survey::svyratio(~y, ~p, svydesign(~1, weights = ~1, data))``, of whose variance this is
    ``(n - 1) / n`` on the logarithmic scale.
    """
    y, p = np.broadcast_arrays(np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64))
    events, expected = y.sum(axis=-1), p.sum(axis=-1)
    known = (events > 0) & (expected > 0)
    observed_share = y / np.where(known, events, np.nan)[..., None]
    expected_share = p / np.where(known, expected, np.nan)[..., None]
    error: FloatArray = np.sqrt(((observed_share - expected_share) ** 2).sum(axis=-1))
    return error


def _logit(p: ArrayLike) -> NDArray[np.float64]:
    clipped = np.clip(np.asarray(p, dtype=np.float64), _CLIPPED, 1 - _CLIPPED)
    logit: FloatArray = np.log(clipped / (1 - clipped))
    return logit


def _expit(x: FloatArray) -> NDArray[np.float64]:
    from scipy.special import expit

    value: FloatArray = expit(x)
    return value
