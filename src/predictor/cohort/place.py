"""Where a table seems to stand among the rows of a text or a sheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from predictor.cohort.strays import SHORT_STATISTICS, STATISTICS

Row = Sequence[str | None]

_FARTHEST = 60  # rows above the names
_MOST_BELOW = 60  # rows below a table that are no patients
_SHARE_NAMED = 0.8
# with which rows below a table begin; a closed list, so that no cell is told
_NOTES = (
    r"notes?|source|legend[ae]?|abbreviations?|remarks?|footnotes?|exported|created|printed"
    r"|toelichting|opmerking(en)?|bron|noot|afkortingen|anmerkung(en)?|bemerkung(en)?|quelle"
    r"|abkürzungen|fußnote|remarques?|légende|fuente|nota"
)
_BELOW = re.compile(rf"(?:{STATISTICS}|{_NOTES}|{SHORT_STATISTICS})(?!\w)|\*(?!\w)", re.IGNORECASE)
_NUMERIC = re.compile(r"[<>]?[+-]?[\d.,:/' -]*\d[\d.,:/' -]*%?")


@dataclass(frozen=True)
class Place:
    """Where a table seems to stand.

    Attributes
    ----------
    header
        1-based row of the names.
    width
        How many columns it has.
    known
        How many of its names are those that were looked for.
    alike
        Share of the rows below the names that have as many cells.
    below
        Words with which the first row below it begins; None if there seems to be none.
    """

    header: int
    width: int
    known: int
    alike: float
    below: str | None


def place_of(rows: Sequence[Row], names: Collection[str] = ()) -> Place | None:
    """Where the table is, if there seems to be one.

    Parameters
    ----------
    rows
        From the first of a text or sheet on, as long as they are.
    names
        Of columns that are looked for.
    """
    widths = Counter(_width(row) for row in rows if _filled(row))
    if not widths:
        return None
    wanted = set(names)
    best: tuple[int, int] | None = None  # how many names are known, and where
    for number, row in enumerate(rows[:_FARTHEST]):
        known = len(wanted.intersection(cell for cell in row if cell))
        if known and (best is None or known > best[0]):
            best = known, number
    if best is None:
        width = widths.most_common(1)[0][0]
        # the first row that is full: one further down would be a patient, for want of a header
        full = (n for n, row in enumerate(rows[:_FARTHEST]) if _is_full(row, width))
        first = next(full, None)
        if first is None or not _are_names(rows[first]):
            return None
        best = 0, first
    known, number = best
    width = _width(rows[number])
    under = rows[number + 1 :]
    filled = [row for row in under if _filled(row)]
    alike = sum(0 < _width(row) <= width and len(row) >= width for row in filled)
    share = alike / len(filled) if filled else 0.0
    return Place(number + 1, width, known, share, _below(under, width))


def _filled(row: Row) -> int:
    return sum(bool(cell) for cell in row)


def _width(row: Row) -> int:
    """Cells up to the last that is filled."""
    return max((n for n, cell in enumerate(row, start=1) if cell), default=0)


def _is_full(row: Row, width: int) -> bool:
    """Whether a row has most of so many cells."""
    return _filled(row) >= max(_SHARE_NAMED * width, 1)


def _are_names(row: Row) -> bool:
    """Whether these may be the names of columns."""
    texts = [cell.strip() for cell in row if cell and cell.strip()]
    numeric = sum(_NUMERIC.fullmatch(text) is not None for text in texts)
    return len(set(texts)) == len(texts) and 2 * numeric <= len(texts)


def _below(rows: Sequence[Row], width: int) -> str | None:
    """The first words below the table, if they are words of the list and no patient follows."""
    last = max((n for n, row in enumerate(rows) if _filled(row)), default=-1)
    for number in range(max(last - _MOST_BELOW, 1), last + 1):
        words = _words_below(rows[number])
        if words is None:
            continue
        apart = not _filled(rows[number - 1])
        short = re.fullmatch(SHORT_STATISTICS, words, re.IGNORECASE) is not None
        if (apart or not short) and not any(
            2 * _filled(row) > width and _words_below(row) is None for row in rows[number:]
        ):
            return words
    return None


def _words_below(row: Row) -> str | None:
    """The words of the list with which a row begins."""
    first = next((cell.strip() for cell in row if cell and cell.strip()), None)
    found = None if first is None else _BELOW.match(first)
    return None if found is None else " ".join(found.group().split())
