"""Numbers as people write them, with decimal commas and marks between thousands, in plain form."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.words_for_missing import WORDS
from predictor.study import TableSpec

POINT, GROUPS = "#POINT!", "#THOUSANDS!"
"""In place of a number whose point is no decimal one, by what the study file says: not read."""

MOSTLY = 0.9
"""Share of the cells of a column of numbers that are numbers."""
BLANKS = "[ \u00a0\u2009\u202f]"
"""What may stand for a blank within a number, a regular expression."""
_MARKS = {" ": BLANKS, "'": "['\u2019]", ".": r"\.", ",": ","}
_MINUS = "\u2212"
_BEFORE = rf"^(?:[<>≤≥=~]{{0,2}}{BLANKS}*[+{_MINUS}-]?)"
_AFTER = rf"(?:[eE][+-]?\d+)?(?:{BLANKS}*%|{BLANKS}*/{BLANKS}*\d+)?$"
_PARTED = rf"{_BEFORE}[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d*)?{_AFTER}"


def is_plain(spec: TableSpec) -> bool:
    """Whether numbers are written with a decimal point alone."""
    return spec.decimal != "," and spec.thousands is None and not _doubtful(spec)


def _doubtful(spec: TableSpec) -> bool:
    """Whether a point may stand between thousands: who parts cells by semicolons does so."""
    return spec.delimiter == ";" and spec.decimal is None


def with_points(cells: pa.Array | pa.ChunkedArray, spec: TableSpec) -> pa.Array | pa.ChunkedArray:
    """Text cells of a column of numbers in plain form: ``1.200,5`` as ``1200.5``.

    What stands before or after a number (``<``, ``%``, ``/10``) stays. What is no number stays as
    it is, for the data dictionary to judge; but a point that is no decimal point is never left to
    be read as one: such a cell becomes `POINT`, or `GROUPS` if it seems to part thousands.
    """
    if is_plain(spec):
        return cells
    cells = pc.utf8_trim_whitespace(cells)
    digits = r"\d+"
    if spec.thousands is not None:
        mark = _MARKS[spec.thousands]
        grouped = rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
        found = _fits(cells, rf"{_BEFORE}{grouped}(?:{_MARKS[spec.decimal or '.']}\d*)?{_AFTER}")
        cells = pc.if_else(found, pc.replace_substring_regex(cells, mark, ""), cells)
    if _doubtful(spec):
        return pc.if_else(_fits(cells, _PARTED), GROUPS, cells)
    if spec.decimal != ",":
        return cells
    plain = _fits(cells, rf"{_BEFORE}(?:{digits}(?:,\d*)?|,\d+){_AFTER}")
    done = pc.if_else(plain, pc.replace_substring(cells, ",", "."), cells)
    if not pc.any(pc.match_substring(cells, ".")).as_py():
        return done
    parted = _fits(cells, _PARTED)
    pointed = _fits(cells, rf"{_BEFORE}(?:{digits}\.\d*|\.\d+)(?:,\d*)?{_AFTER}")
    done = pc.if_else(pointed, POINT, done)
    return pc.if_else(parted, GROUPS, done)


def numbers(cells: pa.ChunkedArray, spec: TableSpec) -> pa.ChunkedArray:
    """Text cells in plain form if they seem to be numbers throughout, else as they are.

    Of points of which nobody knows whether they part thousands is presumed that they do: what is
    drafted by them is refused by the data dictionary until somebody says it.
    """
    if is_plain(spec):
        return cells
    plain = with_points(cells, spec)
    if pc.any(pc.equal(plain, GROUPS)).as_py():
        parted = spec.model_copy(update={"decimal": ",", "thousands": "."})
        plain = with_points(cells, parted)
    words = _fits(plain, WORDS)
    number = _fits(plain, rf"{_BEFORE}(?:\d+\.?\d*|\.\d+){_AFTER}|^{POINT}$")
    known = len(plain) - plain.null_count - (pc.sum(words).as_py() or 0)
    counted = pc.sum(pc.and_(number, pc.invert(words))).as_py() or 0
    return plain if counted and counted >= MOSTLY * known else cells


def changed(cells: pa.Array | pa.ChunkedArray, plain: pa.Array | pa.ChunkedArray) -> int:
    """How many cells are written otherwise in plain form."""
    return pc.sum(pc.not_equal(pc.utf8_trim_whitespace(cells), plain)).as_py() or 0


def _fits(cells: pa.Array | pa.ChunkedArray, pattern: str) -> pa.Array | pa.ChunkedArray:
    return pc.fill_null(pc.match_substring_regex(cells, pattern), False)
