"""ODS to text cells, from its own XML: what a cell holds, and what it shows instead.

A general reader of workbooks gives nothing for an error, and tells no format, and nothing of what
is hidden.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from predictor.cohort.sheet import DAMAGED, Layout, Row, bounded, check_unpacked, damaged
from predictor.cohort.shown_cells import NOT_CALCULATED, OTHERWISE, percentage, shown

_MOST_COLUMNS, _MOST_ROWS = 20_000, 2**20
_NO_VALUE = "#VALUE!"


class Ods:
    """An ODS workbook at a path: what `predictor.cohort.spreadsheets.Workbook` says.

    Raises
    ------
    DataError
        If it is no workbook, or too large; here, or when a sheet is read.
    """

    untold: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self._path = path
        check_unpacked(path)
        try:
            with zipfile.ZipFile(path) as archive:
                roots = [
                    ElementTree.fromstring(archive.read(part))
                    for part in ("content.xml", "styles.xml")
                    if part == "content.xml" or part in archive.namelist()
                ]
            self._styles = _Styles(roots)
            self._tables = {
                _attribute(each, "name") or "": each for each in _all(roots[0], "table")
            }
            self.sheets = {
                name: self._styles.hides(_attribute(each, "style-name"))
                for name, each in self._tables.items()
            }
        except DAMAGED:
            raise damaged(path, "an ODS workbook") from None

    def rows(self, name: str) -> tuple[list[Row], Layout]:
        """Rows of a sheet up to their last cell, to the last with a cell; and what it hides."""
        layout = Layout()
        try:
            table = self._tables[name]
            _hidden_columns(table, layout)
            return bounded(self._rows(table, layout), self._path), layout
        except DAMAGED:
            raise damaged(self._path, "an ODS workbook") from None

    def _rows(self, table: ElementTree.Element, layout: Layout) -> Iterator[Row]:
        number = blank = 0
        for row in _all(table, "table-row"):
            times = int(_attribute(row, "number-rows-repeated") or 1)
            cells = self._cells(row, number + 1, layout)
            if not cells:  # a million of them end a sheet
                blank += times
                number += times
                continue
            if number + times > _MOST_ROWS:
                raise ValueError("rows beyond the last that there can be")
            yield from ([] for _ in range(blank))
            blank = 0
            if _attribute(row, "visibility") in ("collapse", "filter"):
                layout.rows |= set(range(number + 1, number + times + 1))
            yield from (list(cells) for _ in range(times))
            number += times

    def _cells(self, row: ElementTree.Element, number: int, layout: Layout) -> Row:
        """Cells of a row up to the last that is filled."""
        cells: Row = []
        place = 1
        for cell in row:
            kind = _name(cell)
            if kind not in ("table-cell", "covered-table-cell"):
                continue
            text = self._text(cell) if kind == "table-cell" else None
            wide = int(_attribute(cell, "number-columns-spanned") or 1)
            high = int(_attribute(cell, "number-rows-spanned") or 1)
            if (wide, high) != (1, 1):
                layout.merged.append((place, number, place + wide - 1, number + high - 1))
            times = int(_attribute(cell, "number-columns-repeated") or 1)
            if text is not None:
                if place + times > _MOST_COLUMNS:
                    raise ValueError("columns beyond the last that there can be")
                cells += [None] * (place - 1 - len(cells)) + [text] * times
            place += times
        return cells

    def _text(self, cell: ElementTree.Element) -> str | None:
        """What a cell shows, or a text that no data dictionary takes."""
        kind = _attribute(cell, "value-type", "office")
        seen = "\n".join(_written(part) for part in cell if _name(part) == "p")
        if _attribute(cell, "value-type", "calcext") == "error" or seen.startswith("Err:"):
            return seen if seen.startswith("#") else _NO_VALUE
        value = _attribute(cell, "value", "office")
        match kind:
            case None:
                return NOT_CALCULATED if _attribute(cell, "formula") is not None else seen or None
            case "percentage":
                return percentage(float(shown(float(value or ""), "General") or ""))
            case "float" | "currency":
                if self._styles.shows_otherwise(cell) or not any(map(str.isdigit, seen)):
                    return seen.lower() if seen in ("TRUE", "FALSE") else OTHERWISE
                return shown(float(value or ""), "General")
            case "boolean":
                return _attribute(cell, "boolean-value", "office")
            case "date":
                day, _, time = (_attribute(cell, "date-value", "office") or "").partition("T")
                return f"{day} {time}" if time.strip("0:.") else day
            case "time":
                return seen
        return seen


class _Styles:
    """Which styles show a number in thousands, and which hide a sheet."""

    def __init__(self, roots: list[ElementTree.Element]) -> None:
        self._data: dict[str, str] = {}
        self._above: dict[str, str] = {}
        self._hiding: set[str] = set()
        scaled: set[str] = set()
        for root in roots:
            for style in root.iter():
                name = _attribute(style, "name", "style")
                if name is None:
                    continue
                if _name(style) == "style":
                    self._data[name] = _attribute(style, "data-style-name", "style") or ""
                    self._above[name] = _attribute(style, "parent-style-name", "style") or ""
                    properties = _all(style, "table-properties")
                    if any(_attribute(each, "display") == "false" for each in properties):
                        self._hiding.add(name)
                elif any(
                    _attribute(part, "display-factor", "number") not in (None, "1", "1.0")
                    for part in style
                ):
                    scaled.add(name)
        self._scaled = scaled

    def hides(self, style: str | None) -> bool:
        """Whether sheets of this style are hidden."""
        return style in self._hiding

    def shows_otherwise(self, cell: ElementTree.Element) -> bool:
        """Whether a cell shows thousands of what it holds."""
        style = _attribute(cell, "style-name") or ""
        for _ in range(len(self._above)):
            if data := self._data.get(style):
                return data in self._scaled
            style = self._above.get(style, "")
        return False


def _hidden_columns(table: ElementTree.Element, layout: Layout) -> None:
    place = 0
    for column in _all(table, "table-column"):
        times = int(_attribute(column, "number-columns-repeated") or 1)
        if _attribute(column, "visibility") in ("collapse", "filter"):
            layout.columns.append((place + 1, place + times))
        place += times


def _written(part: ElementTree.Element) -> str:
    """A paragraph as it reads."""
    text = part.text or ""
    for inner in part:
        match _name(inner):
            case "s":
                text += " " * int(_attribute(inner, "c", "text") or 1)
            case "tab":
                text += "\t"
            case "line-break":
                text += "\n"
            case _:
                text += _written(inner)
        text += inner.tail or ""
    return text


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Elements of a name, but not those within another one of it."""
    for child in root:
        if _name(child) == name:
            yield child
        else:
            yield from _all(child, name)


def _attribute(element: ElementTree.Element, name: str, space: str = "table") -> str | None:
    return element.get(f"{{{_SPACES[space]}}}{name}")


_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = {
    "table": f"{_OASIS}:table:1.0",
    "office": f"{_OASIS}:office:1.0",
    "style": f"{_OASIS}:style:1.0",
    "text": f"{_OASIS}:text:1.0",
    "number": f"{_OASIS}:datastyle:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
