"""Comma separated text to text cells."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from predictor.cohort.cell import composed
from predictor.cohort.fault import rows_in_words
from predictor.cohort.header import check_names
from predictor.errors import DataError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LARGEST = 2 * 2**30  # bytes of a file; some copies of it are in memory at one time
_LONGEST = 4 * 2**20  # bytes of a line
_MOST_COLUMNS = 20_000


def read_csv(path: Path) -> pa.Table:
    """Read a comma separated table; DataError if it is none, without showing a cell."""
    if path.stat().st_size > _LARGEST:
        raise DataError(
            f"{path}: larger than {_LARGEST // 2**20:,} MB, which is not read into memory; save it "
            f"as Parquet"
        )
    return parse_csv(path.read_bytes(), path)


def parse_csv(content: bytes, path: Path | str) -> pa.Table:
    """Read the content of a comma separated table; `path` is what messages call it."""
    import pyarrow.csv as arrow_csv

    content = content.removeprefix(_BYTE_ORDER_MARK)
    _check_lines(content, path)
    text = _text(content, path)
    _check_quotes(text, path)
    header = _header(text, path)
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
            f"({len(header)}); is there a footnote below the table, or a comma inside a cell "
            f"without quotation marks? correct the row, or delete it"
        )
    return table


def _text(content: bytes, path: Path | str) -> str:
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


def _header(text: str, path: Path | str) -> list[str]:
    try:
        names = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        raise DataError(f"{path}: row 1 cannot be read; is a quotation mark not closed?") from None
    header = [composed(name) for name in names]
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
    if len(header) > _MOST_COLUMNS:
        raise DataError(
            f"{path}: {len(header):,} columns, more than the {_MOST_COLUMNS:,} that are read; is "
            f"this a table with one row per patient?"
        )
    check_names(header, path)
    return header


def _check_lines(content: bytes, path: Path | str) -> None:
    """Refuse a line that no patient has: a file without line ends, or not a table at all."""
    letters = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero((letters == ord("\n")) | (letters == ord("\r")))
    lengths = np.diff(ends, prepend=-1, append=len(content))
    if lengths.max() > _LONGEST:
        raise DataError(
            f"{path}: line {int(lengths.argmax()) + 1} is longer than {_LONGEST // 2**20} MB; is "
            f"this a table with one row per patient?"
        )


def _check_quotes(text: str, path: Path | str) -> None:
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
