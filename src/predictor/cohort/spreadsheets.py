"""A sheet of a workbook as a table: which one, from which row, to which."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from predictor.cohort.cell import composed, texts
from predictor.cohort.header import check_names
from predictor.cohort.sheet import Layout, Row, check_layout
from predictor.cohort.table_alone import below_in_words, first_words
from predictor.cohort.taken import Taken
from predictor.errors import DataError
from predictor.study import TableSpec

WORKBOOKS = (".xlsx", ".ods", ".xls")
"""Endings of workbooks."""


class Workbook(Protocol):
    """Sheets of text cells."""

    @property
    def sheets(self) -> Mapping[str, bool]:
        """Names of the sheets, and whether each is hidden."""
        ...

    @property
    def untold(self) -> tuple[str, ...]:
        """What the file does not tell, in sentences."""
        ...

    def rows(self, name: str) -> tuple[list[Row], Layout]:
        """Rows of a sheet up to their last cell, to the last with a cell; and what it hides."""
        ...


def open_workbook(path: Path) -> Workbook:
    """A workbook, by the ending of its name; DataError if it is none."""
    suffix = path.suffix.lower()
    if suffix == ".ods":
        from predictor.cohort.ods import Ods

        return Ods(path)
    if suffix == ".xls":
        from predictor.cohort.xls import Xls

        return Xls(path)
    from predictor.cohort.workbook import Xlsx

    return Xlsx(path)


def read_sheet(path: Path, spec: TableSpec) -> tuple[pa.Table, tuple[Taken, ...]]:
    """Read the sheet of a workbook that holds the patients.

    Returns
    -------
    table, taken
        Text cells, and what is to be said about how they were read.

    Raises
    ------
    DataError
        If there is no such workbook, sheet or row; if rows or columns of the table are hidden, or
        cells of it are merged.
    """
    book = open_workbook(path)
    name = _chosen(book, spec, path)
    rows, layout = book.rows(name)
    if not rows:
        raise DataError(f"{path}: the sheet is empty")
    if len(rows) < spec.header:
        raise DataError(
            f"{path}: ends before row {spec.header}, in which the names of the columns stand as "
            f"the study file says (table: header)"
        )
    taken = [Taken(sentence) for sentence in book.untold]
    table = rows[spec.header - 1 :]
    end = _end(table, spec)
    if below := len(table) - end:
        taken.append(Taken(below_in_words(spec, below)))
        table = table[:end]
        while table and not any(table[-1]):
            table.pop()
    columns = [list(column) for column in zip_longest(*table)]
    if not any(composed(column[0] or "") for column in columns):
        raise DataError(
            f"{path}: row {spec.header} is blank; expected the names of the columns there, or "
            f"header: under table: in the study file, the number of their row"
        )
    first = next(place for place, column in enumerate(columns) if any(column))
    names = [composed(column[0] or "") for column in columns[first:]]
    check_layout(
        layout,
        range(spec.header, spec.header + len(table)),
        range(first + 1, len(columns) + 1),
        path,
    )
    check_names(names, path, spec.header)
    return pa.table([texts(column[1:]) for column in columns[first:]], names=names), tuple(taken)


def _chosen(book: Workbook, spec: TableSpec, path: Path) -> str:
    """The sheet with the patients."""
    names = ", ".join(f"{n} (hidden)" if hidden else n for n, hidden in book.sheets.items())
    if spec.sheet is not None:
        if spec.sheet not in book.sheets:
            raise DataError(f"{path}: there is no sheet {spec.sheet!r}; there are {names}")
        return spec.sheet
    if len(book.sheets) != 1:
        raise DataError(
            f"{path}: expected one sheet, found {len(book.sheets)} ({names}); say under table: in "
            f"the study file which holds the patients, like sheet: Patients, or save it as a file "
            f"of its own"
        )
    return next(iter(book.sheets))


def _end(table: list[Row], spec: TableSpec) -> int:
    """Where the rows below the table begin."""
    if spec.below is None:
        return len(table)
    begins = first_words(spec.below)
    for number, row in enumerate(table[1:], start=1):
        first = next((cell for cell in row if cell and cell.strip()), None)
        if first is not None and begins.match(composed(first).strip()):
            return number
    return len(table)
