"""Patients counted by their probability, where they are too many to be brought together.

A histogram of the probabilities of each outcome. Histograms of parts are added, so that the
patients stay where they are; `predictor.statistics.brackets` says between which values a measure of
the patients lies, knowing the histogram only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.calibration import SMALLEST_PROBABILITY

Integers = NDArray[np.int64]

_DOUBLINGS = 39  # from 2^-40, which is below the smallest probability that is told from 0, to 1/2
_MANTISSA = 52


@dataclass(frozen=True)
class Bins:
    """Where bins of probability begin.

    Each doubling of p, from 1e-12 to 1/2, has so many bins of the same width, and 1 - p as many:
    what is rare is told apart as well as what is common, and a bin is about as wide in log-odds
    everywhere. Thresholds are edges too: a patient whose p is the threshold is in the bin above it.

    Attributes
    ----------
    thresholds
        Probabilities that are to be edges, such as those of decisions.
    per_doubling
        Bins in each doubling, a power of 2. With 512, bins are 0.002 to 0.004 wide in log-odds.

    Raises
    ------
    ValueError
        If `per_doubling` is not a power of 2, or a threshold no probability.
    """

    thresholds: tuple[float, ...] = ()
    per_doubling: int = 512

    def __post_init__(self) -> None:
        if self.per_doubling < 1 or self.per_doubling & (self.per_doubling - 1):
            raise ValueError(f"expected a power of 2, got {self.per_doubling} bins per doubling")
        if not all(0 <= threshold <= 1 for threshold in self.thresholds):
            raise ValueError("expected thresholds from 0 to 1")

    @cached_property
    def edges(self) -> FloatArray:
        """(M - 1,) ascending; bin k holds ``edges[k - 1] <= p < edges[k]``."""
        certain = [SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY]
        return np.union1d(self._grid, [*self.thresholds, *certain])

    @cached_property
    def _grid(self) -> FloatArray:
        """Edges but for thresholds; as many below 1/2 as above."""
        steps = 1 + np.arange(self.per_doubling) / self.per_doubling
        low = np.ldexp(steps, np.arange(-_DOUBLINGS - 1, -1)[:, None]).ravel()
        return np.concatenate([low, [0.5], 1 - low[::-1]])

    @cached_property
    def _first(self) -> Integers:
        """The first bin in each gap of the grid, and how many bins there are."""
        first = np.searchsorted(self.edges, np.append(-1.0, self._grid), side="right")
        return np.append(first, len(self.edges) + 1)

    @cached_property
    def _split(self) -> NDArray[np.bool_]:
        """Which gaps of the grid have edges inside."""
        return np.asarray(np.diff(self._first) > 1)

    def __call__(self, p: FloatArray) -> Integers:
        """Number of the bin of each probability, from 0; as `numpy.searchsorted`, but faster."""
        above = p >= 0.5  # there 1 - p is exact
        # bits of a float above 0 are in its order; an edge above 1/2 belongs to the bin above it
        bits = np.where(above, 1 - p, p).view(np.int64) - above
        shift = _MANTISSA - (self.per_doubling.bit_length() - 1)
        lowest = int(self._grid[:1].view(np.int64)[0]) >> shift
        half = len(self._grid) // 2
        step = np.clip((bits >> shift) - lowest, -1, half - 1)
        coarse = np.where(above, 2 * half - step, step + 1)
        number: Integers = self._first[coarse]
        unsure = np.flatnonzero(self._split[coarse])
        number[unsure] = np.searchsorted(self.edges, p[unsure], side="right")
        return number

    def __len__(self) -> int:
        return len(self.edges) + 1

    def __reduce__(self) -> tuple[type[Bins], tuple[tuple[float, ...], int]]:
        # its tables are made anew where it is sent to
        return Bins, (self.thresholds, self.per_doubling)


class Grouped(NamedTuple):
    """Patients of one bin and outcome as one, for any statistic of this folder.

    Attributes
    ----------
    y
        (2 m,) outcomes.
    p
        (..., 2 m) mean probability in the bin; nan where somebody has none.
    weights
        (..., 2 m) patients.
    """

    y: FloatArray
    p: FloatArray
    weights: FloatArray


@dataclass(frozen=True, repr=False)
class Binned:
    """Patients of some samples, counted by bin of their probability and by outcome.

    Where arrays have the dimension 2, those without the event come first. A cell of few patients
    tells their probabilities: nothing of it is to be written down.

    Attributes
    ----------
    bins
        Where they begin.
    which
        (m,) numbers of the bins that hold anybody, ascending.
    count
        (..., 2, m) patients.
    total
        (..., 2, m) their summed probabilities.
    lowest, highest
        (..., 2, m) of their probabilities; inf and -inf where there is nobody.
    known
        (...,) whether everybody who counts has a probability.
    """

    bins: Bins
    which: Integers
    count: FloatArray
    total: FloatArray
    lowest: FloatArray
    highest: FloatArray
    known: NDArray[np.bool_]

    @classmethod
    def of(
        cls, bins: Bins, y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None
    ) -> Binned:
        """Count patients.

        Parameters
        ----------
        bins
            The same for all parts that are to be added.
        y
            (n,) outcomes, 0 or 1.
        p
            (..., n) probabilities; nan where there is none.
        weights
            (..., n) how often each patient counts; default 1.
        """
        y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
        weights = np.asarray(1.0 if weights is None else weights, dtype=np.float64)
        p, weights = np.broadcast_arrays(p, weights)
        leading, cells = p.shape[:-1], 2 * len(bins)
        found = np.zeros((4, *leading, cells))
        found[2], found[3] = np.inf, -np.inf
        known = np.ones(leading, dtype=np.bool_)
        for row in np.ndindex(leading):
            counted = np.flatnonzero(weights[row] > 0)
            own, weight = p[row][counted], weights[row][counted]
            known[row] = not np.isnan(own).any()
            if known[row]:
                cell = bins(own) + (cells // 2) * (y[counted] == 1)
                found[0][row] = np.bincount(cell, weight, cells)
                found[1][row] = np.bincount(cell, weight * own, cells)
                np.minimum.at(found[2][row], cell, own)
                np.maximum.at(found[3][row], cell, own)
        found = found.reshape(4, *leading, 2, cells // 2)
        some = found[0] > 0
        which = np.flatnonzero(some.any(axis=tuple(range(some.ndim - 1))))
        count, total, lowest, highest = found[..., which]
        return cls(bins, which, count, total, lowest, highest, known)

    def __add__(self, other: Binned) -> Binned:
        """Patients of two parts; the order in which many are added matters to the last digits."""
        if self.bins != other.bins:
            raise ValueError("expected histograms of the same bins")
        which = np.union1d(self.which, other.which)
        one, two = self._in(which), other._in(which)
        return replace(
            one,
            count=one.count + two.count,
            total=one.total + two.total,
            lowest=np.minimum(one.lowest, two.lowest),
            highest=np.maximum(one.highest, two.highest),
            known=one.known & two.known,
        )

    def __getitem__(self, samples: int | slice | tuple[int, ...]) -> Binned:
        """Some of the samples."""
        return replace(
            self,
            count=self.count[samples],
            total=self.total[samples],
            lowest=self.lowest[samples],
            highest=self.highest[samples],
            known=self.known[samples],
        )

    def pooled(self) -> Binned:
        """The patients of all samples along the first dimension together."""
        return replace(
            self,
            count=self.count.sum(axis=0),
            total=self.total.sum(axis=0),
            lowest=self.lowest.min(axis=0),
            highest=self.highest.max(axis=0),
            known=np.asarray(self.known.all(axis=0)),
        )

    def _in(self, which: Integers) -> Binned:
        place = np.searchsorted(which, self.which)

        def spread(cells: FloatArray, nothing: float) -> FloatArray:
            wide = np.full((*cells.shape[:-1], len(which)), nothing)
            wide[..., place] = cells
            return wide

        return replace(
            self,
            which=which,
            count=spread(self.count, 0.0),
            total=spread(self.total, 0.0),
            lowest=spread(self.lowest, np.inf),
            highest=spread(self.highest, -np.inf),
        )

    @property
    def of_bin(self) -> FloatArray:
        """(..., m) mean probability in each bin of both outcomes; 1/2 where there is nobody."""
        patients = self.count.sum(axis=-2)
        mean = self.total.sum(axis=-2) / np.where(patients > 0, patients, 1.0)
        inside = np.clip(mean, self.lowest.min(axis=-2), self.highest.max(axis=-2))
        return np.where(patients > 0, inside, 0.5)

    @property
    def grouped(self) -> Grouped:
        """The patients of a bin all at its mean probability."""
        m = len(self.which)
        p = np.where(self.known[..., None], self.of_bin, np.nan)
        return Grouped(
            np.repeat([0.0, 1.0], m),
            np.concatenate([p, p], axis=-1),
            self.count.reshape(*self.known.shape, 2 * m),
        )
