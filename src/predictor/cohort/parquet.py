"""Parquet to text cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.cell import composed, texts
from predictor.cohort.header import check_names
from predictor.errors import DataError

_ROWS = 2**14  # that are read at one time


class ParquetBlocks:
    """A Parquet file, read some rows at a time.

    Attributes
    ----------
    names, rows
        Of its columns, and how many rows it has.

    Raises
    ------
    DataError
        If it is none, or damaged.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet

        self._path = path
        try:
            shape = pyarrow.parquet.read_metadata(path)
            schema = shape.schema.to_arrow_schema()
        except (pa.ArrowException, ValueError, OSError):
            raise self._damaged() from None
        self.rows = shape.num_rows
        self.names = tuple(composed(name) for name in schema.names)
        check_names(self.names, path)
        self._stored = dict(zip(self.names, schema.names, strict=True))

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns as they stand, and the share of the file read by then."""
        import pyarrow.parquet

        names = list(columns)
        done = 0
        try:
            with pyarrow.parquet.ParquetFile(self._path) as file:
                rows = file.metadata.num_rows
                # fields within a column have names with points
                nested = any(field.type.num_fields for field in file.schema_arrow)
                stored = None if nested else [self._stored[name] for name in names]
                for batch in file.iter_batches(_ROWS, columns=stored):
                    batch.validate(full=True)
                    done += batch.num_rows
                    cells = [_cells(batch.column(self._stored[name])) for name in names]
                    yield pa.table(cells, names=names), done / max(rows, 1)
        except (pa.ArrowException, ValueError, OSError):
            raise self._damaged() from None

    def _damaged(self) -> DataError:
        return DataError(f"{self._path}: not a Parquet file, or damaged")


def _cells(column: pa.Array) -> pa.Array:
    """Typed cells as text; each value is put into words once."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.dictionary).take(column.indices)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return pc.cast(column, pa.string())
    try:
        encoded = column.dictionary_encode()
    except pa.ArrowNotImplementedError:  # lists and the like, which no dictionary takes
        return texts(_values(column))
    return texts(_values(encoded.dictionary)).take(encoded.indices)


def _values(column: pa.Array) -> Sequence[object]:
    """The values as Python has them; those of narrow floats keep their width."""
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        return list(column.to_numpy(zero_copy_only=False))
    cells: list[Any] = column.to_pylist()
    return cells
