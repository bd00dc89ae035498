"""Cells of a date column: read, or refused with what to do about them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from predictor.arrow_arrays import arrow
from predictor.cohort.fault import Fault
from predictor.cohort.masks import fault, mask
from predictor.study import Column, Study

DATE = r"^\d{4}-\d{2}-\d{2}$"
MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00)?$"
_EXPECTED = "not a date written as year-month-day (2021-07-31)"
OTHER_DATES = {
    r"^\d{4}-\d{2}-\d{2}[T ]\d": (
        "a time of day beside the date, which a spreadsheet need not show; declare time_of_day: "
        "ignore to cut it off, or write the date alone"
    ),
    DATE: f"{_EXPECTED}: no calendar has this day; correct it",
    r"^\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}$": (
        f"{_EXPECTED}; which is the day and which the month is never guessed: declare format: "
        f"day-month-year, or format: month-day-year"
    ),
    r"^\d{8}$": f"{_EXPECTED}; put the hyphens in",
    r"^\d{1,6}(\.\d+)?$": (
        f"{_EXPECTED}; the number that a spreadsheet gives a day? declare format: serial-1900, or "
        f"serial-1904 if the file was made on an old Macintosh"
    ),
}
OTHER_DATE = f"{_EXPECTED}; correct it, or add it under missing: if it means that there is no value"

IN_THE_FUTURE = "a date in the future; correct it, or give the column a range if it can be later"


def read_dates(
    cells: pa.Array, column: Column, today: datetime.date
) -> tuple[pa.Array, list[Fault]]:
    """Text cells as days; null where there is a fault.

    A date later than `today` is refused, unless the column has a range: then the range decides.
    """
    written = pc.if_else(pc.fill_null(pc.match_substring_regex(cells, DATE), False), cells, None)
    stamps = pc.strptime(written, format="%Y-%m-%d", unit="s", error_is_null=True)
    # the parser rolls 31 February over into March, so the date is written back and compared
    exists = mask(pc.equal(pc.strftime(stamps, format="%Y-%m-%d"), written))
    wrong = mask(cells.is_valid()) & ~exists
    faults = []
    for pattern, rule in OTHER_DATES.items():
        if not wrong.any():
            break
        these = mask(pc.match_substring_regex(cells, pattern)) & wrong
        faults += fault(column, these, rule)
        wrong = wrong & ~these
    faults += fault(column, wrong, OTHER_DATE)
    days = pc.cast(pc.if_else(arrow(exists), stamps, None), pa.date32())
    if column.days is None:
        outside = mask(pc.greater(days, pa.scalar(today)))
        rule = IN_THE_FUTURE
    else:
        first, last = column.days
        outside = mask(pc.or_(pc.less(days, pa.scalar(first)), pc.greater(days, pa.scalar(last))))
        rule = outside_days(first, last)
    faults += fault(column, outside, rule)
    return pc.if_else(arrow(outside), pa.scalar(None, pa.date32()), days), faults


def outside_days(first: datetime.date, last: datetime.date) -> str:
    """What is said of a date outside the range of its column."""
    return f"outside {first} to {last}; correct it, or add it under missing: if it is a code"


def without_midnight(cells: pa.Array) -> pa.Array:
    """Dates that carry 0:00 as time of day, as dates."""
    return pc.replace_substring_regex(cells, MIDNIGHT, r"\1")


def check_order(table: pa.Table, columns: Sequence[Column], study: Study) -> list[Fault]:
    """A date that becomes known later cannot lie before one that was known earlier."""
    faults: list[Fault] = []
    for earlier, later, rule in ordered_dates(columns, study):
        faults += fault(later, mask(pc.less(table[later.name], table[earlier.name])), rule)
    return faults


def ordered_dates(columns: Sequence[Column], study: Study) -> Iterator[tuple[Column, Column, str]]:
    """Pairs of which the second cannot lie before the first, and what is said if it does."""
    dates = [column for column in columns if column.type == "date" and column.role == "value"]
    for earlier in dates:
        for later in dates:
            if study.later(later.known_at, earlier.known_at):
                rule = (
                    f"dates the wrong way round: known at {later.known_at}, but before "
                    f"{earlier.name}, known at {earlier.known_at}"
                )
                yield earlier, later, rule
