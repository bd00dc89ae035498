"""Lowess: the mean of an outcome along one variable, without assuming a shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.ties import ends_of_ties

_SPAN = 2 / 3
_APART = 0.01  # of the range: nearer points are interpolated
_ROUNDING = 1e-9  # of all weight; sums of weights that are no integers are not exact
_CELLS_AT_ONCE = 2**16


@dataclass(frozen=True)
class Smooth:
    """A smooth curve at the values that occur.

    Attributes
    ----------
    x
        Distinct values, ascending, (k,).
    weight
        Weight of the patients there, above 0, (k,).
    fitted
        The curve there, (k,).
    """

    x: FloatArray
    weight: FloatArray
    fitted: FloatArray


def lowess(x: FloatArray, y: FloatArray, weights: FloatArray) -> Smooth:
    """Local linear regression on the nearest two thirds of the patients, tricube weights.

    No robustness iterations (they would take the rarer class for outliers).  As in R the curve is
    fitted at points at least 1 % of the range apart, and is a straight line between them.

    Parameters
    ----------
    x, y
        Finite, (n,).
    weights
        How often each patient counts, at least 0, not all 0, (n,).

    References
    ----------
    Cleveland 1979, J Am Stat Assoc 74:829, doi 10.1080/01621459.1979.10481038.
    R: ``stats::lowess(x, y, iter = 0)``.
    """
    x, y, weights = _distinct(x, y, weights)
    at = _points(x)
    window = _windows(x, np.cumsum(weights), at)
    place = np.arange(len(x))
    fitted = np.empty(len(at))
    step = max(1, _CELLS_AT_ONCE // len(x))
    for start in range(0, len(at), step):
        block = slice(start, start + step)
        # Beyond its end on the right everybody is too far away; on the left that must be said.
        inside = np.where(place >= window.first[block, None], weights, 0.0)
        fitted[block] = _local_lines(x, y, inside, x[at[block]], window.radius[block])
    return Smooth(x=x, weight=weights, fitted=np.interp(x, x[at], fitted))


@dataclass(frozen=True)
class _Windows:
    first: NDArray[np.intp]  # value inside
    radius: FloatArray


def _distinct(
    x: FloatArray, y: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    counted = np.flatnonzero(weights > 0)
    order = counted[np.argsort(x[counted], kind="stable")]
    x, y, weights = x[order], y[order], weights[order]
    first = np.flatnonzero(np.append(True, ends_of_ties(x)[:-1]))
    total = np.add.reduceat(weights, first)
    return x[first], np.add.reduceat(weights * y, first) / total, total


def _points(x: FloatArray) -> NDArray[np.intp]:
    """Where the curve is fitted: the furthest value within 1 % of the range, or the next one."""
    furthest = np.searchsorted(x, x + _APART * (x[-1] - x[0]), side="right") - 1
    following = np.maximum(furthest, np.arange(1, len(x) + 1)).tolist()
    points = [0]
    while points[-1] < len(x) - 1:
        points.append(following[points[-1]])
    return np.array(points)


def _windows(x: FloatArray, upto: FloatArray, at: NDArray[np.intp]) -> _Windows:
    """The window of each point: of those that hold enough patients, the first that is no longer
    nearer to its end on the right than to its end on the left, or the last one there is.
    """
    everybody = upto[-1]
    span = min(everybody, max(2.0, np.floor(_SPAN * everybody + 1e-7)))
    slack = _ROUNDING * everybody
    last = len(x) - 1

    # A window changes its ends only where one of them passes from one value to the next.
    begin = np.unique(np.clip(np.concatenate([[0.0], upto, upto - span]), 0.0, everybody - span))
    first_inside = np.minimum(np.searchsorted(upto, begin + slack), last)
    first_beyond = np.minimum(np.searchsorted(upto, begin + span + slack), last)
    chosen = np.searchsorted(x[first_inside] + x[first_beyond], 2 * x[at])
    chosen = np.minimum(chosen, len(begin) - 1)

    first = first_inside[chosen]
    last_inside = np.minimum(np.searchsorted(upto, begin[chosen] + span - slack), last)
    return _Windows(first=first, radius=np.maximum(x[at] - x[first], x[last_inside] - x[at]))


def _local_lines(
    x: FloatArray, y: FloatArray, weights: FloatArray, at: FloatArray, radius: FloatArray
) -> FloatArray:
    """Weighted straight line around each point, at the point."""
    # A radius of 0 (two thirds of the patients tie) is left with the tie itself.
    share = np.abs(x - at[:, None]) / np.maximum(radius, 1e-300)[:, None]
    share = np.minimum(share, 1.0)
    tricube = 1 - share * share * share
    tricube *= tricube * tricube
    tricube[share <= 0.001] = 1.0
    weights = weights * tricube * (share <= 0.999)
    weights = weights / weights.sum(axis=-1, keepdims=True)

    centre = weights @ x
    from_centre = x - centre[:, None]
    variance = np.einsum("ij,ij,ij->i", weights, from_centre, from_centre)
    # Where nearly all weight is on one value there is a mean, but no slope.
    spread = np.sqrt(variance) > 0.001 * (x[-1] - x[0])
    slope = np.where(spread, (at - centre) / np.where(spread, variance, 1.0), 0.0)
    fitted: FloatArray = weights @ y + slope * np.einsum("ij,ij,j->i", weights, from_centre, y)
    return fitted
