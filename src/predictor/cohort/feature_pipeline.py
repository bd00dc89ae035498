"""Run the feature pipeline: the cohort as known at a time point to baseline covariates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.cohort import Cohort
from predictor.cohort.joined_texts import join_ids
from predictor.cohort.permitted_sql import used_columns
from predictor.cohort.queries import patientwise
from predictor.cohort.sandbox import Sandbox
from predictor.cohort.sql_text import quote
from predictor.errors import StudyError
from predictor.printable import computed
from predictor.study import Column, Study

Kind = Literal["number", "flag", "category"]

LARGEST = 3e38
"""Number that a model reads; what it makes of larger ones may be infinite."""


@dataclass(frozen=True, repr=False)
class CovariateValues:
    """One covariate of all patients: numbers as float64, flags as booleans, categories as ENUMs."""

    name: str
    kind: Kind
    levels: tuple[str, ...]
    values: pa.Array


def pipeline_sql(study: Study) -> tuple[str, str]:
    """The query of a study and its file; without a pipeline, all predictors as they are."""
    if study.covariates is not None:
        return study.covariates.sql, study.covariates.file
    predictors = [column for column in study.known() if _is_predictor(column)]
    if not predictors:
        raise StudyError(
            f"{study.file}: no column is known at {study.predict_at}, so there is no covariate"
        )
    names = ", ".join(quote(name) for name in (*study.ids, *(c.name for c in predictors)))
    return f"SELECT {names} FROM cohort", f"{study.file}: columns"


def covariates(cohort: Cohort) -> tuple[CovariateValues, ...]:
    """The covariates of every patient of a cohort, in the order of its rows.

    Parameters
    ----------
    cohort
        Eligible patients; whatever is known later than the study's `predict_at` is dropped first.

    Raises
    ------
    StudyError
        If the query is not allowed, loses or doubles a patient, uses a later column, lets a value
        depend on other patients, or returns something that cannot be a covariate.
    """
    study = cohort.study
    sql, where = pipeline_sql(study)
    result = patientwise(cohort.as_of(study.predict_at), sql, where, by_patient)
    return read_covariates(result, study, where)


def read_covariates(result: pa.Table, study: Study, where: str) -> tuple[CovariateValues, ...]:
    """What a pipeline returned, as covariates; StudyError if something cannot be one."""
    found = tuple(
        _covariate(name, result[name].combine_chunks(), where) for name in result.column_names
    )
    for name in result.column_names:
        if computed(name):
            raise StudyError(
                f"{where}: the covariate {name!r} begins as a formula, which a spreadsheet would "
                f"compute where it opens scores; give it a name: ... AS name"
            )
    if not found:
        raise StudyError(f"{where}: returns no covariate besides {', '.join(study.ids)}")
    return found


def needed_columns(study: Study, names: Collection[str] | None = None) -> tuple[Column, ...]:
    """Columns a new patient must have: identifiers, and what pipeline and eligibility read.

    Parameters
    ----------
    study
        The question.
    names
        Of the covariates, those that a model uses; None for all.
    """
    known = study.known()
    sql, _ = pipeline_sql(study)
    with Sandbox(known) as sandbox:
        used = set(used_columns(sandbox, sql, known, names))
        for rule in study.eligible.values():
            used |= set(used_columns(sandbox, f"SELECT ({rule}\n) FROM cohort", known))
    return tuple(column for column in known if column.name in used or column.role == "id")


def columns_read(study: Study, covariate: str) -> tuple[Column, ...]:
    """Columns of the dictionary that a covariate is made of, the identifiers left out."""
    (found,) = columns_read_by(study, [covariate])
    return found


def columns_read_by(study: Study, covariates: Sequence[str]) -> tuple[tuple[Column, ...], ...]:
    """The same of several covariates, each by itself."""
    if not covariates:
        return ()
    known = study.known()
    sql, _ = pipeline_sql(study)
    with Sandbox(known) as sandbox:
        used = [used_columns(sandbox, sql, known, [covariate]) for covariate in covariates]
    return tuple(
        tuple(column for column in known if column.name in names and column.role != "id")
        for names in used
    )


def outcome_columns(study: Study) -> tuple[Column, ...]:
    """Columns that tell what became of a new patient: those that the outcome rule reads."""
    known = study.known(study.outcome.known_at)
    with Sandbox(known) as sandbox:
        used = used_columns(sandbox, f"SELECT ({study.outcome.rule}\n) FROM cohort", known)
    return tuple(column for column in known if column.name in used)


def _is_predictor(column: Column) -> bool:
    return column.role == "value" and column.type not in ("text", "date")


def by_patient(result: pa.Table, cohort: Cohort, where: str) -> pa.Table:
    """The pipeline's rows in the order of the cohort, without the identifiers."""
    ids = cohort.study.ids
    present = {name.casefold(): name for name in result.column_names}
    lacking = [name for name in ids if name.casefold() not in present]
    if lacking:
        raise StudyError(f"{where}: must return {', '.join(lacking)}, which identifies the patient")
    if len(present) < result.num_columns:
        raise StudyError(f"{where}: returns two columns of the same name")
    returned = [result[present[name.casefold()]] for name in ids]
    if not all(pa.types.is_string(column.type) for column in returned):
        raise StudyError(f"{where}: must return {', '.join(ids)} as it is in the cohort")
    others = [n for n in result.column_names if n.casefold() not in {i.casefold() for i in ids}]
    found, keys = join_ids(returned), cohort.keys
    if found.equals(keys):
        return result.select(others)
    position = pc.index_in(found, keys)
    if position.null_count:
        raise StudyError(f"{where}: returns patients that are not in the cohort")
    rows = position.to_numpy(zero_copy_only=False)
    times = np.bincount(rows, minlength=len(cohort))
    lost, doubled = int((times == 0).sum()), int((times > 1).sum())
    if lost or doubled:
        raise StudyError(
            f"{where}: must return one row per patient; {lost} of {len(cohort)} patients are lost "
            f"and {doubled} come back more than once (a WHERE, LIMIT or JOIN?)"
        )
    return result.select(others).take(pa.array(np.argsort(rows)))


def _covariate(name: str, values: pa.Array, where: str) -> CovariateValues:
    kind = values.type
    if pa.types.is_boolean(kind):
        return CovariateValues(name, "flag", (), values)
    if pa.types.is_dictionary(kind):
        return CovariateValues(name, "category", tuple(values.dictionary.to_pylist()), values)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = pc.cast(values, pa.float64(), safe=False)
        usable = pc.less_equal(pc.abs(numbers), LARGEST)  # false of what is not a number
        broken = int(pc.sum(pc.invert(usable)).as_py() or 0)
        if broken:
            patients = "1 patient" if broken == 1 else f"{broken} patients"
            raise StudyError(
                f"{where}: {name} is beyond {LARGEST:g}, infinite or not a number for {patients} "
                f"(a division by zero or the logarithm of 0?); use nullif() or ln(1 + x)"
            )
        return CovariateValues(name, "number", (), numbers)
    advice = {
        "string": "cast it to its levels, like (CASE ... END)::ENUM('a', 'b')",
        "date32[day]": "use a duration, like date_diff('day', onset_date, infusion_date)",
        "null": "it is NULL for everybody",
    }.get(str(kind), "a covariate is a number, a flag or an ENUM")
    said = "a date" if str(kind) == "date32[day]" else str(kind)
    raise StudyError(f"{where}: {name} is {said}, which cannot be a covariate: {advice}")
