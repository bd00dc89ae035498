"""A table with what its file says about the columns: the seam between tables and drafts.

A source that knows more than names and cells (labels of SPSS or Stata, the data dictionary of
REDCap) fills in the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from predictor.cohort.read import read_table
from predictor.study import PLAIN, TableSpec


@dataclass(frozen=True, repr=False)
class DescribedColumn:
    """One column of a table, before anybody has declared it.

    Attributes
    ----------
    name
        As in the header.
    cells
        (n,) text, null where a cell is empty: as from `read_table`.
    label
        What the file says it holds.
    unit
        What the file says it counts or is measured in.
    levels
        The values the file allows, in its order, as they stand in the cells.
    missing
        Texts and numbers that mean "no value" by the file.
    """

    name: str
    cells: pa.ChunkedArray
    label: str | None = None
    unit: str | None = None
    levels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def read_described(path: Path | str, spec: TableSpec = PLAIN) -> tuple[DescribedColumn, ...]:
    """Read a table as `read_table` does, with what its file says about the columns.

    Columns that hold numbers throughout, written as `spec` says, are read as numbers.

    Raises
    ------
    DataError
        If the file cannot be read as a table.
    """
    table = read_table(path, spec)
    return tuple(DescribedColumn(name, table[name]) for name in table.column_names)
