"""One door for tables: CSV, Parquet, XLSX or a data frame, to a table of text cells.

Nothing is interpreted here; the data dictionary does that (`predictor.cohort.dictionary`). An
empty cell is null, every other cell is its text without surrounding blanks.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import decimal
import io
import itertools
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.fault import rows_in_words
from predictor.cohort.header import check_names
from predictor.errors import DataError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# what the XLSX reader stumbles over in a file that is not what it should be
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
    NotImplementedError,
)
_LINE_END = re.compile(rb"\r\n|\n|\r")


def read_table(path: Path | str) -> pa.Table:
    """Read a table of patients from a file.

    Parameters
    ----------
    path
        A ``.csv`` (comma separated, UTF-8, with or without byte-order mark, decimal point),
        ``.parquet`` or ``.xlsx`` (one sheet) file with a header row.

    Returns
    -------
    pyarrow.Table
        One string column per header, null where a cell is empty.

    Raises
    ------
    DataError
        If the file cannot be read as such a table; the message never shows a cell.
    """
    path = Path(path)
    readers = {".csv": _read_csv, ".parquet": _read_parquet, ".xlsx": _read_xlsx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path}: expected a .csv, .parquet or .xlsx file; "
            f"save or export the table as one of these"
        )
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty")
    table = _without_blank_end(_strip(reader(path)))
    if table.num_rows == 0:
        raise DataError(f"{path}: the file has a header but no patients")
    return table


def read_frame(frame: Any) -> pa.Table:
    """The same from a pandas data frame; whole numbers, floats, flags and texts all accepted."""
    names = [str(name) for name in frame.columns]
    check_names(names, "the data frame")
    columns = [_texts(frame.iloc[:, position].tolist()) for position in range(len(names))]
    return _strip(pa.table(columns, names=names))


def _strip(table: pa.Table) -> pa.Table:
    columns = []
    for column in table.columns:
        trimmed = pc.utf8_trim_whitespace(column)
        columns.append(pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed))
    return pa.table(columns, names=table.column_names)


def _without_blank_end(table: pa.Table) -> pa.Table:
    """Without the blank rows that spreadsheets leave at the end."""
    last = -1
    for column in table.columns:
        filled = column.is_valid().to_numpy().nonzero()[0]
        last = max(last, int(filled[-1]) if len(filled) else -1)
    return table.slice(0, last + 1)


def _read_csv(path: Path) -> pa.Table:
    import pyarrow.csv as arrow_csv

    content = path.read_bytes().removeprefix(_BYTE_ORDER_MARK)
    text = _csv_text(content, path)
    _check_quotes(text, path)
    header = _csv_header(text, path)
    ragged: list[int] = []

    def remember(row: Any) -> str:
        ragged.append(row.number)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content + b"\n"),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=header, skip_rows_after_names=1
            ),
            # a blank line is a row like any other, or the numbers of all later rows would be wrong
            parse_options=arrow_csv.ParseOptions(
                newlines_in_values=True, invalid_row_handler=remember, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        # the library's own message quotes the row, which is a patient
        raise DataError(
            f"{path}: not a comma separated table (is a quotation mark left open, or a row longer "
            f"than the header?)"
        ) from None
    if ragged:
        have = "has" if len(ragged) == 1 else "have"
        raise DataError(
            f"{path}: {rows_in_words(ragged)} {have} not as many cells as the header "
            f"({len(header)}); is the row blank, or a comma inside a cell without quotation marks?"
        )
    return table


def _csv_text(content: bytes, path: Path) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content:
        raise DataError(f"{path}: the text is UTF-16 or binary; save it as 'CSV UTF-8'")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(content, 0, error.start)) + 1
        raise DataError(
            f"{path}: line {line} is not UTF-8 text (Latin-1 or Windows-1252?); "
            f"save it as 'CSV UTF-8'"
        ) from None


def _csv_header(text: str, path: Path) -> list[str]:
    try:
        header = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        raise DataError(f"{path}: row 1 cannot be read; is a quotation mark not closed?") from None
    first = ",".join(header)
    for delimiter, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if first.count(delimiter) > first.count(","):
            raise DataError(
                f"{path}: the header is separated by {name}; save it as comma separated text with "
                f"decimal points, or give the .xlsx file itself (in much of Europe, Excel writes "
                f"semicolons into every CSV)"
            )
    if not any(name.strip() for name in header):
        raise DataError(f"{path}: the first line is blank; expected the names of the columns")
    check_names(header, path)
    return header


def _check_quotes(text: str, path: Path) -> None:
    """Refuse a quotation mark left open, which would swallow the rows below it into one cell."""
    if text.count('"') % 2 == 0:
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 1
    try:
        for row, _ in enumerate(rows, start=2):  # noqa: B007 - the last number is what is wanted
            pass
    except csv.Error:
        raise DataError(f"{path}: row {row}: a quotation mark is not closed") from None


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
        table.validate(full=True)
        names = table.column_names
    except (pa.ArrowException, ValueError, OSError):
        raise DataError(f"{path}: not a Parquet file, or damaged") from None
    check_names(names, path)
    return pa.table(
        [
            _texts(column.to_pylist()) if _needs_python(column.type) else _cast(column)
            for column in table.columns
        ],
        names=names,
    )


def _needs_python(kind: pa.DataType) -> bool:
    """Types whose own text form is not the one of the dictionary: decimals, times, floats' nan."""
    return not (
        pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
    )


def _cast(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, pa.string())


def _read_xlsx(path: Path) -> pa.Table:
    columns = list(itertools.zip_longest(*_xlsx_rows(path)))
    while columns and all(cell is None for cell in columns[-1]):
        columns.pop()
    if not columns:
        raise DataError(f"{path}: the sheet is empty")
    header = [_text(column[0]) or "" for column in columns]
    check_names(header, path)
    return pa.table([_texts(column[1:]) for column in columns], names=header)


def _xlsx_rows(path: Path) -> list[tuple[object, ...]]:
    """Rows of the only sheet; they end at their last cell, so that some are shorter."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # they quote cells; a cell that cannot be read comes as a text that is refused later
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            with contextlib.closing(book):
                if len(book.sheetnames) != 1 or not book.worksheets:
                    raise DataError(
                        f"{path}: expected one sheet, found {len(book.sheetnames)} "
                        f"({', '.join(book.sheetnames)}); "
                        f"save the sheet of patients as a file of its own"
                    )
                sheet = book.worksheets[0]
                # the size that some programs write down is smaller than the sheet
                sheet.reset_dimensions()
                return list(sheet.iter_rows(values_only=True))
    except (*_DAMAGED, InvalidFileException):
        raise DataError(f"{path}: not an XLSX workbook, or damaged or protected") from None


def _texts(cells: Sequence[object]) -> pa.Array:
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: object) -> str | None:
    """The text of a typed cell; exact for floats (shortest form that reads back the same).

    Whole floats are written as whole numbers: where a column has a gap, pandas and Excel make 1.0
    of the code 1.
    """
    if isinstance(cell, np.number | np.bool_):
        cell = cell.item()
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else str(float(cell))
    if isinstance(cell, decimal.Decimal) and cell.is_nan():
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)
