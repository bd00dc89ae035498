"""What is known of the patients in each bin of a histogram, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.bins import Binned
from predictor.statistics.calibration import SMALLEST_PROBABILITY
from predictor.statistics.ties import ends_of_ties

Ends = tuple[float, float]


class Bracket(NamedTuple):
    """Two ends, each of the shape of the samples, (...,); nan where the measure has no value.

    Attributes
    ----------
    low, high
        No patients with this histogram have less, or more.
    """

    low: FloatArray
    high: FloatArray

    def error(self, value: FloatArray) -> FloatArray:
        """How far, at most, a value is from that of the patients, (...,)."""
        far: FloatArray = np.maximum(np.asarray(value) - self.low, self.high - np.asarray(value))
        return far


class Cells(NamedTuple):
    """Patients in the bins of one sample, or in the bins of one of its outcomes, (m,) each.

    Attributes
    ----------
    patients
        Above 0.
    lowest, mean, highest
        Of their probabilities.
    """

    patients: FloatArray
    lowest: FloatArray
    mean: FloatArray
    highest: FloatArray

    @property
    def certain(self) -> Cells:
        """With probabilities no more certain than logarithms of them are taken."""
        most = 1 - SMALLEST_PROBABILITY
        return Cells(
            self.patients, *(np.clip(each, SMALLEST_PROBABILITY, most) for each in self[1:])
        )

    def chord(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """(m,) at the mean, what is on the straight line between values at lowest and highest."""
        width = self.highest - self.lowest
        share = np.where(width > 0, (self.mean - self.lowest) / np.where(width > 0, width, 1), 0.0)
        line: FloatArray = low + share * (high - low)
        return line


class Groups(NamedTuple):
    """Bins in their order, those together whose patients may tie across an edge, (g,) each."""

    events: FloatArray
    others: FloatArray
    same: NDArray[np.bool_]  # all of a group tie


class Sample:
    """One sample, in the shapes that brackets need.

    Attributes
    ----------
    everybody
        Bins of all patients.
    of
        Those of the patients without the event, and with it.
    grouped
        The patients of a bin all at its mean probability.
    """

    def __init__(self, binned: Binned) -> None:
        self.everybody = _cells(
            binned.count.sum(axis=0),
            binned.total.sum(axis=0),
            binned.lowest.min(axis=0),
            binned.highest.max(axis=0),
        )
        self.of = tuple(
            _cells(binned.count[y], binned.total[y], binned.lowest[y], binned.highest[y])
            for y in (0, 1)
        )
        self.grouped = binned.grouped
        self._counts = binned.count[:, binned.count.sum(axis=0) > 0]

    @property
    def groups(self) -> Groups:
        """Bins whose patients may tie across an edge put together."""
        lowest, highest = self.everybody.lowest, self.everybody.highest
        apart = ends_of_ties(np.stack([highest[:-1], lowest[1:]], axis=-1))[:, 0]
        first = np.flatnonzero(np.append(True, apart))
        last = np.append(first[1:], len(lowest)) - 1
        same = ~ends_of_ties(np.stack([lowest[first], highest[last]], axis=-1))[:, 0]
        others, events = (np.add.reduceat(count, first) for count in self._counts)
        return Groups(events, others, same)


def _cells(
    patients: FloatArray, total: FloatArray, lowest: FloatArray, highest: FloatArray
) -> Cells:
    some = patients > 0
    patients, lowest, highest = patients[some], lowest[some], highest[some]
    return Cells(patients, lowest, np.clip(total[some] / patients, lowest, highest), highest)


def of_samples(
    ends: Callable[[Sample], Ends], binned: Binned, *, one_label: bool = False
) -> Bracket:
    """Both ends for every sample with a measure: probabilities known, both labels unless told."""
    shape = binned.known.shape
    found = np.full((2, *shape), np.nan)
    for row in np.ndindex(shape):
        labels = binned.count[row].sum(axis=-1) > 0
        if binned.known[row] and (labels.any() if one_label else labels.all()):
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                found[:, *row] = ends(Sample(binned[row]))
    return Bracket(*(end[()] for end in found))
