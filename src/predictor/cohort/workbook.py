"""XLSX to text cells: what a spreadsheet shows, or a refusal where it shows something else.

A cell that shows no value of its own becomes a text that the data dictionary refuses, so that only
columns that are used have to be right.
"""

from __future__ import annotations

import contextlib
import decimal
import functools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pyarrow as pa

from predictor.cohort.cell import composed, text, texts
from predictor.cohort.header import check_names
from predictor.cohort.sheet import Layout, check_layout, read_layout
from predictor.errors import DataError

if TYPE_CHECKING:
    from openpyxl import Workbook

# what the reader stumbles over in a file that is not what it should be
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)
_LARGEST = 256 * 2**20  # bytes of all parts, unpacked
_MOST_CELLS = 20_000_000  # between A1 and the last cell
_DIGITS = 15  # so many a spreadsheet shows and lets people type; a formula leaves up to 17
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a number format, but digits
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")

Row = list[str | None]


def read_workbook(path: Path) -> pa.Table:
    """Read the only sheet of a workbook.

    Raises
    ------
    DataError
        If it is no workbook, or too large; if it has another sheet, merged cells, hidden rows or
        columns, or a table that does not begin in its first cell.
    """
    rows = _rows(path)
    columns = [list(column) for column in zip_longest(*rows)]
    header = [composed(column[0] or "") for column in columns]
    if not any(header):
        raise DataError(
            f"{path}: row 1 is blank; the names of the columns belong there, from cell A1 on: "
            f"delete the blank rows above them"
        )
    if not any(columns[0]):
        raise DataError(
            f"{path}: column A is blank; the table has to begin in cell A1: delete the blank column"
        )
    check_names(header, path)
    return pa.table([texts(column[1:]) for column in columns], names=header)


def _rows(path: Path) -> list[Row]:
    """Rows of the only sheet up to their last cell; the sheet ends at the last row with a cell."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_size(path)
        with warnings.catch_warnings():
            # they quote cells; a cell that cannot be read comes as a text that is refused later
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            with contextlib.closing(book):
                return _sheet(book, path)
    except (*_DAMAGED, InvalidFileException):
        raise DataError(
            f"{path}: not an XLSX workbook, or damaged or protected; save it anew, without a "
            f"password"
        ) from None


def _check_size(path: Path) -> None:
    """Refuse what would fill the memory, before anything is unpacked."""
    with zipfile.ZipFile(path) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > _LARGEST:
        raise DataError(
            f"{path}: unpacked larger than {_LARGEST // 2**20} MB, which is not read into memory; "
            f"save the sheet as CSV or Parquet"
        )


def _sheet(book: Workbook, path: Path) -> list[Row]:
    if len(book.sheetnames) != 1 or not book.worksheets:
        hidden = {sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"}
        names = ", ".join(
            f"{name} (hidden)" if name in hidden else name for name in book.sheetnames
        )
        raise DataError(
            f"{path}: expected one sheet, found {len(book.sheetnames)} ({names}); "
            f"save the sheet of patients as a file of its own"
        )
    sheet: Any = book.worksheets[0]
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:
        layout = read_layout(part)
    # the size that some programs write down is smaller than the sheet
    sheet.reset_dimensions()
    rows = list(_texts_of(sheet.iter_rows(), layout, path))
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise DataError(f"{path}: the sheet is empty")
    check_layout(layout, len(rows), max(map(len, rows)), path)
    return rows


def _texts_of(rows: Iterator[tuple[Any, ...]], layout: Layout, path: Path) -> Iterator[Row]:
    width = 0
    for number, cells in enumerate(rows, start=1):
        shown = [
            "#FORMULA!" if (number, place) in layout.uncalculated else _shown(cell)
            for place, cell in enumerate(cells, start=1)
        ]
        while shown and (shown[-1] is None or not shown[-1].strip()):
            shown.pop()
        width = max(width, len(shown))
        if width * number > _MOST_CELLS and shown:
            raise DataError(
                f"{path}: the sheet reaches to row {number:,} and column {width:,}; delete what "
                f"stands far from the table, or save a larger table as CSV or Parquet"
            )
        yield shown


def _shown(cell: Any) -> str | None:
    """The text of a cell as the spreadsheet shows it."""
    value = cell.value
    if isinstance(value, float):
        value = float(f"{value:.{_DIGITS}g}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        shape = cell.number_format
        if shape != "General":
            kind = _kind(shape, (value > 0) - (value < 0))
            if kind == "percent":
                return f"{(decimal.Decimal(repr(value)) * 100).normalize():f}%"
            if kind == "other":
                return "#FORMAT!"
    return text(value)


@functools.lru_cache
def _kind(shape: str, sign: int) -> str:
    """What a number format makes of a number of this sign: itself, its percentage, or other."""
    sections = _NOT_SHOWN.sub("", shape).split(";")
    section = sections[0]
    if sign < 0 and len(sections) > 1:
        section = sections[1]
    elif sign == 0 and len(sections) > 2:
        section = sections[2]
    if "%" in section:
        return "percent"
    if "general" in section.lower() or "@" in section:
        return "number"
    hidden = not any(digit in section for digit in "0#?")
    return "other" if hidden or _THOUSANDS.search(section) else "number"
