"""The ROC curve of a learner, from its cross-validation, with a band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictor import statistics
from predictor.statistics import shifted_percentiles
from predictor.statistics.resampled_cohorts import SHARE_NEEDED, of_cohorts
from predictor.validation.pooling import mean_by
from predictor.validation.resamples import Counts, Integers, KeptModels
from predictor.validation.samples import Samples

_MOST_STEPS, _FEWEST_STEPS = 64, 4
_FINE = 16
"""Rates within a step, at which the curves of folds are read."""


@dataclass(frozen=True)
class RocCurve:
    """Mean sensitivity in steps of the false-positive rate, with its 95 % interval in each (T,).

    `false_positive_rate` is the middle of a step; `low` and `high` are nan where there is no
    interval.
    """

    false_positive_rate: Counts
    sensitivity: Counts
    low: Counts
    high: Counts


def roc_curve(samples: Samples) -> RocCurve:
    """The mean of the curves of all folds, as the AUROC is the mean of theirs.

    There are as many steps as patients without the event are tested in a fold, for its curve tells
    no more; in each stands the mean sensitivity, so that the mean of all of them is the AUROC. The
    band is pointwise: in each step an interval of the AUROC's kind, shifted percentiles of the
    resampled cohorts, in which everything is trained again. A whole curve leaves it more often than
    1 in 20.

    References
    ----------
    Fawcett 2006, Pattern Recognit Lett 27:861, doi 10.1016/j.patrec.2005.10.010 (averages of
    curves at equal rates). R, without training again: ``pROC::ci.se``.
    """
    trained, plan = samples.trained, samples.plan
    steps = _steps(samples)
    curves = _curves(trained.y, trained.folds.probability, plan.folds.testing, steps)
    known = curves[~np.isnan(curves).any(axis=1)]
    mean = known.mean(axis=0) if len(known) else np.full(steps, np.nan)
    again = of_cohorts(_resampled(samples, steps), samples.repeats)
    ends = shifted_percentiles(mean, again)
    enough = ends.used >= SHARE_NEEDED * again.shape[1]
    return RocCurve(
        (np.arange(steps) + 0.5) / steps,
        mean,
        np.where(enough, np.clip(ends.low, 0, 1), np.nan),
        np.where(enough, np.clip(ends.high, 0, 1), np.nan),
    )


def _steps(samples: Samples) -> int:
    """As many as patients without the event are tested in the smallest fold."""
    others = samples.plan.folds.testing @ (1 - samples.trained.y)
    return int(np.clip(others.min(), _FEWEST_STEPS, _MOST_STEPS))


def _curves(y: Counts, probability: Counts, weights: Counts, steps: int) -> Counts:
    """(..., steps) mean sensitivity in each step."""
    rates = (np.arange(steps * _FINE) + 0.5) / (steps * _FINE)
    fine = np.asarray(statistics.sensitivity_at(y, probability, rates, weights=weights))
    curves: Counts = fine.reshape(*fine.shape[:-1], steps, _FINE).mean(axis=-1)
    return curves


def _resampled(samples: Samples, steps: int) -> Counts:
    """(T, R, k) of every repeat in every resampled cohort."""
    trained, interval = samples.trained, samples.plan.interval
    if isinstance(interval, KeptModels):
        of_fold = []
        for testing, probability in zip(
            samples.plan.folds.testing, trained.folds.probability, strict=True
        ):
            tested = np.flatnonzero(testing)
            weights = np.take(interval.counts, tested, axis=1)
            of_fold.append(_curves(trained.y[tested], probability[tested], weights, steps))
        cohorts = np.tile(np.arange(len(interval.counts)), len(of_fold))
        order = np.argsort(cohorts, kind="stable")
        return _mean_by(cohorts[order], np.concatenate(of_fold)[order])[:, :, None]
    curves = _curves(trained.y, trained.interval.probability, interval.testing, steps)
    # as of the AUROC: a repeat of which half the folds are known
    known = mean_by(interval.repeat, (~np.isnan(curves[:, 0])).astype(np.float64))
    of_repeat = np.where(known >= 0.5, _mean_by(interval.repeat, curves), np.nan)
    return of_repeat.reshape(steps, int(interval.resample[-1]) + 1, -1)


def _mean_by(groups: Integers, curves: Counts) -> Counts:
    """(T, G) mean of the known curves (F, T) of each group."""
    return np.stack([mean_by(groups, curves[:, rate]) for rate in range(curves.shape[1])])
