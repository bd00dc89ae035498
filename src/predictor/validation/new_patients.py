"""The performance of a finished model in patients who had no part in making it.

Nothing is trained here: probabilities are given, and what is uncertain is only who the patients
happen to be. For patients a model was made of, see `predictor.validation.estimates`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from predictor import statistics
from predictor.measures import Measure
from predictor.measures.measure import too_few
from predictor.validation.executors import serial
from predictor.validation.interval_forms import FEWEST_CLUSTERS, FORMS, Units
from predictor.validation.resamples import Counts, Integers, bootstrap

RESAMPLES = 1000
"""Resampled cohorts behind an interval that needs them."""

# resampled cohorts, times patients, that are measured at once
_AT_ONCE = 4_000_000
# share of the resampled cohorts that must have a value
_SHARE_NEEDED = 0.9

_DISTANCES = ("ici", "e50", "e90")
# of the range of probabilities, for the spread of a smooth curve
_STEPS = 200


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

    @classmethod
    def alone(cls, estimate: float, why: str) -> Measured:
        """A number without an interval."""
        return cls(estimate, float("nan"), float("nan"), f"no interval: {why}")


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
        Resampled cohorts are drawn from it: the same for whatever is measured of these patients.
    resamples
        How many.
    executor
        Where they are drawn and measured, some of them at a time: `serial`, or what takes its
        place.
    """

    y: Counts
    clusters: Integers | None
    entropy: int | Sequence[int]
    resamples: int = RESAMPLES
    executor: Callable[..., Iterable[Counts]] = serial

    @property
    def units(self) -> Units:
        """What is sampled: patients, or clusters of them."""
        return Units(len(self.y), self.clusters)

    def resampled(self, statistic: Callable[..., Counts], *told: object) -> Counts:
        """(R, ...) what comes of every resampled cohort, whoever computes it.

        Parameters
        ----------
        statistic
            ``statistic(counts, *told)``, a function of a module: what comes of (b, n) how often
            each patient is in each of some cohorts.
        told
            What it is told.
        """
        work = partial(
            _of_some, statistic, told, len(self.y), self.clusters, self.entropy, self.resamples
        )
        chunks = range(-(-self.resamples // _some(len(self.y))))
        return np.concatenate(list(self.executor(work, chunks)))


def _some(patients: int) -> int:
    return max(1, _AT_ONCE // max(1, patients))


def _of_some(
    statistic: Callable[..., Counts],
    told: Sequence[object],
    patients: int,
    clusters: Integers | None,
    entropy: int | Sequence[int],
    resamples: int,
    chunk: int,
) -> Counts:
    """What comes of the cohorts of a chunk, which have randomness of their own."""
    some = _some(patients)
    seed = np.random.SeedSequence(entropy, spawn_key=(chunk,) if chunk else ())
    drawn = min(some, resamples - chunk * some)
    return statistic(bootstrap(patients, drawn, np.random.default_rng(seed), clusters), *told)


def measure_in(
    patients: NewPatients, probability: Counts, measures: Sequence[Measure]
) -> dict[str, Measured]:
    """Every measure of a finished model in new patients, by name of the measure.

    The form of each interval was chosen by what it covers (docs/validating.md): see
    `predictor.validation.interval_forms`. Average precision has none there: its spread on the log
    odds is that of resampled cohorts; and a distance, which is above 0 in every sample, has an
    upper bound, the 95th percentile of theirs.

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
            continue
        estimate = float(measure(y, probability))
        if np.isnan(estimate):
            why = measure.undefined or "it has no value here"
            found[measure.name] = Measured.missing(f"not defined: {why}")
        elif measure.stem not in FORMS:
            resampled.append(measure)
        else:
            ends = FORMS[measure.stem].interval(patients, probability, measure, estimate)
            found[measure.name] = _measured(measure, estimate, ends)
    found |= _resampled(patients, probability, resampled)
    return {measure.name: found[measure.name] for measure in measures}


def difference_in(
    patients: NewPatients, first: Counts, second: Counts, measures: Sequence[Measure]
) -> dict[str, Measured]:
    """First minus second model in each measure, in the same patients, by name of the measure.

    ``d -+ q s``, where s is the standard error of the difference of what each patient adds to both
    (`predictor.statistics.influence`; of AUROCs DeLong's test), so that what both models share
    falls out. Measures without such a form are left out.

    Parameters
    ----------
    patients
        Who they are, and what became of them.
    first, second
        (n,) probabilities of two finished models.
    measures
        In which they are compared.
    """
    found = {}
    for measure in measures:
        form = FORMS.get(measure.stem)
        if form is None or too_few(max(1, measure.fewest_of_each), patients.y) is not None:
            continue
        difference = float(measure(patients.y, first)) - float(measure(patients.y, second))
        if np.isnan(difference):
            why = measure.undefined or "one of them has no value here"
            found[measure.name] = Measured.missing(f"not defined: {why}")
            continue
        half = form.half_width_of_difference(patients, first, second, measure)
        if np.isfinite(half) and half > 1e-12:
            found[measure.name] = Measured(difference, difference - half, difference + half)
        else:
            same = "no patient tells the two apart" if half <= 1e-12 else "it has no standard error"
            found[measure.name] = Measured.alone(difference, same)
    return found


def _measured(measure: Measure, estimate: float, ends: tuple[float, float]) -> Measured:
    low, high = ends
    if not (np.isfinite(low) and np.isfinite(high)):
        why = "it has no standard error here"
        if measure.name == "auroc":
            why = "the outcomes do not overlap"
        elif measure.stem == "net_benefit":
            why = "no probability reaches the threshold"
        return Measured.alone(estimate, why)
    inside = np.clip([low, high], measure.lowest, measure.highest).tolist()
    return Measured(estimate, inside[0], inside[1])


def _resampled(
    patients: NewPatients, probability: Counts, measures: Sequence[Measure]
) -> dict[str, Measured]:
    if not measures:
        return {}
    y = patients.y
    estimates = {measure.name: float(measure(y, probability)) for measure in measures}
    if patients.units.count < FEWEST_CLUSTERS:
        few = f"needs {FEWEST_CLUSTERS} clusters; here {patients.units.count}"
        return {name: Measured.alone(value, few) for name, value in estimates.items()}
    values = patients.resampled(_values, y, probability, tuple(measures))
    return {
        measure.name: _from_resamples(
            measure, estimates[measure.name], values[:, place], patients.units.student
        )
        for place, measure in enumerate(measures)
    }


def _values(counts: Counts, y: Counts, p: Counts, measures: Sequence[Measure]) -> Counts:
    """(b, measures) of resampled cohorts; the smooth curve of each cohort is made once."""
    distances = None
    values = []
    for measure in measures:
        if measure.stem not in _DISTANCES:
            values.append(np.broadcast_to(measure(y, p, weights=counts), len(counts)))
            continue
        if distances is None:
            of_steps = statistics.coarse(y, p, counts, steps=_STEPS, many=2 * _STEPS)
            distances = statistics.ici_e50_e90(of_steps[0], of_steps[1], weights=of_steps[2])
        values.append(getattr(distances, measure.stem))
    return np.stack(values, axis=-1)


def _from_resamples(measure: Measure, estimate: float, values: Counts, student: float) -> Measured:
    known = values[np.isfinite(values)]
    if len(known) < _SHARE_NEEDED * len(values):
        only = f"only {len(known)} of {len(values)} resampled cohorts have a value"
        return Measured.alone(estimate, only)
    if measure.stem in _DISTANCES:
        bound = float(np.quantile(known, 0.95, method="median_unbiased"))
        return Measured(estimate, measure.lowest, max(bound, estimate))
    if not 0 < estimate < 1:
        return Measured.alone(estimate, "it has no standard error here")
    # a share: resampled cohorts have too high a precision, but spread as the estimate does
    inside = known[(known > 0) & (known < 1)]
    spread = float(np.std(np.log(inside / (1 - inside)), ddof=1))
    odds, ratio = estimate / (1 - estimate), float(np.exp(student * spread))
    low, high = odds / ratio, odds * ratio
    return Measured(estimate, low / (1 + low), high / (1 + high))
