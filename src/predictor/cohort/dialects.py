"""How a text with a table seems to be written, to be offered to whoever knows it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from predictor.cohort.numerals import BLANKS, MOSTLY
from predictor.cohort.place import Place, Row, place_of
from predictor.cohort.words_for_missing import WORDS
from predictor.study import TableSpec

DELIMITERS = {";": "semicolons", "tab": "tabulators", "|": "bars", ",": "commas"}
"""What may part cells, as a study file writes it, and what it is called."""

LARGEST = 8 * 2**20
"""Bytes that are looked at."""
_ONE_BYTE = ("windows-1252", "mac-roman", "cp850")
_MOST_ROWS = 20_000
_FEWEST = 2

_PLAIN_NUMBER = re.compile(r"[<>]?\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*%?")
_DECIMAL_COMMA = re.compile(r"[<>]?\s*[+-]?(\d*,\d{1,2}|\d*,\d{4,}|0?,\d+|\d{4,},\d+)\s*%?")
_DECIMAL_POINT = re.compile(r"[<>]?\s*[+-]?(\d*\.\d{1,2}|\d*\.\d{4,}|0?\.\d+|\d{4,}\.\d+)\s*%?")
_MAYBE_COMMA = re.compile(r"[<>]?\s*[+-]?\d{1,3},\d{3}\s*%?")
# marks between thousands, and the decimal sign that goes with them; where nothing else can be meant
_GROUPED: Mapping[tuple[str, str], re.Pattern[str]] = {
    (".", ","): re.compile(r"[+-]?[1-9]\d{0,2}((\.\d{3})+,\d+|(\.\d{3}){2,}(,\d+)?)"),
    (",", "."): re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+\.\d+|(,\d{3}){2,}(\.\d+)?)"),
    (" ", ","): re.compile(rf"[+-]?[1-9]\d{{0,2}}({BLANKS}\d{{3}})+,\d+"),
    (" ", "."): re.compile(rf"[+-]?[1-9]\d{{0,2}}({BLANKS}\d{{3}})+(\.\d+)?"),
    ("'", ","): re.compile(r"[+-]?[1-9]\d{0,2}(['\u2019]\d{3})+,\d+"),
    ("'", "."): re.compile(r"[+-]?[1-9]\d{0,2}(['\u2019]\d{3})+(\.\d+)?"),
}


def seen_in_text(
    content: bytes, spec: TableSpec, delimiter: str, names: Collection[str]
) -> dict[str, object]:
    """Keys of a `TableSpec` that a text speaks against, with what they seem to be.

    Parameters
    ----------
    content
        The text, or its beginning.
    spec
        What is declared.
    delimiter
        What parts cells if nothing is declared.
    names
        Of columns that are declared, if any are.
    """
    whole = len(content) <= LARGEST
    content = content[:LARGEST]
    found: dict[str, object] = {}
    encoding = encoding_of(content)
    if encoding is None:
        return {}
    of_any = content.isascii() and b"\0" not in content  # the same in all but UTF-16
    if not of_any and not _same(encoding, spec.encoding):
        found["encoding"] = encoding
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    parted = _parted(text, names)
    if parted is None:
        return found
    sign, rows, place = parted
    if sign != (spec.delimiter or delimiter):
        found["delimiter"] = "tab" if sign == "\t" else sign
    if place.header != spec.header:
        found["header"] = place.header
    if whole and place.below is not None and place.below != spec.below:
        found["below"] = place.below
    end = next((n for n, row in enumerate(rows) if _begins(row, place.below)), len(rows))
    decimal, thousands = _marks(rows[place.header : end], place.width)
    if decimal is not None and decimal != (spec.decimal or (None if sign == ";" else ".")):
        found["decimal"] = decimal
    if thousands is not None and thousands != spec.thousands:
        found["thousands"] = "space" if thousands == " " else thousands
    return found


def encoding_of(content: bytes) -> str | None:
    """The encoding of a text; None if it seems to be none."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content[:2000]:
        start = content[: min(len(content), 2000) // 2 * 2]
        first, second = start[::2].count(0), start[1::2].count(0)
        if max(first, second) > len(start) / 4 and min(first, second) == 0:
            return "utf-16-be" if first else "utf-16-le"
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(content)  # a letter may be cut at the end
    except UnicodeDecodeError:
        return _one_byte(content)
    return "utf-8"


def _one_byte(content: bytes) -> str:
    """Which encoding gives letters of words, where several are possible."""

    def likely(encoding: str) -> int:
        text = content[: 2**20].decode(encoding, errors="replace")
        inside = re.findall(r"(?<=[a-z])[^\x00-\x7f]|[^\x00-\x7f](?=[a-z])", text)
        return sum(1 if sign.isalpha() and sign.islower() else -1 for sign in inside)

    return max(_ONE_BYTE, key=likely)


def _same(one: str, other: str) -> bool:
    return codecs.lookup(one).name == codecs.lookup(other).name


def _parted(text: str, names: Collection[str]) -> tuple[str, list[Row], Place] | None:
    """The sign that parts the cells, the rows, and where the table stands among them."""
    best: tuple[tuple[int, bool, float, int], str, list[Row], Place] | None = None
    signs = [_sign(name) for name in DELIMITERS]
    for sign in signs:
        rows = list(_rows(text, sign))
        place = place_of(rows, names)
        if place is None or place.width < _FEWEST:
            continue
        header = [cell or "" for cell in rows[place.header - 1]]
        others = any(other in cell for cell in header for other in signs if other != ",")
        score = (place.known, not others, round(place.alike, 1), place.width)
        if best is None or score > best[0]:
            best = score, sign, rows, place
    return None if best is None else best[1:]


def _sign(name: str) -> str:
    return "\t" if name == "tab" else name


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader):
            if number == _MOST_ROWS:
                return
            yield [cell.strip() for cell in row]
    except csv.Error:
        return


def _begins(row: Row, below: str | None) -> bool:
    first = next((cell for cell in row if cell), "") or ""
    return below is not None and first.startswith(below)


def _marks(rows: Sequence[Row], width: int) -> tuple[str | None, str | None]:
    """The decimal sign and the mark between thousands, where cells leave no doubt."""
    commas = points = 0
    times: Counter[tuple[str, str]] = Counter()
    for place in range(width):
        cells = [cell for row in rows if place < len(row) and (cell := row[place])]
        cells = [cell for cell in cells if not re.match(WORDS, cell)]
        if not cells or sum(map(_is_number, cells)) < MOSTLY * len(cells):
            continue
        commas += sum(map(bool, map(_DECIMAL_COMMA.fullmatch, cells)))
        points += sum(map(bool, map(_DECIMAL_POINT.fullmatch, cells)))
        for marks, pattern in _GROUPED.items():
            times[marks] += sum(map(bool, map(pattern.fullmatch, cells)))
    if not times or not max(times.values()):
        return ("," if commas > points else "." if points else None), None
    mark, decimal = max(times, key=lambda marks: times[marks])
    decimal = "," if commas > points else "." if points else decimal
    return decimal, None if mark == decimal else mark


def _is_number(text: str) -> bool:
    return (
        _PLAIN_NUMBER.fullmatch(text) is not None
        or _DECIMAL_COMMA.fullmatch(text) is not None
        or _MAYBE_COMMA.fullmatch(text) is not None
        or any(pattern.fullmatch(text) for pattern in _GROUPED.values())
    )
