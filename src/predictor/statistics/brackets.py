"""Between which values a measure of patients lies, of whom only a histogram is known.

A bracket holds the measure of whatever patients could have given the histogram, and so that of the
patients themselves. What is reported is the measure of the grouped patients (`Binned.grouped`),
whose error is at most `Bracket.error`. Ends are known but for rounding, 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from predictor.statistics.batch import FloatArray
from predictor.statistics.bins import Binned
from predictor.statistics.calibration import SMALLEST_PROBABILITY
from predictor.statistics.ties import ends_of_ties
from predictor.statistics.utility import exchange_rate

_HALVINGS = 80


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


class _Sample:
    """One sample, in the shapes that brackets need.

    Attributes
    ----------
    everybody
        Bins of all patients.
    of
        Those of the patients without the event, and with it.
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


Ends = tuple[float, float]


def auroc_bracket(binned: Binned) -> Bracket:
    """Of `auroc`: every pair within a bin in the wrong order, or in the right one.

    ``sum_k e_k (o_below + {0, 1} o_k) / (E O)`` over bins with e_k events and o_k others; 1/2
    instead of 0 and 1 where all patients of a bin tie. Bins whose neighbours might tie across an
    edge are one.
    """

    def ends(sample: _Sample) -> Ends:
        groups = sample.groups
        below = np.cumsum(groups.others) - groups.others
        pairs = groups.events.sum() * groups.others.sum()
        low = groups.events @ (below + np.where(groups.same, groups.others / 2, 0.0))
        high = groups.events @ (below + np.where(groups.same, groups.others / 2, groups.others))
        return low / pairs, high / pairs

    return _by_sample(ends, binned)


def auprc_bracket(binned: Binned) -> Bracket:
    """Of `auprc`: within each bin those without the event first, or those with it.

    A bin with e events and o others below T events and F others adds, in events,
    ``e - (F + o) ln((T + e + F + o) / (T + F + o))`` at least, which is the integral of the
    precision if the others come first, and ``e (T + e) / (T + e + F)`` at most.
    """

    def ends(sample: _Sample) -> Ends:
        events, others, same = sample.groups
        true = events.sum() - np.cumsum(events)
        false = others.sum() - np.cumsum(others)
        most = events * (true + events) / (true + events + false)
        tied = events * (true + events) / (true + events + false + others)
        all_false = false + others
        first = np.log((true + events + all_false) / (true + all_false))
        least = events - np.where(all_false > 0, all_false * first, 0.0)
        low, high = (
            np.where(events > 0, np.where(same, tied, end), 0.0).sum() / events.sum()
            for end in (least, most)
        )
        return low, high

    return _by_sample(ends, binned, one_label=True)


def brier_bracket(binned: Binned) -> Bracket:
    """Of `brier`, from the mean m, the lowest and the highest p of each bin and outcome.

    Their squares add up to ``n (y - m)^2 + S`` with ``0 <= S <= n (highest - m) (m - lowest)``
    (Bhatia and Davis 2000, doi 10.1080/00029890.2000.12005203).
    """

    def ends(sample: _Sample) -> Ends:
        least = spread = 0.0
        for y, (patients, lowest, mean, highest) in enumerate(sample.of):
            least += float(patients @ (y - mean) ** 2)
            spread += float(patients @ ((highest - mean) * (mean - lowest)))
        everybody = sample.everybody.patients.sum()
        return least / everybody, (least + spread) / everybody

    return _by_sample(ends, binned, one_label=True)


def scaled_brier_bracket(binned: Binned) -> Bracket:
    """Of `scaled_brier`: as `brier_bracket`, the prevalence being known."""
    events, others = binned.count[..., 1, :].sum(axis=-1), binned.count[..., 0, :].sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = events * others / (events + others) ** 2
        low, high = (np.where(scale > 0, 1 - end / scale, np.nan) for end in brier_bracket(binned))
    return Bracket(high[()], low[()])


def log_loss_bracket(binned: Binned) -> Bracket:
    """Of `log_loss`: convex in p, so that the mean loss of a bin and outcome lies between the loss
    of the mean p (Jensen) and the straight line from the lowest to the highest p.
    """

    def ends(sample: _Sample) -> Ends:
        low = high = 0.0
        for y, cells in enumerate(each.certain for each in sample.of):
            at_lowest, at_mean, at_highest = (
                -np.log(p if y else 1 - p) for p in (cells.lowest, cells.mean, cells.highest)
            )
            low += float(cells.patients @ at_mean)
            high += float(cells.patients @ cells.chord(at_lowest, at_highest))
        everybody = sample.everybody.patients.sum()
        return low / everybody, high / everybody

    return _by_sample(ends, binned, one_label=True)


def observed_expected_bracket(binned: Binned) -> Bracket:
    """Of `observed_expected`: both sums are known."""

    def ends(sample: _Sample) -> Ends:
        ratio = sample.of[1].patients.sum() / (sample.everybody.patients @ sample.everybody.mean)
        return ratio, ratio

    return _by_sample(ends, binned, one_label=True)


def calibration_intercept_bracket(binned: Binned) -> Bracket:
    """Of `calibration_intercept`: where the bounds of the expected events meet the events.

    ``expit(a + logit p)`` is concave in p for a > 0 and convex for a < 0, so that its mean in a
    bin lies between its value at the mean p and the straight line from the lowest to the highest.
    """

    def ends(sample: _Sample) -> Ends:
        cells = sample.everybody.certain
        others, events = (each.patients.sum() for each in sample.of)

        def missing(a: float, *, most: bool) -> float:
            """Expected events, as many or as few as there can be, less those that happened."""
            raised = np.exp(a)
            low, mean, high = (
                raised * p / (1 - p + raised * p) for p in (cells.lowest, cells.mean, cells.highest)
            )
            of_bin = mean if (a > 0) == most else cells.chord(low, high)
            return float(cells.patients @ of_bin - events)

        prevalence = np.log(events / others)
        least, most = (
            prevalence - np.log(p / (1 - p)) for p in (cells.highest[-1], cells.lowest[0])
        )
        return (
            _root(partial(missing, most=True), least, most),
            _root(partial(missing, most=False), least, most),
        )

    return _by_sample(ends, binned)


def net_benefit_bracket(binned: Binned, threshold: float) -> Bracket:
    """Of `net_benefit`: known if the threshold is an edge."""
    sure, unsure = _positive(binned, threshold)
    patients = binned.count.sum(axis=(-2, -1))
    rate = exchange_rate(np.asarray(threshold))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (sure[1] - (sure[0] + unsure[0]) * rate) / patients
        high = (sure[1] + unsure[1] - sure[0] * rate) / patients
    return _where_known(binned, low, high)


def classification_bracket(binned: Binned, threshold: float) -> Bracket:
    """Of `classification`, (4, ...): known if the threshold is an edge."""
    (alarm, hit), (either, found) = _positive(binned, threshold)
    others, events = (binned.count[..., y, :].sum(axis=-1) for y in (0, 1))
    missed, quiet = events - hit - found, others - alarm - either
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.stack(
            [
                hit / events,
                quiet / others,
                hit / (hit + alarm + either),
                quiet / (quiet + missed + found),
            ]
        )
        high = np.stack(
            [
                (hit + found) / events,
                (quiet + either) / others,
                (hit + found) / (hit + found + alarm),
                (quiet + either) / (quiet + either + missed),
            ]
        )
    doubtful = (either + found) > 0
    low = np.where(np.isnan(low) & doubtful, 0.0, low)
    high = np.where(np.isnan(high) & doubtful, 1.0, high)
    return _where_known(binned, low, high)


def _positive(binned: Binned, threshold: float) -> tuple[FloatArray, FloatArray]:
    """Patients at or above it for sure, and those of whom it is not known, (2, ...) by outcome."""
    lowest, highest = binned.lowest.min(axis=-2), binned.highest.max(axis=-2)
    sure = (lowest >= threshold)[..., None, :]
    unsure = ~sure & (highest >= threshold)[..., None, :]
    certain, doubtful = (
        np.moveaxis(np.where(mask, binned.count, 0.0).sum(axis=-1), -1, 0)
        for mask in (sure, unsure)
    )
    return certain, doubtful


def _where_known(binned: Binned, low: FloatArray, high: FloatArray) -> Bracket:
    return Bracket(*(np.where(binned.known, end, np.nan)[()] for end in (low, high)))


def _by_sample(
    ends: Callable[[_Sample], Ends], binned: Binned, *, one_label: bool = False
) -> Bracket:
    """Both ends for every sample with a measure: probabilities known, both labels unless told."""
    shape = binned.known.shape
    found = np.full((2, *shape), np.nan)
    for row in np.ndindex(shape):
        labels = binned.count[row].sum(axis=-1) > 0
        if binned.known[row] and (labels.any() if one_label else labels.all()):
            with np.errstate(divide="ignore", invalid="ignore"):
                found[:, *row] = ends(_Sample(binned[row]))
    found[~np.isfinite(found)] = np.nan
    return Bracket(*(end[()] for end in found))


def _root(above: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function is 0, between two values."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) > 0 else (middle, high)
    return (low + high) / 2
