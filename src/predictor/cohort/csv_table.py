"""Text in which a sign parts the cells, to text cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa

from predictor.cohort.cell import composed
from predictor.cohort.fault import Rows
from predictor.cohort.header import check_names
from predictor.cohort.numerals import changed, is_plain, with_points
from predictor.cohort.table_alone import TableAlone, below_in_words
from predictor.cohort.taken import Taken
from predictor.cohort.zipped import only_text
from predictor.errors import DataError
from predictor.study import PLAIN, TableSpec

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LONGEST = 2**20  # bytes of a line; Arrow reads up to 32 times as many ahead
_ROWS = 2**14  # that are handed on together, unless more are read at one time
_AHEAD = 2  # the byte that was looked at before, and the end of the last line
_MOST_COLUMNS = 20_000


TEXTS = (".csv", ".tsv", ".tab", ".txt")
"""Endings of texts in which a sign parts the cells."""


def delimiter_of(path: Path | str) -> str:
    """What parts the cells of a file of this name if nobody says it."""
    return "\t" if Path(path).suffix.lower() in (".tsv", ".tab") else ","


class CsvBlocks:
    """A comma separated table or the like, read a few megabytes at a time.

    Parameters
    ----------
    opened
        Returns the content from its beginning, each time it is called.
    size
        Bytes of the content.
    path
        What messages call it.
    spec
        How it is written.
    numbers
        Names of the columns whose cells are numbers, written as `spec` says.

    Raises
    ------
    DataError
        If it is no such table, without showing a cell; what is wrong far down is found when it is
        read.
    """

    def __init__(
        self,
        opened: Callable[[], BinaryIO],
        size: int,
        path: Path | str,
        spec: TableSpec = PLAIN,
        numbers: Collection[str] = (),
    ) -> None:
        self._opened = opened
        self._size = size
        self._path = path
        self._spec = spec
        self._delimiter = spec.delimiter or delimiter_of(path)
        self._numbers = frozenset(numbers)
        self._marked = self._below = 0
        with self._open() as file:
            letters = _Letters(file, path)
            content = letters.read(_LONGEST + _AHEAD + 1)
            if letters.ended:
                self._check_quotes(letters)
            self.names = tuple(
                _header(
                    content.decode("utf-8", errors="ignore"), self._delimiter, path, spec.header
                )
            )

    @classmethod
    def of_file(cls, path: Path, spec: TableSpec, numbers: Collection[str]) -> CsvBlocks:
        """The table in a file."""
        return cls(lambda: path.open("rb"), path.stat().st_size, path, spec, numbers)

    @classmethod
    def of_zip(cls, path: Path, spec: TableSpec, numbers: Collection[str]) -> CsvBlocks:
        """The only text in a ZIP."""
        text = only_text(path, TEXTS)
        delimiter = spec.delimiter or delimiter_of(text.name)
        given = spec.model_copy(update={"delimiter": delimiter})
        return cls(text.open, text.size, path, given, numbers)

    @classmethod
    def of_content(cls, content: bytes, path: Path | str) -> CsvBlocks:
        """The table in a text."""
        return cls(lambda: io.BytesIO(content), len(content), path)

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns as they stand, and the share of the table read by then."""
        ragged = Rows()

        def remember(row: Any) -> str:
            ragged.add([row.number + self._spec.header - 1])
            return "skip"

        with self._open() as file:
            letters, self._marked = _Letters(file, self._path), 0
            together: list[pa.RecordBatch] = []
            read = 0
            try:
                for batch in self._parsed(letters, columns, remember):
                    if together and sum(map(len, together)) + len(batch) > _ROWS:
                        share = min(read * _LONGEST, letters.count) / max(self._size, 1)
                        yield self._plain(together), min(share, 1.0)
                        together = []
                    together.append(batch)
                    read += 1
                if together:
                    yield self._plain(together), 1.0
            except pa.ArrowInvalid:
                self._check_quotes(letters)
                # the library's own message quotes the row, which is a patient
                raise DataError(
                    f"{self._path}: not a comma separated table (is a quotation mark left open, or "
                    f"a row longer than the header?)"
                ) from None
            self._below = file.rows_below if isinstance(file, TableAlone) else 0
        self._check_quotes(letters)
        if ragged.count:
            have = "has" if ragged.count == 1 else "have"
            raise DataError(
                f"{self._path}: {ragged} {have} not as many cells as the header "
                f"({len(self.names)}); is there a footnote below the table, or a comma inside a "
                f"cell without quotation marks? correct the row, or delete it"
            )

    def taken(self) -> tuple[Taken, ...]:
        """How it was read as far as it was, where that needs saying."""
        found = []
        if self._marked:
            marks = ["decimal commas"] if self._spec.decimal == "," else []
            marks += ["marks between thousands"] if self._spec.thousands else []
            found.append(Taken(f"{' and '.join(marks)} in columns of numbers", cells=self._marked))
        if self._below:
            found.append(Taken(below_in_words(self._spec, self._below)))
        return tuple(found)

    def _open(self) -> BinaryIO:
        """The text of the table alone, in UTF-8, from its beginning."""
        spec = self._spec
        if spec.encoding == "utf-8" and spec.header == 1 and spec.below is None:
            return self._opened()
        alone = TableAlone(self._opened(), spec, self._delimiter, self._path)
        return cast("BinaryIO", alone)

    def _plain(self, batches: Sequence[pa.RecordBatch]) -> pa.Table:
        """Some rows, numbers in plain form."""
        table = pa.Table.from_batches(batches)
        if is_plain(self._spec):
            return table
        for place, name in enumerate(table.column_names):
            if name in self._numbers:
                plain = with_points(table[name], self._spec)
                self._marked += changed(table[name], plain)
                table = table.set_column(place, name, plain)
        return table

    def _parsed(
        self, letters: _Letters, columns: Sequence[str], remember: Callable[[Any], str]
    ) -> Iterator[pa.RecordBatch]:
        import pyarrow.csv as arrow_csv

        return iter(
            arrow_csv.open_csv(
                pa.PythonFile(letters, "r"),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False,
                    column_names=self.names,
                    skip_rows_after_names=1,
                    block_size=_LONGEST,
                ),
                # a blank line is a row like any other, or the numbers of later rows would be wrong
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=remember,
                    ignore_empty_lines=False,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    include_columns=list(columns),
                    strings_can_be_null=False,
                ),
            )
        )

    def _check_quotes(self, letters: _Letters) -> None:
        """Refuse a quotation mark left open, which would swallow the rows below it into a cell."""
        if letters.quotes % 2 == 0:
            return
        with self._open() as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            row, rows = self._spec.header, csv.reader(text, strict=True, delimiter=self._delimiter)
            try:
                for row, _ in enumerate(rows, start=self._spec.header + 1):  # noqa: B007
                    pass
            except csv.Error:
                raise DataError(
                    f"{self._path}: row {row}: a quotation mark is not closed"
                ) from None


class _Letters(io.RawIOBase):
    """The bytes of a table as they are read: text in UTF-8 that ends with the end of a line.

    Attributes
    ----------
    count, quotes
        Bytes, and quotation marks among them, that were read so far.
    """

    def __init__(self, file: BinaryIO, path: Path | str) -> None:
        self._file = file
        self._path = path
        self.count = self.quotes = 0
        self._lines = 1 + (file.lines_above if isinstance(file, TableAlone) else 0)
        self._length = 0  # of the line that is not complete
        self._rest = b""  # of a letter that is not complete
        self._ahead = b""

    def readable(self) -> bool:
        return True

    @property
    def ended(self) -> bool:
        """Whether all was read."""
        return self.count > 0 and not self._ahead

    def read(self, size: int = -1) -> bytes:
        """The next bytes, not more than `size`; DataError if no table has them."""
        content = self._ahead + self._file.read(size - _AHEAD if size > _AHEAD else size)
        if not content:
            return b""
        self._ahead = self._file.read(1)
        if self.count == 0:
            content = content.removeprefix(_BYTE_ORDER_MARK)
        self.count += len(content)
        self.quotes += content.count(b'"')
        self._check(content)
        if self.ended:
            if self._rest:
                self._refuse_letter()
            if not content.endswith((b"\n", b"\r")):
                content += b"\n"
        return content

    def _check(self, content: bytes) -> None:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content:
            raise DataError(f"{self._path}: the text is UTF-16 or binary; save it as 'CSV UTF-8'")
        letters = np.frombuffer(content, np.uint8)
        ends = np.flatnonzero((letters == ord("\n")) | (letters == ord("\r")))
        lengths = np.diff(ends, prepend=-1, append=len(content))
        lengths[0] += self._length
        if lengths.max() > _LONGEST:
            longest = int(lengths.argmax())
            line = self._line(content, int(ends[longest - 1]) + 1 if longest else 0)
            raise DataError(
                f"{self._path}: line {line} is longer than {_LONGEST // 2**20} MB; is this a table "
                f"with one row per patient?"
            )
        self._length = int(lengths[-1]) - (1 if len(ends) else 0)
        self._check_letters(content)
        self._lines += len(_LINE_END.findall(content)) if b"\r" in content else len(ends)

    def _check_letters(self, content: bytes) -> None:
        if content.isascii() and not self._rest:
            return
        whole = self._rest + content
        try:
            whole.decode("utf-8")
            self._rest = b""
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data" or len(whole) - error.start >= 4:
                self._lines = self._line(whole, error.start)
                self._refuse_letter()
            self._rest = whole[error.start :]

    def _line(self, content: bytes, place: int) -> int:
        return self._lines + len(_LINE_END.findall(content, 0, place))

    def _refuse_letter(self) -> None:
        raise DataError(
            f"{self._path}: line {self._lines} is not UTF-8 text (Latin-1 or "
            f"Windows-1252?); save it as 'CSV UTF-8'"
        )


def _header(text: str, parted_by: str, path: Path | str, row: int) -> list[str]:
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=parted_by), [])
    except csv.Error:
        raise DataError(f"{path}: row {row}: a quotation mark is not closed") from None
    header = [composed(name) for name in names]
    first = parted_by.join(header)
    for delimiter, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if first.count(delimiter) > first.count(parted_by):
            raise DataError(
                f"{path}: the header is separated by {name}; save it as comma separated text with "
                f"decimal points, or give the .xlsx file itself (in much of Europe, Excel writes "
                f"semicolons into every CSV)"
            )
    if not any(name.strip() for name in header):
        raise DataError(
            f"{path}: {'the first line' if row == 1 else f'row {row}'} is blank; expected the "
            f"names of the columns"
        )
    if len(header) > _MOST_COLUMNS:
        raise DataError(
            f"{path}: {len(header):,} columns, more than the {_MOST_COLUMNS:,} that are read; is "
            f"this a table with one row per patient?"
        )
    check_names(header, path, row)
    return header
