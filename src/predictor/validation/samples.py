"""One measure on all samples of a plan: folds, resampled cohorts, bootstrap, training patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Literal, NamedTuple

import numpy as np

from predictor.validation.metric import Metric
from predictor.validation.plan import Plan
from predictor.validation.pooling import Pooled, mean_by, pool
from predictor.validation.replicates import Trained
from predictor.validation.resamples import Counts, KeptModels

Place = Literal["cohort", "inside", "outside", "left out"]
Key = tuple[Callable[..., Counts], str]
_ROUNDING = 1e-12


class Seen(NamedTuple):
    """Patients as a model sees them.

    Attributes
    ----------
    y
        (n,) outcomes.
    probability
        (n,), or (B, n) by B models.
    weights
        How often each counts; once if None.
    """

    y: Counts
    probability: Counts
    weights: Counts | None


@dataclass(frozen=True, repr=False)
class Samples:
    """A trained learner with the samples of its plan, ready to be measured.

    What measures share (folds put together, the curve behind several numbers) is made once.

    Attributes
    ----------
    trained, plan
        A learner's probabilities, and the samples they came from.
    """

    trained: Trained
    plan: Plan
    _known: dict[Key, Counts] = field(default_factory=dict)

    def cross_validated(self, metric: Metric) -> Counts:
        """The measure in every fold, or in every repeat if folds are pooled; nan where none."""
        if metric.pooled:
            return self._of_repeats(metric, "folds pooled", self.pooled_folds)
        return self._once(metric, "folds", self.trained.folds.probability, self.plan.folds.testing)

    def resampled(self, metric: Metric) -> Counts:
        """The cross-validated measure of every repeat in every resampled cohort, (R, k)."""
        if metric.pooled:
            pooled = self.pooled_interval
            return self._of_repeats(metric, "interval pooled", pooled).reshape(pooled.cohorts, -1)
        interval = self.plan.interval
        if isinstance(interval, KeptModels):
            return self._with_kept_models(metric, interval)[:, None]
        value = self._once(metric, "interval", self.trained.interval.probability, interval.testing)
        # the mean of what few folds are left would be that of another, smaller cross-validation
        known = mean_by(interval.repeat, (~np.isnan(value)).astype(np.float64))
        of_repeat = np.where(known >= 0.5, mean_by(interval.repeat, value), np.nan)
        return of_repeat.reshape(int(interval.resample[-1]) + 1, -1)

    def apparent(self, metric: Metric) -> float:
        """The measure on the patients the model was trained on."""
        return float(self._measured(metric, "cohort"))

    def inside(self, metric: Metric) -> Counts:
        """The measure of every bootstrap model on its own sample, (B,)."""
        return self._measured(metric, "inside")

    def outside(self, metric: Metric) -> Counts:
        """The measure of every bootstrap model on the original patients, (B,)."""
        return self._measured(metric, "outside")

    def optimism(self, metric: Metric) -> Counts:
        """How much better every bootstrap model looks on its own sample, (B,)."""
        return self.inside(metric) - self.outside(metric)

    def left_out(self, metric: Metric) -> Counts:
        """The measure of every bootstrap model on the patients it left out, (B,)."""
        return self._measured(metric, "left out")

    @property
    def patients(self) -> Counts | None:
        """(n,) how many patients each row of the folds stands for; one each if None."""
        return None

    @property
    def prevalence(self) -> float:
        """Share of the patients who have the event."""
        return float(np.average(self.trained.y, weights=self.patients))

    @property
    def highest(self) -> float:
        """The highest probability that the model gives a patient it was trained on."""
        return float(self.trained.probability.max())

    def at(self, place: Place) -> Seen:
        """Outcomes and probabilities of a place, and how often each counts."""
        trained = self.trained
        if place == "cohort":
            return Seen(trained.y, trained.probability, None)
        weights = None
        if place == "inside":
            weights = trained.bootstrap.weights
        elif place == "left out":
            weights = self._absent
        return Seen(trained.y, trained.bootstrap.probability, weights)

    def useless(self, metric: Metric) -> float:
        """The measure of a model whose probabilities have nothing to do with the outcome."""
        return (
            float("nan")
            if metric.no_information is None
            else metric.no_information(*self.at("cohort"))
        )

    @property
    def repeats(self) -> int:
        """How often the folds of the cohort itself were dealt out."""
        return int(self.plan.folds.repeat[-1]) + 1

    @cached_property
    def pooled_folds(self) -> Pooled:
        """Repeats of the cross-validation of the cohort."""
        return pool(self.trained.folds, self.plan.folds)

    @cached_property
    def pooled_interval(self) -> Pooled:
        """Repeats of the cross-validations of the resampled cohorts."""
        interval = self.plan.interval
        if isinstance(interval, KeptModels):
            return self.pooled_folds.again(interval.counts)
        return pool(self.trained.interval, interval)

    @cached_property
    def _absent(self) -> Counts:
        """(B, n) 1 for the patients whom a bootstrap replicate left out."""
        return np.asarray(self.trained.bootstrap.weights == 0, dtype=np.float64)

    def _of_repeats(self, metric: Metric, where: str, pooled: Pooled) -> Counts:
        value = self._once(metric, where, pooled.probability, pooled.weights)
        return np.where(pooled.flat, np.nan, value) if metric.needs_spread else value

    def _with_kept_models(self, metric: Metric, interval: KeptModels) -> Counts:
        """Fold by fold, so that only the patients of a fold are looked at.

        In the order of their probabilities, which spares ranking them anew in every cohort.
        """
        y, counts = self.trained.y, interval.counts
        of_fold = []
        for testing, probability in zip(
            self.plan.folds.testing, self.trained.folds.probability, strict=True
        ):
            tested = np.flatnonzero(testing)
            tested = tested[np.argsort(probability[tested])]
            # counts[:, tested] would lay every cohort out over the whole array
            weights = np.take(counts, tested, axis=1)
            of_fold.append(metric.measure(y[tested], probability[tested], weights=weights))
        which = np.tile(np.arange(len(counts)), len(of_fold))
        in_order = np.argsort(which, kind="stable")
        return mean_by(which[in_order], np.concatenate(of_fold)[in_order])

    def _measured(self, metric: Metric, place: Place) -> Counts:
        y, probability, weights = self.at(place)
        return self._once(metric, place, probability, weights, y)

    def _once(
        self,
        metric: Metric,
        where: str,
        probability: Counts,
        weights: Counts | None,
        y: Counts | None = None,
    ) -> Counts:
        statistic, part = metric.measure.statistic, metric.measure.part
        if where == "left out" and metric.out_of_bag is not None:
            statistic = partial(metric.out_of_bag, prevalence=self.prevalence)
            key: Key = (metric.out_of_bag, where)
        else:
            key = (statistic, where)
        if key not in self._known:
            y = self.trained.y if y is None else y
            self._known[key] = np.asarray(statistic(y, probability, weights=weights))
        return self._known[key] if part is None else self._known[key][part]


def bootstrap_632plus(metric: Metric, samples: Samples) -> float:
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
    # better is greater from here on
    sign = 1 if metric.measure.better == "higher" else -1
    apparent = sign * samples.apparent(metric)
    outside = sign * mean_of_known(samples.left_out(metric))
    useless = sign * samples.useless(metric)
    overfitting = 0.0
    if apparent - useless > _ROUNDING:
        outside = float(np.maximum(outside, useless))
        overfitting = max(0.0, (apparent - outside) / (apparent - useless))
    weight = 0.632 / (1 - 0.368 * overfitting)
    return float(sign * ((1 - weight) * apparent + weight * outside))


def mean_of_known(values: Counts) -> float:
    """Mean of the values that are not nan; nan if all are."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
