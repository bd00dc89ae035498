"""Where the knots of restricted cubic splines are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A value at one end that so many patients have is a spike, which gets no knot of its own.
_SPIKE = 0.05
_FEWEST_PATIENTS = 6
_SMALL_SAMPLE = 100


def knots(values: Floats, counts: Floats, number: int) -> Floats:
    """Default knots of Harrell's restricted cubic splines.

    They are quantiles of the sample (type 7): for 3 knots 0.1, 0.5 and 0.9; for 4 to 6 equally
    spaced from 0.05 to 0.95; for 7 from 0.025 to 0.975. With fewer than 100 patients the outer
    knots are the fifth smallest and the fifth largest value. If at least 5 % of the patients have
    the smallest (largest) value, and no value in between is as frequent, the next larger (smaller)
    value is the outer knot and the others are quantiles of what is left. Knots that coincide are
    one, and a column with hardly more values than knots has a knot at each value but its extremes.

    Parameters
    ----------
    values
        (u,) the different values in increasing order.
    counts
        (u,) how often each occurs in the sample, more than 0.
    number
        How many knots are asked for, 3 to 7.

    Returns
    -------
    ndarray
        Increasing; empty where R stops with an error, because fewer than three different knots are
        left or the sample has fewer than 6 patients: such a column stays a straight line.

    References
    ----------
    Harrell 2015, Regression Modeling Strategies, doi 10.1007/978-3-319-19425-7, section 2.4.5.
    R: ``Hmisc::rcspline.eval(x, nk = number, knots.only = TRUE)``.

    Examples
    --------
    >>> knots(np.arange(1.0, 202), np.ones(201), 3)
    array([ 21., 101., 181.])
    >>> knots(np.arange(1.0, 4), np.ones(3), 3)
    array([], dtype=float64)
    """
    none = np.zeros(0)
    if counts.sum() < _FEWEST_PATIENTS:
        return none
    if len(values) - 2 <= number:
        found = values[1:-1]
        return found if len(found) >= 3 else none
    inner, first, last = _without_spikes(values, counts)
    left = number - len(first) - len(last)
    ordered = _Ordered(values[inner], counts[inner])
    if ordered.size < 5:
        return none
    between = _between(ordered, left, number, first, last)
    if left > 1 and ordered.size < _SMALL_SAMPLE and len(between):
        if not len(first):
            between[0] = ordered.at(4)
        if not len(last):
            # as R: after coinciding quantiles the last one asked for need not be the last there is
            between = np.append(between[: left - 1], between[left:])
            between = np.append(between, ordered.at(ordered.size - 5))
    found = np.unique(np.concatenate([first, between, last]))
    return found if len(found) >= 3 else none


class _Ordered:
    """A sample in increasing order, of which only the different values are written out."""

    def __init__(self, values: Floats, counts: Floats) -> None:
        self.values = values
        self.end = np.cumsum(counts)
        self.size = int(self.end[-1]) if len(values) else 0

    def at(self, rank: float) -> float:
        """The value with `rank` smaller or equal ones before it."""
        return float(self.values[np.searchsorted(self.end, rank, side="right")])

    def quantiles(self, shares: Floats) -> Floats:
        """Quantiles of type 7."""
        found = []
        for place in (self.size - 1) * shares:
            below, above = self.at(np.floor(place)), self.at(np.ceil(place))
            part = place - np.floor(place)
            found.append(below if above == below else (1 - part) * below + part * above)
        return np.array(found)


def _without_spikes(values: Floats, counts: Floats) -> tuple[slice, Floats, Floats]:
    """The values that quantiles are taken of, and outer knots that are set already."""
    share = counts / counts.sum()
    start, stop = 0, len(values)
    if share[1:-1].max() < _SPIKE:
        if share[0] >= _SPIKE:
            start = 2
        if share[-1] >= _SPIKE:
            stop -= 2
    return slice(start, stop), values[1:2] if start else values[:0], values[stop : len(values) - 1]


def _between(ordered: _Ordered, left: int, number: int, first: Floats, last: Floats) -> Floats:
    """The knots that are quantiles, `left` of them unless they coincide."""
    outer = 0.1 if number == 3 else 0.05 if number < 7 else 0.025
    if left == 1:
        return ordered.quantiles(np.array([0.5]))
    found = ordered.quantiles(np.linspace(0.5 if left == 2 else outer, 1 - outer, left))
    if len(np.unique(found)) >= min(left, 3):
        return found
    found = ordered.quantiles(np.linspace(outer, 1 - outer, 2 * left))
    if len(first) and len(np.unique(found)) < 3:
        middle = (first + last) / 2 if len(last) else ordered.quantiles(np.array([0.5]))
        outermost = last if len(last) else ordered.quantiles(np.array([1 - outer]))
        found = np.concatenate([first, middle, outermost])
    return found if len(np.unique(found)) >= 3 else found[:0]


def learn_knots(X: Floats, weights: Floats, splines: Mapping[int, int]) -> Floats:
    """Knots of columns of `X` (n, p) in each sample of `weights` (B, n), counts.

    Parameters
    ----------
    splines
        Number of knots by column.

    Returns
    -------
    ndarray
        (B, s, K) with s columns and K the largest number of knots. The last two knots stand at the
        end, the others at the beginning, with NaN in between where a column has fewer; all NaN
        where it is a straight line.
    """
    placed = np.full((len(weights), len(splines), max(splines.values(), default=3)), np.nan)
    for s, (column, number) in enumerate(splines.items()):
        known = ~np.isnan(X[:, column])
        values, group = np.unique(X[known, column], return_inverse=True)
        for b, sample in enumerate(weights):
            counts = np.bincount(group, sample[known], minlength=len(values)).astype(np.float64)
            found = knots(values[counts > 0], counts[counts > 0], number)
            if len(found):
                placed[b, s, : len(found) - 2] = found[:-2]
                placed[b, s, -2:] = found[-2:]
    return placed
