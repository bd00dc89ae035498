"""Values that SQL makes of the rows of one patient: of those that are known by then, alone.

Each patient meets the query in a database that holds his rows and no others, and of them only those
that are known at the time point of the value. So no value can come from another patient or from
later, whatever the query is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise

import numpy as np
import pyarrow as pa

from predictor.cohort.cell import text, texts
from predictor.cohort.dictionary import check_cells
from predictor.cohort.fault import Fault
from predictor.cohort.limits import Limits, named
from predictor.cohort.permitted_sql import used_columns, vet
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.cohort.times_of_rows import RowTimes
from predictor.errors import StudyError
from predictor.study import DAY, POINT, Column, Study, Visits

TABLE = "visits"
_PER_PATIENT = 0.02  # seconds that the queries of one may take, beside those of all


def row_columns(study: Study, visits: Visits) -> tuple[Column, ...]:
    """What a row of `visits` has: time point, event, day, and the columns that are declared."""
    points = tuple(point for point in study.timepoints if point in visits.points)
    own = [Column(name=POINT, known_at=study.predict_at, type="category", levels=points)]
    if visits.at is not None:
        levels = tuple(name for names in visits.events.values() for name in names)
        own.append(
            Column(name=visits.at, known_at=study.predict_at, type="category", levels=levels)
        )
    if visits.day is not None:
        own.append(Column(name=DAY, known_at=study.predict_at, type="integer"))
    # of one time point, since each becomes known with its row
    declared = (c.model_copy(update={"known_at": study.predict_at}) for c in visits.columns)
    return (*own, *declared)


class VisitQueries:
    """The queries of some columns, each vetted once; use as a context manager.

    Parameters
    ----------
    study, visits
        The study, and what it says of visits.
    columns
        Those with a query.
    patients
        For how many at most.

    Attributes
    ----------
    read
        By name of the column, the columns of a row that its query reads and that are declared.

    Raises
    ------
    StudyError
        If a query is not allowed.
    """

    def __init__(
        self, study: Study, visits: Visits, columns: Sequence[Column], patients: int
    ) -> None:
        self._study, self._visits, self._columns = study, visits, tuple(columns)
        own = row_columns(study, visits)
        seconds = Limits.seconds + _PER_PATIENT * patients * len(self._columns)
        self._sandbox = Sandbox(own, Limits(seconds), TABLE)
        of_rows = study.model_copy(update={"columns": own})
        declared = frozenset(column.name for column in visits.columns)
        self.read: dict[str, frozenset[str]] = {}
        with ExitStack() as stack:
            stack.enter_context(self._sandbox)
            for column in self._columns:
                where = self._where(column)
                with named(where):
                    vet(self._sandbox, str(column.query), where, of_rows, own)
                    used = used_columns(self._sandbox, str(column.query), own)
                self.read[column.name] = declared.intersection(used)
            self._stack = stack.pop_all()

    def __enter__(self) -> VisitQueries:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _where(self, column: Column) -> str:
        return f"{self._study.file}: columns.{column.name}.query"

    def values(
        self, raw: pa.Table, times: RowTimes
    ) -> tuple[dict[str, pa.Array], tuple[Fault, ...]]:
        """The value of every patient, as text, by name of the column; and what is wrong with rows.

        Raises
        ------
        StudyError
            If a query takes too long, or returns more than one value.
        """
        table, faults = self._rows(raw, times)
        patient, known = times.patient[times.order], times.known[times.order]
        ends = np.searchsorted(patient, np.arange(len(times.first) + 1))
        order = list(self._study.timepoints)
        found: dict[str, list[object]] = {column.name: [] for column in self._columns}
        failed: dict[tuple[str, str], list[int]] = {}
        by_point: dict[int, list[Column]] = {}
        for column in self._columns:
            by_point.setdefault(order.index(str(column.known_at)), []).append(column)
        for place, columns in by_point.items():
            for number, (start, end) in enumerate(pairwise(ends)):
                # in the order of time, the rows that are known by then come first
                until = start + int(np.searchsorted(known[start:end], place, side="right"))
                self._sandbox.fill(table.slice(start, until - start))
                for column in columns:
                    try:
                        value = self._value(column)
                    except SqlError as error:
                        value = None
                        rows = failed.setdefault((column.name, type(error).__name__), [])
                        rows.append(int(times.first[number]))
                    found[column.name].append(value)
        # the database's message may quote a value, so only its kind is shown
        of_queries = tuple(
            Fault(name, tuple(rows), f"its query fails ({kind}) on patients whose rows begin there")
            for (name, kind), rows in failed.items()
        )
        values = {name: texts([text(value) for value in found[name]]) for name in found}
        return values, (*faults, *of_queries)

    def _rows(self, raw: pa.Table, times: RowTimes) -> tuple[pa.Table, tuple[Fault, ...]]:
        """What the queries read of all rows, typed, in the order of `RowTimes.order`."""
        study = self._study
        points = pa.array(list(study.timepoints), pa.string())
        own = {
            POINT: points.take(pa.array(times.point, mask=times.point < 0)),
            **({self._visits.at: times.event} if self._visits.at is not None else {}),
            **({DAY: times.day} if self._visits.day is not None else {}),
        }
        read = frozenset().union(*self.read.values())
        wanted = [c for c in row_columns(study, self._visits) if c.name in read]
        last = max(list(study.timepoints).index(str(c.known_at)) for c in self._columns)
        seen = np.flatnonzero((times.patient >= 0) & (times.known <= last))
        typed, faults = check_cells(raw.take(seen), wanted, study)
        place = np.full(raw.num_rows, -1)
        place[seen] = np.arange(len(seen))
        there = place[times.order]
        chosen = pa.array(there, mask=there < 0)
        table = {name: cells.take(times.order) for name, cells in own.items()}
        table |= {name: typed[name].take(chosen) for name in typed.column_names}
        found = [fault for fault in faults if fault.column is not None]
        return pa.table(table), tuple(
            Fault(each.column, tuple(seen[list(each.rows)].tolist()), each.rule, each.kind)
            for each in found
        )

    def _value(self, column: Column) -> object:
        """What a query returns of the rows that are there; SqlError if it fails on them."""
        where = self._where(column)
        with named(where):
            result = self._sandbox.query(str(column.query))
        if result.num_columns != 1:
            raise StudyError(f"{where}: returns {result.num_columns} values; expected one")
        if result.num_rows > 1:
            raise StudyError(
                f"{where}: returns {result.num_rows} rows for a patient; expected one value: take "
                f"the mean of them (avg), count them, or choose one (ORDER BY day LIMIT 1)"
            )
        return result.column(0)[0].as_py() if result.num_rows else None


def reading(study: Study, visits: Visits, columns: Sequence[Column]) -> dict[str, frozenset[str]]:
    """Columns of a row that queries read, by name of the column that has the query."""
    asked = [column for column in columns if column.query is not None]
    if not asked:
        return {}
    with VisitQueries(study, visits, asked, 0) as queries:
        return queries.read
