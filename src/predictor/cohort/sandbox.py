"""A DuckDB database that holds one table, `cohort`, and nothing else; the only DuckDB here.

No files, no network, no Python variables, no other tables, no settings: what a query can see is
what the time point allows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb
import pyarrow as pa

from predictor.cohort.limits import CostError, Limits, limited
from predictor.study import Column

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",  # patient data are never spilled to a disk
}
_TYPES = {
    "number": "DOUBLE",
    "integer": "BIGINT",
    "flag": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
}

SqlError = duckdb.Error


class Call(NamedTuple):
    """A function and the types of its parameters, as DuckDB writes them: LIST for any list."""

    name: str
    parameters: tuple[str, ...]


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def sql_type(column: Column) -> str:
    """The DuckDB type of a column; a category is an ENUM of its declared levels, in their order."""
    if column.role == "id":
        return "VARCHAR"
    if column.type == "category":
        return f"ENUM({', '.join(_literal(level) for level in column.levels)})"
    return _TYPES[column.type]


class Sandbox:
    """The locked database; use as a context manager.

    Parameters
    ----------
    columns
        The columns that exist.
    limits
        Of time and memory, for every query.
    """

    def __init__(self, columns: Sequence[Column], limits: Limits = Limits()) -> None:  # noqa: B008
        self._connection = duckdb.connect(
            ":memory:", config={**_CONFIG, "memory_limit": f"{limits.bytes >> 20}MiB"}
        )
        self._limits = limits
        self._abandoned = False
        self._definitions = {c.name: f"{quote(c.name)} {sql_type(c)}" for c in columns}
        if columns:
            self._create(self._definitions)
        # the clock of this computer would decide on which day a time stamp falls
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # closing would wait for a query that nobody could stop
        if not self._abandoned:
            self._connection.close()

    def fill(self, table: pa.Table) -> None:
        """Replace `cohort` by these rows; of its columns, only those of the table are left."""
        self._create(table.column_names)
        self._connection.register("incoming", table)
        self._connection.execute("INSERT INTO cohort SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def _create(self, names: Iterable[str]) -> None:
        definitions = ", ".join(self._definitions[name] for name in names)
        self._connection.execute(f"CREATE OR REPLACE TABLE cohort ({definitions})")

    def query(self, sql: str) -> pa.Table:
        """The result of one SELECT; ENUM columns come back as dictionaries of their levels."""
        return self._limited(lambda: self._connection.sql(sql).to_arrow_table())

    def statements(self, sql: str) -> list[str]:
        """The kinds of statements in a text, e.g. ``["SELECT"]``; SqlError if it does not parse."""
        statements = self._limited(lambda: self._connection.extract_statements(sql))
        return [statement.type.name for statement in statements]

    def syntax_tree(self, sql: str) -> str:
        """The syntax tree of a SELECT as JSON."""
        return self._text("SELECT json_serialize_sql(?)", sql)

    def calls(self, sql: str) -> set[Call]:
        """The functions that a SELECT calls, with the types for which DuckDB has bound them.

        Raises
        ------
        SqlError
            If the query cannot be bound.
        """
        plan = json.loads(self._text("SELECT json_serialize_plan(?, optimize := false)", sql))
        if plan["error"]:
            raise duckdb.BinderException(plan["error_message"])
        found: set[Call] = set()
        waiting: list[Any] = [plan["plans"]]
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                waiting += node.values()
                if "expression_class" in node and "qname" in node:
                    types = tuple(str(kind["id"]) for kind in node["arguments"])
                    found.add(Call(str(node["qname"]["path"][-1]).casefold(), types))
        return found

    def _text(self, sql: str, parameter: str) -> str:
        """The one text that a query of our own returns."""
        rows = self._limited(lambda: self._connection.execute(sql, [parameter]).fetchall())
        return str(rows[0][0])

    def _limited(self, work: Callable[[], Any]) -> Any:
        try:
            return limited(work, self._connection.interrupt, self._limits)
        except CostError:
            self._abandoned = True
            raise
