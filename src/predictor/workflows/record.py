"""What a tracker is to be told of a training, kept beside its report: it can be told later."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter

from predictor.disk import parse_json, read_plain
from predictor.errors import PredictorError
from predictor.study import folder_name
from predictor.tracking import LearnerRun, ListedRun, TrainingRun

RECORD = "record/training.json"
COMPARABLE = "record/comparable.json"
"""What another training is compared by: its place in the report folder, and among artifacts."""
_FORMAT = 2
_LARGEST = 2**28  # bytes of one file
_IN_RECORD = ("study.yaml", "covariates.sql")  # the report folder may be the user's own
_SOURCES = (".json", ".yaml", ".sql")
_PLAIN = (
    "training", "study", "title", "question", "started", "ended", "parameters", "metrics", "tags",
    "description", "data_fingerprint", "dataset_name", "rows", "champion", "promote",
)  # fmt: skip
_LISTED = ("training", "study", "title", "question", "started", "metrics", "tags")
_PLAIN_OF_LEARNER = (
    "name", "title", "parameters", "curves", "description", "seconds", "version",
)  # fmt: skip

Files = Mapping[str, bytes]
Record = Mapping[str, Any]
"""A training, or a learner of it, as the record says it: checked when a `TrainingRun` is made."""


def place(artifact: str) -> str:
    """Where a file of the training's run lies in the report folder."""
    return f"record/{artifact}" if artifact in _IN_RECORD else artifact


def place_of_learner(learner: str, artifact: str) -> str:
    """Where a file of a learner's run lies in the report folder."""
    return f"{folder_name(learner)}/{artifact}"


def to_record(run: TrainingRun, models: Mapping[str, Path], out: Path) -> Record:
    """A training as plain data, without the content of its files.

    Parameters
    ----------
    models
        Where the model of each learner is.
    out
        The report folder; places are told from there, so that all of it can be moved.
    """
    return {
        "format": _FORMAT,
        **{name: _plain(getattr(run, name)) for name in _PLAIN},
        "command": run.command,
        "updates": None if run.updates is None else asdict(run.updates),
        "artifacts": _hashes(run.artifacts),
        "learners": [
            {
                **{name: _plain(getattr(learner, name)) for name in _PLAIN_OF_LEARNER},
                # the others are left out of MLflow, and JSON has no word for them
                "metrics": {n: v for n, v in learner.metrics.items() if math.isfinite(v)},
                "artifacts": _hashes(learner.artifacts),
                "model": Path(os.path.relpath(models[learner.name], out)).as_posix(),
                "model_files": _hashes(learner.model),
            }
            for learner in run.learners
        ],
    }


def read_record(out: Path) -> TrainingRun:
    """The training whose report lies in a folder, with its files, none of them changed since.

    Raises
    ------
    PredictorError
        If there is no record, it is of another version, or files are gone or of another training.
    """
    record = _record(out)
    faults: list[str] = []
    try:
        said = {name: record[name] for name in _PLAIN} | _command(record)
        said["updates"] = record.get("updates")
        said["artifacts"] = _read(
            out, {n: (place(n), h) for n, h in record["artifacts"].items()}, faults
        )
        said["learners"] = tuple(_learner(entry, out, faults) for entry in record["learners"])
        run = TypeAdapter(TrainingRun).validate_python(said)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _damaged(out, error) from None
    if faults:
        raise PredictorError(
            "\n".join([*faults, f"{out}: cannot be logged as it was; train again"])
        )
    return run


def read_listed(out: Path) -> ListedRun:
    """The training whose report lies in a folder, as a list shows it: none of its files is read.

    Raises
    ------
    PredictorError
        If there is no record, or it is damaged or of another version.
    """
    record = _record(out)
    try:
        said = {name: record[name] for name in _LISTED} | _command(record)
        return _of_list().validate_python({**said, "source": str(out)})
    except (KeyError, ValueError) as error:
        raise _damaged(out, error) from None


def read_parameters(out: Path) -> tuple[int, Mapping[str, str]]:
    """When the training whose report lies in a folder began, in milliseconds, and its parameters.

    Raises
    ------
    PredictorError
        If there is no record, or it is damaged or of another version.
    """
    record = _record(out)
    try:
        return _of_beginning().validate_python((record["started"], record["parameters"]))
    except (KeyError, ValueError) as error:
        raise _damaged(out, error) from None


def changed_in_record(out: Path) -> tuple[str, ...]:
    """Files with numbers, study or SQL that are gone, or not as the training left them.

    Figures and page are not looked at: `predictor report` writes them again.

    Raises
    ------
    PredictorError
        If there is no record, or it is damaged or of another version.
    """
    record = _record(out)
    changed: list[str] = []
    try:
        hashes = {place(name): sha256 for name, sha256 in record["artifacts"].items()}
        for learner in record["learners"]:
            for name, sha256 in learner["artifacts"].items():
                hashes[place_of_learner(learner["name"], name)] = sha256
        for name, sha256 in hashes.items():
            faults: list[str] = []
            if PurePosixPath(name).suffix in _SOURCES:
                _read(out, {name: (name, sha256)}, faults)
            if faults:
                changed.append(name)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _damaged(out, error) from None
    return tuple(changed)


@cache
def _of_list() -> TypeAdapter[ListedRun]:
    """Made once, for hundreds of records."""
    return TypeAdapter(ListedRun)


@cache
def _of_beginning() -> TypeAdapter[tuple[int, Mapping[str, str]]]:
    return TypeAdapter(tuple[int, Mapping[str, str]])


def _record(out: Path) -> Record:
    path = out / RECORD
    try:
        record = parse_json(read_plain(path, limit=_LARGEST))
    except FileNotFoundError:
        raise PredictorError(
            f"{out}: has no {RECORD}; name the folder that `predictor train` wrote its report to"
        ) from None
    except (OSError, ValueError):
        raise PredictorError(f"{path}: cannot be read as JSON; train again") from None
    if not isinstance(record, dict) or record.get("format") != _FORMAT:
        raise PredictorError(
            f"{path}: is not a record that this version of predictor reads; train again"
        )
    return record


def _command(record: Record) -> dict[str, Any]:
    """What was done; records of earlier versions are all of trainings."""
    return {"command": record.get("command", "train")}


def _damaged(out: Path, error: Exception) -> PredictorError:
    return PredictorError(f"{out / RECORD}: is damaged ({type(error).__name__}); train again")


def _learner(entry: Record, out: Path, faults: list[str]) -> LearnerRun:
    name, model = entry["name"], entry["model"]
    files = {n: (f"{model}/{n}", h) for n, h in entry["model_files"].items()}
    places = {n: (place_of_learner(name, n), h) for n, h in entry["artifacts"].items()}
    said = {each: entry[each] for each in (*_PLAIN_OF_LEARNER, "metrics")}
    said |= {"artifacts": _read(out, places, faults), "model": _read(out, files, faults)}
    return TypeAdapter(LearnerRun).validate_python(said)


def _read(out: Path, places: Mapping[str, tuple[str, str]], faults: list[str]) -> dict[str, bytes]:
    """Content by name; what is gone or changed is added to the faults."""
    found = {}
    for name, (where, sha256) in places.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"{name!r} leads out of its run")
        path = out / where
        try:
            found[name] = read_plain(path, limit=_LARGEST)
        except OSError:
            faults.append(f"{path}: missing or unreadable")
            continue
        if hashlib.sha256(found[name]).hexdigest() != sha256:
            faults.append(f"{path}: changed since this training, or of another one")
    return found


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _hashes(files: Files) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
