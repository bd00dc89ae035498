"""A PostgreSQL server as a database."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

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
from predictor.cohort.sql_text import quote
from predictor.errors import DataError

_PATIENCE = 10  # seconds until a server that does not answer is given up
# why no connection came about, by what the library says of it
_REFUSALS = {
    ("authentication failed", "no password"): "it refuses user and password; the password is "
    "taken from PGPASSWORD or ~/.pgpass",
    ("does not exist",): "it has no such database or user",
    ("resolve host", "translate host", "Name or service"): "no server of this name is known",
    (
        "refused",
        "No such file",
    ): "nothing answers there; is the server running, and the port right?",
    ("timeout", "timed out"): f"it did not answer within {_PATIENCE} seconds",
    ("SSL", "pg_hba"): "it does not let in this user from here, or asks for another sslmode",
}


class PostgreSQL(Database):
    """A transaction that only reads, all of it as at one moment."""

    def __init__(self, server: dict[str, str | int], where: str) -> None:
        import psycopg

        self._where = where
        settings = {"connect_timeout": _PATIENCE, "application_name": "predictor", **server}
        try:
            self._connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(
                **settings,  # type: ignore[arg-type]  # texts and numbers, as libpq takes them
                options=f"-c default_transaction_read_only=on "
                f"-c statement_timeout={1000 * SECONDS:.0f}",
            )
        except psycopg.Error as error:
            raise DataError(f"{where}: {_refusal(str(error))}") from None
        except (UnicodeError, ValueError):
            raise DataError(f"{where}: the server's name cannot be one") from None
        self._connection.read_only = True
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def relations(self) -> list[Relation]:
        """All tables and views that the user can see."""
        with self._told():
            rows = self._connection.execute(
                "SELECT n.nspname, c.relname, n.nspname = current_schema() "
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' "
                "AND n.nspname <> 'information_schema' "
                "AND has_schema_privilege(n.oid, 'USAGE') "
                "AND has_any_column_privilege(c.oid, 'SELECT') ORDER BY 1, 2"
            ).fetchall()
        return [Relation(*row) for row in rows]

    def select(self, relation: Relation) -> str:
        """The query of all rows, by the primary key if there is one: rows lie in no order."""
        with self._told():
            key = self._connection.execute(
                "SELECT a.attname FROM pg_index i, "
                "unnest(i.indkey::int2[]) WITH ORDINALITY k(n, o) "
                "JOIN pg_attribute a ON true WHERE i.indrelid = %s::regclass AND i.indisprimary "
                "AND a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.o",
                [relation.quoted],
            ).fetchall()
        order = ", ".join(quote(name) for (name,) in key)
        return f"SELECT * FROM {relation.quoted}" + (f" ORDER BY {order}" if order else "")

    def names(self, sql: str) -> list[str]:
        """Of the columns that a query returns."""
        from psycopg.pq import ExecStatus

        link = self._connection.pgconn
        encoded = sql.encode("utf-8")
        with self._told():
            self._connection.execute("SELECT 1")  # the transaction begins
            # here, and not where it is run, the server takes one statement only
            prepared = link.prepare(b"", encoded)
            if prepared.status != ExecStatus.COMMAND_OK:
                raise self._of_the_query(prepared.get_error_message("utf-8"))
            described = link.describe_prepared(b"")
        if not described.nfields:
            raise DataError(f"{self._where}: expected one SELECT")
        return [(described.fname(n) or b"").decode("utf-8") for n in range(described.nfields)]

    def batches(self, sql: str) -> Iterator[Sequence[pa.Array]]:
        """What a query returns, some rows at a time."""
        self.names(sql)
        with self._connection.cursor(name="rows") as cursor:
            cursor.itersize = ROWS
            with self._told():
                cursor.execute(sql.encode("utf-8"))
            while True:
                with self._told():
                    rows = cursor.fetchmany(ROWS)
                if not rows:
                    return
                yield [texts(column) for column in zip(*rows, strict=True)]

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say what went wrong, without a cell."""
        import psycopg

        try:
            yield
        except psycopg.errors.QueryCanceled:
            raise too_slow(self._where) from None
        except psycopg.Error as error:
            state = error.sqlstate or ""
            if state.startswith(("42", "25006")):
                said = error.diag.message_primary or ""
                raise DataError(f"{self._where}: {said}") from None
            if state.startswith("22") or isinstance(error, psycopg.DataError):
                raise not_computed(self._where) from None
            raise DataError(
                f"{self._where}: the server ended the connection, or refused the query"
            ) from None

    def _of_the_query(self, message: str) -> DataError:
        said = re.sub(r"^[A-Z]+: +", "", message.strip().split("\n")[0])
        if "multiple commands" in said:
            return DataError(f"{self._where}: expected one SELECT")
        return DataError(f"{self._where}: {said}")


def _refusal(said: str) -> str:
    """Why there is no connection, in words of our own: the library's may hold what was typed."""
    for parts, reason in _REFUSALS.items():
        if any(part in said for part in parts):
            return reason
    return "no connection to the server; look at host, port, user and sslmode"
