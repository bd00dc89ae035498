"""Cells that come as values of their type and are right: they need no reading.

A request has numbers and flags where a file has texts. A value that is taken here is what
`check_part` makes of its text, and no rule of the dictionary is broken; all else is left to it. To
look at one value takes a thousandth of the time that it takes to look at a column of texts.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from predictor.cohort.dates import ordered_dates
from predictor.cohort.numbers import EXACT_BELOW
from predictor.study import CLUSTERS, Column, Study, as_number

Row = Mapping[str, Any]
"""A patient as JSON or Python has it; what each value is, is looked at here."""
Plain = Callable[[Any], Any]
"""The value of a cell; raises `_OtherError` if it has to be read as a text."""

# what a column may say of itself; any other key may give its values another meaning
_KNOWN = {
    "name", "roles", "shared", "known_at", "type", "levels", "ordered", "range", "unit", "meaning",
    "missing", "required", "per",
    # how other cells than plain ones are written
    "true", "false", "empty", "below", "above", "out_of", "percent", "format", "time_of_day",
}  # fmt: skip
_TYPES = {
    "number": pa.float64(), "integer": pa.int64(), "flag": pa.bool_(), "date": pa.date32(),
    "category": pa.string(), "text": pa.string(),
}  # fmt: skip
_DAY = re.compile(r"[1-9]\d{3}-\d{2}-\d{2}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][!-~]*", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)


class _OtherError(Exception):
    """A cell that has to be read as a text."""


class PlainValues:
    """Rows of some columns whose cells are values of their type.

    Parameters
    ----------
    columns, study
        As those of `predictor.cohort.dictionary.check_part`.
    """

    def __init__(self, columns: Sequence[Column], study: Study) -> None:
        self._columns = [(column.name, _reader(column, study)) for column in columns]
        self._schema = pa.schema(
            [(c.name, pa.string() if c.role == "id" else _TYPES[c.type]) for c in columns]
        )
        self._ordered = [(one.name, two.name) for one, two, _ in ordered_dates(columns, study)]

    def of(self, row: Row) -> Row | None:
        """The values of a row by column; None if a cell is not plain, or breaks a rule."""
        try:
            found = {name: reader(row.get(name)) for name, reader in self._columns}
        except _OtherError:
            return None
        for earlier, later in self._ordered:
            dates = found[earlier], found[later]
            if None not in dates and dates[1] < dates[0]:
                return None
        return found

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """The typed columns of rows that `of` returned."""
        return pa.Table.from_pylist([dict(row) for row in rows], self._schema)


def _reader(column: Column, study: Study) -> Plain:
    if column.model_fields_set - _KNOWN or column.role == "ignore":
        return _other
    if column.role == "id":
        return _identifier
    codes = study.missing_in(column)
    match column.type:
        case "number" | "integer":
            read = _number(column, codes)
        case "flag":
            words = {word.lower() for word in (*codes, *column.true, *column.false)}
            read = _flag if words.isdisjoint(("true", "false")) else _other
        case "category":
            read = _level(column, codes)
        case "date":
            read = _date(column, codes)
        case _:
            read = _other
    if column.required or column.role in CLUSTERS:
        return read
    return lambda cell: None if cell is None else read(cell)


def _other(_cell: Any) -> Any:
    raise _OtherError


def _identifier(cell: Any) -> Any:
    """Letters and signs of ASCII; with a digit, it is no name of a statistic."""
    if type(cell) is int:
        return str(cell)
    if type(cell) is str and _NAME.fullmatch(cell) and _DIGIT.search(cell):
        return cell
    raise _OtherError


def _number(column: Column, codes: Sequence[str]) -> Plain:
    absent = _numbers(codes)
    low, high = column.limits or (-EXACT_BELOW, EXACT_BELOW)
    whole = column.type == "integer"

    def read(cell: Any) -> Any:
        if type(cell) is not float and type(cell) is not int:
            raise _OtherError
        if not (low <= cell <= high and abs(cell) < EXACT_BELOW) or cell in absent:
            raise _OtherError
        if not whole:
            return cell + 0.0  # of which there is no -0.0 as text
        if cell != int(cell):
            raise _OtherError
        return int(cell)

    return read


def _numbers(codes: Sequence[str]) -> set[float]:
    return {number for number in map(as_number, codes) if number is not None}


def _flag(cell: Any) -> Any:
    if type(cell) is not bool:
        raise _OtherError
    return cell


def _level(column: Column, codes: Sequence[str]) -> Plain:
    # a level that begins with a digit may be another writing of a code, one with # an error
    levels = {
        level
        for level in column.levels
        if level.isascii() and level.isprintable() and level[0].isalpha() and level not in codes
    }

    def read(cell: Any) -> Any:
        if type(cell) is not str or cell not in levels:
            raise _OtherError
        return cell

    return read


def _date(column: Column, codes: Sequence[str]) -> Plain:
    first, last = column.days or (datetime.date.min, None)

    def read(cell: Any) -> Any:
        if type(cell) is not str or not _DAY.fullmatch(cell) or cell in codes:
            raise _OtherError
        try:
            day = datetime.date.fromisoformat(cell)
        except ValueError:
            raise _OtherError from None
        if not first <= day <= (last or datetime.date.today()):  # noqa: DTZ011 - where the user is
            raise _OtherError
        return day

    return read
