"""YAML to a `Study` and back; every error names the file and the key."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from predictor.errors import StudyError
from predictor.study.columns import Column
from predictor.study.outcome import Outcome
from predictor.study.specs import (
    BootstrapSpec,
    CrossValidationSpec,
    IntervalSpec,
    LearnerSpec,
    ValidationSpec,
)
from predictor.study.study import Study

_TOP_LEVEL = (*(name for name in Study.model_fields if name != "file"), "extends")


class _Loader(yaml.SafeLoader):
    """YAML without surprises: only true and false are booleans, a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is given twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# In YAML 1.1 `no` is a boolean and 2020-01-31 a date; in a data dictionary both are levels.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _first, _word in (("t", "true"), ("f", "false")):
    _Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", __import__("re").compile(_word + "$"), [_first]
    )


def load_study(path: Path | str) -> Study:
    """Read a study file, the file it extends and its feature pipeline.

    Parameters
    ----------
    path
        A YAML file; paths inside it are relative to it.

    Raises
    ------
    StudyError
        If a file cannot be read, or anything in it is unknown or contradictory; the message names
        the file and the key.
    """
    path = Path(path)
    raw, origin = _read_with_base(path, ())
    return _build(raw, origin, path)


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
    raw = _parse(text, file)
    if pipeline is not None:
        raw["covariates"] = {"file": str(raw.get("covariates", "covariates.sql")), "sql": pipeline}
    return _validate(raw, dict.fromkeys(raw, file), file)


def dump_study(study: Study) -> str:
    """The study as self-contained YAML; the pipeline is named, not included.

    ``parse_study(dump_study(study), file=..., pipeline=study.covariates.sql)`` equals the study.
    """
    raw = study.model_dump(mode="json", exclude_defaults=True)
    raw["columns"] = {
        column.name: column.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
        for column in study.columns
    }
    raw["learners"] = {
        learner.name: learner.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
        for learner in study.learners
    }
    if study.covariates is not None:
        raw["covariates"] = study.covariates.file
    ordered = {name: raw[name] for name in _TOP_LEVEL if name in raw}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=100)


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader underneath
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise StudyError(f"{file}{where}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise StudyError(f"{file}: not valid YAML: {error}") from None
    if not isinstance(raw, dict):
        raise StudyError(f"{file}: expected a mapping of keys (study, timepoints, columns, ...)")
    return raw


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError(f"{path}: {what} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: {what} cannot be read as UTF-8 text ({error})") from None


def _read_with_base(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], dict[str, Path]]:
    """The mapping of a file over the file it extends, and which file each key came from."""
    if path.resolve() in seen:
        raise StudyError(f"{path}: extends: the files extend each other in a ring")
    raw = _parse(_read(path, "the study file"), str(path))
    base = raw.pop("extends", None)
    origin = dict.fromkeys(raw, path)
    if base is None:
        return raw, origin
    if not isinstance(base, str):
        raise StudyError(f"{path}: extends: expected the name of a study file")
    inherited, inherited_origin = _read_with_base(path.parent / base, (*seen, path.resolve()))
    return {**inherited, **raw}, {**inherited_origin, **origin}


def _build(raw: dict[str, Any], origin: Mapping[str, Path], path: Path) -> Study:
    pipeline = raw.get("covariates")
    if isinstance(pipeline, str):
        file = origin["covariates"].parent / pipeline
        raw = {
            **raw,
            "covariates": {"file": pipeline, "sql": _read(file, "covariates: the pipeline")},
        }
    elif pipeline is not None:
        raise StudyError(f"{origin['covariates']}: covariates: expected the name of a .sql file")
    bootstrap = _dig(raw, "validation", "bootstrap")
    if isinstance(bootstrap, dict) and isinstance(bootstrap.get("resamples"), str):
        # resolved once here, so that nobody downstream needs to know where the study file lies
        resolved = str(origin["validation"].parent / bootstrap["resamples"])
        validation = {**raw["validation"], "bootstrap": {**bootstrap, "resamples": resolved}}
        raw = {**raw, "validation": validation}
    return _validate(raw, {key: str(file) for key, file in origin.items()}, str(path))


def _dig(raw: object, *keys: str) -> object:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def _validate(raw: dict[str, Any], origin: Mapping[str, str], file: str) -> Study:
    unknown = [key for key in raw if key not in _TOP_LEVEL]
    if unknown:
        raise StudyError(
            "\n".join(
                f"{origin[key]}: {key}: unknown key{_suggest(str(key), _TOP_LEVEL)}"
                for key in unknown
            )
        )
    prepared = {**raw, "file": file}
    for key in ("columns", "learners"):
        if key in raw:
            prepared[key] = _named(raw[key], key, origin[key])
    try:
        return Study.model_validate(prepared)
    except ValidationError as error:
        lines = [_explain(fault, prepared, origin, file) for fault in error.errors()]
        raise StudyError("\n".join(lines)) from None


def _named(entries: object, key: str, file: str) -> list[dict[str, Any]]:
    """``{name: {...}}`` as a list of entries that carry their name."""
    if not isinstance(entries, dict):
        raise StudyError(f"{file}: {key}: expected a mapping from names to settings")
    named: list[dict[str, Any]] = []
    for name, entry in entries.items():
        settings = {} if entry is None else entry
        if not isinstance(settings, dict):
            raise StudyError(f"{file}: {key}.{name}: expected settings in braces")
        if "name" in settings:
            raise StudyError(f"{file}: {key}.{name}.name: unknown key; the name is the key itself")
        default = {"learner": str(name)} if key == "learners" else {}
        named.append({**default, **settings, "name": str(name)})
    return named


_MODELS: dict[str, type[BaseModel]] = {
    "columns": Column,
    "outcome": Outcome,
    "learners": LearnerSpec,
    "validation": ValidationSpec,
    "validation.cross_validation": CrossValidationSpec,
    "validation.interval": IntervalSpec,
    "validation.bootstrap": BootstrapSpec,
}


def _explain(fault: Any, prepared: Mapping[str, Any], origin: Mapping[str, str], file: str) -> str:
    """One pydantic fault as: file, key, what is wrong."""
    location = fault["loc"]
    parts: list[str] = []
    for position, part in enumerate(location):
        if position == 1 and isinstance(part, int) and parts[0] in ("columns", "learners"):
            parts.append(str(prepared[parts[0]][part]["name"]))
        else:
            parts.append(str(part))
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        owner = parts[0] if parts[0] in ("columns", "learners") else ".".join(parts[:-1])
        fields = [f for f in _MODELS[owner].model_fields if f != "name"] if owner in _MODELS else []
        message = f"unknown key{_suggest(parts[-1], fields)}"
    elif fault["type"] == "missing":
        message = "this key is missing"
    where = origin.get(parts[0], file) if parts else file
    return f"{where}: {'.'.join(parts)}: {message}" if parts else f"{where}: {message}"


def _suggest(key: str, allowed: tuple[str, ...] | list[str]) -> str:
    close = difflib.get_close_matches(key, allowed, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; allowed are {', '.join(allowed)}" if allowed else ""
