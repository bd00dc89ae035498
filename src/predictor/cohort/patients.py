"""The tables of a study, from their files to one row of text cells per patient."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from predictor.cohort.batches import Part, open_parts
from predictor.cohort.read import read_table
from predictor.study import Study


def read_patients(path: Path | str, study: Study) -> pa.Table:
    """Read a table as the study says that its tables are written.

    Returns
    -------
    pyarrow.Table
        As from `predictor.cohort.read_table`; numbers of columns that are declared as such have a
        point before their decimals, and nothing between their thousands.

    Raises
    ------
    DataError
        If the file cannot be read as such a table; the message never shows a cell.
    """
    return read_table(path, study.table, numbers_of(study))


def open_patients(path: Path | str, study: Study) -> tuple[Part, ...]:
    """The same in parts, to be read some rows at a time.

    Raises
    ------
    DataError
        If there is no such table.
    """
    return open_parts(path, study.table, numbers_of(study))


def numbers_of(study: Study) -> frozenset[str]:
    """Names of the columns that hold numbers."""
    return frozenset(
        column.name
        for column in study.columns
        if column.type in ("number", "integer") and column.role not in ("id", "ignore")
    )
