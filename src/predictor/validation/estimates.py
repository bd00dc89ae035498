"""From (y, W, P) to honest numbers: cross-validated with an interval, corrected, .632+."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from predictor.measures import too_few
from predictor.statistics import shifted_percentiles
from predictor.statistics.resampled_cohorts import SHARE_NEEDED, of_cohorts
from predictor.validation.metric import Metric
from predictor.validation.plan import Plan
from predictor.validation.pooling import is_flat
from predictor.validation.replicates import Trained
from predictor.validation.resamples import Counts
from predictor.validation.samples import Samples, bootstrap_632plus, mean_of_known

NOT_HELD = (
    "the model gives no patient such a probability, so its own net benefit is 0, which the "
    "interval of the models of folds does not hold"
)


@dataclass(frozen=True)
class Estimate:
    """One measure of one learner.

    Attributes
    ----------
    estimate
        From repeated nested cross-validation; nan where it is not defined or would say nothing.
    low, high
        95 % interval for the performance of this very model in new patients: from the bootstrap of
        the cross-validation, or, for measures that folds cannot show, from the bootstrap models on
        the original patients. nan where it would not cover.
    apparent
        On the patients the model was trained on: too good.
    optimism_corrected
        Apparent minus the mean, over bootstrap replicates, of how much better a replicate looks on
        its own sample than on the original patients (Harrell).
    bootstrap_632plus
        Weighted between apparent and out-of-bag (Efron and Tibshirani 1997); nan where undefined.
    out_of_bag
        Mean, over bootstrap replicates, of the measure on the patients they left out.
    note
        Why a number is missing, and how many folds or replicates gave no value.
    """

    estimate: float
    low: float
    high: float
    apparent: float
    optimism_corrected: float
    bootstrap_632plus: float
    out_of_bag: float = float("nan")
    note: str | None = None

    @classmethod
    def missing(cls, why: str) -> Estimate:
        """An estimate without a number."""
        nan = float("nan")
        return cls(nan, nan, nan, nan, nan, nan, note=why)


@dataclass(frozen=True, repr=False)
class Performance:
    """All measures of a learner.

    Attributes
    ----------
    estimates
        By name of the measure.
    cross_validated
        By name: its value in each fold, or in each repeat if folds are pooled, of the cohort
        itself; nan where there is none. Paired between learners.
    resampled
        By name: the cross-validated value of each repeat in each resampled cohort, (R, k). Paired
        between learners.
    repeats
        Of the cross-validation of the cohort itself.
    """

    estimates: Mapping[str, Estimate]
    cross_validated: Mapping[str, Counts]
    resampled: Mapping[str, Counts]
    repeats: int

    def standard_error(self, name: str) -> float:
        """Standard deviation of a measure over the resampled cohorts; nan with fewer than two."""
        return _standard_deviation(of_cohorts(self.resampled[name], self.repeats))


def performance(trained: Trained, plan: Plan, measures: tuple[Metric, ...]) -> Performance:
    """Every measure of a trained learner.

    Parameters
    ----------
    trained, plan
        A learner's probabilities, and the samples they came from.
    measures
        What to estimate.
    """
    return performance_in(Samples(trained, plan), measures)


def performance_in(samples: Samples, measures: tuple[Metric, ...]) -> Performance:
    """The same of samples that are there already."""
    estimates, cross_validated, resampled = {}, {}, {}
    for metric in measures:
        why = _why_not_applicable(metric, samples)
        if why is None:
            again = samples.resampled(metric)
            folds = samples.cross_validated(metric)
            cohorts = of_cohorts(again, samples.repeats)
            estimates[metric.name] = _estimate(metric, samples, folds, cohorts)
        else:
            folds, again = np.array([np.nan]), np.array([[np.nan]])
            estimates[metric.name] = Estimate.missing(why)
        cross_validated[metric.name] = folds
        resampled[metric.name] = again
    return Performance(estimates, cross_validated, resampled, samples.repeats)


def paired_difference(first: Performance, second: Performance, name: str) -> tuple[float, float]:
    """Difference of two learners in one measure, and its standard error.

    The difference is the mean over the folds in which both have a value. The standard error is the
    standard deviation of the difference over the resampled cohorts, in which both learners were
    trained and tested on the same patients; nan with fewer than two of them.
    """
    difference = mean_of_known(first.cross_validated[name] - second.cross_validated[name])
    again = of_cohorts(first.resampled[name] - second.resampled[name], first.repeats)
    return difference, _standard_deviation(again)


def _why_not_applicable(metric: Metric, samples: Samples) -> str | None:
    fewest = max(metric.measure.fewest_of_each, metric.fewest_of_each)
    lacking = too_few(fewest, samples.trained.y, samples.patients)
    return None if lacking is None else f"not applicable: {lacking}"


def _estimate(metric: Metric, samples: Samples, folds: Counts, again: Counts) -> Estimate:
    estimate, low, high = mean_of_known(folds), float("nan"), float("nan")
    optimism = samples.optimism(metric)
    if np.isnan(estimate):
        notes = [_why_undefined(metric, samples)]
    elif (doubt := _why_doubtful(metric, samples, again)) is not None:
        estimate, notes = float("nan"), [doubt]
    else:
        notes = _left_out(folds, "repeats" if metric.pooled else "folds")
        low, high, about = _interval(metric, samples, estimate, again)
        notes += about
    notes += _left_out(optimism, "bootstrap replicates")
    out_of_bag = samples.left_out(metric)
    fewer = int((np.isnan(out_of_bag) & ~np.isnan(optimism)).sum())
    if fewer and fewer < len(out_of_bag):
        notes.append(f"{fewer} of {len(out_of_bag)} bootstrap replicates have no out-of-bag value")
    apparent, measure = samples.apparent(metric), metric.measure
    # a difference of two values within the bounds may lie beyond them
    corrected = np.clip(apparent - mean_of_known(optimism), measure.lowest, measure.highest)
    return Estimate(
        estimate=estimate,
        low=low,
        high=high,
        apparent=apparent,
        optimism_corrected=float(corrected),
        bootstrap_632plus=bootstrap_632plus(metric, samples),
        out_of_bag=mean_of_known(out_of_bag),
        note="; ".join(dict.fromkeys(notes)) or None,
    )


def _interval(
    metric: Metric, samples: Samples, estimate: float, again: Counts
) -> tuple[float, float, list[str]]:
    """Both ends, nan if there is no interval, and notes."""
    if metric.interval is None:
        return float("nan"), float("nan"), ["no interval: none is known that covers"]
    if metric.interval == "cross_validation":
        around, what = again, "resampled cohorts"
    else:
        # of a model that every sample has, what differs is who the patients are
        measured = samples.inside if samples.trained.stands else samples.outside
        around, what = measured(metric), "bootstrap replicates"
    if not len(around):
        return float("nan"), float("nan"), [f"no interval: there are no {what}"]
    known = around[~np.isnan(around)]
    if len(known) < SHARE_NEEDED * len(around):
        only = f"no interval: only {len(known)} of {len(around)} {what} have a value"
        return float("nan"), float("nan"), [only]
    if metric.interval == "bound":
        most = np.quantile(known, 0.95, method="median_unbiased")
        ends = metric.measure.lowest, float(np.maximum(most, estimate))
    else:
        interval = shifted_percentiles(estimate, around)
        ends = float(interval.low), float(interval.high)
    low, high = np.clip(ends, metric.measure.lowest, metric.measure.highest)
    threshold = metric.measure.threshold if metric.zero_below_threshold else None
    if misses_zero(threshold, samples.highest, low, high):
        return float("nan"), float("nan"), [f"no interval: {NOT_HELD}"]
    return float(low), float(high), _left_out(around, what)


def misses_zero(
    threshold: Counts | float | None, highest: float, low: Counts, high: Counts
) -> Counts:
    """Whether an interval of the net benefit cannot hold that of the model itself, which is 0.

    Models of folds may reach a threshold that the model of all patients does not: the interval is
    then about what they would gain.

    Parameters
    ----------
    threshold
        From which one acts.
    highest
        Probability that the model gives anybody.
    low, high
        Ends of the interval.
    """
    if threshold is None:
        return np.asarray(False)
    return np.asarray((highest < threshold) & ((low > 0) | (high < 0)))


def _why_undefined(metric: Metric, samples: Samples) -> str:
    folds = samples.trained.folds
    known = folds.probability[~folds.failed]
    if metric.needs_spread and len(known) and is_flat(known).all():
        return "not defined: the probabilities do not differ between patients"
    if metric.pooled and len(known):
        pooled = samples.pooled_folds
        if np.isnan(pooled.probability).any(axis=1).all():
            return "not defined: every repeat has a fold without a model"
        if metric.needs_spread and pooled.flat.all():
            return "not defined: every repeat has a fold whose model tells no patients apart"
    if metric.measure.undefined is not None and len(known):
        return f"not defined: {metric.measure.undefined}"
    return "not defined in any fold: no model, one label only, or labels separated completely"


def _why_doubtful(metric: Metric, samples: Samples, again: Counts) -> str | None:
    """Why an estimate would say nothing about the true value, or None."""
    lacking = too_few(metric.fewest_for_estimate, samples.trained.y, samples.patients)
    if lacking is not None:
        return f"not estimable: {lacking}"
    if np.isinf(metric.widest):
        return None
    known = again[~np.isnan(again)]
    if len(known) < SHARE_NEEDED * len(again):
        return f"not estimable: only {len(known)} of {len(again)} resampled cohorts have a value"
    low, high = np.quantile(known, [0.025, 0.975])
    if high - low <= metric.widest:
        return None
    return f"not estimable: 95 % of resampled cohorts do not agree within {metric.widest:g}"


def _left_out(values: Counts, what: str) -> list[str]:
    missing = int(np.isnan(values).sum())
    return [f"{missing} of {len(values)} {what} have no value and are left out"] if missing else []


def _standard_deviation(values: Counts) -> float:
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else float("nan")
