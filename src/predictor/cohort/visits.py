"""From one row per visit to one row per patient, as text cells, before the dictionary reads them.

Whatever comes after sees an ordinary table: each column of the dictionary, made of rows of its time
point and of no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from predictor.cohort.dictionary import distinct
from predictor.cohort.fault import Fault
from predictor.cohort.header import near_name
from predictor.cohort.taken import Taken
from predictor.cohort.times_of_rows import Rows, row_times
from predictor.cohort.visit_queries import VisitQueries, reading
from predictor.cohort.visit_values import rows_of, source
from predictor.cohort.visits_in_words import (
    about_choice,
    about_elsewhere,
    about_rows,
    changed_elsewhere,
)
from predictor.errors import DataError
from predictor.study import Column, Edit, Study


@dataclass(frozen=True, repr=False)
class OneRowEach:
    """A table with one row per visit, as one with a row per patient.

    Attributes
    ----------
    table
        Text cells; patients in the order in which they first appear.
    faults
        What is wrong with visits, by rows of the table that was read.
    patient
        (rows,) which row of `table` each row of the table that was read is in; -1 for none.
    first
        (patients,) the first row of each patient in the table that was read.
    rows
        By column, the row that each of its cells comes from; -1 for none.
    taken
        What became of the rows.
    header
        1-based row of the file in which the names of the columns stood, if that is known here.
    """

    table: pa.Table
    faults: tuple[Fault, ...]
    patient: Rows
    first: Rows
    rows: Mapping[str, Rows]
    taken: tuple[Taken, ...]
    header: int = 1

    def located(self, faults: Iterable[Fault], begin: int = 0) -> list[Fault]:
        """Faults of patients, from patient number `begin` on, as those of the rows that were read.

        Of a cell that nobody filled in, it is the first row of the patient.
        """
        found = []
        for each in faults:
            patients = np.array(each.rows, dtype=np.int64) + begin
            places = self.first[patients]
            if each.column is not None and each.column in self.rows:
                own = self.rows[each.column][patients]
                places = np.where(own >= 0, own, places)
            found.append(replace(each, rows=tuple(np.unique(places).tolist())))
        return found

    @property
    def begins(self) -> Rows:
        """(patients,) where each begins in the file: 0 is the row below row 1."""
        return self.first + self.header - 1

    def has_patients(self, fault: Fault) -> bool:
        """Whether a fault of visits is about rows of patients, and of nobody else."""
        return bool(fault.rows) and bool((self.patient[list(fault.rows)] >= 0).all())

    def of_patients(self, begin: int, patients: int) -> list[Fault]:
        """Faults of visits as those of some patients, the first of them number 0."""
        found = []
        for each in self.faults:
            of = np.unique(self.patient[list(each.rows)]) - begin
            if len(of := of[(of >= 0) & (of < patients)]):
                found.append(replace(each, rows=tuple(of.tolist())))
        return found


def is_long(names: Collection[str], study: Study) -> bool:
    """Whether a table of these columns has a row per visit; otherwise it has one per patient.

    It has if the columns are there that tell which time a row is of: no column of a patient may be
    called so.
    """
    visits = study.visits
    if visits is None:
        return False
    return any(name in names for name in (visits.at, visits.day) if name is not None)


def misnamed_time(names: Sequence[str], study: Study) -> list[Fault]:
    """That what tells time in a row has nearly the name that the study file says."""
    visits = study.visits
    if visits is None or is_long(names, study):
        return []
    own = {column.name for column in study.columns}
    others = [name for name in names if name not in own]
    return [
        Fault(
            name,
            (),
            f"tells which time a row is of, but the table has {near!r}: rename one of them",
            fix=Edit(("visits", key), near),
        )
        for key, name in (("at", visits.at), ("day", visits.day))
        if name is not None and (near := near_name(name, others)) is not None
    ]


def as_declared(raw: pa.Table, study: Study) -> pa.Table:
    """Cells by the names of the dictionary, row by row of the table as it is."""
    if not is_long(raw.column_names, study):
        return raw
    there = {c.name: raw[source(c)] for c in study.columns if source(c) in raw.column_names}
    return pa.table(there)


def read_of(study: Study, columns: Sequence[Column]) -> tuple[str, ...]:
    """Columns of a row that are read for these columns of the dictionary."""
    visits = study.visits
    assert visits is not None
    queries = reading(study, visits, columns)
    names = [*study.ids, *visits.own]
    for column in columns:
        names += sorted(queries[column.name]) if column.query is not None else [source(column)]
    return tuple(dict.fromkeys(names))


def made_of(names: Collection[str], study: Study) -> list[str]:
    """Names of the columns that a table of these columns has: as it is, or once it is made wide.

    Raises
    ------
    DataError
        If it has a row per visit, but not all columns that tell whose and of when a row is.
    """
    visits = study.visits
    if visits is None or not is_long(names, study):
        return list(names)
    lacking = [name for name in (*study.ids, *visits.own) if name not in names]
    if lacking:
        raise DataError(
            [
                f"{name}: tells whose or of when a row is in a table with one row per visit; add "
                f"it to the table"
                for name in lacking
            ]
        )
    queries = reading(study, visits, study.columns)
    return [
        column.name
        for column in study.columns
        if (
            queries[column.name] <= set(names)
            if column.query is not None
            else source(column) in names
        )
    ]


def rows_declared(study: Study) -> tuple[str, ...]:
    """Columns that a table with one row per visit should have."""
    visits = study.visits
    assert visits is not None
    own = [source(column) for column in study.columns if column.query is None]
    own += [*visits.own, *(column.name for column in visits.columns)]
    return tuple(dict.fromkeys(own))


def tells_time(names: Collection[str], study: Study) -> bool:
    """Whether all columns are there that tell whose and of when a row is."""
    visits = study.visits
    assert visits is not None
    return {*study.ids, *visits.own} <= set(names)


def widen(
    raw: pa.Table, study: Study, columns: Sequence[Column], *, whole: bool = True
) -> OneRowEach:
    """Make one row per patient.

    Parameters
    ----------
    raw
        Text cells, one row per visit; holds what `read_of` names.
    study
        Which rows are of which time point.
    columns
        Of the dictionary: those that are wanted.
    whole
        Whether the table is expected to have rows of every time point, and no other events than
        the study file says, as for training. New patients have come as far as they have.

    Raises
    ------
    StudyError
        If a query is not allowed, or returns more than one value.
    DataError
        If a query fails on a patient.
    """
    visits = study.visits
    assert visits is not None
    times = row_times(raw, study, visits, whole=whole)
    faults = list(times.faults)
    cells: dict[str, pa.Array] = {}
    rows: dict[str, Rows] = {}
    taken = about_rows(times, study, visits)
    elsewhere: dict[str, int] = {}
    asked = [column for column in columns if column.query is not None]
    if asked:
        with VisitQueries(study, visits, asked, len(times.first)) as queries:
            cells, of_rows = queries.values(raw, times)
            faults += of_rows
    for column in columns:
        if column.query is not None:
            continue
        if column.role in ("id", "ignore"):
            rows[column.name] = times.first
        else:
            rows[column.name], found = rows_of(column, raw, times, study)
            faults += found
            taken += about_choice(column, raw, times, study)
            elsewhere[column.name] = changed_elsewhere(column, raw, times, study, rows[column.name])
        cells[column.name] = _taken(raw[source(column)], rows[column.name])
    table = pa.table({column.name: cells[column.name] for column in columns})
    taken += about_elsewhere(elsewhere)
    return OneRowEach(table, _together(faults), times.patient, times.first, rows, tuple(taken))


def one_row_each(
    raw: pa.Table, study: Study, columns: Sequence[Column]
) -> tuple[pa.Table, tuple[Fault, ...]]:
    """Text cells of new patients in one row each, whatever they come in, and faults of visits."""
    if not is_long(raw.column_names, study):
        return raw, ()
    one = widen(raw, study, columns, whole=False)
    return one.table, one.faults


def _taken(column: pa.ChunkedArray, rows: Rows) -> pa.Array:
    return distinct(column).take(pa.array(rows, mask=rows < 0))


def _together(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Faults of the same rule and column as one."""
    merged: dict[tuple[str | None, str], Fault] = {}
    for each in faults:
        key = (each.column, each.rule)
        before = merged.get(key)
        rows = {*each.rows, *(before.rows if before else ())}
        merged[key] = replace(each, rows=tuple(sorted(rows)))
    return tuple(merged.values())
