"""XLSX to text cells: what a spreadsheet shows, or a refusal where it shows something else.

A cell that shows no value of its own becomes a text that the data dictionary refuses, so that only
columns that are used have to be right.
"""

from __future__ import annotations

import contextlib
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from predictor.cohort.sheet import (
    DAMAGED,
    Layout,
    Row,
    bounded,
    check_unpacked,
    damaged,
    read_layout,
)
from predictor.cohort.shown_cells import NOT_CALCULATED, shown

if TYPE_CHECKING:
    from openpyxl import Workbook


class Xlsx:
    """An XLSX workbook at a path: what `predictor.cohort.spreadsheets.Workbook` says.

    Raises
    ------
    DataError
        If it is no workbook, or too large; here, or when a sheet is read.
    """

    untold: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self._path = path
        check_unpacked(path)
        with self._opened() as book:
            self.sheets = {s.title: s.sheet_state != "visible" for s in book.worksheets}

    def rows(self, name: str) -> tuple[list[Row], Layout]:
        """Rows of a sheet up to their last cell, to the last with a cell; and what it hides."""
        with self._opened() as book:
            sheet: Any = book[name]
            path = sheet._worksheet_path
            with zipfile.ZipFile(self._path) as archive, archive.open(path) as part:
                layout = read_layout(part)
            # the size that some programs write down is smaller than the sheet
            sheet.reset_dimensions()
            return bounded(_texts_of(sheet.iter_rows(), layout), self._path), layout

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Workbook]:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            with warnings.catch_warnings():
                # they quote cells; a cell that cannot be read comes as a text that is refused later
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
                with contextlib.closing(book):
                    yield book
        except (*DAMAGED, InvalidFileException):
            raise damaged(self._path, "an XLSX workbook") from None


def _texts_of(rows: Iterator[tuple[Any, ...]], layout: Layout) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        yield [
            NOT_CALCULATED if (number, place) in layout.uncalculated else _shown(cell)
            for place, cell in enumerate(cells, start=1)
        ]


def _shown(cell: Any) -> str | None:
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return shown(cell.value, cell.number_format if number else "General")
