"""How many samples a training by part can afford."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from predictor.learners.learner import Learner
from predictor.learners.lightgbm import LightGBM
from predictor.learners.parted import seconds_by_part
from predictor.results.words import count
from predictor.study import Study, ValidationSpec

_AFFORDABLE = 100 * 3600.0  # seconds of one processor for a learner
_FEWEST_FOLDS = 5
_GIVEN = ("cross_validation", "interval", "bootstrap")


@dataclass(frozen=True)
class Sizes:
    """Samples of a training by part.

    Attributes
    ----------
    folds, cohorts, replicates
        Of the cross-validation, resampled for the intervals, of the bootstrap.
    why
        In words: why so many, and not more.
    """

    folds: int
    cohorts: int
    replicates: int
    why: str


def sizes_by_part(
    study: Study, patients: int, columns: int, learners: Mapping[str, Learner]
) -> Sizes:
    """What the study asks for, or what so many patients get, as far as it can be afforded.

    A training by part has one cross-validation and keeps the models of its folds for the
    intervals. What a sample costs each learner is told beforehand, from patients and columns. If
    all samples cost one of them too much there are fewer folds, and then fewer bootstrap samples or
    none. How many processors there are plays no part: the same table and study give the same
    samples everywhere.

    Parameters
    ----------
    study
        Its `validation`.
    patients, columns
        Labelled, and of the design.
    learners
        By name; LightGBM has no bootstrap, so only folds fall for it.
    """
    asked = study.validation.for_patients(patients)
    folds, replicates = asked.cross_validation.folds, asked.bootstrap.replicates
    costs = {
        name: patients * seconds_by_part(learner, columns) for name, learner in learners.items()
    }
    resampled = {
        name: cost for name, cost in costs.items() if not isinstance(learners[name], LightGBM)
    }
    fallen: dict[str, list[str]] = {}
    whole = {
        name: cost * (1 + folds + (replicates if name in resampled else 0))
        for name, cost in costs.items()
    }
    slowest = max(whole, key=whole.__getitem__)
    if whole[slowest] > _AFFORDABLE and folds > _FEWEST_FOLDS:
        fallen[slowest] = [f"{folds} folds fall to {_FEWEST_FOLDS}"]
        folds = _FEWEST_FOLDS
    slowest, cost = max(resampled.items(), key=lambda each: each[1], default=("", 0.0))
    if cost * (1 + folds + replicates) > _AFFORDABLE:
        fewest = _fewest_replicates(int(_AFFORDABLE / cost) - 1 - folds)
        fallen.setdefault(slowest, []).append(
            f"{replicates} bootstrap samples fall to {fewest}"
            + ("" if fewest else ", so that there is no range of a probability over other samples")
        )
        replicates = fewest
    return Sizes(
        folds,
        asked.interval.resamples,
        replicates,
        _why(study.validation, asked, fallen, patients, columns),
    )


def _fewest_replicates(left: int) -> int:
    return left if left >= 20 else 0  # fewer say nothing of how far a model moves


def _why(
    given: ValidationSpec,
    asked: ValidationSpec,
    fallen: Mapping[str, Sequence[str]],
    patients: int,
    columns: int,
) -> str:
    """In words; `fallen` is what fell, by the learner for which it did."""
    named = [name for name in _GIVEN if name in given.model_fields_set]
    said = f"the default for {patients} patients"
    if named:
        rest = "" if len(named) == len(_GIVEN) else f"; the rest is {said}"
        said = f"given in the study file: {', '.join(named)}{rest}"
    by_part = []
    if asked.cross_validation.repeats > 1:
        by_part.append(f"{asked.cross_validation.repeats} repeats fall to 1")
    if asked.interval.refit:
        by_part.append("resampled cohorts are tested with the models of the folds")
    if by_part:
        said += f"; by part {', and '.join(by_part)}"
    if fallen:
        said += (
            f"; as {patients} patients and {count(columns, 'column')} would take more than "
            f"{_AFFORDABLE / 3600:.0f} hours of a processor for "
            + "; for ".join(f"{name}, {', '.join(each)}" for name, each in fallen.items())
        )
    return said
