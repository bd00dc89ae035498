"""Many simulated studies, of several sizes and strengths, and what they come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, isinf, sqrt

import numpy as np

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
Key = tuple[int, float, int]
"""Patients of a study, its strength, and which of those it is."""
Executor = Callable[[Callable[[Key], SimulatedStudy], Sequence[Key]], Iterable[SimulatedStudy]]


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

    def run(self, executor: Executor) -> Found:
        """Simulate them, each a chunk of work of its own."""
        keys = list(self._keys())
        done: dict[tuple[int, float], list[SimulatedStudy]] = defaultdict(list)
        studies = iter(executor(partial(_simulated, self.simulated, self.seed), keys))
        try:
            for number, (key, study) in enumerate(zip(keys, studies, strict=True)):
                done[key[:2]].append(study)
                words = f"{key[0]} patients, AUROC {key[1]:g}"
                self.progress(words, (number + 1) / len(keys))
        finally:
            if isinstance(studies, Generator):
                studies.close()  # what has not begun does not begin
        return done

    def _keys(self) -> Iterator[Key]:
        for size in self.sizes:
            fewer = ceil(self.studies * sqrt(self.sizes[0] / size))
            for number in range(max(fewer, FEWEST_STUDIES)):
                for strength in self.strengths:
                    yield size, strength, number


def _simulated(simulated: SimulatedStudies, seed: int, key: Key) -> SimulatedStudy:
    size, strength, number = key
    rng = np.random.default_rng([seed, size, round(1000 * strength), number])
    return simulated.run(size, strength, rng)


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
