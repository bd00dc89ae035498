"""Clinical utility: what acting on the probabilities would gain at a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows
from predictor.statistics.thresholds import confusion


def net_benefit(
    y: ArrayLike,
    p: ArrayLike,
    threshold: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    harm: float = 0.0,
) -> FloatArray:
    """Net true positives per patient when everybody with p at or above the threshold is treated.

    ``TP / n - FP / n * t / (1 - t) - harm``, a patient being positive when p >= t.  That rule
    holds at every t: at t = 0 everybody is positive, and the net benefit is that of treating all.
    (R's dcurves does so too, except for a 0/1 marker at t = 0, where it counts the positives
    only.)

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
    harm
        What obtaining p costs each patient, in true positives; default 0.

    Returns
    -------
    ndarray
        (...,) in true positives per patient: at most the prevalence (perfect); 0 is treating
        nobody; a useful model is above both 0 and `treat_all`.  Defined with one class only;
        nan when the threshold is outside [0, 1).

    References
    ----------
    Vickers, Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    R: ``dcurves::dca(y ~ p, thresholds = t, harm = list(p = harm))``.
    """
    threshold = np.asarray(threshold, dtype=np.float64)
    hit, missed, alarm, quiet = np.moveaxis(confusion(y, p, threshold, weights=weights), -1, 0)
    patients = hit + missed + alarm + quiet
    with np.errstate(invalid="ignore"):
        benefit: FloatArray = hit / patients - alarm / patients * exchange_rate(threshold) - harm
    return benefit


def standardised_net_benefit(
    y: ArrayLike,
    p: ArrayLike,
    threshold: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    harm: float = 0.0,
) -> FloatArray:
    """Net benefit as a share of the most that any model could have: relative utility.

    ``net_benefit / ybar`` with the (weighted) prevalence ybar of the same patients.

    Parameters
    ----------
    y, p, threshold, weights, harm
        As in `net_benefit`.

    Returns
    -------
    ndarray
        (...,) at most 1 (perfect); 0 is treating nobody.  nan without events, and when the
        threshold is outside [0, 1).

    References
    ----------
    Kerr 2016, J Clin Oncol 34:2534, doi 10.1200/JCO.2015.65.5654.
    R: ``dcurves::standardized_net_benefit``.
    """
    benefit = net_benefit(y, p, threshold, weights=weights, harm=harm)
    # A threshold of 0 makes everybody positive: what is left is the prevalence.
    prevalence = treat_all(y, np.zeros_like(np.asarray(threshold, dtype=float)), weights=weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(prevalence > 0, benefit / prevalence, np.nan)[()]


def decision_curve(
    y: ArrayLike,
    p: ArrayLike,
    thresholds: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    harm: float = 0.0,
) -> FloatArray:
    """Net benefit at many thresholds, for many models or replicates at once.

    `net_benefit` at each threshold, with its rule at t = 0; the patients are sorted into the
    gaps between the thresholds once, so that the time does not grow with their number.

    Parameters
    ----------
    y, p, weights, harm
        As in `net_benefit`.
    thresholds
        Probabilities t from which one would act, at least 0 and below 1, (T,), in any order.

    Returns
    -------
    ndarray
        (..., T) in true positives per patient; divided by the prevalence, the standardised
        curve.  nan where the threshold is outside [0, 1).

    Raises
    ------
    ValueError
        When the thresholds are not one row.

    References
    ----------
    Vickers, Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    R: ``dcurves::dca(y ~ p, thresholds = thresholds)``.
    """
    grid = np.asarray(thresholds, dtype=np.float64)
    if grid.ndim != 1:
        raise ValueError(f"expected one row of thresholds, got an array of shape {grid.shape}")
    order = np.argsort(grid)
    ascending = grid[order]
    rate = exchange_rate(ascending)

    def curves(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
        met = np.searchsorted(ascending, p, side="right")
        cell = met + (len(grid) + 1) * np.arange(len(p))[:, None]

        def positive(count: FloatArray) -> FloatArray:
            """Count of the patients with p at or above each threshold."""
            cells: ArrayLike = np.bincount(cell.ravel(), count.ravel(), (len(grid) + 1) * len(p))
            by_met = np.asarray(cells, dtype=np.float64).reshape(len(p), len(grid) + 1)
            return np.cumsum(by_met[:, ::-1], axis=-1)[:, -2::-1]

        patients = weights.sum(axis=-1)[:, None]
        true_positives = positive(weights * y) / patients
        curve: FloatArray = true_positives - positive(weights * (1 - y)) / patients * rate - harm
        return curve

    sorted_curves = by_rows(curves, y, p, weights, values=len(grid))
    result = np.empty_like(sorted_curves)
    result[..., order] = sorted_curves
    return result


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


def exchange_rate(threshold: FloatArray) -> FloatArray:
    """Odds of the threshold: what one false positive costs in true positives."""
    possible = (threshold >= 0) & (threshold < 1)
    safe = np.where(possible, threshold, 0.0)
    return np.where(possible, safe / (1 - safe), np.nan)
