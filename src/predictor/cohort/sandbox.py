"""A DuckDB database that holds one table, `cohort`, and nothing else; the only DuckDB here.

No files, no network, no Python variables, no other tables, no settings: what a query can see is
what the time point allows.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from predictor.study import Column

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",  # patient data are never spilled to a disk
}
# what is read from names that DuckDB resolves without a function call, or calls steady by mistake
CLOCKS = frozenset({
    "current_date", "current_time", "current_timestamp", "current_localtime",
    "current_localtimestamp", "localtime", "localtimestamp", "current_user", "session_user",
    "current_role", "current_catalog", "current_schema", "user", "version", "rowid",
})  # fmt: skip
_TYPES = {
    "number": "DOUBLE",
    "integer": "BIGINT",
    "flag": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
}

SqlError = duckdb.Error


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
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
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
        table: pa.Table = self._connection.sql(sql).to_arrow_table()
        return table

    def statements(self, sql: str) -> list[str]:
        """The kinds of statements in a text, e.g. ``["SELECT"]``; SqlError if it does not parse."""
        return [statement.type.name for statement in self._connection.extract_statements(sql)]

    def syntax_tree(self, sql: str) -> str:
        """The syntax tree of a SELECT as JSON."""
        rows = self._connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
        return str(rows[0][0])


@functools.cache
def unsteady_functions() -> frozenset[str]:
    """Names of functions whose result can differ between two runs on the same row.

    DuckDB says so of its own functions, but not of its macros: those are unsteady if their text
    names something unsteady, or looks into the catalog of the database.
    """
    with Sandbox(()) as sandbox:
        functions = sandbox.query(
            "SELECT lower(function_name) AS name, coalesce(stability, '') AS stability, "
            "CASE function_type WHEN 'macro' THEN lower(macro_definition) END AS text "
            "FROM duckdb_functions()"
        ).to_pylist()
    unsteady = CLOCKS | {f["name"] for f in functions if f["stability"] not in ("", "CONSISTENT")}
    macros = [(f["name"], set(re.findall(r"\w+", f["text"]))) for f in functions if f["text"]]
    unsteady |= {
        name for name, words in macros if any(w.startswith(("duckdb_", "pragma_")) for w in words)
    }
    while found := {name for name, words in macros if words & unsteady} - unsteady:
        unsteady |= found
    return frozenset(unsteady)
