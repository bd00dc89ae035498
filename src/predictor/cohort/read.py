"""One door for tables: CSV, Parquet, XLSX or a data frame, to a table of text cells.

Nothing is interpreted here; the data dictionary does that (`predictor.cohort.dictionary`). An
empty cell is null, every other cell is its text without surrounding blanks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.cell import canonical, composed, texts
from predictor.cohort.csv_table import parse_csv, read_csv
from predictor.cohort.header import check_names
from predictor.cohort.workbook import read_workbook
from predictor.errors import DataError

_MOST_CELLS = 500_000_000


def read_table(path: Path | str) -> pa.Table:
    """Read a table of patients from a file.

    Parameters
    ----------
    path
        A ``.csv`` (comma separated, UTF-8, with or without byte-order mark, decimal point),
        ``.parquet`` or ``.xlsx`` (one sheet) file with a header row.

    Returns
    -------
    pyarrow.Table
        One string column per header, null where a cell is empty.

    Raises
    ------
    DataError
        If the file cannot be read as such a table; the message never shows a cell.
    """
    path = Path(path)
    readers = {".csv": read_csv, ".parquet": _read_parquet, ".xlsx": read_workbook}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path}: expected a .csv, .parquet or .xlsx file; "
            f"save or export the table as one of these"
        )
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty")
    return _patients(reader(path), path)


def read_csv_content(content: bytes, name: str) -> pa.Table:
    """The same from the content of a CSV that lies in no file; messages call it by `name`."""
    if not content:
        raise DataError(f"{name}: empty; expected the names of the columns, and a row per patient")
    return _patients(parse_csv(content, name), name)


def read_frame(frame: Any) -> pa.Table:
    """The same from a pandas data frame; whole numbers, floats, flags and texts all accepted."""
    names = [composed(str(name)) for name in frame.columns]
    check_names(names, "the data frame")
    columns = [texts(_cells(frame.iloc[:, position])) for position in range(len(names))]
    return _strip(pa.table(columns, names=names))


def read_records(records: Sequence[Mapping[str, object]], names: Sequence[str]) -> pa.Table:
    """The same from patients that each name their columns; of them, those with these names."""
    return _strip(
        pa.table(
            [texts([record.get(name) for record in records]) for name in names], names=list(names)
        )
    )


def _cells(series: Any) -> Sequence[object]:
    kind = getattr(series.dtype, "kind", "")
    if kind == "f" and series.dtype.itemsize < 8:
        # as Python's floats, they would have digits that nobody wrote
        narrow = series.to_numpy(dtype=f"float{8 * series.dtype.itemsize}", na_value=np.nan)
        return list(narrow)
    cells: list[object] = series.tolist()
    return cells


def _patients(raw: pa.Table, path: Path | str) -> pa.Table:
    table = _without_blank_end(_strip(raw))
    if table.num_rows == 0:
        raise DataError(f"{path}: the table has a header but no patients; add a row per patient")
    return table


def _strip(table: pa.Table) -> pa.Table:
    return pa.table([canonical(column) for column in table.columns], names=table.column_names)


def _without_blank_end(table: pa.Table) -> pa.Table:
    """Without the blank rows that spreadsheets leave at the end."""
    last = -1
    for column in table.columns:
        filled = column.is_valid().to_numpy().nonzero()[0]
        last = max(last, int(filled[-1]) if len(filled) else -1)
    return table.slice(0, last + 1)


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow.parquet

    try:
        shape = pyarrow.parquet.read_metadata(path)
        if shape.num_rows * shape.num_columns > _MOST_CELLS:
            raise DataError(
                f"{path}: {shape.num_rows:,} rows of {shape.num_columns:,} columns are more than "
                f"are read into memory; keep the columns that the study file needs"
            )
        table = pyarrow.parquet.read_table(path)
        table.validate(full=True)
        names = [composed(name) for name in table.column_names]
    except (pa.ArrowException, ValueError, OSError):
        raise DataError(f"{path}: not a Parquet file, or damaged") from None
    check_names(names, path)
    return pa.table(
        [
            texts(_python(column)) if _needs_python(column.type) else _cast(column)
            for column in table.columns
        ],
        names=names,
    )


def _needs_python(kind: pa.DataType) -> bool:
    """Types whose own text form is not the one of the dictionary: decimals, times, floats' nan."""
    return not (
        pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
    )


def _python(column: pa.ChunkedArray) -> Sequence[object]:
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        return list(column.to_numpy())
    cells: list[object] = column.to_pylist()
    return cells


def _cast(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, pa.string())
