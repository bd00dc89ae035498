"""What a sheet of a workbook hides: rows, columns, merged cells, formulas without a value."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from predictor.cohort.fault import rows_in_words
from predictor.cohort.sizes import LARGEST_WORKBOOK
from predictor.errors import DataError

Row = list[str | None]
"""Text cells."""

DAMAGED = (
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
"""What readers stumble over in a file that is not what it should be."""

_MOST_CELLS = 20_000_000  # between A1 and the last cell


def damaged(path: Path, kind: str) -> DataError:
    """What is said of a file that cannot be read as what its ending says."""
    return DataError(
        f"{path}: not {kind}, or damaged or protected; save it anew, without a password"
    )


def check_unpacked(path: Path) -> None:
    """Refuse what would fill the memory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except DAMAGED:
        raise damaged(path, f"{_a(path)} workbook") from None
    if size > LARGEST_WORKBOOK:
        raise DataError(
            f"{path}: unpacked larger than {LARGEST_WORKBOOK // 2**20} MB, which is not read "
            f"into memory; save the sheet as CSV or Parquet"
        )


def _a(path: Path) -> str:
    return f"an {path.suffix[1:].upper()}"


def bounded(rows: Iterable[Row], path: Path) -> list[Row]:
    """Rows without the blank cells at their ends, to the last with a cell.

    Raises
    ------
    DataError
        If there are too many cells between the first and the last.
    """
    kept: list[Row] = []
    width = 0
    for number, row in enumerate(rows, start=1):
        cells = row
        while cells and (cells[-1] is None or not cells[-1].strip()):
            cells.pop()
        width = max(width, len(cells))
        if width * number > _MOST_CELLS and cells:
            raise DataError(
                f"{path}: the sheet reaches to row {number:,} and column {width:,}; delete what "
                f"stands far from the table, or save a larger table as CSV or Parquet"
            )
        kept.append(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


@dataclass
class Layout:
    """Parts of a sheet, by 1-based row and column.

    Attributes
    ----------
    rows
        Hidden, by hand or by a filter.
    columns
        First and last of each block of hidden columns.
    merged
        First column, first row, last column, last row of each block of merged cells.
    uncalculated
        Row and column of formulas whose value nobody has calculated.
    """

    rows: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)


def read_layout(part: IO[bytes]) -> Layout:
    """Read the XML of a sheet for what its cells do not say."""
    from openpyxl.utils.cell import range_boundaries

    layout, row = Layout(), 0
    for _, element in ElementTree.iterparse(part):
        kind = element.tag.rpartition("}")[2]
        if kind == "row":
            row = int(element.get("r", row + 1))
            if _is_set(element, "hidden") or element.get("ht") == "0":
                layout.rows.add(row)
            layout.uncalculated |= {(row, place) for place in _uncalculated(element)}
            element.clear()
        elif kind == "col" and (_is_set(element, "hidden") or element.get("width") == "0"):
            layout.columns.append((int(element.get("min", 1)), int(element.get("max", 1))))
        elif kind == "mergeCell":
            layout.merged.append(range_boundaries(element.get("ref", "")))
    return layout


def _is_set(element: ElementTree.Element, name: str) -> bool:
    return element.get(name) in ("1", "true")


def _uncalculated(row: ElementTree.Element) -> list[int]:
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

    found, place = [], 0
    for cell in row:
        place += 1
        if (reference := cell.get("r")) is not None:
            place = column_index_from_string(coordinate_from_string(reference)[0])
        parts = {part.tag.rpartition("}")[2]: part for part in cell}
        # an empty text is a value too, and is marked as text
        if "f" in parts and ("v" not in parts or not (parts["v"].text or cell.get("t") == "str")):
            found.append(place)
    return found


def check_layout(layout: Layout, rows: range, columns: range, path: Path) -> None:
    """Refuse a table in these rows and columns that does not show all it has.

    Raises
    ------
    DataError
        With all faults.
    """
    faults = []
    hidden = sorted(row for row in layout.rows if row in rows)
    if hidden:
        faults.append(
            f"{path}: {rows_in_words(hidden)}: hidden, by a filter or by hand; show all rows, or "
            f"copy those that are meant to a file of their own"
        )
    unseen = sorted({c for first, last in layout.columns for c in columns if first <= c <= last})
    if unseen:
        faults.append(
            f"{path}: {_letters(unseen)} hidden; show what is needed and delete what is not"
        )
    merged = [
        m
        for m in layout.merged
        if m[0] < columns.stop and m[2] >= columns.start and m[1] < rows.stop and m[3] >= rows.start
    ]
    if merged:
        first = sorted({max(m[1], rows.start) for m in merged})
        faults.append(
            f"{path}: {rows_in_words(first)}: merged cells (a title, groups of columns, one value "
            f"for several patients?); take them apart and fill in every cell"
        )
    if faults:
        raise DataError(faults)


def _letters(columns: Sequence[int]) -> str:
    from openpyxl.utils import get_column_letter

    letters = ", ".join(get_column_letter(number) for number in columns[:5])
    more = f" and {len(columns) - 5} more" if len(columns) > 5 else ""
    return f"column {letters} is" if len(columns) == 1 else f"columns {letters}{more} are"
