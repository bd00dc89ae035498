"""Levels of a graded outcome: who shows about as much of the event as whom, in each sample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_FEWEST = 3  # patients; of levels of one, leaving that one out is off by more than a logit
_MOST = 8  # levels; of n patients in so many, 63/64 of what they say is left (Whitehead 1993)
MOST_CUTS = _MOST


@dataclass(frozen=True, eq=False)
class Grades:
    """How much of the event n patients show, and other outcomes that are thresholds of that.

    Attributes
    ----------
    values
        (n,) NaN for unknown; they order patients of the same label.
    thresholds
        (K, n) labels of other outcomes, NaN for unknown: who has one is higher in that order than
        who has it not.
    """

    values: Floats
    thresholds: Floats = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels of n patients in B samples, and the cuts between them.

    The C cuts stand from the lowest to the highest; that between no event and event is at the same
    place in all samples, and those at the ends are used in some samples only. A patient is above
    one cut and below the next. No cut at all is numbered C if it would be the one that all are
    above, C + 1 if it would be the one that all are below.

    Attributes
    ----------
    above, below
        (B, n) the cuts that a patient is between.
    gap
        (B, n) the same as `above` where the patient is between two cuts, C elsewhere.
    between
        (B, C) patients between a cut and the next one, by weight.
    used
        (B, C) cuts of the sample.
    start
        (B, C) log-odds of being above a cut, of the sample; 0 if it is not used.
    event
        Place of the cut between no event and event.
    """

    above: Ints
    below: Ints
    gap: Ints
    between: Floats
    used: Bools
    start: Floats
    event: int

    def select(self, replicates: Bools) -> Levels:
        """Return the levels of some of the samples, chosen by a mask (B,)."""
        return Levels(
            self.above[replicates],
            self.below[replicates],
            self.gap[replicates],
            self.between[replicates],
            self.used[replicates],
            self.start[replicates],
            self.event,
        )

    @property
    def cuts(self) -> int:
        """Number C of cuts."""
        return int(self.used.shape[1])


def learn_levels(graded: Floats, event: Bools, weights: Floats) -> Levels:
    """Join values of a graded outcome to levels, in each sample.

    Patients are ordered by label, then by value. From the cut between no event and event outwards,
    values are joined until a level has 3 patients, and an 8th of the sample; never across that
    cut. Who has no value is somewhere on its side of the cut.

    Parameters
    ----------
    graded
        (n,) how much of the event a patient shows, NaN for unknown.
    event
        (n,) the label.
    weights
        (B, n) counts; every sample has patients with and without the event.
    """
    fewest = np.maximum(_FEWEST, np.floor(weights.sum(axis=1) / _MOST))
    known = ~np.isnan(graded)
    B, n = weights.shape
    level = np.zeros((B, n), dtype=np.int64)  # counted from the cut
    for side, outwards in ((event, graded), (~event, -graded)):
        rows = np.flatnonzero(side & known)
        if len(rows):
            _, first, place = np.unique(
                np.sort(outwards[rows]), return_index=True, return_inverse=True
            )
            rows = rows[np.argsort(outwards[rows], kind="stable")]
            counts = np.add.reduceat(weights[:, rows], first, axis=1)
            level[:, rows] = _joined(counts, fewest)[:, place]
    furthest = [np.where(side & known, level, 0).max(axis=1) for side in (event, ~event)]
    up, down = (int(last.max()) for last in furthest)
    C = down + 1 + up
    last = np.where(event, furthest[0][:, None], furthest[1][:, None])
    inner = known & (level < last)
    # of a patient without a value the only cut that counts is the one of the event
    near = down + np.where(event, level, -level)
    above = np.where(event, near, np.where(inner, near - 1, C))
    below = np.where(event, np.where(inner, near + 1, C + 1), near)
    gap = np.where(inner, above, C)
    used = np.arange(C) >= down - furthest[1][:, None]
    used &= np.arange(C) <= down + furthest[0][:, None]
    return Levels(
        above=above,
        below=below,
        gap=gap,
        between=_sums(gap, weights, C + 1)[:, :C],
        used=used,
        start=_start(near, event, known, weights, used, down),
        event=down,
    )


def _joined(counts: Floats, fewest: Floats) -> Ints:
    """Levels (B, m) of values in order, with at least so many patients (B,) each."""
    reached = counts.cumsum(axis=1)
    total, values = reached[:, -1], counts.shape[1]
    level = np.zeros(counts.shape, dtype=np.int64)
    begun = np.zeros(len(counts))
    while True:
        end = (reached < (begun + fewest)[:, None]).sum(axis=1)
        complete = np.take_along_axis(reached, np.minimum(end, values - 1)[:, None], axis=1)[:, 0]
        more = (end < values) & (total - complete >= fewest)
        if not more.any():
            return level
        level += more[:, None] & (reached > complete[:, None])
        begun = np.where(more, complete, total)


def _sums(place: Ints, weights: Floats, places: int) -> Floats:
    """Sums (B, places) of the weights (B, n) at each place."""
    B = len(place)
    flat = (np.arange(B)[:, None] * places + place).ravel()
    sums = np.bincount(flat, weights.ravel(), minlength=B * places)
    return np.asarray(sums, dtype=np.float64).reshape(B, places)


def _start(
    near: Ints, event: Bools, known: Bools, weights: Floats, used: Bools, down: int
) -> Floats:
    """Log-odds (B, C) of being above each cut; who has no value counts as those who have one."""
    C = used.shape[1]
    shares = []
    for side in (event, ~event):
        counted = weights * (side & known)
        number = counted.sum(axis=1, keepdims=True)
        scale = (weights @ side.astype(float))[:, None] / np.where(number > 0, number, 1.0)
        shares.append(scale * _sums(near, counted, C))
    events, others = shares
    # a level with the event is above the cut it is named by, one without is below it
    total = weights.sum(axis=1, keepdims=True)
    above = events[:, ::-1].cumsum(axis=1)[:, ::-1]
    below = others.cumsum(axis=1)
    place = np.arange(C)
    odds = np.where(place > down, above / np.maximum(total - above, 1e-300), np.nan)
    odds = np.where(place < down, (total - below) / np.where(below > 0, below, 1.0), odds)
    share = (weights @ event.astype(float))[:, None] / total
    odds = np.where(place == down, share / (1 - share), odds)
    start: Floats = np.where(used, np.log(np.where(used, odds, 1.0)), 0.0)
    return start
