"""Run a query over the cohort and make sure that every patient stands alone.

A value that changes when the patient is computed alone instead of with the cohort (a window, an
aggregate, a rank) could not be computed for one new patient, and would let test patients into
training.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort.cohort import Cohort
from predictor.cohort.fault import rows_in_words
from predictor.cohort.limits import Limits, named
from predictor.cohort.permitted_sql import used_columns, vet
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.errors import DataError, StudyError
from predictor.study import Column

Rows = npt.NDArray[np.int64]

# so many patients are computed alone; the halves below separate every patient from every other
_ALONE = 12
_HALVINGS = 12
# so many rows are named where a query fails
_NAMED = 5


def patientwise(
    cohort: Cohort,
    sql: str,
    where: str,
    align: Callable[..., pa.Table],
    *,
    one_condition: bool = False,
) -> pa.Table:
    """The result of a query, one row per row of the cohort.

    Parameters
    ----------
    cohort
        As of the time point the query may look at.
    sql
        One SELECT over `cohort`.
    where
        File or key, for messages.
    align
        ``align(result, cohort, where) -> table`` puts the rows of a result in the cohort's order
        and refuses lost and doubled rows.
    one_condition
        Whether the query must be nothing but one expression for every row.

    Raises
    ------
    StudyError
        If the query is not allowed, takes too much time or memory, or lets one patient's value
        depend on another's.
    DataError
        If it fails on the values of a patient.
    """
    with Sandbox(cohort.columns, Limits.for_table(cohort.table)) as sandbox, named(where):
        query = Query(sandbox, sql, where, cohort, one_condition=one_condition)
        return query.of(cohort, align)


class Query:
    """A query that was vetted, for any number of cohorts of one study.

    Parameters
    ----------
    sandbox
        Holds `cohort` without rows.
    sql, where, one_condition
        As those of `patientwise`.
    cohort
        With all columns that may be read; its rows are not looked at.
    read
        Columns that are copied into the database: those that the query reads, or more, so that
        several queries over the same rows find them there.

    Raises
    ------
    StudyError
        If the query is not allowed.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        sql: str,
        where: str,
        cohort: Cohort,
        *,
        one_condition: bool = False,
        read: Collection[str] | None = None,
    ) -> None:
        vet(sandbox, sql, where, cohort.study, cohort.columns, one_condition=one_condition)
        self._sandbox = sandbox
        self._sql = sql
        self._where = where
        # copying columns that no query reads would take most of the time
        self._read = read or (*cohort.study.ids, *used_columns(sandbox, sql, cohort.columns))
        self._alone = sandbox.takes_rows_alone(sql)

    def at(self, sandbox: Sandbox) -> Query:
        """The same in another database."""
        other = copy(self)
        other._sandbox = sandbox
        return other

    def of(self, cohort: Cohort, align: Callable[..., pa.Table]) -> pa.Table:
        """The result for a cohort, as `patientwise` says.

        Where the plan does not show that each patient is taken alone, it is tried.
        """
        where = self._where
        self._sandbox.renew()
        cohort = cohort.only(self._read)

        def run(part: Cohort, *, rounding: bool = False) -> pa.Table:
            self._sandbox.fill(part.table)
            return align(self._sandbox.query(self._sql, rounding=rounding), part, where)

        try:
            result = run(cohort, rounding=True)
            together = result if self._alone else run(cohort)
        except SqlError as error:
            # the database's message may quote a value, so only its kind is shown
            raise DataError(
                f"{where}: fails on {_failing(cohort, run)} ({type(error).__name__})"
            ) from None
        for rows in [] if self._alone else _parts(len(cohort)):
            try:
                alone = run(cohort.take(rows))
            except SqlError as error:
                raise StudyError(
                    f"{where}: depends on other patients: it works for the cohort and fails for a "
                    f"part of it ({type(error).__name__})"
                ) from None
            changed = _changed(together.take(rows), alone)
            if changed:
                raise StudyError(
                    f"{where}: {', '.join(changed)} depends on other patients: computed alone, a "
                    f"patient gets another value than with the cohort (a window, rank or aggregate "
                    f"over patients?)"
                )
        return result


def measured_in(cohort: Cohort, sql: str) -> list[Column]:
    """Measured numbers that a condition reads, in the order of the dictionary."""
    with Sandbox(cohort.columns) as sandbox:
        read = set(used_columns(sandbox, f"SELECT ({sql}\n) FROM cohort", cohort.columns))
    return [
        column
        for column in cohort.columns
        if column.name in read and column.role == "value" and column.type in ("number", "integer")
    ]


def _parts(rows: int) -> list[Rows]:
    """Parts of the cohort that show a dependence between patients.

    Some patients alone, and for every binary digit of the row number the rows with and without it:
    any two patients are apart in at least one of these halvings (below 2 ** _HALVINGS rows).
    """
    if rows <= 1:
        return []
    numbers = np.arange(rows)
    chosen = np.unique(np.linspace(0, rows - 1, min(rows, _ALONE)).astype(int))
    parts = [numbers[row : row + 1] for row in chosen]
    for digit in range(min((rows - 1).bit_length(), _HALVINGS)):
        with_digit = (numbers >> digit) & 1 == 1
        parts += [numbers[with_digit], numbers[~with_digit]]
    return parts


def _failing(cohort: Cohort, run: Callable[[Cohort], pa.Table]) -> str:
    """The first rows of the table on which the query fails, in words; found by halving."""
    failing: list[int] = []
    waiting: list[Rows] = [np.arange(len(cohort))]
    while waiting and len(failing) <= _NAMED:
        rows = waiting.pop()
        try:
            run(cohort.take(rows))
        except SqlError:
            if len(rows) == 1:
                failing.append(int(cohort.lines[rows[0]]))
            else:
                waiting += [rows[len(rows) // 2 :], rows[: len(rows) // 2]]
    if not failing:
        return "the cohort"
    others = " and others" if len(failing) > _NAMED else ""
    return rows_in_words(failing[:_NAMED]) + others


def _changed(together: pa.Table, alone: pa.Table) -> list[str]:
    if together.column_names != alone.column_names:
        return sorted(set(together.column_names) ^ set(alone.column_names))
    return [
        name
        for name in together.column_names
        if not _same(together[name].combine_chunks(), alone[name].combine_chunks())
    ]


def _same(first: pa.Array, second: pa.Array) -> bool:
    if pa.types.is_floating(first.type) and first.type == second.type:
        one = first.to_numpy(zero_copy_only=False)
        two = second.to_numpy(zero_copy_only=False)
        return (
            bool(np.array_equal(one, two, equal_nan=True)) and first.null_count == second.null_count
        )
    return bool(first.equals(second))
