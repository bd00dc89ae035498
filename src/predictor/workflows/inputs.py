"""What went into a training, then and now: where study, SQL, table and versions differ."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Literal

from predictor.printable import visible
from predictor.results import ChangedInput
from predictor.results.places import leaves
from predictor.study import Study

Document = Mapping[str, Any]
"""Plain data of a training, which a stranger may have written: every key may be missing."""

COUNTS = ("fingerprint", "rows", "eligible", "unlabelled", "labelled", "events")
_ORDERED = ("timepoints", "eligible", "learners")


def changed_study(stored: Study, now: Study, patients: int) -> list[ChangedInput]:
    """Keys of the study file and SQL that differ; the seed is looked at elsewhere.

    Parameters
    ----------
    patients
        With a label; what a study file leaves out is chosen by their number.
    """
    from predictor.cohort import pipeline_sql  # heavy, and not needed for the keys alone

    then, today = study_keys(stored, patients), study_keys(now, patients)
    found = _changed("study", then, today)
    (sql, _), (sql_now, _) = pipeline_sql(stored), pipeline_sql(now)
    if sql != sql_now:
        found.append(changed_text("SQL", "covariates", sql, sql_now))
    return found


def changed_text(what: Literal["SQL", "copy"], name: str, stored: str, now: str) -> ChangedInput:
    """Two texts as a short unified diff, made printable."""
    lines = unified_diff(stored, now, "stored", "now")
    return ChangedInput(what=what, name=name, stored=None, now=None, lines=lines)


def unified_diff(before: str, after: str, name: str, other: str) -> tuple[str, ...]:
    """Lines in which two texts of these names differ, each with one beside it; printable."""
    first, second = (text.splitlines(keepends=True) for text in (before, after))
    lines = difflib.unified_diff(first, second, name, other, n=1)
    return tuple(visible(line.rstrip("\n")) for line in lines)


def changed_table(stored: Document, now: Document) -> list[ChangedInput]:
    """Counts that differ between two results whose tables have different fingerprints.

    Parameters
    ----------
    stored, now
        `data` and, if known, `covariates` of a training.
    """
    then, today = _counts(stored), _counts(now)
    if then.get("fingerprint") == today.get("fingerprint"):
        return []
    return _changed("table", then, today)


def changed_versions(stored: Document, now: Mapping[str, str]) -> list[ChangedInput]:
    """Packages of another version."""
    then = {str(name): visible(str(version)) for name, version in stored.items()}
    return _changed("version", then, now)


def unlike(
    first: Mapping[str, str], second: Mapping[str, str]
) -> list[tuple[str, str | None, str | None]]:
    """Names under which two say different things, with both; None where one says nothing."""
    return [
        (name, first.get(name), second.get(name))
        for name in {**first, **second}
        if first.get(name) != second.get(name)
    ]


def _changed(
    what: Literal["study", "table", "version"], then: Mapping[str, str], now: Mapping[str, str]
) -> list[ChangedInput]:
    return [
        ChangedInput(what=what, name=name, stored=was, now=comes, lines=())
        for name, was, comes in unlike(then, now)
    ]


def study_keys(study: Study, patients: int) -> dict[str, str]:
    """What a study says besides its SQL and seed, by key, as text.

    Parameters
    ----------
    patients
        With a label; what a study file leaves out is chosen by their number.
    """
    study = study.without_paths()
    spec = study.validation.for_patients(patients)
    document = {
        **study.model_dump(mode="json", exclude={"covariates", "seed"}),
        "columns": {each.name: each.model_dump(mode="json") for each in study.columns},
        "learners": {each.name: each.model_dump(mode="json") for each in study.learners},
        "validation": spec.model_dump(mode="json"),
    }
    document |= {f"order of {key}": ", ".join(document[key]) for key in _ORDERED}
    return {
        visible(place): visible(str(value))
        for place, value in leaves(document).items()
        if value is not None
    }


def _counts(document: Document) -> dict[str, str]:
    data, covariates = document.get("data"), document.get("covariates")
    found = {name: data.get(name) for name in COUNTS} if isinstance(data, Mapping) else {}
    for each in covariates if isinstance(covariates, list) else []:
        if isinstance(each, Mapping) and "missing" in each:
            found[f"missing values of {each.get('name')}"] = each["missing"]
    return {visible(name): visible(str(n)) for name, n in found.items() if n is not None}
