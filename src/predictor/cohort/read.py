"""One door for tables: CSV, Parquet, XLSX or a data frame, to a table of text cells.

Nothing is interpreted here; the data dictionary does that (`predictor.cohort.dictionary`). An
empty cell is null, every other cell is its text without surrounding blanks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from predictor.cohort.batches import all_rows
from predictor.cohort.cell import canonical, composed, plain, texts
from predictor.cohort.codebook import Codebook
from predictor.cohort.csv_table import TEXTS, CsvBlocks
from predictor.cohort.databases import located
from predictor.cohort.header import check_names
from predictor.cohort.parquet import ParquetBlocks
from predictor.cohort.sizes import LARGEST_FILE, MOST_CELLS
from predictor.cohort.sources import Part, open_parts
from predictor.cohort.taken import Taken
from predictor.errors import DataError
from predictor.study import PLAIN, Column, TableSpec


@dataclass(frozen=True, repr=False)
class RawTable:
    """A table as it was read.

    Attributes
    ----------
    cells
        One string column per header, null where a cell is empty.
    header
        1-based row of the file in which the names of the columns stand.
    taken
        How the file was read where that needs saying.
    codebook
        What the file says of its columns.
    """

    cells: pa.Table
    header: int = 1
    taken: tuple[Taken, ...] = ()
    codebook: Codebook = field(default_factory=dict)


def read_table(
    path: Path | str, spec: TableSpec = PLAIN, numbers: Collection[str] = ()
) -> pa.Table:
    """Read a table of patients from a file.

    Parameters
    ----------
    path
        A file with a header row: text (``.csv``, ``.tsv``, ``.txt``), ``.parquet``, a workbook
        (``.xlsx``, ``.ods``, ``.xls``), or a ``.zip`` with one text.
    spec
        How it is written.
    numbers
        Names of the columns whose cells are numbers, written as `spec` says.

    Returns
    -------
    pyarrow.Table
        One string column per header, null where a cell is empty.

    Raises
    ------
    DataError
        If the file cannot be read as such a table; the message never shows a cell.
    """
    return read_raw(path, spec, numbers).cells


def read_raw(
    path: Path | str,
    spec: TableSpec = PLAIN,
    numbers: Collection[str] = (),
    declared: Mapping[str, Column] | None = None,
) -> RawTable:
    """`read_table`, with where and how the table stands in its file.

    `declared` is that of `predictor.cohort.open_parts`.
    """
    path = located(path)
    if isinstance(path, Path):
        if path.is_dir():
            raise DataError(f"{path}: there is no such file, but a folder")
        _check_size(path)
    (part,) = open_parts(path, spec, numbers, declared)
    return RawTable(_patients([part], path), part.header, part.taken(), part.codebook)


def read_csv_content(content: bytes, name: str) -> pa.Table:
    """The same from the content of a CSV that lies in no file; messages call it by `name`."""
    if not content:
        raise DataError(f"{name}: empty; expected the names of the columns, and a row per patient")
    return _patients([Part(name, CsvBlocks.of_content(content, name))], name)


def read_frame(frame: Any) -> pa.Table:
    """The same from a pandas data frame; whole numbers, floats, flags and texts all accepted."""
    names = [composed(str(name)) for name in frame.columns]
    check_names(names, "the data frame")
    columns = [texts(_cells(frame.iloc[:, position])) for position in range(len(names))]
    return plain(pa.table([canonical(column) for column in columns], names=names))


def read_records(records: Sequence[Mapping[str, object]], names: Sequence[str]) -> pa.Table:
    """The same from patients that each name their columns; of them, those with these names."""
    columns = [texts([record.get(name) for record in records]) for name in names]
    return plain(pa.table([canonical(column) for column in columns], names=list(names)))


def _cells(series: Any) -> Sequence[object]:
    kind = getattr(series.dtype, "kind", "")
    if kind == "f" and series.dtype.itemsize < 8:
        # as Python's floats, they would have digits that nobody wrote
        narrow = series.to_numpy(dtype=f"float{8 * series.dtype.itemsize}", na_value=np.nan)
        return list(narrow)
    cells: list[object] = series.tolist()
    return cells


def _patients(parts: Sequence[Part], path: Path | str) -> pa.Table:
    table = all_rows(parts)
    if table.num_rows == 0:
        raise DataError(f"{path}: the table has a header but no patients; add a row per patient")
    return table


def _check_size(path: Path) -> None:
    """Refuse what does not fit into memory."""
    suffix = path.suffix.lower()
    if suffix in TEXTS and path.is_file() and path.stat().st_size > LARGEST_FILE:
        raise DataError(
            f"{path}: larger than {LARGEST_FILE // 2**20:,} MB, which is not read into memory; "
            f"save it as Parquet"
        )
    if suffix == ".parquet" and path.is_file() and path.stat().st_size:
        blocks = ParquetBlocks(path)
        if blocks.rows * len(blocks.names) > MOST_CELLS:
            raise DataError(
                f"{path}: {blocks.rows:,} rows of {len(blocks.names):,} columns are more than are "
                f"read into memory; keep the columns that the study file needs"
            )
