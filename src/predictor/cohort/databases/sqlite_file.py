"""An SQLite file as a database."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from predictor.cohort.cell import texts
from predictor.cohort.databases.relation import (
    SECONDS,
    Database,
    Relation,
    not_computed,
    too_slow,
)
from predictor.cohort.sizes import ROWS
from predictor.errors import DataError

_LONGEST_CELL = 2**20  # bytes
_STEPS = 10_000  # of SQLite's machine, between looks at the clock
_ALLOWED = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)
_OF_THE_QUERY = ("no such", "near ", "ambiguous", "incomplete", "wrong number", "misuse of")


class SQLiteFile(Database):
    """The file, opened to be read; a query can do nothing but select."""

    def __init__(self, path: Path, where: str) -> None:
        self._where = where
        self._until = 0.0
        # reading a database with a log would write beside it; without one, nobody else writes
        with path.open("rb") as file:
            logged = file.read(19)[18:] == b"\2"
        alone = "&immutable=1" if logged and not Path(f"{path}-wal").exists() else ""
        self._connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro{alone}", uri=True
        )
        self._connection.text_factory = _decoded
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
        self._connection.execute("PRAGMA trusted_schema = OFF")
        self._connection.set_authorizer(_authorised)
        self._connection.set_progress_handler(self._late, _STEPS)

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def relations(self) -> list[Relation]:
        """All tables and views of the file."""
        with self._told():
            rows = self._connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            ).fetchall()
        return [Relation("", name) for (name,) in rows]

    def names(self, sql: str) -> list[str]:
        """Of the columns that a query returns."""
        with self._told():
            cursor = self._connection.execute(sql)
        with contextlib.closing(cursor):
            if cursor.description is None:
                raise DataError(f"{self._where}: expected one SELECT")
            return [column[0] for column in cursor.description]

    def batches(self, sql: str) -> Iterator[Sequence[pa.Array]]:
        """What a query returns, some rows at a time."""
        with self._told():
            cursor = self._connection.execute(sql)
        with contextlib.closing(cursor):
            while True:
                with self._told():
                    rows: list[tuple[Any, ...]] = cursor.fetchmany(ROWS)
                if not rows:
                    return
                yield [texts(column) for column in zip(*rows, strict=True)]

    def _late(self) -> bool:
        return time.monotonic() > self._until

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Stop what takes too long, and say what went wrong without a cell."""
        self._until = time.monotonic() + SECONDS
        try:
            yield
        except UnicodeDecodeError:
            raise DataError(
                f"{self._where}: a text of the database is not UTF-8; correct it there"
            ) from None
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._reason(error) from None

    def _reason(self, error: sqlite3.Error | sqlite3.Warning) -> DataError:
        said = str(error)
        if "interrupted" in said:
            return too_slow(self._where)
        if (
            "not a database" in said
            or "disk image is malformed" in said
            or "unsupported file format" in said
        ):
            return DataError(f"{self._where}: not an SQLite database, or damaged")
        if "locked" in said or "busy" in said:
            return DataError(
                f"{self._where}: another program is writing to the database; try again when it is "
                f"done"
            )
        if "not authorized" in said or "prohibited" in said or "one statement" in said:
            return DataError(f"{self._where}: expected one SELECT that only reads")
        if "too big" in said:
            return DataError(
                f"{self._where}: a cell is longer than {_LONGEST_CELL // 2**20} MB; leave its "
                f"column out, by a view or a query"
            )
        if said.startswith(_OF_THE_QUERY):
            return DataError(f"{self._where}: {said}")
        return not_computed(self._where)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8")


def _authorised(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
