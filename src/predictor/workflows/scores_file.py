"""Scores as a file that grows while they are computed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import pyarrow as pa

from predictor.disk import replacing
from predictor.saved import Scores
from predictor.workflows.csv_rows import rows_as_csv

if TYPE_CHECKING:
    import pyarrow.parquet as parquet


@contextmanager
def placing(out: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `out` when the block ends well.

    What is no file (a pipe, a device) cannot be replaced by one; it gets the content then.

    Raises
    ------
    OSError
        Naming `out`, if it cannot be written.
    """
    try:
        if out.exists() and not out.is_file():
            with tempfile.TemporaryFile() as file:
                yield file
                file.seek(0)
                with out.open("wb") as target:
                    shutil.copyfileobj(file, target)
            return
        with replacing([out]) as staged, staged[out].open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(out)) from error


class ScoresFile:
    """Scores as CSV or Parquet, batch by batch; use as a context manager.

    Parameters
    ----------
    file
        To write into, from its beginning.
    suffix
        ``.csv`` or ``.parquet``.

    Attributes
    ----------
    patients, scored, flagged
        Rows that were written, those with a probability, and those with a remark.
    """

    def __init__(self, file: BinaryIO, suffix: str) -> None:
        self._file = file
        self._parquet = suffix == ".parquet"
        self._writer: parquet.ParquetWriter | None = None
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._end()

    def start(self) -> None:
        """Forget what was written."""
        self._end()
        self._file.seek(0)
        self._file.truncate()
        self.patients = self.scored = self.flagged = 0

    def prepare(self, scores: Scores) -> tuple[Scores, Any]:
        """A batch as it will be written."""
        table = scores.to_table()
        return scores, table if self._parquet else _csv(table)

    def add(self, prepared: tuple[Scores, Any]) -> None:
        """Write a batch below those that are there."""
        scores, content = prepared
        if self._parquet:
            self._add_table(content)
        else:
            header, rows = content
            if not self.patients:
                self._file.write(header)
            self._file.write(rows)
        self.patients += len(scores)
        self.scored += scores.scored
        self.flagged += scores.flagged

    def _add_table(self, table: pa.Table) -> None:
        import pyarrow.parquet as parquet

        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._file, table.schema)
        self._writer.write_table(table)

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _csv(table: pa.Table) -> tuple[pa.Buffer, pa.Buffer]:
    """Header and rows."""
    return _header(table.schema.empty_table()), rows_as_csv(table)


def _header(nothing: pa.Table) -> pa.Buffer:
    import pyarrow.csv

    stream = pa.BufferOutputStream()
    pyarrow.csv.write_csv(nothing, stream, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return stream.getvalue()
