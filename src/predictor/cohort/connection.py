"""A DuckDB connection for a sandbox, opened ahead where somebody will soon need it."""

from __future__ import annotations

import contextlib
import threading

import duckdb

from predictor.cohort.duckdb_functions import CONFIG
from predictor.cohort.limits import Limits


class _Opening(threading.Thread):
    """Opens a database while other things are done: DuckDB takes a while to start."""

    def __init__(self, size: int) -> None:
        super().__init__(name="opens a database", daemon=True)
        self._size = size
        self.connection: duckdb.DuckDBPyConnection | None = None

    def run(self) -> None:
        with contextlib.suppress(duckdb.Error):  # whoever takes it sees what is wrong
            self.connection = _connect(self._size)


_ahead: dict[int, _Opening] = {}  # by the memory that it may take


def open_ahead(limits: Limits) -> None:
    """Begin to open a database, which the next `Sandbox` with as much memory takes."""
    if limits.bytes not in _ahead:
        _ahead[limits.bytes] = _Opening(limits.bytes)
        _ahead[limits.bytes].start()


def opened(size: int) -> duckdb.DuckDBPyConnection:
    """The connection that was opened ahead, or a new one, with so many bytes of memory."""
    opening = _ahead.pop(size, None)
    if opening is not None:
        opening.join()
        if opening.connection is not None:
            return opening.connection
    return _connect(size)


def _connect(size: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={**CONFIG, "memory_limit": f"{size >> 20}MiB"})
