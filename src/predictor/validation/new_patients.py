"""The performance of a finished model in patients who had no part in making it.

Nothing is trained here: probabilities are given, and what is uncertain is only who the patients
happen to be. For patients a model was made of, see `predictor.validation.estimates`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from predictor import statistics
from predictor.measures import Measure
from predictor.measures.measure import too_few
from predictor.validation.resamples import Counts, Integers, bootstrap

RESAMPLES = 2000
"""Resampled cohorts behind an interval."""

# resampled cohorts, times patients, that are measured at once
_AT_ONCE = 4_000_000
# share of the resampled cohorts that must have a value
_SHARE_NEEDED = 0.9


@dataclass(frozen=True)
class Measured:
    """A measure of a finished model in new patients.

    Attributes
    ----------
    estimate
        In these patients; nan where it is not defined.
    low, high
        95 % interval; nan where there is none.
    note
        Why there is no number, or what is to be known of it.
    """

    estimate: float
    low: float
    high: float
    note: str | None = None

    @classmethod
    def missing(cls, why: str) -> Measured:
        """Without a number."""
        return cls(float("nan"), float("nan"), float("nan"), why)


@dataclass(frozen=True, repr=False)
class NewPatients:
    """Outcomes of new patients, and the cohorts resampled from them.

    Attributes
    ----------
    y
        (n,) outcomes, 0 or 1.
    clusters
        (n,) number of the cluster of each patient, from 0; None when patients are independent.
    entropy
        Resampled cohorts are drawn from it: the same for whatever is measured of these patients,
        so that models are compared in pairs.
    resamples
        How many.
    """

    y: Counts
    clusters: Integers | None
    entropy: int | Sequence[int]
    resamples: int = RESAMPLES

    def cohorts(self) -> Iterator[Counts]:
        """(b, n) how often each patient is in each resampled cohort, some cohorts at a time."""
        rng = np.random.default_rng(self.entropy)
        left, block = self.resamples, max(1, _AT_ONCE // max(1, len(self.y)))
        while left:
            yield bootstrap(len(self.y), min(block, left), rng, self.clusters)
            left -= min(block, left)

    def resampled(self, statistic: Callable[[Counts], Counts]) -> Counts:
        """(R, ...) what a function of (b, n) counts gives for every resampled cohort."""
        return np.concatenate([statistic(counts) for counts in self.cohorts()])


def measure_in(
    patients: NewPatients, probability: Counts, measures: Sequence[Measure]
) -> dict[str, Measured]:
    """Every measure of a finished model in new patients, by name of the measure.

    Parameters
    ----------
    patients
        Who they are, and what became of them.
    probability
        (n,) of the model.
    measures
        What to measure.
    """
    y = patients.y
    found: dict[str, Measured] = {}
    resampled: list[Measure] = []
    for measure in measures:
        lacking = too_few(max(1, measure.fewest_of_each), y)
        if lacking is not None:
            found[measure.name] = Measured.missing(f"not applicable: {lacking}")
        elif measure.name == "auroc" and patients.clusters is None:
            ends = statistics.delong_interval(y, probability)
            note = None if np.isfinite(ends.low) else "no interval: the outcomes do not overlap"
            found["auroc"] = Measured(
                float(measure(y, probability)), float(ends.low), float(ends.high), note
            )
        else:
            resampled.append(measure)
    if resampled:
        values = patients.resampled(
            lambda counts: np.stack(
                [
                    np.broadcast_to(measure(y, probability, weights=counts), len(counts))
                    for measure in resampled
                ],
                axis=-1,
            )
        )
        for place, measure in enumerate(resampled):
            estimate = float(measure(y, probability))
            found[measure.name] = _with_interval(measure, estimate, values[:, place])
    return {measure.name: found[measure.name] for measure in measures}


def _with_interval(measure: Measure, estimate: float, values: Counts) -> Measured:
    if np.isnan(estimate):
        return Measured.missing(f"not defined: {measure.undefined or 'it has no value here'}")
    known = values[np.isfinite(values)]
    if len(known) < _SHARE_NEEDED * len(values):
        only = f"no interval: only {len(known)} of {len(values)} resampled cohorts have a value"
        return Measured(estimate, float("nan"), float("nan"), only)
    low, high = np.quantile(known, [0.025, 0.975], method="median_unbiased")
    return Measured(estimate, float(low), float(high))
