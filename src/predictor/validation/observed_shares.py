"""Observed shares of events beside cross-validated probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.disclosure import FEWEST
from predictor.measures import FEWEST_FOR_A_CURVE, too_few
from predictor.statistics import calibration_curve, coarse, shifted_percentiles, wilson
from predictor.statistics.resampled_cohorts import SHARE_NEEDED
from predictor.validation.groups import groups_of_similar, merged_bins, without_few
from predictor.validation.pooling import mean_by, out_of_fold
from predictor.validation.resamples import Counts
from predictor.validation.samples import Samples

_SMALLEST_GROUP = 8  # fewer patients say nothing about a share
_MOST_GROUPS = 10
_BINS = 20
_POINTS = 41
_FEWEST_VALUES = 10  # of a score or a rule, a curve would be drawn through nothing in between


@dataclass(frozen=True)
class CalibrationGroup:
    """Mean probability and observed share of a group of patients, with Wilson's 95 % interval."""

    predicted: float
    observed: float
    low: float
    high: float
    patients: int


@dataclass(frozen=True, repr=False)
class CalibrationCurve:
    """Observed share of events along the probability, (T,), with its 95 % interval."""

    predicted: Counts
    observed: Counts
    low: Counts
    high: Counts


@dataclass(frozen=True, repr=False)
class Histogram:
    """Patients with and without the event in bins of probability.

    Attributes
    ----------
    edges
        (k + 1,) from 0 to 1; no bin holds one to four patients.
    events, others
        (k,) patients.
    """

    edges: Counts
    events: npt.NDArray[np.int64]
    others: npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Calibration:
    """What can be seen of the calibration.

    Attributes
    ----------
    groups
        From low to high probability; one group if the probabilities are all the same.
    curve
        None where there are too few patients.
    histogram
        Of the same probabilities.
    note
        Why there is no curve.
    """

    groups: tuple[CalibrationGroup, ...]
    curve: CalibrationCurve | None
    histogram: Histogram
    note: str | None


def calibration(samples: Samples) -> Calibration:
    """Groups, curve and histogram of the probabilities of patients a model was not trained on.

    A patient's probability is the mean over the repeats of the cross-validation. The curve is
    that of each repeat, averaged; its interval that of the curves of the bootstrap models on the
    original patients, shifted so that their mean is the curve. Cross-validations of resampled
    cohorts differ too little: they find every model right on average.

    References
    ----------
    Van Calster 2016, J Clin Epidemiol 74:167, doi 10.1016/j.jclinepi.2015.12.005.
    """
    y, patients = samples.trained.y, samples.patients
    probability = out_of_fold(samples.trained, samples.plan)
    note = why_no_curve(y, probability, patients)
    return Calibration(
        groups=groups_of(y, probability, patients),
        curve=_curve(samples, probability) if note is None else None,
        histogram=histogram_of(y, probability, patients),
        note=note,
    )


def groups_of(
    y: Counts, probability: Counts, patients: Counts | None = None
) -> tuple[CalibrationGroup, ...]:
    """Groups of at least 8 patients of about the same probability, with no label of 1 to 4.

    Parameters
    ----------
    y, probability
        (n,) outcomes and probabilities.
    patients
        (n,) how many have these; one each if None.
    """
    groups = []
    each = np.ones(len(y)) if patients is None else patients
    similar = groups_of_similar(
        probability, smallest=_SMALLEST_GROUP, most=_MOST_GROUPS, patients=patients
    )
    for group in without_few(similar, y, FEWEST, patients):
        events, size = float(each[group] @ y[group]), int(each[group].sum())
        interval = wilson(events, size)
        groups.append(
            CalibrationGroup(
                predicted=float(np.average(probability[group], weights=each[group])),
                observed=float(events / size),
                low=float(interval.low),
                high=float(interval.high),
                patients=size,
            )
        )
    return tuple(groups)


def why_no_curve(y: Counts, probability: Counts, patients: Counts | None = None) -> str | None:
    """What speaks against a smooth curve of these patients; None if nothing does."""
    lacking = too_few(FEWEST_FOR_A_CURVE, y, patients)
    if lacking is not None:
        return f"no smooth curve: it {lacking}"
    known = probability[~np.isnan(probability)]
    if not len(known) or np.ptp(known) < 1e-6:
        return "no smooth curve: the probabilities do not differ between patients"
    if (values := len(np.unique(known))) < _FEWEST_VALUES:
        return f"no smooth curve: there are {values} different probabilities, see the groups"
    return None


def _curve(samples: Samples, probability: Counts) -> CalibrationCurve:
    y, folds = samples.trained.y, samples.pooled_folds
    at = points_of(probability, samples.patients)
    curves = _read(y, folds.probability, at, folds.weights)
    first = np.zeros(len(curves), dtype=np.int64)
    observed = np.array([mean_by(first, values)[0] for values in curves.T])
    if samples.trained.stands:  # the model is the same in all of them, and patients are not
        y, replicates, weights = samples.at("inside")
        outside = _read(y, replicates, at, weights).T
    else:
        outside = _of_models(*samples.at("outside"), at=at).T
    ends = shifted_percentiles(observed, outside)
    enough = ends.used >= SHARE_NEEDED * outside.shape[1]
    inside = [np.clip(values, 0, 1) for values in (observed, ends.low, ends.high)]
    low, high = (np.where(enough, values, np.nan) for values in inside[1:])
    return CalibrationCurve(at, inside[0], low, high)


def points_of(probability: Counts, patients: Counts | None = None) -> Counts:
    """Probabilities at which a curve is drawn; its ends would be single patients."""
    known = ~np.isnan(probability)
    if patients is None:
        ends = np.quantile(probability[known], [0.02, 0.98])
    else:
        ends = np.quantile(
            probability[known], [0.02, 0.98], weights=patients[known], method="inverted_cdf"
        )
    lowest, highest = ends.tolist()
    return np.linspace(lowest, highest, _POINTS)


def _of_models(y: Counts, p: Counts, weights: Counts | None, *, at: Counts) -> Counts:
    """Curves of models (B, n) that go on level where a model gives nobody such a probability."""
    curves = []
    for number, row in enumerate(p):
        counts = None if weights is None else weights[number]
        given = row if counts is None else row[counts > 0]
        curves.append(_read(y, row, np.clip(at, given.min(), given.max()), counts))
    return np.array(curves).reshape(len(curves), len(at))


def _read(y: Counts, p: Counts, at: Counts, weights: Counts | None = None) -> Counts:
    y, p, counts = coarse(y, p, weights)
    return calibration_curve(y, p, at, weights=counts)


def histogram_of(y: Counts, probability: Counts, patients: Counts | None = None) -> Histogram:
    """Patients along the probability, no label of 1 to 4 in a bin."""
    known = ~np.isnan(probability)
    narrow = np.arange(_BINS + 1) / _BINS
    each = np.ones(len(y)) if patients is None else patients
    counts = [
        np.histogram(probability[which], narrow, weights=each[which])[0].round().astype(np.int64)
        for label in (1, 0)
        for which in [known & (y == label)]
    ]
    cuts = merged_bins(np.array(counts), FEWEST)
    events, others = (np.add.reduceat(count, cuts[:-1]) for count in counts)
    return Histogram(narrow[cuts], events, others)
