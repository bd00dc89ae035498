"""The files, and databases, that a table comes from, each opened as what reads its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

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

DECLARED = (*TEXTS, ".zip", *WORKBOOKS)
"""Endings of files of which a study says how they are written."""

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


def _database(place: Path | DatabaseURL) -> Blocks:
    from predictor.cohort.databases.blocks import DatabaseBlocks

    return (
        DatabaseBlocks(place) if isinstance(place, DatabaseURL) else DatabaseBlocks.of_file(place)
    )


def _workbook(path: Path, spec: TableSpec) -> HeldBlocks:
    from predictor.cohort.spreadsheets import read_sheet

    return HeldBlocks(*read_sheet(path, spec))


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
