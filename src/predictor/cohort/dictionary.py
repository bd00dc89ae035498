"""The data dictionary against the table, cell by cell; all faults at once.

Messages name the column, the rows (the header is row 1, as in a spreadsheet) and the rule. They
never show a cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.arrow_arrays import arrow
from predictor.cohort.categories import read_levels, without_zeros
from predictor.cohort.dates import check_order, read_dates, without_midnight
from predictor.cohort.fault import Fault
from predictor.cohort.flags import read_flags
from predictor.cohort.masks import Mask, fault, floats, mask
from predictor.cohort.numbers import NUMBER, Written, read_numbers
from predictor.cohort.numerals import GROUPS, POINT
from predictor.cohort.plain_cells import Plain, many_below, plain_flags, plain_numbers
from predictor.cohort.plain_dates import plain_days
from predictor.cohort.strays import looks_like_a_summary
from predictor.cohort.taken import Taken
from predictor.disclosure import in_words
from predictor.study import CLUSTERS, Column, Study, as_number

# what a spreadsheet shows where it has no value, and how the reader of workbooks names the rest
ERRORS = {
    r"^#(N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|FIELD!|###+)$": (
        "an error of a spreadsheet in place of a value; correct the formula, or clear the cell"
    ),
    r"^#FORMULA!$": (
        "a formula that was never calculated; open the table in a spreadsheet program and save it"
    ),
    rf"^{POINT}$": (
        "a decimal point, where the study file says decimal: ',' under table:; correct the number, "
        "or take decimal out if all numbers have points"
    ),
    rf"^{GROUPS}$": (
        "a point between the thousands of a number, or before its decimals? Say under table: in "
        "the study file decimal: ',' and thousands: '.' if 1.200 is 1200, decimal: '.' if it is 1.2"
    ),
    r"^#FORMAT!$": (
        "a number format that shows something else than the cell holds; choose the format General "
        "and look at what is there"
    ),
}

BLANK = "a blank row inside the table; delete it, and what is no patient below it"
REQUIRED = "a value is required"
NO_IDENTIFIER = (
    "no identifier; give the patient one, or delete the row if it is none (totals, a footnote)"
)
A_STATISTIC = (
    "the name of a statistic where an identifier is expected; delete the rows of means and totals"
)


@dataclass(frozen=True)
class Checked:
    """Some rows of a table, checked cell by cell.

    Attributes
    ----------
    table
        Numbers as float64, whole numbers as int64, flags as booleans, dates as date32, all else as
        text; cells with a fault are null.
    faults
        Rules that are broken, and where.
    written
        How the numbers of these rows are written, by column; those of all rows add up to that of
        the table.
    taken
        How cells were read that are not written as their type is.
    """

    table: pa.Table
    faults: list[Fault]
    written: dict[str, Written]
    taken: tuple[Taken, ...]


_TYPES = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
    "category": pa.string(),
    "text": pa.string(),
}


def arrow_type(column: Column) -> pa.DataType:
    """The type of the values of a column, once they are checked."""
    return _TYPES[column.type] if column.role in ("value", *CLUSTERS) else pa.string()


def check_cells(
    raw: pa.Table, columns: Sequence[Column], study: Study, *, today: datetime.date | None = None
) -> tuple[pa.Table, list[Fault]]:
    """The table and the faults of `check_table`."""
    checked = check_table(raw, columns, study, today=today)
    return checked.table, checked.faults


def check_table(
    raw: pa.Table, columns: Sequence[Column], study: Study, *, today: datetime.date | None = None
) -> Checked:
    """Text cells of a whole table to typed columns.

    Parameters
    ----------
    raw
        As from `predictor.cohort.read`; holds at least the given columns.
    columns
        Which columns of the dictionary to read, in this order.
    study
        For the texts that mean "missing" and the order of time points.
    today
        No date lies later; the date of this computer if left out.
    """
    checked = check_part(raw, columns, study, {}, today=today)
    if any(each.tells for each in checked.written.values()):
        return check_part(raw, columns, study, checked.written, today=today)
    return checked


def check_part(
    raw: pa.Table,
    columns: Sequence[Column],
    study: Study,
    written: Mapping[str, Written],
    *,
    today: datetime.date | None = None,
) -> Checked:
    """`check_table` of some rows of a table.

    Parameters
    ----------
    raw, columns, study, today
        As those of `check_table`.
    written
        How the numbers of the whole table are written, by column, as far as it is known.
    """
    today = today or datetime.date.today()  # noqa: DTZ011 - the day where the user is
    typed: list[Any] = []
    blank = _blank(raw, columns)
    faults = fault(None, blank, BLANK)
    found: dict[str, Written] = {}
    taken: list[Taken] = []
    for column in columns:
        cells = distinct(raw.column(column.name))
        values, wrong, own, ways = _check_column(
            cells, column, study, blank, today, written.get(column.name, Written())
        )
        typed.append(values)
        faults += wrong
        if own is not None:
            found[column.name] = own
        taken += ways
    table = pa.table(typed, names=[column.name for column in columns])
    faults += check_order(table, columns, study)
    return Checked(table, faults, found, tuple(taken))


def _blank(raw: pa.Table, columns: Sequence[Column]) -> Mask:
    """Rows without anything, where more than identifiers could be there."""
    blank = np.full(raw.num_rows, any(column.role != "id" for column in columns))
    for column in columns:
        if not blank.any():
            break
        blank &= mask(raw[column.name].is_null())
    return blank


def _check_column(
    column_cells: pa.DictionaryArray,
    column: Column,
    study: Study,
    blank: Mask,
    today: datetime.date,
    written: Written,
) -> tuple[pa.Array, list[Fault], Written | None, list[Taken]]:
    """Each different text is read once; what is found of it is found of all cells that have it."""
    cells, places = column_cells.dictionary, column_cells.indices
    if column.role == "ignore":
        return cells.take(places), [], None, []
    errors, faults = _spreadsheet_errors(cells, column, study)
    cells = _without(cells, errors)
    here = _of_cells(errors, places)
    if column.role == "id":
        values = cells.take(places)
        absent = ~mask(values.is_valid()) & ~blank & ~here
        summary = fault(column, looks_like_a_summary(cells), A_STATISTIC)
        return values, [
            *_everywhere(faults, places),
            *fault(column, absent, NO_IDENTIFIER),
            *_everywhere(summary, places),
        ], None, []  # fmt: skip
    if column.type == "date":
        cells = without_midnight(cells)
    cells = _without(cells, means_missing(cells, column, study))
    own, plain = None, plain_cells(cells, column)
    given, cells = cells, plain.cells
    match column.type:
        case "number" | "integer":
            times = np.bincount(places.drop_null().to_numpy(), minlength=len(cells))
            values, found, own = read_numbers(cells, column, times, written)
        case "category":
            values, found = read_levels(cells, column)
        case "flag":
            values, found = read_flags(cells, column)
        case "date":
            values, found = read_dates(cells, column, today)
        case "text":
            values, found = cells, []
    faults = _everywhere([*faults, *plain.faults, *found], places)
    if column.required or column.role in CLUSTERS:
        absent = ~mask(given.take(places).is_valid()) & ~blank & ~here
        faults += fault(column, absent, REQUIRED)
    values = values.take(places)
    return values, faults, own, list(_taken(plain, column, places, values))


def plain_cells(cells: pa.Array, column: Column) -> Plain:
    """Texts that are written in a way that the study file declares, as plain ones."""
    match column.type:
        case "number" | "integer":
            return plain_numbers(cells, column)
        case "flag":
            return plain_flags(cells, column)
        case "date":
            return plain_days(cells, column)
    return Plain(cells)


def _taken(plain: Plain, column: Column, places: pa.Array, values: pa.Array) -> Iterator[Taken]:
    """What was taken as what in a column, with the cells of each text."""
    if not plain.taken:
        return
    times = np.bincount(places.drop_null().to_numpy(), minlength=len(plain.cells))
    for way, texts in plain.taken.items():
        cells = int(times[texts].sum())
        if not cells:
            continue
        said = many_below(way, cells, len(values) - values.null_count)
        if column.type == "flag" and values.null_count and pc.all(values).as_py():
            gaps = in_words(values.null_count)
            said = f", none is false, and {gaps} are no value; if empty is no, say empty: false"
        yield Taken(f"{way}{said}", column.name, cells)


def distinct(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of texts with each different one once."""
    cells = column.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        return cells
    return pc.cast(cells, pa.string()).dictionary_encode()


def _without(cells: pa.Array, gone: Mask) -> pa.Array:
    """Texts of which some are null."""
    return pc.if_else(arrow(gone), pa.scalar(None, pa.string()), cells) if gone.any() else cells


def _of_cells(wrong: Mask, places: pa.Array) -> Mask:
    """What is true of different texts, for every cell."""
    if not wrong.any():
        return np.zeros(len(places), dtype=bool)
    return mask(arrow(wrong).take(places))


def _everywhere(faults: Sequence[Fault], places: pa.Array) -> list[Fault]:
    """Faults of different texts as those of the rows that have them."""
    found = []
    for each in faults:
        rows = np.flatnonzero(mask(pc.is_in(places, pa.array(each.rows, places.type))))
        if len(rows):
            found.append(Fault(each.column, tuple(rows.tolist()), each.rule))
    return found


def _spreadsheet_errors(cells: pa.Array, column: Column, study: Study) -> tuple[Mask, list[Fault]]:
    """Cells that hold an error in place of a value, unless it is a word for missing."""
    wrong = np.zeros(len(cells), dtype=bool)
    faults: list[Fault] = []
    if not mask(pc.starts_with(cells, "#")).any():
        return wrong, faults
    declared = mask(pc.is_in(cells, pa.array(study.missing_in(column), pa.string())))
    for pattern, rule in ERRORS.items():
        these = mask(pc.match_substring_regex(cells, pattern)) & ~declared
        faults += fault(column, these, rule)
        wrong |= these
    return wrong, faults


def means_missing(cells: pa.Array, column: Column, study: Study) -> Mask:
    """Cells that mean "no value"; numbers as numbers, so that -9 is also -9.00."""
    codes = study.missing_in(column)
    if not codes:
        return np.zeros(len(cells), dtype=bool)
    texts = pa.array(codes, pa.string())
    absent = mask(pc.is_in(cells, texts))
    numbers = [number for number in map(as_number, codes) if number is not None]
    if numbers:
        absent |= mask(pc.is_in(without_zeros(cells), without_zeros(texts)))
    if column.type in ("number", "integer") and numbers:
        plain = pc.replace_substring(cells, "\u2212", "-")
        written = pc.fill_null(pc.match_substring_regex(plain, NUMBER), False)
        absent |= np.isin(floats(pc.cast(pc.if_else(written, plain, None), pa.float64())), numbers)
    return absent
