"""XLS (Excel 97 to 2003) to text cells: values by calamine, and what it does not tell by BIFF."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from predictor.cohort.compound_file import stream_of
from predictor.cohort.sheet import DAMAGED, Layout, Row, bounded, damaged
from predictor.cohort.shown_cells import NOT_CALCULATED, shown
from predictor.cohort.sizes import LARGEST_WORKBOOK
from predictor.errors import DataError

_BOF, _EOF, _SHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_ROW, _COLUMNS, _MERGED, _ERROR, _FORMULA = 0x208, 0x7D, 0xE5, 0x205, 0x06
_NUMBER, _RK, _MULTIPLE_RK = 0x203, 0x27E, 0xBD
_EXCEL_97 = 0x600
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
# formats that are in no file: percentages
_BUILT_IN = {9: "0%", 10: "0.00%"}


class Xls:
    """An XLS workbook at a path: what `predictor.cohort.spreadsheets.Workbook` says.

    Raises
    ------
    DataError
        If it is no workbook, or too large or too old; here, or when a sheet is read.
    """

    untold: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

        self._path = path
        if path.stat().st_size > LARGEST_WORKBOOK:
            raise DataError(
                f"{path}: larger than {LARGEST_WORKBOOK // 2**20} MB, which is not read into "
                f"memory; save the sheet as CSV or Parquet"
            )
        try:
            self._book = load_workbook(str(path))
            self._content = stream_of(path.read_bytes(), ("Workbook", "Book"))
            worksheets = [
                sheet
                for sheet in self._book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            ]
            self.sheets = {
                sheet.name: sheet.visible != SheetVisibleEnum.Visible for sheet in worksheets
            }
            self._formats, self._starts = self._globals()
        except (*DAMAGED, struct.error, CalamineError):
            raise damaged(path, "an XLS workbook") from None

    def rows(self, name: str) -> tuple[list[Row], Layout]:
        """Rows of a sheet up to their last cell, to the last with a cell; and what it hides."""
        from python_calamine import CalamineError

        try:
            place = self._book.sheet_names.index(name)
            found = _Sheet(_records(self._content, self._starts[place]))
            values = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            return bounded(self._texts(values, found), self._path), found.layout
        except (*DAMAGED, struct.error, CalamineError):
            raise damaged(self._path, "an XLS workbook") from None

    def _texts(self, rows: list[list[Any]], found: _Sheet) -> Iterator[Row]:
        for number, row in enumerate(rows):
            cells: Row = []
            for place, value in enumerate(row):
                where = (number, place)
                if where in found.instead:
                    cells.append(found.instead[where])
                else:
                    shape = self._formats.get(found.styles.get(where, -1), "General")
                    cells.append(None if value == "" else shown(value, shape))
            yield cells

    def _globals(self) -> tuple[dict[int, str], list[int]]:
        """Formats by number of the style of a cell, and where sheets begin."""
        named, styles, starts = dict(_BUILT_IN), list[int](), list[int]()
        for kind, record in _records(self._content, 0):
            if kind == _BOF and struct.unpack_from("<H", record)[0] != _EXCEL_97:
                raise DataError(
                    f"{self._path}: of an Excel older than 97; open it and save it as .xlsx"
                )
            if kind == _SHEET:
                starts.append(struct.unpack_from("<I", record)[0])
            elif kind == _FORMAT:
                number, length, wide = struct.unpack_from("<HHB", record)
                text = record[5 : 5 + length * (2 if wide & 1 else 1)]
                named[number] = text.decode("utf-16-le" if wide & 1 else "latin-1")
            elif kind == _XF:
                styles.append(struct.unpack_from("<H", record, 2)[0])
        return {n: named[f] for n, f in enumerate(styles) if f in named}, starts


class _Sheet:
    """What the records of a sheet say beside values, by 0-based row and column.

    Attributes
    ----------
    layout
        What is hidden or merged.
    styles
        Number of the style of each number.
    instead
        What stands for a cell that has no value.
    """

    def __init__(self, records: Iterator[tuple[int, bytes]]) -> None:
        self.layout = Layout()
        self.styles: dict[tuple[int, int], int] = {}
        self.instead: dict[tuple[int, int], str] = {}
        for kind, record in records:
            if kind == _ROW:
                row, flags = struct.unpack_from("<H10xH", record)
                if flags & 0x20:
                    self.layout.rows.add(row + 1)
            elif kind == _COLUMNS:
                first, last, width, _, flags = struct.unpack_from("<5H", record)
                if flags & 1 or width == 0:
                    self.layout.columns.append((first + 1, last + 1))
            elif kind == _MERGED:
                for place in range(struct.unpack_from("<H", record)[0]):
                    top, bottom, left, right = struct.unpack_from("<4H", record, 2 + 8 * place)
                    self.layout.merged.append((left + 1, top + 1, right + 1, bottom + 1))
            elif kind == _ERROR:
                row, column, _, code, is_error = struct.unpack_from("<3HBB", record)
                if is_error:
                    self.instead[row, column] = _ERRORS.get(code, "#VALUE!")
            elif kind == _FORMULA:
                self._formula(record)
            elif kind in (_NUMBER, _RK):
                row, column, style = struct.unpack_from("<3H", record)
                self.styles[row, column] = style
            elif kind == _MULTIPLE_RK:
                row, column = struct.unpack_from("<2H", record)
                for place in range((len(record) - 6) // 6):
                    style = struct.unpack_from("<H", record, 4 + 6 * place)[0]
                    self.styles[row, column + place] = style

    def _formula(self, record: bytes) -> None:
        row, column, style = struct.unpack_from("<3H", record)
        result, flags = record[6:14], struct.unpack_from("<H", record, 14)[0]
        self.styles[row, column] = style
        if result[6:] == b"\xff\xff" and result[0] == 2:
            self.instead[row, column] = _ERRORS.get(result[2], "#VALUE!")
        elif flags & 2 and result == bytes(8):  # to be calculated when it is opened
            self.instead[row, column] = NOT_CALCULATED


def _records(content: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Records from a place on, to the end of the part that begins there."""
    depth = 0
    while start + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, start)
        yield kind, content[start + 4 : start + 4 + length]
        start += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
