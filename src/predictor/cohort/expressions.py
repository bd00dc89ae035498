"""SQL expressions of a study, computed for every patient alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort.cohort import Cohort
from predictor.cohort.limits import named
from predictor.cohort.permitted_sql import vet
from predictor.cohort.queries import patientwise
from predictor.cohort.sandbox import Sandbox
from predictor.errors import DataError, StudyError

Labels = npt.NDArray[np.float64]


def condition(cohort: Cohort, sql: str, where: str) -> Labels:
    """An SQL condition for every row: 1 true, 0 false, nan unknown.

    Parameters
    ----------
    cohort
        As of the time point the condition may look at.
    sql
        The condition.
    where
        File or key, for messages.

    Raises
    ------
    StudyError
        If it is not one condition, or depends on other patients.
    """
    result = patientwise(cohort, select(sql), where, in_order(1), one_condition=True)
    return truth_of(result, where)


def number(cohort: Cohort, sql: str, where: str) -> Labels:
    """An SQL number for every row, nan for unknown; parameters as those of `condition`.

    Raises
    ------
    StudyError
        If it is not one number, or depends on other patients.
    """
    import pyarrow.compute as pc

    column = expression(cohort, sql, where, "one number or NULL")
    kind = column.type
    if not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    ):
        got = "true or false" if pa.types.is_boolean(kind) else "text or a date"
        raise StudyError(f"{where}: expected a number, got {got}")
    numbers: Labels = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False).astype(float)
    if np.isinf(numbers).any():
        raise StudyError(f"{where}: is infinite for some patients; divide by nullif(..., 0)")
    return numbers


def expression(cohort: Cohort, sql: str, where: str, expected: str) -> pa.Array:
    """What an SQL expression gives for every row; `expected` says in a message what it should.

    Raises
    ------
    StudyError
        If it is not one expression, or depends on other patients.
    """
    result = patientwise(cohort, select(sql), where, in_order(1, expected), one_condition=True)
    return result.column(0).combine_chunks()


def conditions(cohort: Cohort, rules: Mapping[str, str]) -> list[Labels]:
    """Several conditions, named by file and key, in one query, which takes the time of one.

    Raises
    ------
    StudyError, DataError
        As `condition` says of the first that is refused.
    """
    with Sandbox(cohort.columns) as sandbox:
        for where, sql in rules.items():
            with named(where):
                vet(
                    sandbox,
                    select(sql),
                    where,
                    cohort.study,
                    cohort.columns,
                    one_condition=True,
                )
    columns = (f"({sql}\n) AS condition_{number}" for number, sql in enumerate(rules.values()))
    try:
        together = patientwise(
            cohort,
            f"SELECT {', '.join(columns)} FROM cohort",
            "conditions",
            in_order(len(rules)),
        )
    except (StudyError, DataError):
        # one of them is at fault: alone, it is named
        return [condition(cohort, sql, where) for where, sql in rules.items()]
    return [truth_of(together.select([number]), where) for number, where in enumerate(rules)]


def select(sql: str) -> str:
    """A query that computes one expression for every row."""
    # the line break ends a comment at the end of the rule
    return f"SELECT ({sql}\n) AS condition FROM cohort"


def in_order(
    columns: int, expected: str = "one condition that is true, false or NULL"
) -> Callable[[pa.Table, Cohort, str], pa.Table]:
    """Return what refuses a result that has not this number of columns, or not every row."""

    def refuse(result: pa.Table, cohort: Cohort, where: str) -> pa.Table:
        if result.num_columns != columns or result.num_rows != len(cohort):
            raise StudyError(f"{where}: expected {expected}")
        return result

    return refuse


def truth_of(result: pa.Table, where: str) -> Labels:
    """What a condition returned: 1 true, 0 false, nan unknown; StudyError if it is none."""
    import pyarrow.compute as pc

    column = result.column(0).combine_chunks()
    if not (
        pa.types.is_boolean(column.type)
        or pa.types.is_null(column.type)
        or pa.types.is_integer(column.type)
    ):
        raise StudyError(f"{where}: expected a condition (true or false), got {column.type}")
    numbers: Labels = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False).astype(float)
    if not np.isin(numbers[~np.isnan(numbers)], (0.0, 1.0)).all():
        raise StudyError(f"{where}: expected a condition; some values are neither 0 nor 1")
    return numbers
