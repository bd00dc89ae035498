"""YAML to a `Study` and back; every error names the file and the key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from predictor.errors import StudyError
from predictor.study.checkboxes import CHECKBOXES, Checkboxes, with_flags
from predictor.study.columns import Column
from predictor.study.dialect import Dumper
from predictor.study.layers import Raw, parse_yaml, read_text, read_with_base, suggest
from predictor.study.open_questions import asked
from predictor.study.outcome import Alternative, Control, MeasurementError, Outcome
from predictor.study.published import PublishedModel
from predictor.study.published_forms import Equation, PointsScore, Rule
from predictor.study.redcap_dictionary import parse_redcap_dictionary, value_labels
from predictor.study.specs import (
    PUBLISHED,
    BootstrapSpec,
    CrossValidationSpec,
    IntervalSpec,
    LearnerSpec,
    PenaltySpec,
    PriorSpec,
    ValidationSpec,
)
from predictor.study.study import Study
from predictor.study.table import TableSpec
from predictor.study.visits import Visits, expanded

_TOP_LEVEL = (
    *(name for name in Study.model_fields if name not in ("file", "checkboxes")),
    "extends",
)


def load_study(path: Path | str, *, draft: bool = False) -> Study:
    """Read a study file, the file it extends and its feature pipeline.

    Parameters
    ----------
    path
        A YAML file; paths inside it are relative to it.
    draft
        Whether the study may still have open questions (`asked`).

    Raises
    ------
    StudyError
        If a file cannot be read, or anything in it is unknown or contradictory; the message names
        the file and the key.
    """
    path = Path(path)
    raw, origin = read_with_base(path, ())
    study = _build(raw, origin, path)
    if not draft and (questions := asked(study)):
        raise StudyError("\n".join(f"{path}: {question}" for question in questions))
    return study


def parse_study(text: str, *, file: str, pipeline: str | None) -> Study:
    """A study from texts that are already at hand, as in a saved model.

    Parameters
    ----------
    text
        YAML as written by `dump_study`.
    file
        Name for messages.
    pipeline
        SQL of the feature pipeline, or None.
    """
    raw = parse_yaml(text, file, dumped=True)
    if pipeline is not None:
        raw["covariates"] = {"file": str(raw.get("covariates", "covariates.sql")), "sql": pipeline}
    return _validate(raw, dict.fromkeys(raw, file), file)


def dump_study(study: Study) -> str:
    """The study as self-contained YAML; the pipeline is named, not included.

    ``parse_study(dump_study(study), file=..., pipeline=study.covariates.sql)`` equals the study,
    but for the folders of files that lie elsewhere: of those only the name is kept.
    """
    raw = study.model_dump(mode="json", exclude_defaults=True)
    raw.pop("checkboxes", None)
    questions = {name: each for each in study.checkboxes for name in each.columns}
    raw["columns"] = {
        each.name: each.model_dump(mode="json", exclude_unset=True, exclude={"name"})
        for each in (questions.get(column.name, column) for column in study.columns)
    }
    raw["learners"] = {
        learner.name: learner.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
        for learner in study.learners
    }
    # what is left out is chosen by the number of patients, so a default that was asked for is said
    if given := study.validation.model_dump(mode="json", exclude_unset=True):
        raw["validation"] = given
    if study.covariates is not None:
        file = study.covariates.file
        raw["covariates"] = Path(file).name if Path(file).is_absolute() else file
    if study.validation.bootstrap.resamples is not None:
        raw["validation"]["bootstrap"]["resamples"] = Path(
            study.validation.bootstrap.resamples
        ).name
    ordered = {name: raw[name] for name in _TOP_LEVEL if name in raw}
    dumped: str = yaml.dump(ordered, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return dumped


def _build(raw: Raw, origin: Mapping[str, Path], path: Path) -> Study:
    pipeline = raw.get("covariates")
    if isinstance(pipeline, str):
        file = origin["covariates"].parent / pipeline
        raw = {
            **raw,
            "covariates": {
                "file": pipeline,
                "sql": read_text(file, f"{origin['covariates']}: covariates: "),
            },
        }
    elif pipeline is not None:
        raise StudyError(f"{origin['covariates']}: covariates: expected the name of a .sql file")
    if isinstance(dictionary := _dig(raw, "table", "dictionary"), str):
        raw = {**raw, "table": {**raw["table"], "dictionary": _labels(dictionary, origin["table"])}}
    bootstrap = _dig(raw, "validation", "bootstrap")
    if isinstance(bootstrap, dict) and isinstance(bootstrap.get("resamples"), str):
        # resolved once here, so that nobody downstream needs to know where the study file lies
        resolved = str(origin["validation"].parent / bootstrap["resamples"])
        validation = {**raw["validation"], "bootstrap": {**bootstrap, "resamples": resolved}}
        raw = {**raw, "validation": validation}
    if isinstance(raw.get("learners"), dict):
        folder = origin["learners"].parent
        raw = {**raw, "learners": {n: _with_model(e, folder) for n, e in raw["learners"].items()}}
    study = _validate(raw, {key: str(file) for key, file in origin.items()}, str(path))
    _check_missing(study, str(origin.get("missing", path)))
    return _with_own_labels(study)


def _labels(dictionary: str, of: Path) -> dict[str, dict[str, str]]:
    """What codes stand for, by the data dictionary that a study file names."""
    file = of.parent / dictionary
    text = read_text(file, f"{of}: table.dictionary: ")
    return value_labels(parse_redcap_dictionary(text, f"{of}: table.dictionary: {file}"))


def _with_own_labels(study: Study) -> Study:
    """A study that keeps no more of a data dictionary than it reads."""
    rows = () if study.visits is None else study.visits.columns
    names = {name for each in (*study.columns, *rows) for name in (each.name, each.source)}
    own = {name: labels for name, labels in study.table.dictionary.items() if name in names}
    if len(own) == len(study.table.dictionary):
        return study
    table = study.table.model_copy(update={"dictionary": MappingProxyType(own)})
    return study.model_copy(update={"table": table})


def _with_model(entry: object, folder: Path) -> object:
    """A learner that names models where they are, from wherever it is read."""
    if not isinstance(entry, dict):
        return entry
    if isinstance(prior := _dig(entry, "prior", "model"), str):
        entry = {**entry, "prior": {**entry["prior"], "model": str(folder / prior)}}
    if isinstance(model := entry.get("model"), str):
        entry = {**entry, "model": {"file": str(folder / model)}}
    return entry


def _check_missing(study: Study, file: str) -> None:
    """No value of a table may be taken for a gap; a model that was saved so goes on scoring."""
    for code in study.missing:
        if lost := study.hidden_by(code):
            raise StudyError(
                f"{file}: missing: {code} lies within the range of {', '.join(lost)}, where a "
                f"value of {code} would be lost; give the column a list of its own, without the "
                f"code or with it: columns.{lost[0]}.missing"
            )


def _dig(raw: object, *keys: str) -> object:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def _validate(raw: Raw, origin: Mapping[str, str], file: str) -> Study:
    unknown = [key for key in raw if key not in _TOP_LEVEL]
    if unknown:
        raise StudyError(
            "\n".join(
                f"{origin[key]}: {key}: unknown key{suggest(str(key), _TOP_LEVEL)}"
                for key in unknown
            )
        )
    prepared = {**raw, "file": file}
    if isinstance(raw.get("columns"), dict):
        prepared["checkboxes"] = _questions(raw["columns"], origin, file)
        try:
            columns = with_flags(raw["columns"], prepared["checkboxes"], long="visits" in raw)
            prepared["columns"] = dict(expanded(columns)) if "visits" in raw else columns
        except ValueError as error:
            raise StudyError(f"{origin['columns']}: columns.{error}") from None
    for key in ("columns", "learners"):
        if key in raw:
            prepared[key] = _named(prepared[key], key, origin[key])
    try:
        return Study.model_validate(prepared)
    except ValidationError as error:
        faults = error.errors()
        # a list whose entries are wrong is also counted as empty, which would only confuse
        listed = {fault["loc"][:1] for fault in faults if len(fault["loc"]) > 1}
        lines = [
            _explain(fault, prepared, origin, file)
            for fault in faults
            if not (fault["type"] == "too_short" and fault["loc"] in listed)
        ]
        raise StudyError("\n".join(lines)) from None


def _questions(columns: Raw, origin: Mapping[str, str], file: str) -> tuple[Checkboxes, ...]:
    """The entries of the dictionary that are questions with boxes."""
    found = []
    for name, entry in columns.items():
        if isinstance(entry, dict) and entry.get("type") == CHECKBOXES:
            try:
                found.append(Checkboxes.model_validate({**entry, "name": name}))
            except ValidationError as error:
                faults = [{**f, "loc": ("columns", name, *f["loc"])} for f in error.errors()]
                lines = [_explain(each, {}, origin, file, Checkboxes) for each in faults]
                raise StudyError("\n".join(lines)) from None
    return tuple(found)


def _named(entries: object, key: str, file: str) -> list[Raw]:
    """``{name: {...}}`` as a list of entries that carry their name."""
    if not isinstance(entries, dict):
        raise StudyError(f"{file}: {key}: expected a mapping from names to settings")
    named: list[Raw] = []
    for name, entry in entries.items():
        settings = {} if entry is None else entry
        if not isinstance(settings, dict):
            raise StudyError(f"{file}: {key}.{name}: expected settings in braces")
        if "name" in settings:
            raise StudyError(f"{file}: {key}.{name}.name: unknown key; the name is the key itself")
        named.append({**_defaults(str(name), settings, key), **settings, "name": str(name)})
    return named


def _defaults(name: str, settings: Raw, key: str) -> Raw:
    if key != "learners":
        return {}
    if "model" in settings:
        return {"learner": PUBLISHED, "comparator": True}
    return {"learner": name}


_EXPECTED = {
    "missing": "this key is missing",
    "string_type": "expected text; a number needs quotation marks to be text",
    "tuple_type": "expected a list, like [first, second]",
    "dict_type": "expected a mapping of names to settings",
    "mapping_type": "expected a mapping of names to settings",
    "model_type": "expected a mapping of keys",
}
_MODELS: dict[str, type[BaseModel]] = {
    "table": TableSpec,
    "columns": Column,
    "outcome": Outcome,
    "outcome.measurement_error": MeasurementError,
    "outcome.alternatives": Alternative,
    "outcome.control": Control,
    "learners": LearnerSpec,
    "learners.prior": PriorSpec,
    "learners.model": PublishedModel,
    "learners.model.equation": Equation,
    "learners.model.points": PointsScore,
    "learners.model.rule": Rule,
    "penalty": PenaltySpec,
    "visits": Visits,
    "validation": ValidationSpec,
    "validation.cross_validation": CrossValidationSpec,
    "validation.interval": IntervalSpec,
    "validation.bootstrap": BootstrapSpec,
}


def _explain(
    fault: Any,
    prepared: Raw,
    origin: Mapping[str, str],
    file: str,
    model: type[BaseModel] | None = None,
) -> str:
    """One pydantic fault as: file, key, what is wrong; `model` has the keys if no place tells."""
    location = fault["loc"]
    parts: list[str] = []
    for position, part in enumerate(location):
        if position == 1 and isinstance(part, int) and parts[0] in ("columns", "learners"):
            parts.append(str(prepared[parts[0]][part]["name"]))
        else:
            parts.append(str(part))
    message = _EXPECTED.get(fault["type"], str(fault["msg"]).removeprefix("Value error, "))
    if fault["type"] == "extra_forbidden":
        # a name may stand among the keys, as in columns.age.range
        owners = [".".join([*parts[:n], *parts[n + 1 : -1]]) for n in (len(parts) - 1, 1, 2)]
        found = model or next((_MODELS[owner] for owner in owners if owner in _MODELS), None)
        known = found.model_fields if found is not None else {}
        fields = [field.alias or name for name, field in known.items() if name != "name"]
        message = f"unknown key{suggest(parts[-1], fields)}"
    if not parts:  # two keys that contradict each other; the message begins with one of them
        return f"{_origin(re.split('[.:]', message)[:2], origin, file)}: {message}"
    return f"{_origin(parts, origin, file)}: {'.'.join(parts)}: {message}"


def _origin(parts: Sequence[str], origin: Mapping[str, str], file: str) -> str:
    """The file in which a key stands: a column may have come from another than its neighbours."""
    return origin.get(".".join(parts[:2]), origin.get(parts[0], file))
