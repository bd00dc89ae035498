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

# in the middle of bins whose number has no odd divisor: no corner of a fold's curve lies there
_BINS = 64
RATES: Counts = (np.arange(_BINS) + 0.5) / _BINS
"""False-positive rates at which the curve is told."""


@dataclass(frozen=True)
class RocCurve:
    """Sensitivity over the false-positive rate, with its 95 % interval at each rate (T,).

    `low` and `high` are nan where there is no interval.
    """

    false_positive_rate: Counts
    sensitivity: Counts
    low: Counts
    high: Counts


def roc_curve(samples: Samples) -> RocCurve:
    """The mean of the curves of all folds, as the AUROC is the mean of theirs.

    So the area under it is the AUROC, as far as the rates are fine enough. The band is pointwise:
    at each rate the interval of the AUROC's kind, shifted percentiles of the resampled cohorts, in
    which everything is trained again. A whole curve leaves it more often than 1 in 20.

    References
    ----------
    Fawcett 2006, Pattern Recognit Lett 27:861, doi 10.1016/j.patrec.2005.10.010 (averages of
    curves at equal rates). R, without training again: ``pROC::ci.se``.
    """
    trained, plan = samples.trained, samples.plan
    curves = _curves(samples, trained.folds.probability, plan.folds.testing)
    known = curves[~np.isnan(curves).any(axis=1)]
    mean = known.mean(axis=0) if len(known) else np.full(_BINS, np.nan)
    again = of_cohorts(_resampled(samples), samples.repeats)
    ends = shifted_percentiles(mean, again)
    enough = ends.used >= SHARE_NEEDED * again.shape[1]
    return RocCurve(
        RATES,
        mean,
        np.where(enough, np.clip(ends.low, 0, 1), np.nan),
        np.where(enough, np.clip(ends.high, 0, 1), np.nan),
    )


def _curves(samples: Samples, probability: Counts, weights: Counts) -> Counts:
    return np.asarray(
        statistics.sensitivity_at(samples.trained.y, probability, RATES, weights=weights)
    )


def _resampled(samples: Samples) -> Counts:
    """(T, R, k) of every repeat in every resampled cohort."""
    trained, interval = samples.trained, samples.plan.interval
    if isinstance(interval, KeptModels):
        folds = zip(samples.plan.folds.testing, trained.folds.probability, strict=True)
        of_fold = [
            _curves(samples, probability, interval.counts * testing)
            for testing, probability in folds
        ]
        cohorts = np.tile(np.arange(len(interval.counts)), len(of_fold))
        order = np.argsort(cohorts, kind="stable")
        return _mean_by(cohorts[order], np.concatenate(of_fold)[order])[:, :, None]
    curves = _curves(samples, trained.interval.probability, interval.testing)
    # as of the AUROC: a repeat of which half the folds are known
    known = mean_by(interval.repeat, (~np.isnan(curves[:, 0])).astype(np.float64))
    of_repeat = np.where(known >= 0.5, _mean_by(interval.repeat, curves), np.nan)
    return of_repeat.reshape(_BINS, int(interval.resample[-1]) + 1, -1)


def _mean_by(groups: Integers, curves: Counts) -> Counts:
    """(T, G) mean of the known curves (F, T) of each group."""
    return np.stack([mean_by(groups, curves[:, rate]) for rate in range(curves.shape[1])])
