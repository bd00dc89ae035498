"""How many samples a training by part can afford."""

from __future__ import annotations

from dataclasses import dataclass

from predictor.results.words import count
from predictor.study import Study, ValidationSpec

_AFFORDABLE = 100 * 3600.0  # seconds of one processor for a learner
_PER_SECOND = 1e9  # products added to sums of a Newton step, by one processor
_STEPS = 12  # passes of a learner that chooses a penalty
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


def sizes_by_part(study: Study, patients: int, columns: int) -> Sizes:
    """What the study asks for, or what so many patients get, as far as it can be afforded.

    A training by part has one cross-validation and keeps the models of its folds for the
    intervals. What a sample costs is told beforehand, from patients and columns; with too many of
    them there are fewer folds, and then fewer bootstrap samples or none. How many processors there
    are plays no part: the same table and study give the same samples everywhere.

    Parameters
    ----------
    study
        Its `validation`.
    patients, columns
        Labelled, and of the design.
    """
    asked = study.validation.for_patients(patients)
    folds, replicates = asked.cross_validation.folds, asked.bootstrap.replicates
    affordable = _samples(patients, columns)
    fallen = []
    if 1 + folds + replicates > affordable and folds > _FEWEST_FOLDS:
        fallen.append(f"{folds} folds fall to {_FEWEST_FOLDS}")
        folds = _FEWEST_FOLDS
    if 1 + folds + replicates > affordable:
        fewest = _fewest_replicates(affordable - 1 - folds)
        fallen.append(
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


def _samples(patients: int, columns: int) -> int:
    """Samples on which a learner can be trained in the time."""
    products = patients * (columns + 1) * (columns + 2) / 2 * _STEPS
    return max(1, int(_AFFORDABLE * _PER_SECOND / products))


def _fewest_replicates(left: int) -> int:
    return left if left >= 20 else 0  # fewer say nothing of how far a model moves


def _why(
    given: ValidationSpec,
    asked: ValidationSpec,
    fallen: list[str],
    patients: int,
    columns: int,
) -> str:
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
            f"{_AFFORDABLE / 3600:.0f} hours of a processor for each learner, "
            f"{', '.join(fallen)}"
        )
    return said
