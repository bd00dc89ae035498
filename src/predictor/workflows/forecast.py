"""Many simulated studies, of several sizes and strengths, and what they come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil, isinf, sqrt
from os import cpu_count

import numpy as np
from threadpoolctl import threadpool_limits

from predictor.report import sample_size
from predictor.results import (
    ForecastCell,
    IntervalEstimate,
    PatientsForStrength,
    PatientsReached,
    VerdictLevel,
)
from predictor.results.planning import REFUSED
from predictor.statistics import wilson
from predictor.statistics.reached_share import Reached, falls_to, reached
from predictor.validation import Strength
from predictor.workflows.simulated_study import SimulatedStudies, SimulatedStudy

FEWEST_STUDIES = 10
_WANTED, _ERROR = 0.8, 0.05
_WORTH: tuple[VerdictLevel, ...] = (
    "worth an external validation",
    "ready for external validation",
)

Found = Mapping[tuple[int, float], Sequence[SimulatedStudy]]


"""Simulated studies by their size and strength."""


@dataclass(frozen=True, repr=False)
class Forecast:
    """Every study to be simulated.

    Attributes
    ----------
    simulated
        The question and its patients.
    sizes, strengths
        Patients with a label, and AUROCs of the true probability, in increasing order.
    studies
        Of the smallest size and each strength.
    seed
        Each study has randomness of its own, whatever others there are.
    progress
        Told of every study that is done.
    """

    simulated: SimulatedStudies
    sizes: Sequence[int]
    strengths: Sequence[float]
    studies: int
    seed: int
    progress: Callable[[str, float], None]

    def run(self, jobs: int) -> Found:
        """Simulate them, so many at the same time; -1 for one on each processor."""
        workers = (cpu_count() or 1) if jobs < 0 else jobs
        keys = list(self._keys())
        done: dict[tuple[int, float], list[SimulatedStudy]] = defaultdict(list)
        with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
            try:
                for number, (key, study) in enumerate(
                    zip(keys, pool.map(self._one, keys), strict=True)
                ):
                    done[key[:2]].append(study)
                    words = f"{key[0]} patients, AUROC {key[1]:g}"
                    self.progress(words, (number + 1) / len(keys))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return done

    def _keys(self) -> Iterator[tuple[int, float, int]]:
        for size in self.sizes:
            fewer = ceil(self.studies * sqrt(self.sizes[0] / size))
            for number in range(max(fewer, FEWEST_STUDIES)):
                for strength in self.strengths:
                    yield size, strength, number

    def _one(self, key: tuple[int, float, int]) -> SimulatedStudy:
        size, strength, number = key
        rng = np.random.default_rng([self.seed, size, round(1000 * strength), number])
        return self.simulated.run(size, strength, rng)


def forecast_cell(patients: int, strength: float, found: Sequence[SimulatedStudy]) -> ForecastCell:
    """Shares and means of the studies of one size and strength."""
    levels = Counter(REFUSED if each.level is None else each.level for each in found)

    def mean(name: str) -> float | None:
        known = np.array([getattr(each, name) for each in found])
        known = known[~np.isnan(known)]
        return float(known.mean()) if len(known) else None

    widths = [each.high - each.low for each in found]
    known = [width for width in widths if not np.isnan(width)]
    return ForecastCell(
        patients=patients,
        auroc=strength,
        studies=len(found),
        levels={level: n / len(found) for level, n in sorted(levels.items())},
        found=_share(sum(each.found for each in found), len(found)),
        worth=_share(sum(each.level in _WORTH for each in found), len(found)),
        estimate=mean("estimate"),
        width=float(np.mean(known)) if known else None,
        true=mean("true"),
        error=mean("error"),
        instability=mean("instability"),
    )


def _share(n: int, of: int) -> IntervalEstimate:
    interval = wilson(n, of)
    return IntervalEstimate(estimate=n / of, low=float(interval.low), high=float(interval.high))


def patients_for(
    strength: float, found: Found, parameters: int, prevalence: float, rng: np.random.Generator
) -> PatientsForStrength:
    """From how many patients on four in five studies of a strength succeed, beside Riley."""
    of = {size: each for (size, auroc), each in sorted(found.items()) if auroc == strength}
    sizes, studies = list(of), [len(each) for each in of.values()]

    def patients(successes: list[int]) -> PatientsReached:
        return _whole(reached(sizes, successes, studies, _WANTED, rng))

    errors = [float(np.mean([s.error for s in each if not np.isnan(s.error)] or [1.0]))
              for each in of.values()]  # fmt: skip
    assumed = Strength(strength, "assumed")
    size = sample_size(10_000, round(10_000 * prevalence), parameters, assumed)
    return PatientsForStrength(
        auroc=strength,
        found=patients([sum(s.found for s in each) for each in of.values()]),
        worth=patients([sum(s.level in _WORTH for s in each) for each in of.values()]),
        error=_number(falls_to(sizes, errors, _ERROR)),
        riley=size.required,
    )


def _whole(found: Reached) -> PatientsReached:
    return PatientsReached(
        estimate=_number(found.patients), low=_number(found.low), high=_number(found.high)
    )


def _number(patients: float) -> int | None:
    return None if isinf(patients) else ceil(patients)
