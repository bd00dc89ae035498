"""Tables as files."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa

from predictor.disk import write_files


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as CSV or Parquet, by the suffix of the path, whole or not at all."""
    content = table_bytes(table, path.suffix)
    if path.exists() and not path.is_file():
        # a pipe or a device cannot be replaced by a file of its name
        try:
            path.write_bytes(content)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        return
    write_files({path: content})


def table_bytes(table: pa.Table, suffix: str) -> bytes:
    """A table as the content of a ``.parquet`` file, or of a ``.csv`` for any other suffix."""
    stream = io.BytesIO()
    if suffix.lower() == ".parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, stream)
    else:
        import pyarrow.csv

        pyarrow.csv.write_csv(table, stream, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return stream.getvalue()
