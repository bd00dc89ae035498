"""Groups of patients with similar probabilities, large enough to show nobody in particular."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from predictor.statistics.ties import ends_of_ties
from predictor.validation.resamples import Counts


def groups_of_similar(
    probability: Counts, *, smallest: int, most: int, patients: Counts | None = None
) -> tuple[npt.NDArray[np.int64], ...]:
    """Positions of the patients of each group, from low to high probability.

    Groups are as equal in size as they can be without parting patients of the same probability,
    so that the order of the table does not matter.

    Parameters
    ----------
    probability
        (n,); patients without one (nan) are in no group.
    smallest
        Fewest patients of a group.
    most
        How many groups there are at most.
    patients
        (n,) how many have each probability; one each if None.

    Returns
    -------
    tuple of ndarray
        Empty when fewer than `smallest` patients have a probability.
    """
    known = np.flatnonzero(~np.isnan(probability))
    order = known[np.argsort(probability[known], kind="stable")]
    upto = np.cumsum(np.ones(len(order)) if patients is None else patients[order])
    n = int(upto[-1]) if len(upto) else 0
    if n < smallest:
        return ()
    groups = max(1, min(most, n // smallest))
    # a group may end where the next patient has another probability
    ends = np.flatnonzero(ends_of_ties(probability[order]))
    cuts, begun = [], 0
    for wanted in (n * np.arange(1, groups) / groups).round():
        end = int(ends[np.argmin(np.abs(upto[ends] - wanted))])
        if upto[end] - begun >= smallest and n - upto[end] >= smallest:
            cuts.append(end + 1)
            begun = upto[end]
    return tuple(np.split(order, cuts))


def merged_bins(counts: npt.NDArray[np.int64], smallest: int) -> list[int]:
    """Where to cut bins so that each holds nobody or at least `smallest` patients of every kind.

    Parameters
    ----------
    counts
        (k,) patients in each narrow bin, or (kinds, k).
    smallest
        Fewest patients of a kind in a bin that has any.

    Returns
    -------
    list of int
        Cuts between the k bins, from 0 to k. With fewer than `smallest` patients in all there is
        one bin.
    """
    counts = np.atleast_2d(counts)
    cuts, held = [0], np.zeros(len(counts), dtype=np.int64)
    for end, more in enumerate(counts.T, start=1):
        held += more
        if not _few(held, smallest):
            cuts.append(end)
            held[:] = 0
    # what is left at the upper end goes to the bins below it
    while cuts[-1] > 0 and _few(counts[:, cuts[-1] :].sum(axis=1), smallest):
        cuts.pop()
    if cuts[-1] < counts.shape[1]:
        cuts.append(counts.shape[1])
    return cuts


def without_few(
    groups: tuple[npt.NDArray[np.int64], ...],
    y: Counts,
    smallest: int,
    patients: Counts | None = None,
) -> tuple[npt.NDArray[np.int64], ...]:
    """Join neighbouring groups until each has nobody or at least `smallest` of both labels."""
    each = np.ones(len(y)) if patients is None else patients
    counts = np.array([[each[g] @ y[g], each[g] @ (1 - y[g])] for g in groups], dtype=np.int64)
    if not len(groups):
        return ()
    cuts = merged_bins(counts.T, smallest)
    return tuple(np.concatenate(groups[a:b]) for a, b in pairwise(cuts))


def _few(held: npt.NDArray[np.int64], smallest: int) -> bool:
    return bool(((held > 0) & (held < smallest)).any())
