"""Calibration curve: how often the event happened along the probabilities, and how far off.

A flexible curve needs hundreds of events (Van Calster 2016, doi 10.1016/j.jclinepi.2015.12.005):
in a small cohort the distances below are mostly noise, which is never below 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows
from predictor.statistics.smoothing import Smooth, lowess

_MANY = 5_000


class CalibrationErrors(NamedTuple):
    """Distances between probability and calibration curve, each (...,), in probability.

    Attributes
    ----------
    ici
        Mean: the integrated calibration index.
    e50
        Median.
    e90
        90th percentile.
    """

    ici: FloatArray
    e50: FloatArray
    e90: FloatArray


def calibration_curve(
    y: ArrayLike, p: ArrayLike, at: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Observed share of events among patients with about this probability.

    Lowess of y along p (nearest two thirds of the patients, no robustness iterations), straight
    lines between the probabilities that occur.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    at
        Probabilities to read the curve at, (T,).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (..., T); `at` itself is perfect, the prevalence everywhere useless.  The curve may leave
        [0, 1] a little, as local lines do.  nan outside the range of p.

    Raises
    ------
    ValueError
        When `at` is not one row.

    References
    ----------
    Austin, Steyerberg 2014, Stat Med 33:517, doi 10.1002/sim.5941.
    R: ``approx(lowess(p, y, iter = 0), xout = at)``, which is the curve of ``rms::val.prob``.
    """
    at = np.asarray(at, dtype=np.float64)
    if at.ndim != 1:
        raise ValueError(f"expected one row of probabilities, got an array of shape {at.shape}")

    def read(smooth: Smooth) -> FloatArray:
        curve: FloatArray = np.interp(at, smooth.x, smooth.fitted, left=np.nan, right=np.nan)
        return curve

    return by_rows(_of_each_smooth(read, len(at)), y, p, weights, values=len(at))


def ici_e50_e90(
    y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None
) -> CalibrationErrors:
    """Mean, median and 90th percentile of the distance between p and the calibration curve.

    Of ``|p_i - c(p_i)|`` over the patients, with the curve c of `calibration_curve` and R's
    percentiles of type 7.

    Parameters
    ----------
    y, p, weights
        Outcomes (0 or 1), probabilities, and how often each patient counts, as in
        `calibration_curve`.

    Returns
    -------
    CalibrationErrors
        ``(ici, e50, e90)``, each (...,) from 0 (perfect).  The prevalence of the same patients
        also scores 0, and a small cohort scores above 0 whatever its model.  Defined with one
        class only.

    References
    ----------
    Austin, Steyerberg 2019, Stat Med 38:4051, doi 10.1002/sim.8281.
    R: ``rms::val.prob(p, y)[c("Eavg", "E90")]``.
    """
    answer = by_rows(_of_each_smooth(_errors, 3), y, p, weights, values=3)
    return CalibrationErrors(*(answer[..., k][()] for k in range(3)))


def coarse(
    y: ArrayLike,
    p: ArrayLike,
    weights: ArrayLike | None,
    *,
    steps: int = 1000,
    many: int = _MANY,
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Outcomes, probabilities and weights for a smooth curve; those of few patients as they are.

    Of many, probabilities are taken in steps, thousandths of their range, which no curve shows,
    and patients of the same outcome and step are counted together: (2002,), (..., 2002) and
    (..., 2002), whose weights are nan where somebody who counts has no probability. That takes
    seconds less than ranking them. Where only the spread of curves is wanted, 200 steps of more
    than 400 patients will do: within a hundredth of the range a curve is straight anyway.
    """
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    weights = None if weights is None else np.asarray(weights, dtype=np.float64)
    if p.shape[-1] <= many:
        return y, p, weights
    step = np.arange(steps + 1)
    p, weights = np.broadcast_arrays(p, 1.0 if weights is None else weights)
    counted = np.full((*p.shape[:-1], 2 * len(step)), np.nan)
    grid = np.zeros_like(counted)
    for row in np.ndindex(p.shape[:-1]):
        counts = weights[row] > 0
        own = p[row][counts]
        if len(own) and not np.isnan(own).any():
            lowest, highest = own.min(), own.max()
            thousandth = np.rint((own - lowest) / max(highest - lowest, 1e-12) * steps)
            cell = (thousandth + len(step) * y[counts]).astype(np.int64)
            counted[row] = np.bincount(cell, weights[row][counts], 2 * len(step))
            grid[row] = np.tile(np.linspace(lowest, highest, len(step)), 2)
    return np.repeat([0.0, 1.0], len(step)), grid, counted


def _of_each_smooth(
    read: Callable[[Smooth], FloatArray], values: int
) -> Callable[[FloatArray, FloatArray, FloatArray], FloatArray]:
    def statistic(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
        result = np.full((len(y), values), np.nan)
        for row in np.flatnonzero((weights > 0).any(axis=-1)):
            result[row] = read(lowess(p[row], y[row], weights[row]))
        return result

    return statistic


def _errors(smooth: Smooth) -> FloatArray:
    error = np.abs(smooth.x - smooth.fitted)
    order = np.argsort(error)
    error, weight = error[order], smooth.weight[order]
    upto = np.cumsum(weight)
    ici = weight @ error / upto[-1]
    # Type 7: between the patients before and after position (n - 1) q, counted from 0.
    position = np.maximum(upto[-1] - 1, 0.0) * np.array([0.5, 0.9])
    before = np.floor(position)
    low, high = (
        error[np.minimum(np.searchsorted(upto, patient, side="right"), len(error) - 1)]
        for patient in (before, before + 1)
    )
    return np.append(ici, low + (position - before) * (high - low))
