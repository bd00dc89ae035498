"""From one row per visit to one row per patient, as text cells, before the dictionary reads them.

Whatever comes after sees an ordinary table: each column of the dictionary, made of rows of its time
point and of no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.dictionary import FLAGS, distinct, means_missing
from predictor.cohort.fault import Fault, listed
from predictor.cohort.header import near_name
from predictor.cohort.masks import Mask, mask
from predictor.cohort.row_times import NEVER, Rows, RowTimes, row_times
from predictor.cohort.taken import Taken
from predictor.cohort.visit_queries import VisitQueries, reading
from predictor.disclosure import in_words
from predictor.errors import DataError
from predictor.study import Column, Edit, Study, Visits, as_number

_SINGLY = 3  # columns that are told one by one
SEVERAL = (
    "different values in rows of the same patient and time; correct them, or say which counts: "
    "take: first, or last"
)


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


def source(column: Column) -> str:
    """The column of a row that a column of the dictionary is read from."""
    return column.source or column.name


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
    taken = _about_rows(times, study, visits)
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
            rows[column.name], found = _rows_of(column, raw, times, study)
            faults += found
            taken += _about_choice(column, raw, times, study)
            elsewhere[column.name] = _changed_elsewhere(
                column, raw, times, study, rows[column.name]
            )
        cells[column.name] = _taken(raw[source(column)], rows[column.name])
    table = pa.table({column.name: cells[column.name] for column in columns})
    taken += _about_elsewhere(elsewhere)
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


def _values(column: Column, raw: pa.Table, study: Study) -> tuple[Rows, pa.Array]:
    """Which different text each cell is, -1 where it is none or means "no value"; and the texts."""
    encoded = distinct(raw[source(column)])
    texts = encoded.dictionary
    absent = means_missing(texts, column, study)
    codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return np.where((codes >= 0) & ~np.append(absent, True)[codes], codes, -1), texts


def _rows_of(
    column: Column, raw: pa.Table, times: RowTimes, study: Study
) -> tuple[Rows, list[Fault]]:
    """The row from which each patient has a column; -1 without one."""
    codes, texts = _values(column, raw, study)
    place = list(study.timepoints).index(str(column.known_at))
    here = (times.patient >= 0) & ((times.point == place) | times.undated)
    filled = mask(raw[source(column)].is_valid())
    chosen = np.full(len(times.first), -1)
    # what means "no value" is taken where nothing else is there, for the dictionary to see it
    for usable in (here & filled & (codes < 0), here & (codes >= 0)):
        rows = _in_order(column, times, usable, study)
        patients, first = np.unique(times.patient[rows], return_index=True)
        chosen[patients] = rows[first]
    if column.take is not None:
        return chosen, []
    rows = np.flatnonzero(here & (codes >= 0))
    unlike = codes[rows] != codes[chosen[times.patient[rows]]]
    if unlike.any():
        same = _same(texts, column)
        unlike = same[codes[rows]] != same[codes[chosen[times.patient[rows]]]]
    if not unlike.any():
        return chosen, []
    torn = np.unique(times.patient[rows[unlike]])
    of_them = rows[np.isin(times.patient[rows], torn)]
    return chosen, [Fault(column.name, tuple(of_them.tolist()), SEVERAL, kind=_KIND)]


_KIND = "different values in rows of the same patient and time"


def _same(texts: pa.Array, column: Column) -> Rows:
    """Numbers of different texts, the same for those that mean the same."""
    numbers: dict[object, int] = {}
    found = []
    for text in texts.to_pylist():
        meaning: object = as_number(text) if as_number(text) is not None else text
        if column.type == "flag":
            meaning = FLAGS.get(str(text).lower(), text)
        found.append(numbers.setdefault(meaning, len(numbers)))
    return np.array(found, dtype=np.int64)


def _in_order(column: Column, times: RowTimes, usable: Mask, study: Study) -> Rows:
    """Usable rows, the one that counts first in each patient."""
    rows = times.order[usable[times.order]]
    if column.take == "last":
        return rows[::-1]
    if column.take == "nearest":
        assert study.visits is not None
        aimed = study.visits.days[str(column.known_at)][1]
        days = pc.fill_null(times.day, NEVER // 2).to_numpy()[rows]
        return rows[np.argsort(np.abs(days - aimed), kind="stable")]
    return rows


def _about_rows(times: RowTimes, study: Study, visits: Visits) -> list[Taken]:
    """What became of the rows, in words and counts."""
    somebody = times.patient >= 0
    counted = []
    for place, name in enumerate(study.timepoints):
        if name not in visits.points:
            continue
        patients = times.patient[somebody & (times.point == place)]
        times_each = np.bincount(patients, minlength=len(times.first))
        more = int((times_each > 1).sum())
        several = f", {in_words(more)} of them in several rows" if more else ""
        counted.append(f"{name}: {in_words(int((times_each > 0).sum()))} patients{several}")
    rest = somebody & (times.point < 0)
    left = int((rest & ~times.undated).sum())
    if undated := int((rest & times.undated).sum()):
        counted.append(f"{in_words(undated)} rows of no time, which tell of the patient")
    if left:
        before = f"{in_words(left)} rows of other times"
        counted.append(f"{before} or events, which only queries may see" if visits.days
                       else f"{in_words(left)} rows of other events, left out")  # fmt: skip
    rows, patients_ = int(somebody.sum()), len(times.first)
    return [Taken(f"{rows} rows of {patients_} patients as one row each; {'; '.join(counted)}")]


def _changed_elsewhere(
    column: Column, raw: pa.Table, times: RowTimes, study: Study, rows: Rows
) -> int:
    """How many patients have another value at a time point that no column is made of."""
    points = {c.known_at for c in study.columns if source(c) == source(column)}
    if len(points) > 1:
        return 0
    place = list(study.timepoints).index(str(column.known_at))
    codes, texts = _values(column, raw, study)
    others = np.flatnonzero((codes >= 0) & (times.point >= 0) & (times.point != place))
    own = rows[times.patient[others]]
    if not len(others):
        return 0
    same = _same(texts, column)
    unlike = (own >= 0) & (same[codes[others]] != same[codes[own]])
    return len(np.unique(times.patient[others[unlike]]))


def _about_elsewhere(changed: Mapping[str, int]) -> Iterator[Taken]:
    told = {name: patients for name, patients in changed.items() if patients}
    if len(told) > _SINGLY:
        yield Taken(
            f"{listed(list(told))}: of their own time point, where patients have other values at "
            f"other ones"
        )
        return
    for name, patients in told.items():
        yield Taken(
            f"of its own time point, where {in_words(patients)} patients have another value at "
            f"another one",
            name,
        )


def _about_choice(column: Column, raw: pa.Table, times: RowTimes, study: Study) -> Iterator[Taken]:
    """What was chosen of several values."""
    if column.take is None:
        return
    codes, _ = _values(column, raw, study)
    place = list(study.timepoints).index(str(column.known_at))
    here = (codes >= 0) & (times.point == place) & (times.patient >= 0)
    several = int((np.bincount(times.patient[here]) > 1).sum()) if here.any() else 0
    if several:
        yield Taken(f"the {column.take} of several", column.name, several)
