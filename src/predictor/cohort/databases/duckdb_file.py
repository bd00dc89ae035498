"""A DuckDB file as a database."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from predictor.cohort.cell import column_texts
from predictor.cohort.databases.relation import (
    SECONDS,
    Database,
    Relation,
    not_computed,
    too_slow,
)
from predictor.cohort.duckdb_functions import CONFIG
from predictor.cohort.sizes import ROWS
from predictor.errors import DataError

_MEMORY = "1GiB"
_OF_THE_QUERY = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


class DuckDBFile(Database):
    """The file, opened to be read; it reaches no other file, no network and no extension."""

    def __init__(self, path: Path, where: str) -> None:
        self._where = where
        try:
            self._connection = duckdb.connect(
                str(path.absolute()),
                read_only=True,
                config={**CONFIG, "memory_limit": _MEMORY, "lock_configuration": "true"},
            )
        except duckdb.Error as error:
            raise self._unopened(error) from None

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def relations(self) -> list[Relation]:
        """All tables and views of the file."""
        with self._told():
            rows = self._connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() "
                "WHERE NOT internal AND database_name = current_database() UNION ALL "
                "SELECT schema_name, view_name FROM duckdb_views() "
                "WHERE NOT internal AND database_name = current_database() ORDER BY ALL"
            ).fetchall()
        return [Relation(schema, name, schema == "main") for schema, name in rows]

    def names(self, sql: str) -> list[str]:
        """Of the columns that a query returns."""
        with self._told():
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise DataError(f"{self._where}: expected one SELECT")
            described = self._connection.execute(f"DESCRIBE {statements[0].query}").fetchall()
        return [row[0] for row in described]

    def batches(self, sql: str) -> Iterator[Sequence[pa.Array]]:
        """What a query returns, some rows at a time."""
        with self._told():
            reader = self._connection.sql(sql).to_arrow_reader(ROWS)
        while True:
            with self._told():
                batch = next(iter(reader), None)
            if batch is None:
                return
            yield [column_texts(column) for column in batch.columns]

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Stop what takes too long, and say what went wrong without a cell."""
        late = threading.Timer(SECONDS, self._connection.interrupt)
        late.daemon = True
        late.start()
        try:
            yield
        except duckdb.InterruptException:
            if late.is_alive():
                raise
            raise too_slow(self._where) from None
        except _OF_THE_QUERY as error:
            raise DataError(f"{self._where}: {_first_line(error)}") from None
        except duckdb.PermissionException:
            raise DataError(
                f"{self._where}: the query or view reads another file or the network, which is "
                f"shut off; make a table of it first"
            ) from None
        except duckdb.OutOfMemoryException:
            raise DataError(
                f"{self._where}: the query needs more than {_MEMORY} of memory; make a table of "
                f"its result"
            ) from None
        except (duckdb.Error, pa.ArrowException):
            raise not_computed(self._where) from None
        finally:
            late.cancel()

    def _unopened(self, error: duckdb.Error) -> DataError:
        said = str(error)
        if "lock" in said.lower():
            return DataError(
                f"{self._where}: another program has the database open to write; close it there"
            )
        if "different configuration" in said:
            return DataError(
                f"{self._where}: this process has the database open already; close it first"
            )
        return DataError(
            f"{self._where}: not a DuckDB database, damaged, or written by a newer version of "
            f"DuckDB than the one here ({duckdb.__version__})"
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
