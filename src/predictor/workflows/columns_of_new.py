"""Which columns of a table of new patients a finished model reads, checked by its dictionary."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pyarrow as pa

from predictor.cohort import (
    Cohort,
    RawTable,
    below_header,
    made_of,
    near_name,
    needed_columns,
    outcome_columns,
    read_by_groups,
)
from predictor.errors import DataError
from predictor.saved import SavedModel
from predictor.study import CLUSTERS, Column, Study


def checked(model: SavedModel, given: RawTable, *, training: bool) -> Cohort:
    """The columns that are needed, typed.

    Parameters
    ----------
    model
        Who reads them.
    given
        The table as it was read.
    training
        Whether this has to be the table that the model was trained on; otherwise it must not be.

    Raises
    ------
    DataError
        With all faults of the table together.
    """
    raw = given.cells
    names = made_of(raw.column_names, model.study)
    study = with_label_alone(model.study, names)
    columns = _columns(model, study, names)
    cohort, faults = Cohort.check_table(raw, study, columns)
    if faults:
        raise DataError([fault.message for fault in below_header(faults, given.header)])
    is_training = cohort.fingerprint() in model.tables or _is_training_table(model, raw)
    if training and not is_training:
        raise DataError(
            "this is not the table that the model was trained on, or not all of it: its "
            "fingerprint is another one"
        )
    if is_training and not training:
        raise DataError(
            "this is the table that the model was trained on; what is asked for are patients who "
            "had no part in it. What the model can be expected to do in new patients is in its own "
            "report (predictor report), from cross-validation"
        )
    return replace(cohort, header=given.header)


def _columns(model: SavedModel, study: Study, names: list[str]) -> tuple[Column, ...]:
    """Columns of the dictionary to read, in its order; refused with all that are missing."""
    covariates = {c.name for c in needed_columns(study, [c.name for c in model.covariates])}
    outcome = {c.name for c in outcome_columns(study)}
    wanted = covariates | outcome | {c.name for c in study.columns if c.role in CLUSTERS}
    wanted |= frozenset[str]().union(*read_by_groups(study).values())
    faults, declared = [], {column.name for column in study.columns}
    others = [name for name in names if name not in declared]
    # without a header the first row is a patient, whom a message must not show
    header = bool(wanted & set(names))
    for column in study.columns:
        if column.name in wanted and column.name not in names:
            near = near_name(column.name, others) if header else None
            why = (
                f"the outcome {study.outcome.name} is read from this column"
                if column.name in outcome - covariates
                else "the model needs this column"
            )
            way = f"the table has {near!r}: rename it" if near else "add it to the table"
            faults.append(f"{column.name}: {why}; {way}")
    if faults:
        raise DataError(faults)
    return tuple(column for column in study.columns if column.name in wanted)


def with_label_alone(study: Study, names: Collection[str]) -> Study:
    """The study with its label alone: nothing else of the outcome has to be in the table.

    Parameters
    ----------
    study
        Of a model.
    names
        Of the columns of a table; a cluster column that is not among them is left out.
    """
    alone: dict[str, object] = {
        "alternatives": {},
        "criteria": {},
        "graded": None,
        "earlier": {},
        "score": {},
    }
    alone |= {"control": None, "measurement_error": None}
    outcome = study.outcome.model_copy(update=alone)
    columns = tuple(c for c in study.columns if c.name in names or c.role not in CLUSTERS)
    groups = {
        name: study.groups[name]
        for name, read in read_by_groups(study).items()
        if read <= set(names)
    }
    return study.model_copy(
        update={"outcome": outcome, "global_test": (), "columns": columns, "groups": groups}
    )


def _is_training_table(model: SavedModel, raw: pa.Table) -> bool:
    """Whether every declared column is there and all cells are those of the training."""
    study = model.study
    if not {column.name for column in study.columns} <= set(made_of(raw.column_names, study)):
        return False
    whole, _ = Cohort.check_table(raw, study, study.columns)
    return whole.fingerprint() in model.tables
