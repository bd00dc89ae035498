"""Classification: what the probabilities say once a threshold has turned them into yes and no.

A patient is positive when p >= t.  The threshold belongs to the decision (the harm of treating in
vain against that of not treating), and is not to be chosen for the numbers below.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows, total


def sensitivity(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Share of the patients with the event who are positive: ``TP / (TP + FN)``.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    threshold
        Probability t from which a patient is positive; a number, or an array that broadcasts with
        the leading dimensions (for several thresholds of one model: (T,)).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (...,) between 0 and 1 (perfect); useless when it is 1 - specificity.  nan without events.

    References
    ----------
    Altman, Bland 1994, BMJ 308:1552, doi 10.1136/bmj.308.6943.1552.
    R: ``mean(p[y == 1] >= t)``.
    """
    return by_rows(_sensitivity, y, positives(p, threshold), weights)


def specificity(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Share of the patients without the event who are negative: ``TN / (TN + FP)``.

    Parameters
    ----------
    y, p, threshold, weights
        As in `sensitivity`.

    Returns
    -------
    ndarray
        (...,) between 0 and 1 (perfect); useless when it is 1 - sensitivity.  nan when everybody
        has the event.

    References
    ----------
    Altman, Bland 1994, BMJ 308:1552, doi 10.1136/bmj.308.6943.1552.
    R: ``mean(p[y == 0] < t)``.
    """
    return by_rows(_specificity, y, positives(p, threshold), weights)


def positive_predictive_value(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Share of the positive patients who have the event: ``TP / (TP + FP)``.

    Parameters
    ----------
    y, p, threshold, weights
        As in `sensitivity`.

    Returns
    -------
    ndarray
        (...,) between 0 and 1 (perfect); the prevalence is useless.  nan when nobody is positive.

    References
    ----------
    Altman, Bland 1994, BMJ 309:102, doi 10.1136/bmj.309.6947.102.
    R: ``mean(y[p >= t])``.
    """
    return by_rows(_positive_predictive_value, y, positives(p, threshold), weights)


def negative_predictive_value(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Share of the negative patients who do not have the event: ``TN / (TN + FN)``.

    Parameters
    ----------
    y, p, threshold, weights
        As in `sensitivity`.

    Returns
    -------
    ndarray
        (...,) between 0 and 1 (perfect); 1 - prevalence is useless.  nan when nobody is negative.

    References
    ----------
    Altman, Bland 1994, BMJ 309:102, doi 10.1136/bmj.309.6947.102.
    R: ``1 - mean(y[p < t])``.
    """
    return by_rows(_negative_predictive_value, y, positives(p, threshold), weights)


def positives(p: ArrayLike, threshold: ArrayLike) -> FloatArray:
    """1 where p is at or above the threshold (...,), 0 where below, nan where unknown."""
    p = np.asarray(p, dtype=np.float64)
    threshold = np.asarray(threshold, dtype=np.float64)[..., None]
    known = np.isfinite(p) & ~np.isnan(threshold)
    return np.where(known, p >= threshold, np.nan)


def _sensitivity(y: FloatArray, positive: FloatArray, weights: FloatArray) -> FloatArray:
    share: FloatArray = total(weights, y, positive) / total(weights, y)
    return share


def _specificity(y: FloatArray, positive: FloatArray, weights: FloatArray) -> FloatArray:
    return _sensitivity(1 - y, 1 - positive, weights)


def _positive_predictive_value(
    y: FloatArray, positive: FloatArray, weights: FloatArray
) -> FloatArray:
    return _sensitivity(positive, y, weights)


def _negative_predictive_value(
    y: FloatArray, positive: FloatArray, weights: FloatArray
) -> FloatArray:
    return _sensitivity(1 - positive, 1 - y, weights)
