"""Parquet to text cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from predictor.cohort.cell import column_texts, composed
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
                    cells = [column_texts(batch.column(self._stored[name])) for name in names]
                    yield pa.table(cells, names=names), done / max(rows, 1)
        except (pa.ArrowException, ValueError, OSError):
            raise self._damaged() from None

    def _damaged(self) -> DataError:
        return DataError(f"{self._path}: not a Parquet file, or damaged")
