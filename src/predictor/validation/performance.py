"""From (y, W, P) to honest numbers: cross-validated with an interval, corrected, .632+."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.statistics import shifted_percentiles
from predictor.validation.metrics import Metric
from predictor.validation.replicates import Plan, Replicates, Trained
from predictor.validation.resamples import Counts, Folds, Integers

# an interval needs nearly all resampled cohorts: those without a value are not like the others
_SHARE_NEEDED = 0.9
_ROUNDING = 1e-12


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
    note
        Why a number is missing, and how many folds or replicates gave no value.
    """

    estimate: float
    low: float
    high: float
    apparent: float
    optimism_corrected: float
    bootstrap_632plus: float
    note: str | None = None


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
        By name: the cross-validated value of each resampled cohort, (R,). Paired between learners.
    """

    estimates: Mapping[str, Estimate]
    cross_validated: Mapping[str, Counts]
    resampled: Mapping[str, Counts]

    def standard_error(self, name: str) -> float:
        """Standard deviation of a measure over the resampled cohorts; nan with fewer than two."""
        return _standard_deviation(self.resampled[name])


def performance(trained: Trained, plan: Plan, measures: tuple[Metric, ...]) -> Performance:
    """Every measure of a trained learner.

    Parameters
    ----------
    trained, plan
        A learner's probabilities, and the samples they came from.
    measures
        What to estimate.
    """
    estimates, cross_validated, resampled = {}, {}, {}
    for metric in measures:
        parts, of_resample = values(metric, trained.interval, plan.interval)
        again = _mean_by(of_resample, parts)
        folds, _ = values(metric, trained.folds, plan.folds)
        estimates[metric.name] = _estimate(metric, trained, folds, again)
        cross_validated[metric.name] = folds
        resampled[metric.name] = again
    return Performance(estimates, cross_validated, resampled)


def values(metric: Metric, replicates: Replicates, folds: Folds) -> tuple[Counts, Integers]:
    """The measure in every fold, or in every repeat if folds are pooled.

    Returns
    -------
    value, resample
        (F,) values, nan where a model failed or the measure is not defined, and (F,) the resampled
        cohort of each.
    """
    if metric.pooled:
        return _pooled(metric, replicates, folds)
    value = metric.statistic(replicates.y, replicates.probability, weights=folds.testing)
    return value, folds.resample


def optimism_corrected(metric: Metric, trained: Trained) -> float:
    """Apparent value minus the optimism of the bootstrap replicates; R's ``rms::validate``."""
    apparent = float(metric.statistic(trained.y, trained.probability))
    return apparent - _mean(_optimism(metric, trained.bootstrap))


def bootstrap_632plus(metric: Metric, trained: Trained) -> float:
    """The .632+ estimate, ``(1 - w) apparent + w out-of-bag`` with ``w = .632 / (1 - .368 R)``.

    R, the relative overfitting rate, is how much of the way from the apparent value to that of a
    useless model the out-of-bag value has gone. An out-of-bag value worse than useless counts as
    useless. R is 0 when the apparent value itself is no better than useless.

    The out-of-bag value is the mean over replicates of the measure on the patients left out.

    References
    ----------
    Efron and Tibshirani 1997, J Am Stat Assoc 92:548, doi 10.1080/01621459.1997.10474007.
    """
    if metric.no_information is None:
        return float("nan")
    replicates = trained.bootstrap
    left_out = (replicates.weights == 0).astype(float)
    measure = metric.out_of_bag or metric.statistic
    # better is greater from here on
    sign = 1 if metric.higher_is_better else -1
    apparent = sign * float(metric.statistic(trained.y, trained.probability))
    outside = sign * _mean(measure(replicates.y, replicates.probability, weights=left_out))
    useless = sign * metric.no_information(trained.y, trained.probability)
    overfitting = 0.0
    if apparent - useless > _ROUNDING:
        outside = float(np.maximum(outside, useless))
        overfitting = max(0.0, (apparent - outside) / (apparent - useless))
    weight = 0.632 / (1 - 0.368 * overfitting)
    return float(sign * ((1 - weight) * apparent + weight * outside))


def paired_difference(first: Performance, second: Performance, name: str) -> tuple[float, float]:
    """Difference of two learners in one measure, and its standard error.

    The difference is the mean over the folds in which both have a value. The standard error is the
    standard deviation of the difference over the resampled cohorts, in which both learners were
    trained and tested on the same patients; nan with fewer than two of them.
    """
    difference = _mean(first.cross_validated[name] - second.cross_validated[name])
    return difference, _standard_deviation(first.resampled[name] - second.resampled[name])


def _estimate(metric: Metric, trained: Trained, folds: Counts, again: Counts) -> Estimate:
    estimate, low, high = _mean(folds), float("nan"), float("nan")
    if np.isnan(estimate):
        notes = [_why_undefined(metric, trained.folds)]
    elif (doubt := _why_doubtful(metric, again)) is not None:
        estimate, notes = float("nan"), [doubt]
    else:
        notes = _left_out(folds, "repeats" if metric.pooled else "folds")
        low, high, about = _interval(metric, trained.bootstrap, estimate, again)
        notes += about
    notes += _left_out(_optimism(metric, trained.bootstrap), "bootstrap replicates")
    return Estimate(
        estimate=estimate,
        low=low,
        high=high,
        apparent=float(metric.statistic(trained.y, trained.probability)),
        optimism_corrected=optimism_corrected(metric, trained),
        bootstrap_632plus=bootstrap_632plus(metric, trained),
        note="; ".join(dict.fromkeys(notes)) or None,
    )


def _interval(
    metric: Metric, bootstrap: Replicates, estimate: float, again: Counts
) -> tuple[float, float, list[str]]:
    """Both ends, nan if there is no interval, and notes."""
    if metric.interval is None:
        return float("nan"), float("nan"), ["no interval: none is known that covers"]
    if metric.interval == "bootstrap":
        around, what = metric.statistic(bootstrap.y, bootstrap.probability), "bootstrap replicates"
    else:
        around, what = again, "resampled cohorts"
    interval = shifted_percentiles(estimate, around)
    if interval.used < _SHARE_NEEDED * len(around):
        only = f"no interval: only {interval.used} of {len(around)} {what} have a value"
        return float("nan"), float("nan"), [only]
    low, high = np.clip((interval.low, interval.high), metric.lowest, metric.highest)
    return float(low), float(high), _left_out(around, what)


def _why_undefined(metric: Metric, folds: Replicates) -> str:
    known = folds.probability[~folds.failed]
    if metric.needs_spread and len(known) and _flat(known).all():
        return "not defined: the probabilities do not differ between patients"
    return "not defined in any fold: no model, one label only, or labels separated completely"


def _why_doubtful(metric: Metric, again: Counts) -> str | None:
    """Why an estimate would say nothing about the true value, or None."""
    if np.isinf(metric.widest):
        return None
    known = again[~np.isnan(again)]
    if len(known) < _SHARE_NEEDED * len(again):
        return f"not estimable: only {len(known)} of {len(again)} resampled cohorts have a value"
    low, high = np.quantile(known, [0.025, 0.975])
    if high - low <= metric.widest:
        return None
    return f"not estimable: 95 % of resampled cohorts lie between {low:.1f} and {high:.1f}"


def _left_out(values: Counts, what: str) -> list[str]:
    missing = int(np.isnan(values).sum())
    return [f"{missing} of {len(values)} {what} have no value and are left out"] if missing else []


def _optimism(metric: Metric, replicates: Replicates) -> Counts:
    inside = metric.statistic(replicates.y, replicates.probability, weights=replicates.weights)
    optimism: Counts = inside - metric.statistic(replicates.y, replicates.probability)
    return optimism


def _pooled(metric: Metric, replicates: Replicates, folds: Folds) -> tuple[Counts, Integers]:
    """Put the test predictions of the folds of each repeat together, then measure."""
    rows = folds.repeat[-1] + 1
    tested = folds.testing > 0
    # the folds of a repeat test different patients, so nothing is added to anything but zero; a
    # failed fold leaves its patients without a probability, and the repeat without a value
    probability = np.zeros((rows, folds.testing.shape[1]))
    np.add.at(probability, folds.repeat, np.where(tested, replicates.probability, 0.0))
    weights = np.zeros_like(probability)
    np.add.at(weights, folds.repeat, folds.testing)
    value = metric.statistic(replicates.y, probability, weights=weights)
    if metric.needs_spread:
        value[folds.repeat[_flat(replicates.probability) & tested.any(axis=1)]] = np.nan
    first = np.searchsorted(folds.repeat, np.arange(rows))
    return value, folds.resample[first]


def _flat(probability: Counts) -> npt.NDArray[np.bool_]:
    """Which replicates tell no patients apart."""
    return np.asarray(np.ptp(probability, axis=1) < 1e-9)


def _mean(values: Counts) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _standard_deviation(values: Counts) -> float:
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else float("nan")


def _mean_by(groups: Integers, values: Counts) -> Counts:
    known = ~np.isnan(values)
    size = int(groups[-1]) + 1
    count = np.bincount(groups[known], minlength=size)
    total = np.bincount(groups[known], values[known], minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
