"""The table in a text of any encoding: UTF-8, without what stands above and below it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from predictor.errors import DataError
from predictor.study import TableSpec

_CHUNK = 2**18
_LONGEST = 2**21  # signs without the end of a line; a reader refuses fewer
_LINE_END = re.compile("\r\n|\n|\r")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class TableAlone(io.RawIOBase):
    """What a text holds from the row of the names to the last row of the table, as UTF-8.

    Parameters
    ----------
    file
        The text, at its beginning.
    spec
        How it is written.
    delimiter
        What parts its cells.
    path
        What messages call it.

    Attributes
    ----------
    lines_above
        Lines before that of the names.
    rows_below
        Lines that were passed over so far, from the first one below the table on.

    Raises
    ------
    DataError
        If it is not written so, without showing a cell; here or when it is read.
    """

    def __init__(self, file: BinaryIO, spec: TableSpec, delimiter: str, path: Path | str) -> None:
        self._file = file
        self._path = path
        self._spec = spec
        self._start = file.read(4)
        self.encoding = _encoding(self._start, spec.encoding)
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        # bytes of one-byte letters are UTF-8 by chance in hardly any text
        self._as_utf8 = (
            codecs.getincrementaldecoder("utf-8")() if _is_one_byte(self.encoding) else None
        )
        self._ascii = True
        self._lines = 1
        self._ended = False
        self._waiting = ""  # text that was read, and not handed on
        self._ready = b""
        self._quotes = 0
        self._below = None if spec.below is None else _first_of_row(spec.below, delimiter)
        self.rows_below = 0
        self._is_below = False
        self.lines_above = self._skip(spec.header - 1, delimiter)

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def close(self) -> None:
        """Close the file under it, too."""
        self._file.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, not more than `size`."""
        while size < 0 or len(self._ready) < size:
            text = self._next_of_table()
            if not text:
                break
            self._ready += text.encode()
        size = len(self._ready) if size < 0 else size
        found, self._ready = self._ready[:size], self._ready[size:]
        return found

    def _next_of_table(self) -> str:
        """The next text of the table; empty at its end."""
        while True:
            text, self._waiting = self._waiting or self._decoded(), ""
            if not text or self._below is None:
                return text
            if self._is_below:
                self.rows_below += len(_LINE_END.findall(text))
                continue
            # words may be parted between this text and the next, so its last line waits
            complete = self._ended or len(text) > _LONGEST
            whole = text if complete else text[: _last_line(text)]
            if not whole:
                more = self._decoded()
                self._waiting = text + more
                continue
            self._waiting = text[len(whole) :]
            for match in self._below.finditer(whole):
                if (self._quotes + whole.count('"', 0, match.start())) % 2 == 0:
                    self._is_below = True
                    rest = whole[match.start() :] + self._waiting
                    self.rows_below += len(_LINE_END.findall(rest))
                    self._waiting = ""
                    whole = whole[: match.start()]
                    break
            self._quotes += whole.count('"')
            if whole:
                return whole

    def _decoded(self) -> str:
        """The next text of the file; empty at its end."""
        text = ""
        while not text and not self._ended:
            content = self._start + self._file.read(_CHUNK)
            self._start = b""
            self._ended = not content
            try:
                text = self._decoder.decode(content, final=self._ended)
            except UnicodeDecodeError as error:
                lines = self._lines + content.count(b"\n", 0, max(error.start, 0))
                raise DataError(
                    f"{self._path}: line {lines} is no text in {self.encoding}; say under table: "
                    f"in the study file which encoding it is, or save it as 'CSV UTF-8'"
                ) from None
            self._check_one_byte(content)
            self._lines += text.count("\n")
        return text.removeprefix("\ufeff") if self._lines == 1 else text

    def _check_one_byte(self, content: bytes) -> None:
        """Refuse UTF-8 that would be read as two letters for one."""
        if self._as_utf8 is None:
            return
        self._ascii &= content.isascii()
        try:
            self._as_utf8.decode(content, final=self._ended)
        except UnicodeDecodeError:
            self._as_utf8 = None
            return
        if self._ended and not self._ascii:
            raise DataError(
                f"{self._path}: the text is UTF-8, and not {self._spec.encoding} as the study file "
                f"says; say encoding: utf-8 under table:, or save it in {self._spec.encoding}"
            )

    def _skip(self, rows: int, delimiter: str) -> int:
        """Pass over rows; returns how many lines they are."""
        if rows == 0:
            return 0
        reader = csv.reader(self._take_lines(), delimiter=delimiter)
        try:
            for _ in range(rows):
                next(reader)
        except (StopIteration, csv.Error):
            raise DataError(
                f"{self._path}: ends before row {self._spec.header}, in which the names of the "
                f"columns stand as the study file says (table: header)"
            ) from None
        return reader.line_num

    def _take_lines(self) -> Iterator[str]:
        while True:
            place = _first_line(self._waiting)
            while place == 0:
                text = self._decoded()
                self._waiting += text
                if not text:
                    if not self._waiting:
                        return
                    place = len(self._waiting)
                    break
                place = _first_line(self._waiting)
            line, self._waiting = self._waiting[:place], self._waiting[place:]
            yield line


def below_in_words(spec: TableSpec, rows: int) -> str:
    """What is said of rows below a table that were not read."""
    return f"{rows} row{'' if rows == 1 else 's'} from {spec.below!r} on, not read (table: below)"


def _encoding(start: bytes, declared: str) -> str:
    """A mark at the beginning says it, whatever was declared."""
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    return declared


def _is_one_byte(encoding: str) -> bool:
    return len("\u00e9".encode(encoding, errors="replace")) == 1


def first_words(words: str) -> re.Pattern[str]:
    """The beginning of a text that begins with some words."""
    parted = r"[ \t\u00a0]+".join(re.escape(word) for word in words.split())
    end = r"(?!\w)" if words[-1].isalnum() else ""
    return re.compile(parted + end, re.IGNORECASE)


def _first_of_row(words: str, delimiter: str) -> re.Pattern[str]:
    """The beginning of a row whose first cell that is not blank begins with some words."""
    blank = rf"(?:[ \u00a0\"]*{re.escape(delimiter)})*[ \u00a0\"]*"
    words = first_words(words).pattern
    return re.compile(rf"(?:\A|(?<=[\r\n])){blank}{words}", re.IGNORECASE)


def _first_line(text: str) -> int:
    """Where the second line begins; 0 if that is not known."""
    match = _LINE_END.search(text)
    if match is None or (match.group() == "\r" and match.end() == len(text)):
        return 0  # behind a return there may come a line feed
    return match.end()


def _last_line(text: str) -> int:
    """Where the last line begins, which may not be complete."""
    return max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
