"""The data dictionary against the table, cell by cell; all faults at once.

Messages name the column, the rows (the header is row 1, as in a spreadsheet) and the rule. They
never show a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.fault import Fault
from predictor.study import Column, Study

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_WHOLE = r"^[+-]?\d+(\.0*)?$"
_DECIMAL_COMMA = r"^[+-]?\d+,\d+$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_FLAGS = {
    "true": True, "1": True, "1.0": True, "yes": True,
    "false": False, "0": False, "0.0": False, "no": False,
}  # fmt: skip
# an 11-point scale given as 0-100: some value is far beyond what a slip of the pen makes of 0-10
_SCALE_FACTOR = 2

Mask = npt.NDArray[np.bool_]


def check_header(names: Iterable[str], columns: Sequence[Column]) -> list[Fault]:
    """Columns of the table that are not declared, and declared columns that are not there."""
    present, declared = set(names), {column.name for column in columns}
    if not present & declared:
        # without a header the first row is a patient, whom a message must not show
        return [
            Fault(
                None,
                (),
                "row 1 holds none of the declared column names; is the header missing, or is this "
                "another table?",
            )
        ]
    faults = [
        Fault(name, (), "a column of the table that the study file does not declare")
        for name in sorted(present - declared)
    ]
    faults += [
        Fault(name, (), "declared in the study file, but not a column of the table")
        for name in sorted(declared - present)
    ]
    return faults


def check_cells(
    raw: pa.Table, columns: Sequence[Column], study: Study
) -> tuple[pa.Table, list[Fault]]:
    """Text cells to typed columns.

    Parameters
    ----------
    raw
        As from `predictor.cohort.read`; holds at least the given columns.
    columns
        Which columns of the dictionary to read, in this order.
    study
        For the texts that mean "missing" and the order of time points.

    Returns
    -------
    table, faults
        Numbers as float64, whole numbers as int64, flags as booleans, dates as date32, all else as
        text; cells with a fault are null.
    """
    typed: list[Any] = []
    faults: list[Fault] = []
    for column in columns:
        cells = raw.column(column.name).combine_chunks()
        cells = cells.chunk(0) if isinstance(cells, pa.ChunkedArray) else cells
        values, found = _check_column(cells, column, study)
        typed.append(values)
        faults += found
    table = pa.table(typed, names=[column.name for column in columns])
    return table, faults + _check_dates(table, columns, study)


def _check_column(cells: pa.Array, column: Column, study: Study) -> tuple[pa.Array, list[Fault]]:
    if column.role == "ignore":
        return cells, []
    if column.role == "id":
        return cells, _fault(column, ~_mask(cells.is_valid()), "no identifier")
    absent = [text for text in study.missing if text not in column.levels]
    cells = pc.if_else(
        pc.fill_null(pc.is_in(cells, pa.array(absent, pa.string())), False),
        pa.scalar(None, pa.string()),
        cells,
    )
    reader = {
        "number": _read_numbers,
        "integer": _read_numbers,
        "category": _read_levels,
        "flag": _read_flags,
        "date": _read_dates,
        "text": _read_text,
    }[column.type]
    values, faults = reader(cells, column)
    if column.required or column.role == "cluster":
        faults += _fault(column, ~_mask(cells.is_valid()), "a value is required")
    return values, faults


def _read_text(cells: pa.Array, _: Column) -> tuple[pa.Array, list[Fault]]:
    return cells, []


def _read_numbers(cells: pa.Array, column: Column) -> tuple[pa.Array, list[Fault]]:
    written = _mask(pc.match_substring_regex(cells, _NUMBER))
    comma = _mask(pc.match_substring_regex(cells, _DECIMAL_COMMA))
    present = _mask(cells.is_valid())
    faults = _fault(column, comma, "a decimal comma; numbers are written with a point")
    faults += _fault(column, present & ~written & ~comma, "text where a number is expected")
    values = pc.cast(pc.if_else(pa.array(written), cells, None), pa.float64())
    bad = _mask(pc.invert(pc.is_finite(values)))
    faults += _fault(column, bad, "too large for a number")
    if column.type == "integer":
        whole = _mask(pc.equal(pc.floor(values), values))
        exact = np.abs(_floats(values)) < 2.0**53
        faults += _fault(column, written & ~bad & ~whole, "not a whole number")
        faults += _fault(column, whole & ~bad & ~exact, "too large for a whole number to be exact")
        bad |= ~(whole & exact)
    if column.range is not None:
        outside, found = _check_range(pc.if_else(pa.array(bad), None, values), column)
        faults += found
        bad |= outside
    values = pc.if_else(pa.array(bad), pa.scalar(None, pa.float64()), values)
    return (pc.cast(values, pa.int64()) if column.type == "integer" else values), faults


def _check_range(values: pa.Array, column: Column) -> tuple[Mask, list[Fault]]:
    assert column.range is not None
    low, high = column.range
    numbers = _floats(values)
    with np.errstate(invalid="ignore"):
        outside = (numbers < low) | (numbers > high)
        far = outside & (numbers > _SCALE_FACTOR * high) & (numbers <= 100)
    rule = f"outside {low:g} to {high:g}{' ' + column.unit if column.unit else ''}"
    if high == 10 and far.any():
        rule += "; this looks like a 0-100 scale (values are never divided for you)"
    return outside, _fault(column, outside, rule)


def _read_levels(cells: pa.Array, column: Column) -> tuple[pa.Array, list[Fault]]:
    levels = pa.array(column.levels, pa.string())
    # a spreadsheet that holds a gap writes the code 1 as 1.0
    position = pc.coalesce(
        pc.index_in(cells, levels), pc.index_in(_without_zeros(cells), _without_zeros(levels))
    )
    matched = pc.take(levels, position)
    faults = _fault(
        column,
        _mask(cells.is_valid()) & ~_mask(matched.is_valid()),
        f"not one of the declared levels ({', '.join(column.levels)})",
    )
    return matched, faults


def _without_zeros(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, r"^([+-]?\d+)\.0+$", r"\1")


def _read_flags(cells: pa.Array, column: Column) -> tuple[pa.Array, list[Fault]]:
    position = pc.index_in(pc.utf8_lower(cells), pa.array(list(_FLAGS), pa.string()))
    values = pc.take(pa.array(list(_FLAGS.values())), position)
    faults = _fault(
        column,
        _mask(cells.is_valid()) & ~_mask(values.is_valid()),
        "not a flag (true, false, yes, no, 1, 0)",
    )
    return values, faults


def _read_dates(cells: pa.Array, column: Column) -> tuple[pa.Array, list[Fault]]:
    written = pc.if_else(pc.fill_null(pc.match_substring_regex(cells, _DATE), False), cells, None)
    stamps = pc.strptime(written, format="%Y-%m-%d", unit="s", error_is_null=True)
    # the parser rolls 31 February over into March, so the date is written back and compared
    exists = _mask(pc.equal(pc.strftime(stamps, format="%Y-%m-%d"), written))
    faults = _fault(
        column,
        _mask(cells.is_valid()) & ~exists,
        "not a date written as year-month-day (2021-07-31)",
    )
    return pc.cast(pc.if_else(pa.array(exists), stamps, None), pa.date32()), faults


def _check_dates(table: pa.Table, columns: Sequence[Column], study: Study) -> list[Fault]:
    """A date that becomes known later cannot lie before one that was known earlier."""
    dates = [column for column in columns if column.type == "date" and column.role == "value"]
    faults: list[Fault] = []
    for earlier in dates:
        for later in dates:
            if study.later(later.known_at, earlier.known_at):
                wrong = _mask(pc.less(table[later.name], table[earlier.name]))
                faults += _fault(
                    later,
                    wrong,
                    f"dates the wrong way round: known at {later.known_at}, but before "
                    f"{earlier.name}, known at {earlier.known_at}",
                )
    return faults


def _fault(column: Column, wrong: Mask, rule: str) -> list[Fault]:
    rows = tuple(int(row) for row in np.flatnonzero(wrong))
    return [Fault(column.name, rows, rule)] if rows else []


def _mask(values: Any) -> Mask:
    """Arrow booleans as numpy, null as false."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    filled: Mask = pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(bool)
    return filled


def _floats(values: pa.Array) -> npt.NDArray[np.float64]:
    numbers: npt.NDArray[np.float64] = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers
