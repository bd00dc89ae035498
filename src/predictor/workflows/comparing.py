"""``predictor compare``: the trainings of a study, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from predictor.disk import parse_json, read_plain
from predictor.errors import PredictorError
from predictor.measures import measure_named
from predictor.printable import visible, visible_document
from predictor.results import (
    ChangedPart,
    ComparableTraining,
    ComparedTrainings,
    MeasuredDifference,
    Number,
    ResampledMeasure,
    TrainingsOfStudy,
)
from predictor.results.compared import HEADLINE
from predictor.results.words import listed
from predictor.statistics.resampled_cohorts import paired_interval, unpaired_interval
from predictor.study import Study, differences, parse_study, question
from predictor.tracking import ListedRun, Tracker
from predictor.workflows.inputs import COUNTS, study_keys, unified_diff, unlike
from predictor.workflows.past_trainings import chosen, folder_of, listed_training, on_disk
from predictor.workflows.record import COMPARABLE, place

_LARGEST = 2**26  # bytes of one file
_FILES = (COMPARABLE, "study.yaml", "covariates.sql")

_What = Literal["outcome", "eligibility", "learners", "plan", "study"]
# how keys of a study file begin, and what they are about; the others are about the study file
_KEYS: Mapping[str, _What] = {
    "outcome.": "outcome",
    "eligible.": "eligibility",
    "order of eligible": "eligibility",
    "learners.": "learners",
    "order of learners": "learners",
    "validation.": "plan",
}
# what gives other samples: what changed, how its name begins, and how it is said
_OTHER_SAMPLES = (
    ("data", "fingerprint", "the table"),
    ("outcome", "", "the outcome"),
    ("eligibility", "", "the rule of eligibility"),
    ("study", "columns.", "the data dictionary"),
    ("study", "missing", "the list of codes for missing values"),
    ("study", "cluster", "the column of clusters"),
    ("seed", "", "the seed"),
    ("plan", "", "the plan of the samples"),
)
_PAIRED = (
    "Paired: both were trained and tested on the same samples of the same patients, so an interval "
    "is that of the difference itself."
)
_UNPAIRED = (
    "so each interval takes the two as independent. Where they share patients it is too wide: a "
    "difference that it shows is one, a difference that it does not show may be there."
)


@dataclass(frozen=True, repr=False)
class _Kept:
    """What a training keeps for a comparison."""

    numbers: ComparableTraining
    study: Study
    sql: str


def compare(
    study: Path | str,
    first: str | None = None,
    second: str | None = None,
    *,
    tracker: Tracker | None = None,
) -> TrainingsOfStudy:
    """List the trainings of a study, and hold two of them against each other.

    Parameters
    ----------
    study
        Its name, with the trainings in ``reports/<study>``; or the folder that holds them.
    first, second
        Which two: the name of a training, its unique beginning or ending, or ``latest``. The last
        two if None; the last other one, if only one of them is given.
    tracker
        Where trainings are looked for instead of on the disk; `study` is a name then.

    Returns
    -------
    TrainingsOfStudy
        The trainings from the first to the last and, if there are two, what changed between them
        and whether the second is better by more than noise.

    Raises
    ------
    PredictorError
        If there is no such study or training, one has nothing to be compared by, or the tracker
        fails.
    """
    left_out: tuple[str, ...] = ()
    if tracker is None:
        folder = folder_of(study)
        runs, left_out = on_disk(folder)
        name, source = folder.name, str(folder)
    else:
        name = str(study)
        source, runs = tracker.trainings(name)
    if not runs:
        raise PredictorError(
            f"{source}: has no training of {name}; train it first (`predictor train`), or look "
            f"{'in MLflow (--mlflow)' if tracker is None else 'on the disk'}"
        )
    pair = chosen(runs, first, second)
    found = None
    if pair is not None:
        found = _compared(*(_kept(run, tracker) for run in pair))
    return TrainingsOfStudy(
        study=visible(name),
        source=visible(source),
        trainings=tuple(listed_training(run, tracked=tracker is not None) for run in runs),
        left_out=tuple(map(visible, left_out)),
        compared=found,
    )


def _kept(run: ListedRun, tracker: Tracker | None) -> _Kept:
    """Read what a training is compared by."""
    if tracker is not None:
        files = tracker.fetch_files(run.source, _FILES)
    else:
        try:
            files = {
                name: read_plain(Path(run.source) / place(name), limit=_LARGEST) for name in _FILES
            }
        except OSError as error:
            raise PredictorError(
                f"{error.filename}: {error.strerror}, so this training cannot be compared; train "
                "again, or name two others (--first, --second)"
            ) from None
    try:
        numbers = ComparableTraining.from_json(parse_json(files[COMPARABLE]))
        config, sql = (files[name].decode() for name in _FILES[1:])
    except ValueError:
        raise PredictorError(
            f"{run.training}: what it is compared by cannot be read; train again"
        ) from None
    study = parse_study(
        config,
        file=f"the study of {run.training}",
        pipeline=sql if numbers.pipeline_given else None,
    )
    return _Kept(numbers, study, sql)


def _compared(first: _Kept, second: _Kept) -> ComparedTrainings:
    changed = tuple(_changed(first, second))
    one, other = first.numbers, second.numbers
    paired = one.samples == other.samples
    why = [_PAIRED if paired else f"Not paired: {_reason(changed)}, {_UNPAIRED}"]
    questions = question(first.study), question(second.study)
    if asked := differences(*questions):
        why.append(
            f"They do not ask the same question ({listed(asked)}): neither number is the better "
            "one by itself."
        )
    return ComparedTrainings(
        first=visible(one.training),
        second=visible(other.training),
        changed=changed,
        paired=paired,
        why=" ".join(why),
        differences=tuple(_differences(one, other, paired=paired)),
    )


def _changed(first: _Kept, second: _Kept) -> list[ChangedPart]:
    """What went in otherwise: by key of the study file, then SQL, table, seed and versions."""
    one, other = first.numbers, second.numbers
    keys = study_keys(first.study, one.labelled), study_keys(second.study, other.labelled)
    found = [_part(_about(name), name, was, comes) for name, was, comes in unlike(*keys)]
    if first.sql != second.sql:
        lines = unified_diff(first.sql, second.sql, visible(one.training), visible(other.training))
        found.append(
            ChangedPart(what="SQL", name="covariates", first=None, second=None, lines=lines)
        )
    counts = [{name: str(getattr(each, name)) for name in COUNTS} for each in (one, other)]
    found += [_part("data", name, was, comes) for name, was, comes in unlike(*counts)]
    if one.seed != other.seed:
        found.append(_part("seed", "seed", str(one.seed), str(other.seed)))
    versions = unlike(one.versions, other.versions)
    return found + [_part("version", name, was, comes) for name, was, comes in versions]


def _part(
    what: Literal[_What, "data", "seed", "version"],
    name: str,
    first: str | None,
    second: str | None,
) -> ChangedPart:
    said = visible_document({"name": name, "first": first, "second": second})
    return ChangedPart(what=what, lines=(), **said)


def _about(key: str) -> _What:
    return next((what for begin, what in _KEYS.items() if key.startswith(begin)), "study")


def _reason(changed: Sequence[ChangedPart]) -> str:
    """Why the samples are others, in words."""
    found = [
        words
        for what, begin, words in _OTHER_SAMPLES
        if any(part.what == what and part.name.startswith(begin) for part in changed)
    ]
    if found:
        return f"{listed(found)} {'is not the same' if len(found) == 1 else 'are not the same'}"
    versions = [part.name for part in changed if part.what == "version"]
    if versions:
        return f"the samples differ, perhaps by the versions of {listed(versions)}"
    return "the samples are not the same"


def _differences(
    first: ComparableTraining, second: ComparableTraining, *, paired: bool
) -> list[MeasuredDifference]:
    """Of the subjects, then of each learner that both have."""
    pairs = [(name, name) for name in first.learners if name in second.learners]
    subjects = first.subject, second.subject
    if first.subject is not None and second.subject is not None:
        about = (first.subject, second.subject)
        pairs = [about, *(pair for pair in pairs if pair != about)]
    found = []
    for one, other in pairs:
        for measure in HEADLINE:
            ours, theirs = first.learners[one].get(measure), second.learners[other].get(measure)
            if ours is None or theirs is None:
                continue
            repeats = first.repeats if paired else None
            difference, low, high = _difference(theirs, ours, repeats)
            found.append(
                MeasuredDifference(
                    first_learner=visible(one),
                    second_learner=visible(other),
                    subjects=(one, other) == subjects,
                    measure=measure,
                    first=ours.estimate,
                    second=theirs.estimate,
                    difference=difference,
                    low=low,
                    high=high,
                    verdict=_verdict(measure, low, high),
                )
            )
    return found


def _difference(
    minuend: ResampledMeasure, subtrahend: ResampledMeasure, repeats: int | None
) -> tuple[Number, Number, Number]:
    """A difference and its interval; paired if the repeats of the cross-validation are given."""
    if minuend.estimate is None or subtrahend.estimate is None:
        return None, None, None
    difference = minuend.estimate - subtrahend.estimate
    intervals = [
        (each.estimate, each.low, each.high)
        for each in (minuend, subtrahend)
        if each.estimate is not None and each.low is not None and each.high is not None
    ]
    # where one of the two has no interval, for whatever reason, its difference has none either
    if len(intervals) < 2:
        return difference, None, None
    if repeats is None:
        low, high = unpaired_interval(*intervals)
    else:
        ours, theirs = (
            np.array(each.resampled, dtype=np.float64) for each in (minuend, subtrahend)
        )
        low, high = paired_interval(difference, ours, theirs, repeats)
    if np.isnan(low):
        return difference, None, None
    return difference, low, high


def _verdict(measure: str, low: Number, high: Number) -> Literal["better", "worse", "within noise"]:
    if low is None or high is None or low <= 0 <= high:
        return "within noise"
    found = measure_named(measure)
    higher = found is not None and found.better == "higher"
    return "better" if (low > 0) == higher else "worse"
