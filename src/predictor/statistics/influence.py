"""How much each patient moves a measure of a finished model, and the standard error from it.

The influence of a patient is the derivative of the measure by that patient's weight, times n: to
first order the measure of a sample is its value in the population plus the mean influence. So the
spread of influences gives a standard error of any smooth measure, of the difference of two models
in the same patients (the difference of their influences), and with patients in clusters (sums
within clusters): the infinitesimal jackknife (Jaeckel 1972; Efron 1981, Biometrika 68:589, doi
10.1093/biomet/68.3.589), which for regressions is the sandwich (Huber 1967).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.calibration import calibration_intercept, calibration_slope
from predictor.statistics.delong import placements

_CLIPPED = 1e-12


def standard_error(influence: FloatArray, clusters: NDArray[np.int64] | None = None) -> FloatArray:
    """Standard error of a measure from the influence of each patient.

    ``sqrt(G / (G - 1) sum_g (sum_{i in g} influence_i)^2) / n`` over the G clusters; without
    clusters every patient is one.

    Parameters
    ----------
    influence
        (..., n), with mean 0.
    clusters
        (n,) number of the cluster of each patient, from 0; None when patients are independent.

    Returns
    -------
    ndarray
        (...,); nan with one cluster. A perfectly certain measure has 0.

    References
    ----------
    Liang, Zeger 1986, Biometrika 73:13, doi 10.1093/biomet/73.1.13.
    R: ``sqrt(vcov(survey::svymean(~influence, survey::svydesign(~cluster, weights = ~1))))``.
    """
    influence = np.asarray(influence, dtype=np.float64)
    n = influence.shape[-1]
    if clusters is not None:
        influence = influence @ (clusters[:, None] == np.unique(clusters)).astype(np.float64)
    groups = influence.shape[-1]
    if groups < 2:
        return np.full(influence.shape[:-1], np.nan)[()]
    error: FloatArray = np.sqrt(groups / (groups - 1) * (influence**2).sum(axis=-1)) / n
    return error


def influence_on_auroc(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `auroc`: placements of DeLong's method about their mean."""
    y = np.asarray(y, dtype=np.float64)
    placed, share = placements(y, p), y.mean()
    of_events = y * (placed - (y * placed).mean() / share) / share
    of_others = (1 - y) * (placed - ((1 - y) * placed).mean() / (1 - share)) / (1 - share)
    influence: FloatArray = of_events + of_others
    return influence


def influence_on_brier(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `brier`: its squared error about the mean."""
    return _centred(squared_errors(y, p))


def influence_on_log_loss(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `log_loss`: its own loss about the mean."""
    return _centred(log_losses(y, p))


def squared_errors(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """(n,) of which `brier` is the mean."""
    errors: FloatArray = (np.asarray(p, dtype=np.float64) - np.asarray(y, dtype=np.float64)) ** 2
    return errors


def log_losses(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """(n,) of which `log_loss` is the mean."""
    y = np.asarray(y, dtype=np.float64)
    p = np.clip(np.asarray(p, dtype=np.float64), _CLIPPED, 1 - _CLIPPED)
    losses: FloatArray = -np.where(y > 0, np.log(p), np.log1p(-p))
    return losses


def influence_on_scaled_brier(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `scaled_brier`, through its error and the prevalence."""
    y, errors = np.asarray(y, dtype=np.float64), squared_errors(y, p)
    share, brier = y.mean(), errors.mean()
    variance = share * (1 - share)
    influence: FloatArray = (
        brier * (1 - 2 * share) * (y - share) / variance**2 - (errors - brier) / variance
    )
    return influence


def influence_on_calibration_intercept(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `calibration_intercept`, right whatever the slope is.

    Standard errors from the information (R's ``glm``) hold where the slope is 1 only; those of
    these influences are the sandwich.
    """
    y = np.asarray(y, dtype=np.float64)
    fitted = _expit(float(calibration_intercept(y, p)) + _logit(p))
    influence: FloatArray = (y - fitted) / (fitted * (1 - fitted)).mean()
    return influence


def influence_on_calibration_slope(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `calibration_slope`, from the score of the recalibration."""
    y, logit = np.asarray(y, dtype=np.float64), _logit(p)
    stretched = float(calibration_slope(y, p)) * logit
    # the intercept that goes with the slope is that of the stretched probabilities
    fitted = _expit(float(calibration_intercept(y, _expit(stretched))) + stretched)
    weights = fitted * (1 - fitted)
    centred = logit - (weights * logit).sum() / weights.sum()
    influence: FloatArray = centred * (y - fitted) / (weights * centred**2).mean()
    return influence


def influence_on_observed_expected(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Influence of each patient on `observed_expected`, a ratio of two means."""
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    influence: FloatArray = y.mean() / p.mean() * (y / y.mean() - p / p.mean())
    return influence


def benefits(y: ArrayLike, p: ArrayLike, threshold: ArrayLike) -> FloatArray:
    """(..., n) what each patient adds to `net_benefit`, which is their mean.

    1 for an event with p at or above the threshold t, ``-t / (1 - t)`` for another patient there,
    0 below.

    Parameters
    ----------
    y, p
        Outcomes (0 or 1) and probabilities, (n,).
    threshold
        (...,), at least 0 and below 1.
    """
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    t = np.asarray(threshold, dtype=np.float64)[..., None]
    gained: FloatArray = (p >= t) * (y - (1 - y) * t / (1 - t))
    return gained


def influence_on_net_benefit(y: ArrayLike, p: ArrayLike, threshold: ArrayLike) -> FloatArray:
    """Influence of each patient on `net_benefit` at thresholds (...,): (..., n)."""
    return _centred(benefits(y, p, threshold))


def influence_on_share(among: ArrayLike, right: ArrayLike) -> FloatArray:
    """Influence of each patient on the share of `right` ones, (n,) 0 or 1, among some, (n,) too.

    Of the four numbers of `classification` each is such a share.
    """
    among, right = np.asarray(among, dtype=np.float64), np.asarray(right, dtype=np.float64)
    share = (among * right).sum() / among.sum()
    influence: FloatArray = among * (right - share) / among.mean()
    return influence


def _centred(values: FloatArray) -> FloatArray:
    centred: FloatArray = values - values.mean(axis=-1, keepdims=True)
    return centred


def _logit(p: ArrayLike) -> FloatArray:
    clipped = np.clip(np.asarray(p, dtype=np.float64), _CLIPPED, 1 - _CLIPPED)
    logit: FloatArray = np.log(clipped) - np.log1p(-clipped)
    return logit


def _expit(x: FloatArray) -> FloatArray:
    from scipy.special import expit

    value: FloatArray = expit(x)
    return value
