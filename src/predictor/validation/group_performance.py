"""The performance of a learner in groups of patients: is it as good for women as for men?

What is estimated is that of the one model of all patients, looked at in a group: nothing is trained
for a group. Few patients say little, and of too few nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor import statistics
from predictor.measures import measures_of
from predictor.statistics import shifted_percentiles
from predictor.statistics.influence import influence_on_auroc
from predictor.validation.new_patients import Measured, NewPatients, measure_in
from predictor.validation.plan import Plan
from predictor.validation.pooling import out_of_fold
from predictor.validation.replicates import Trained
from predictor.validation.resamples import Counts, Integers, KeptModels

FEWEST_IN_GROUP = 10
"""Patients with the event, and without, below which nothing is said of a group."""

_NEEDED = f"{FEWEST_IN_GROUP} with the event and {FEWEST_IN_GROUP} without are needed"
_TOO_FEW = f"too few to say: {_NEEDED}"


@dataclass(frozen=True)
class InGroup:
    """A learner in one group of patients.

    Attributes
    ----------
    auroc
        Of pairs of patients of the group that one model ranks.
    observed_minus_predicted
        Share with the event less the mean probability: below 0 the group is promised too much.
    auroc_minus_others
        AUROC in the group less that in all other patients.
    """

    auroc: Measured
    observed_minus_predicted: Measured
    auroc_minus_others: Measured


def by_group(
    trained: Trained, plan: Plan, groups: Integers, clusters: Integers | None = None
) -> tuple[InGroup, ...]:
    """A learner in each group of patients, by the folds that did not train on them.

    The interval of an AUROC comes from the cohorts resampled for that of all patients. In those,
    models follow the share of events; whether too much is promised has to be read from the cohort
    itself: Student's interval of the patients' residuals, which are those of a cluster together.

    Parameters
    ----------
    trained, plan
        A learner's probabilities, and the samples they came from.
    groups
        (n,) number of the group of each patient, from 0.
    clusters
        (n,) number of the cluster of each patient; None when patients are independent.

    Returns
    -------
    tuple
        One per group.
    """
    residual = trained.y - out_of_fold(trained, plan)
    found = []
    for number in range(int(groups.max()) + 1):
        inside = groups == number
        told, others = (_enough(trained.y[part]) for part in (inside, ~inside))
        if not told:
            found.append(InGroup(*[Measured.missing(_TOO_FEW)] * 3))
            continue
        here = _aurocs(trained, plan, inside)
        if others:
            there = _aurocs(trained, plan, ~inside)
            difference = _measured(here[0] - there[0], here[1] - there[1])
        else:
            difference = Measured.missing(f"too few others: {_NEEDED}")
        gap = _mean(residual[inside], None if clusters is None else clusters[inside])
        found.append(InGroup(_measured(*here), gap, difference))
    return tuple(found)


def by_group_in(
    patients: NewPatients, probability: Counts, groups: Integers
) -> tuple[InGroup, ...]:
    """A finished model in each group of new patients.

    Parameters
    ----------
    patients
        Who they are, and what became of them.
    probability
        (n,) of the model.
    groups
        (n,) number of the group of each patient, from 0.

    Returns
    -------
    tuple
        One per group.
    """
    found = []
    for number in range(int(groups.max()) + 1):
        inside = groups == number
        told, others = (_enough(patients.y[part]) for part in (inside, ~inside))
        if not told:
            found.append(InGroup(*[Measured.missing(_TOO_FEW)] * 3))
            continue
        clusters = None if patients.clusters is None else patients.clusters[inside]
        here = NewPatients(patients.y[inside], clusters, patients.entropy)
        difference = (
            _apart(patients, probability, inside)
            if others
            else Measured.missing(f"too few others: {_NEEDED}")
        )
        found.append(
            InGroup(
                measure_in(here, probability[inside], measures_of("binary")[:1])["auroc"],
                _mean((patients.y - probability)[inside], clusters),
                difference,
            )
        )
    return tuple(found)


def _apart(patients: NewPatients, probability: Counts, inside: npt.NDArray[np.bool_]) -> Measured:
    """AUROC of some patients less that of the others, of what each patient adds to either."""
    difference, influence = 0.0, np.zeros(len(inside))
    for sign, part in ((1, inside), (-1, ~inside)):
        y, p = patients.y[part], probability[part]
        difference += sign * float(statistics.auroc(y, p))
        influence[part] = sign * influence_on_auroc(y, p) * len(inside) / len(y)
    half = float(patients.units.half_width(influence))
    if not half > 0:
        return Measured.alone(difference, "it has no standard error here")
    return Measured(difference, difference - half, difference + half)


def _enough(y: Counts) -> bool:
    return bool(min(y.sum(), len(y) - y.sum()) >= FEWEST_IN_GROUP)


def _measured(estimate: float, resampled: Counts) -> Measured:
    interval = shifted_percentiles(estimate, resampled)
    return Measured(estimate, float(interval.low), float(interval.high))


def _mean(values: Counts, clusters: Integers | None) -> Measured:
    """Mean with Student's interval; patients of one cluster count as one observation."""
    values = values[~np.isnan(values)]
    mean = float(values.mean())
    totals = values - mean
    if clusters is not None:
        of_cluster = np.unique(clusters, return_inverse=True)[1]
        totals = np.bincount(of_cluster, totals).astype(np.float64)
    free = len(totals) - 1
    if not free:
        return Measured(mean, float("nan"), float("nan"), "no interval: one cluster")
    from scipy.special import stdtrit

    error = np.sqrt((totals**2).sum() * (free + 1) / free) / len(values)
    reach = float(stdtrit(free, 0.975) * error)
    return Measured(mean, mean - reach, mean + reach)


def _aurocs(trained: Trained, plan: Plan, inside: npt.NDArray[np.bool_]) -> tuple[float, Counts]:
    """AUROC in the cross-validation of the cohort, and in that of every resampled cohort, (R,)."""
    folds, interval = plan.folds, plan.interval
    testing = folds.testing * inside
    of_cohort = _ratio(*_pairs(trained.y, trained.folds.probability, testing), folds.resample)
    if isinstance(interval, KeptModels):
        resampled = _with_kept_models(trained, testing, interval.counts)
    else:
        pairs = _pairs(trained.y, trained.interval.probability, interval.testing * inside)
        resampled = _ratio(*pairs, interval.resample)
    return float(of_cohort[0]), resampled


def _pairs(y: Counts, probability: Counts, weights: Counts) -> tuple[Counts, Counts]:
    """Pairs of an event and another patient that are ranked rightly, and all of them, by fold.

    Patients of two folds are not ranked against each other: their models differ. A fold without a
    model has no pairs.
    """
    known = np.asarray(np.isfinite(probability).all(axis=1))
    all_pairs = np.where(known, (weights @ y) * (weights @ (1 - y)), 0.0)
    auroc = statistics.auroc(y, np.where(known[:, None], probability, 0.5), weights=weights)
    return np.where(all_pairs > 0, auroc, 0.0) * all_pairs, all_pairs


def _ratio(right: Counts, pairs: Counts, resample: Integers) -> Counts:
    """Share of the pairs of a cohort that are ranked rightly; nan for one without pairs."""
    rightly, of = (np.bincount(resample, each) for each in (right, pairs))
    return np.where(of > 0, rightly / np.maximum(of, 1), np.nan)


def _with_kept_models(trained: Trained, testing: Counts, counts: Counts) -> Counts:
    """AUROC of every resampled cohort, tested with the models of the folds."""
    found = []
    for tested, probability in zip(testing, trained.folds.probability, strict=True):
        rows = np.flatnonzero(tested)
        spread = np.broadcast_to(probability[rows], (len(counts), len(rows)))
        found.append(_pairs(trained.y[rows], spread, np.take(counts, rows, axis=1)))
    right, pairs = np.array(found).swapaxes(0, 1).reshape(2, -1)
    return _ratio(right, pairs, np.tile(np.arange(len(counts)), len(found)))
