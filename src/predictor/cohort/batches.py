"""Tables of any length, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from predictor.cohort.cell import canonical, plain
from predictor.cohort.codebook import Codebook
from predictor.cohort.csv_table import TEXTS, CsvBlocks
from predictor.cohort.databases import SUFFIXES, DatabaseURL, located
from predictor.cohort.parquet import ParquetBlocks
from predictor.cohort.spreadsheets import WORKBOOKS
from predictor.cohort.spss_stata import SUFFIXES as LABELLED
from predictor.cohort.spss_stata import SpssStataBlocks
from predictor.cohort.taken import Taken
from predictor.cohort.value_labels import in_codes_or_labels
from predictor.errors import DataError
from predictor.study import PLAIN, Column, TableSpec

if TYPE_CHECKING:
    from predictor.cohort.visits import OneRowEach

ROWS = 2**14
"""Rows of a batch, at most."""
DECLARED = (*TEXTS, ".zip", *WORKBOOKS)
"""Endings of files of which a study says how they are written."""
MOST_CELLS = 500_000_000
"""Cells that are read into memory, at most."""
_MOST_FAULTS = 20


class Blocks(Protocol):
    """A table that is read in blocks of rows."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of its columns, each once."""
        ...

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns as they stand, and the share of the table read by then."""
        ...


@dataclass(frozen=True, repr=False)
class Part:
    """One file of a table, or a table that is in memory.

    Attributes
    ----------
    name
        What messages call it; None if it needs no name.
    blocks
        What reads it.
    header
        1-based row in which its names stand.
    taken
        Tells how it was read as far as it was, where that needs saying.
    codebook
        What the file says of its columns.
    """

    name: str | None
    blocks: Blocks
    header: int = 1
    taken: Callable[[], tuple[Taken, ...]] = tuple
    codebook: Codebook = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Batch:
    """Some rows of a table, below each other.

    Attributes
    ----------
    table
        One column of text cells per column, each different text once (dictionaries), null where a
        cell is empty.
    part
        The file they are of, as messages call it.
    first
        Which row of that file the first of them is: 0 is the one below row 1.
    share
        Of the whole table, read by then.
    visits
        Where the rows come from, if the table has a row per visit.
    """

    table: pa.Table
    part: str | None
    first: int
    share: float
    visits: OneRowEach | None = None


@dataclass(frozen=True, repr=False)
class HeldBlocks:
    """A table of text cells that is in memory.

    Attributes
    ----------
    table
        Its cells.
    said
        How they were read, where that needs saying.
    """

    table: pa.Table
    said: tuple[Taken, ...] = ()

    def taken(self) -> tuple[Taken, ...]:
        """How it was read, where that needs saying."""
        return self.said

    @property
    def names(self) -> tuple[str, ...]:
        """Of its columns."""
        return tuple(self.table.column_names)

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """All of some columns."""
        yield self.table.select(list(columns)), 1.0


def open_parts(
    path: Path | str,
    spec: TableSpec = PLAIN,
    numbers: Collection[str] = (),
    declared: Mapping[str, Column] | None = None,
) -> tuple[Part, ...]:
    """The files of a table: one ``.csv``, ``.parquet`` or ``.xlsx``, or a folder of ``.parquet``.

    Of a folder, names that begin with a point or an underscore are passed over, as other programs
    leave such files beside their tables.

    Parameters
    ----------
    path
        Where it is.
    spec
        How it is written.
    numbers
        Names of the columns whose cells are numbers, written as `spec` says.
    declared
        Columns of the dictionary, by column of the table: where the file has codes with labels,
        these say which of the two stands in a cell. It is the code where nothing is declared.

    Raises
    ------
    DataError
        If there is no such table, or a folder holds anything else.
    """
    parts = _parts(located(path), spec, numbers)
    return tuple(in_codes_or_labels(part, spec.dictionary, declared or {}) for part in parts)


def _parts(path: Path | DatabaseURL, spec: TableSpec, numbers: Collection[str]) -> tuple[Part, ...]:
    if isinstance(path, DatabaseURL):
        return (Part(path, _database(path)),)
    if path.is_dir():
        return tuple(Part(str(file), open_blocks(file, spec, numbers)) for file in _files(path))
    if path.suffix.lower() in LABELLED:
        labelled = _labelled(_there(path), spec)
        return (Part(str(path), labelled, taken=labelled.taken, codebook=labelled.codebook),)
    blocks = open_blocks(path, spec, numbers)
    if path.suffix.lower() not in DECLARED:
        return (Part(str(path), blocks),)
    taken = blocks.taken if isinstance(blocks, CsvBlocks | HeldBlocks) else tuple
    return (Part(str(path), blocks, spec.header, taken),)


def open_blocks(path: Path, spec: TableSpec = PLAIN, numbers: Collection[str] = ()) -> Blocks:
    """A file as a table; DataError if it is none."""
    readers: dict[str, Callable[[], Blocks]] = {
        **dict.fromkeys(TEXTS, lambda: CsvBlocks.of_file(path, spec, numbers)),
        ".zip": lambda: CsvBlocks.of_zip(path, spec, numbers),
        ".parquet": lambda: ParquetBlocks(path),
        **dict.fromkeys(WORKBOOKS, lambda: _workbook(path, spec)),
        **dict.fromkeys(SUFFIXES, lambda: _database(path)),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path}: expected a .csv, .tsv, .txt, .zip, .xlsx, .ods, .xls or .parquet file, one "
            f"of SPSS or Stata (.sav, .zsav, .por, .dta), or a database (.duckdb, .sqlite, .db); "
            f"save or export the table as one of these"
        )
    _there(path)
    return reader()


def _there(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty")
    return path


def _labelled(path: Path, spec: TableSpec) -> SpssStataBlocks:
    encoding = spec.encoding if "encoding" in spec.model_fields_set else None
    return SpssStataBlocks(path, encoding)


def read_batches(
    parts: Sequence[Part], columns: Sequence[str] | None = None, rows: int = ROWS
) -> Iterator[Batch]:
    """The rows of a table, in their order; blank ones at the end of a file are left out.

    Parameters
    ----------
    parts
        Its files.
    columns
        Those that are wanted, in this order; all of the first file if None.
    rows
        How many a batch has at most.

    Raises
    ------
    DataError
        If a file cannot be read as a table.
    """
    for place, part in enumerate(parts):
        names = parts[0].blocks.names if columns is None else tuple(columns)
        for table, row, share in _without_blank_end(part.blocks, names):
            first, done = part.header - 1 + row, (place + share) / len(parts)
            for start in range(0, table.num_rows, rows):
                yield Batch(table.slice(start, rows), part.name, first + start, done)


def held_batches(
    table: pa.Table, rows: int = ROWS, visits: OneRowEach | None = None
) -> Iterator[Batch]:
    """The rows of a table of text cells in memory, all of them; at least one batch."""
    for start in range(0, max(table.num_rows, 1), rows):
        share = min((start + rows) / max(table.num_rows, 1), 1.0)
        yield Batch(table.slice(start, rows), None, start, share, visits)


def _without_blank_end(
    blocks: Blocks, names: Sequence[str]
) -> Iterator[tuple[pa.Table, int, float]]:
    """Tables, the row each begins in, and the share read by then."""
    done, blank, share = 0, 0, 1.0
    for cells, share in blocks.read(names):
        table = _canonical(cells)
        last = _last_filled(table)
        if last >= 0:
            if blank:
                yield _blank(table, blank), done - blank, share
            yield table.slice(0, last + 1), done, share
            blank = 0
        done += table.num_rows
        blank += table.num_rows - last - 1
    # what is blank in these columns need not be so in the others
    if blank and len(names) < len(blocks.names):
        rest = (each for each, _ in blocks.read([n for n in blocks.names if n not in names]))
        kept = _filled_below(rest, done - blank)
        if kept:
            yield _blank(table, kept), done - blank, share


def _filled_below(tables: Iterator[pa.Table], first: int) -> int:
    """How many rows there are from a row on, to the last that is not blank."""
    done, last = 0, first
    for cells in tables:
        if done + cells.num_rows > first:
            found = _last_filled(_canonical(cells))
            if found >= 0:
                last = max(last, done + found + 1)
        done += cells.num_rows
    return last - first


def _canonical(cells: pa.Table) -> pa.Table:
    return pa.table([canonical(column) for column in cells.columns], names=cells.column_names)


def _last_filled(table: pa.Table) -> int:
    """The last row with a cell; -1 if all are blank."""
    last = -1
    for column in table.columns:
        if last == table.num_rows - 1:
            break
        filled = np.flatnonzero(column.is_valid().to_numpy())
        last = max(last, int(filled[-1]) if len(filled) else -1)
    return last


def _blank(table: pa.Table, rows: int) -> pa.Table:
    return table.schema.empty_table().take(pa.nulls(rows, pa.int64()))


def _database(place: Path | DatabaseURL) -> Blocks:
    from predictor.cohort.databases.blocks import DatabaseBlocks

    return (
        DatabaseBlocks(place) if isinstance(place, DatabaseURL) else DatabaseBlocks.of_file(place)
    )


def _workbook(path: Path, spec: TableSpec) -> HeldBlocks:
    from predictor.cohort.spreadsheets import read_sheet

    return HeldBlocks(*read_sheet(path, spec))


def some_columns(parts: Sequence[Part], columns: Sequence[str]) -> tuple[pa.Table, int]:
    """All rows of some columns in memory, each different text of a column once.

    Returns
    -------
    table, header
        And the 1-based row of the first file in which the names of the columns stood.

    Raises
    ------
    DataError
        If they are more than are read into memory, or a file cannot be read as a table.
    """
    tables: list[pa.Table] = []
    rows, header = 0, 1
    for batch in read_batches(parts, columns):
        header = header if tables else batch.first + 1
        tables.append(batch.table)
        rows += len(batch.table)
        if rows * len(columns) > MOST_CELLS:
            raise DataError(
                f"{parts[0].name}: {rows:,} and more rows of visits are not read into memory; "
                f"part the patients into several tables"
            )
    if not tables:
        return pa.table({name: pa.array([], pa.string()) for name in columns}), header
    return pa.concat_tables(tables).unify_dictionaries(), header


def all_rows(parts: Sequence[Part]) -> pa.Table:
    """A whole table in memory, as text cells."""
    batches = read_batches(parts)
    first = next(batches, None)
    if first is None:
        return pa.table({name: pa.array([], pa.string()) for name in parts[0].blocks.names})
    return pa.concat_tables([plain(batch.table) for batch in chain([first], batches)])


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    faults = []
    for path in found:
        if path.is_symlink():
            faults.append(f"{path}: is a link; put the file itself into the folder")
        elif path.is_dir():
            faults.append(f"{path}: is a folder inside the folder; score it by itself")
        elif path.suffix.lower() != ".parquet" or not path.is_file():
            faults.append(f"{path}: is no .parquet file; a folder holds one table in such files")
    if faults:
        more = len(faults) - _MOST_FAULTS
        shown = faults[:_MOST_FAULTS]
        raise DataError([*shown, f"{folder}: and {more} more"] if more > 0 else shown)
    if not found:
        raise DataError(f"{folder}: holds no .parquet file")
    return found
