"""Clinical utility: what acting on the probabilities would gain at a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows, total


def net_benefit(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Net true positives per patient when everybody with p at or above the threshold is treated.

    ``TP / n - FP / n * t / (1 - t)``, a patient being positive when p >= t.  That rule holds at
    every t: at t = 0 everybody is positive, and the net benefit is that of treating all.  (R's
    dcurves does so too, except for a 0/1 marker at t = 0, where it counts the positives only.)

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    threshold
        Probability t from which one would act, at least 0 and below 1; a number, or an array
        that broadcasts with the leading dimensions (for a curve of one model: (T,)).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (...,) in true positives per patient: at most the prevalence (perfect); 0 is treating
        nobody; a useful model is above both 0 and `treat_all`.  Defined with one class only;
        nan when the threshold is outside [0, 1).

    References
    ----------
    Vickers, Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    R: ``dcurves::dca(y ~ p, thresholds = t)``.
    """
    threshold = np.asarray(threshold, dtype=np.float64)
    p = np.asarray(p, dtype=np.float64)
    # Whether a patient is positive stays unknown when p is.
    positive = np.where(np.isfinite(p), p >= threshold[..., None], np.nan)
    true_positives = by_rows(_events_per_patient, y, positive, weights)
    false_positives = by_rows(_others_per_patient, y, positive, weights)
    return true_positives - false_positives * _exchange_rate(threshold)


def treat_all(
    y: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Net benefit of treating everybody, the first thing a model has to beat.

    ``ybar - (1 - ybar) t / (1 - t)`` with the (weighted) prevalence ybar; 0 at t = ybar.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (..., n).
    threshold
        Probability t from which one would act, at least 0 and below 1; a number, or an array
        that broadcasts with the leading dimensions.
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (...,) in true positives per patient; nan when the threshold is outside [0, 1).

    References
    ----------
    Vickers, Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    R: the rows ``all`` of ``dcurves::dca``.
    """
    threshold = np.asarray(threshold, dtype=np.float64)
    return net_benefit(y, np.ones(1), threshold, weights=weights)


def _exchange_rate(threshold: FloatArray) -> FloatArray:
    """Odds of the threshold: what one false positive costs in true positives."""
    possible = (threshold >= 0) & (threshold < 1)
    safe = np.where(possible, threshold, 0.0)
    return np.where(possible, safe / (1 - safe), np.nan)


def _events_per_patient(y: FloatArray, positive: FloatArray, weights: FloatArray) -> FloatArray:
    share: FloatArray = total(weights, y, positive) / weights.sum(axis=-1)
    return share


def _others_per_patient(y: FloatArray, positive: FloatArray, weights: FloatArray) -> FloatArray:
    share: FloatArray = total(weights, 1 - y, positive) / weights.sum(axis=-1)
    return share
