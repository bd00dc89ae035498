"""What acting on a learner's probabilities would gain, over all thresholds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from predictor import statistics
from predictor.statistics import shifted_percentiles
from predictor.statistics.resampled_cohorts import SHARE_NEEDED, of_cohorts
from predictor.validation.estimates import NOT_HELD, misses_zero
from predictor.validation.resamples import Counts
from predictor.validation.samples import Samples

# as a person would type them: 0.3 of the curve is the threshold 0.3 of a study
THRESHOLDS = np.arange(1, 100) / 100


@dataclass(frozen=True, repr=False)
class DecisionCurve:
    """Net benefit over the thresholds, in true positives per patient.

    Attributes
    ----------
    threshold
        (T,) probabilities from which one would act.
    net_benefit
        (T,) treating nobody has 0; nan where it is not defined.
    low, high
        (T,) ends of the 95 % interval at each threshold (not of the whole curve at once).
    standardised
        (T,) share of the net benefit of a perfect model, which is the prevalence.
    note
        Why there is no interval at some thresholds.
    """

    threshold: Counts
    net_benefit: Counts
    low: Counts
    high: Counts
    standardised: Counts
    note: str | None = None


def decision_curve(samples: Samples) -> DecisionCurve:
    """The curve of a learner, from its cross-validation.

    Test predictions are pooled within a repeat and the curves of the repeats averaged, so that at
    a threshold of the study it is the measure ``net_benefit@t``. The interval is that of the same
    measure, too: shifted percentiles of the resampled cohorts.

    References
    ----------
    Vickers, Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    """
    y = samples.trained.y
    folds = samples.pooled_folds
    curves = statistics.decision_curve(y, folds.probability, THRESHOLDS, weights=folds.weights)
    known = curves[~np.isnan(curves).any(axis=1)]
    mean = known.mean(axis=0) if len(known) else np.full(len(THRESHOLDS), np.nan)
    curve = _with_interval(samples, mean, samples.pooled_interval.probability)
    never = misses_zero(THRESHOLDS, samples.highest, curve.low, curve.high)
    if not never.any():
        return curve
    return replace(
        curve,
        low=np.where(never, np.nan, curve.low),
        high=np.where(never, np.nan, curve.high),
        note=f"no interval at some thresholds: {NOT_HELD}",
    )


def treat_all(samples: Samples) -> DecisionCurve:
    """The curve of acting on everybody; its interval is from the same resampled cohorts."""
    y = samples.trained.y
    mean = statistics.decision_curve(y, np.ones(len(y)), THRESHOLDS, weights=samples.patients)
    return _with_interval(samples, mean, np.ones(len(y)))


def _with_interval(samples: Samples, mean: Counts, probability: Counts) -> DecisionCurve:
    y, interval = samples.trained.y, samples.pooled_interval
    curves = statistics.decision_curve(y, probability, THRESHOLDS, weights=interval.weights)
    of_repeats = curves.T.reshape(len(THRESHOLDS), interval.cohorts, -1)
    again = of_cohorts(of_repeats, samples.repeats)
    ends = shifted_percentiles(mean, again)
    enough = ends.used >= SHARE_NEEDED * again.shape[1]
    least = -THRESHOLDS / (1 - THRESHOLDS)
    return DecisionCurve(
        threshold=THRESHOLDS,
        net_benefit=mean,
        low=np.where(enough, np.clip(ends.low, least, 1), np.nan),
        high=np.where(enough, np.clip(ends.high, least, 1), np.nan),
        standardised=mean / samples.prevalence,
    )
