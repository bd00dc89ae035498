"""A table, view or query of a database, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from predictor.cohort.cell import composed
from predictor.cohort.databases.relation import Database, Relation
from predictor.cohort.databases.url import DatabaseURL, Kind
from predictor.cohort.header import check_names, near_name
from predictor.errors import DataError

_MAGIC: dict[Kind, tuple[int, bytes]] = {
    "sqlite": (0, b"SQLite format 3\0"),
    "duckdb": (8, b"DUCK"),
}
_LONGEST_QUERY = 2**20  # bytes
_SHOWN = 10


class DatabaseBlocks:
    """What a URL names in a database.

    Attributes
    ----------
    names
        Of its columns.

    Raises
    ------
    DataError
        If there is no such database or table, or it cannot be read; no message has a password or a
        cell.
    """

    def __init__(self, url: DatabaseURL) -> None:
        self._url = url
        if url.file is not None:
            _check_file(url.file, url.kind, url)
        with self._opened() as database:
            if url.query is not None:
                self._sql = _query(url.query, url)
            else:
                self._sql = database.select(_chosen(database.relations(), url))
            self.names = tuple(composed(name) for name in database.names(self._sql))
        check_names(self.names, url)

    @classmethod
    def of_file(cls, path: Path) -> DatabaseBlocks:
        """The one table of a file."""
        kind = _kind(path)
        if kind is None:
            raise DataError(f"{path}: neither an SQLite nor a DuckDB database, or damaged")
        return cls(DatabaseURL.of_file(path, kind))

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns as they stand; how many rows there are is not known."""
        places = [self.names.index(name) for name in columns]
        with self._opened() as database:
            for cells in database.batches(self._sql):
                yield pa.table([cells[place] for place in places], names=list(columns)), 0.0

    def _opened(self) -> Database:
        where = str(self._url)
        if self._url.kind == "postgresql":
            from predictor.cohort.databases.postgres import PostgreSQL

            return PostgreSQL(self._url.server, where)
        assert self._url.file is not None
        if self._url.kind == "duckdb":
            from predictor.cohort.databases.duckdb_file import DuckDBFile

            return DuckDBFile(self._url.file, where)
        from predictor.cohort.databases.sqlite_file import SQLiteFile

        return SQLiteFile(self._url.file, where)


def _kind(path: Path) -> Kind | None:
    """Which database a file is, by how it begins."""
    with path.open("rb") as file:
        start = file.read(16)
    return next((k for k, (at, sign) in _MAGIC.items() if start[at:].startswith(sign)), None)


def _check_file(path: Path, kind: Kind, where: str) -> None:
    if not path.is_file():
        raise DataError(f"{where}: there is no file {path}; a path from the root has four slashes")
    found = _kind(path)
    if found is None:
        raise DataError(f"{where}: {path} is no {kind} database, or damaged")
    if found != kind:
        raise DataError(f"{where}: {path} is a database of {found}; write {found}://")


def _query(path: Path, where: str) -> str:
    """The text of a query."""
    try:
        if path.stat().st_size > _LONGEST_QUERY:
            raise DataError(f"{where}: {path} is larger than 1 MB; expected one SELECT")
        text = path.read_text(encoding="utf-8-sig").strip().removesuffix(";").strip()
    except OSError:
        raise DataError(f"{where}: there is no file {path} with the query") from None
    except UnicodeDecodeError:
        raise DataError(f"{where}: {path} is not text in UTF-8") from None
    if not text or "\0" in text:
        raise DataError(f"{where}: {path} holds no query; expected one SELECT")
    return text


def _chosen(relations: Sequence[Relation], url: DatabaseURL) -> Relation:
    """The table that is named, or the only one."""
    if not relations:
        raise DataError(f"{url}: the database holds no table that can be read")
    if url.table is None:
        if len(relations) > 1:
            raise DataError(
                f"{url}: the database holds {len(relations)} tables and views "
                f"({_listed(relations)}); say which one, as in --data "
                f"'{url.of_table(str(relations[0]))}', or ?query=FILE.sql with one SELECT"
            )
        return relations[0]
    folded = url.table.casefold()
    for same in (
        [each for each in relations if url.table in (str(each), each.full)],
        [each for each in relations if url.table == each.name],
        [each for each in relations if folded in (each.name.casefold(), each.full.casefold())],
    ):
        if len(same) == 1:
            return same[0]
    near = near_name(url.table, [str(each) for each in relations])
    raise DataError(
        f"{url}: the database has no table or view of this name"
        + (f"; is {near!r} meant? It holds " if near else "; it holds ")
        + _listed(relations)
    )


def _listed(relations: Sequence[Relation]) -> str:
    more = len(relations) - _SHOWN
    shown = ", ".join(map(str, relations[:_SHOWN]))
    return f"{shown} and {more} more" if more > 0 else shown
