"""Between which values a measure of patients lies, of whom only a histogram is known.

A bracket holds the measure of whatever patients could have given the histogram, and so that of the
patients themselves. What is reported is the measure of the grouped patients (`Binned.grouped`),
whose error is at most `Bracket.error`. Ends are known but for rounding, 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from predictor.statistics.batch import FloatArray
from predictor.statistics.bins import Binned
from predictor.statistics.cells import Bracket, Ends, Sample, of_samples
from predictor.statistics.utility import exchange_rate

_HALVINGS = 80


def auroc_bracket(binned: Binned) -> Bracket:
    """Of `auroc`: every pair within a bin in the wrong order, or in the right one.

    ``sum_k e_k (o_below + {0, 1} o_k) / (E O)`` over bins with e_k events and o_k others; 1/2
    instead of 0 and 1 where all patients of a bin tie. Bins whose neighbours might tie across an
    edge are one.
    """

    def ends(sample: Sample) -> Ends:
        groups = sample.groups
        below = np.cumsum(groups.others) - groups.others
        pairs = groups.events.sum() * groups.others.sum()
        low = groups.events @ (below + np.where(groups.same, groups.others / 2, 0.0))
        high = groups.events @ (below + np.where(groups.same, groups.others / 2, groups.others))
        return low / pairs, high / pairs

    return of_samples(ends, binned)


def auprc_bracket(binned: Binned) -> Bracket:
    """Of `auprc`: within each bin those without the event first, or those with it.

    A bin with e events and o others below T events and F others adds, in events,
    ``e - (F + o) ln((T + e + F + o) / (T + F + o))`` at least, which is the integral of the
    precision if the others come first, and ``e (T + e) / (T + e + F)`` at most.
    """

    def ends(sample: Sample) -> Ends:
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

    return of_samples(ends, binned, one_label=True)


def brier_bracket(binned: Binned) -> Bracket:
    """Of `brier`, from the mean m, the lowest and the highest p of each bin and outcome.

    Their squares add up to ``n (y - m)^2 + S`` with ``0 <= S <= n (highest - m) (m - lowest)``
    (Bhatia and Davis 2000, doi 10.1080/00029890.2000.12005203).
    """

    def ends(sample: Sample) -> Ends:
        least = spread = 0.0
        for y, (patients, lowest, mean, highest) in enumerate(sample.of):
            least += float(patients @ (y - mean) ** 2)
            spread += float(patients @ ((highest - mean) * (mean - lowest)))
        everybody = sample.everybody.patients.sum()
        return least / everybody, (least + spread) / everybody

    return of_samples(ends, binned, one_label=True)


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

    def ends(sample: Sample) -> Ends:
        low = high = 0.0
        for y, cells in enumerate(each.certain for each in sample.of):
            at_lowest, at_mean, at_highest = (
                -np.log(p if y else 1 - p) for p in (cells.lowest, cells.mean, cells.highest)
            )
            low += float(cells.patients @ at_mean)
            high += float(cells.patients @ cells.chord(at_lowest, at_highest))
        everybody = sample.everybody.patients.sum()
        return low / everybody, high / everybody

    return of_samples(ends, binned, one_label=True)


def observed_expected_bracket(binned: Binned) -> Bracket:
    """Of `observed_expected`: both sums are known."""

    def ends(sample: Sample) -> Ends:
        ratio = sample.of[1].patients.sum() / (sample.everybody.patients @ sample.everybody.mean)
        return (ratio, ratio) if np.isfinite(ratio) else (np.nan, np.nan)

    return of_samples(ends, binned, one_label=True)


def calibration_intercept_bracket(binned: Binned) -> Bracket:
    """Of `calibration_intercept`: where the bounds of the expected events meet the events.

    ``expit(a + logit p)`` is concave in p for a > 0 and convex for a < 0, so that its mean in a
    bin lies between its value at the mean p and the straight line from the lowest to the highest.
    """

    def ends(sample: Sample) -> Ends:
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

    return of_samples(ends, binned)


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


def _root(above: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function is 0, between two values."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) > 0 else (middle, high)
    return (low + high) / 2
