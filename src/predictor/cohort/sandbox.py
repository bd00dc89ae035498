"""A DuckDB database that holds one table and nothing else, in which all queries run.

No files, no network, no Python variables, no other tables, no settings: what a query can see is
what the time point allows.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb
import pyarrow as pa

from predictor.cohort.arithmetic import MACROS, Exact
from predictor.cohort.category_order import by_position
from predictor.cohort.connection import opened
from predictor.cohort.duckdb_functions import aggregates
from predictor.cohort.limits import CostError, Limits, limited
from predictor.cohort.sql_text import constant, literal, quote, sql_type
from predictor.cohort.syntax import Node, called_functions, unqualified, walk
from predictor.study import Column

# of a plan: what looks at one row at a time
_ROW_BY_ROW = frozenset({
    "LOGICAL_PROJECTION", "LOGICAL_FILTER", "LOGICAL_GET", "LOGICAL_MATERIALIZED_CTE",
    "LOGICAL_CTE_REF",
})  # fmt: skip

SqlError = duckdb.Error


class Call(NamedTuple):
    """A function and the types of its parameters, as DuckDB writes them: LIST for any list."""

    name: str
    parameters: tuple[str, ...]


class Sandbox:
    """The locked database; use as a context manager.

    Parameters
    ----------
    columns
        The columns that exist.
    limits
        Of time and memory, for every query and for all of them.
    table
        What the one table is called.

    Attributes
    ----------
    table
        As given.
    abandoned
        Whether a query may still run that could not be stopped; nothing can be asked any more.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        limits: Limits = Limits(),  # noqa: B008
        table: str = "cohort",
    ) -> None:
        self._connection = opened(limits.bytes)
        self.table = table
        self._columns = tuple(columns)
        self._limits = limits
        self._left = limits.together
        self.abandoned = False
        self._definitions = {c.name: f"{quote(c.name)} {sql_type(c)}" for c in columns}
        self._enums = {c.name.casefold(): sql_type(c) for c in columns if c.type == "category"}
        self._texts: dict[tuple[str, bool], str] = {}
        self._trees: dict[str, str] = {}
        # by the query and the columns of the table; binding takes longer than computing few rows
        self._bound: dict[
            tuple[str, str, tuple[str, ...]], tuple[duckdb.DuckDBPyRelation, list[str]]
        ] = {}
        self._present: tuple[str, ...] = ()
        self._filled: pa.Table | None = None
        self._macros: set[str] = set()
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
        # closing would wait for a query that nobody could stop, and fail beside one that an
        # interrupt has left running
        interrupted = kind is not None and not issubclass(kind, Exception)
        if not interrupted:
            self.close()

    def another(self) -> Sandbox:
        """A database of its own for another thread, that knows the same queries."""
        other = Sandbox(self._columns, self._limits, self.table)
        other._texts.update(self._texts)
        for name in self._macros:
            other._connection.execute(MACROS[name])
        other._macros |= self._macros
        return other

    def close(self) -> None:
        """End it, unless a query runs that nobody could stop."""
        if not self.abandoned:
            self._bound.clear()
            self._connection.close()

    def renew(self) -> None:
        """Count the time of all that follows together from now on."""
        self._left = self._limits.together

    def empty(self) -> None:
        """The table without rows, with all columns."""
        self._create(self._definitions)

    def fill(self, table: pa.Table) -> None:
        """Replace the table by these rows; of its columns, only those of the table are left."""
        if self._filled is not None and self._filled.equals(table):
            return
        self._create(table.column_names)
        self._connection.from_arrow(table).insert_into(self.table)
        self._filled = table

    def _create(self, names: Iterable[str]) -> None:
        self._filled, self._present = None, tuple(names)
        definitions = ", ".join(self._definitions[name] for name in self._present)
        # of rows that were deleted instead, some memory would stay behind each time
        self._connection.execute(f"CREATE OR REPLACE TABLE {self.table} ({definitions})")

    def query(self, sql: str, *, rounding: bool = True) -> pa.Table:
        """The result of one SELECT; ENUM columns come back as dictionaries of their levels.

        Its arithmetic is as on paper, but without `rounding` that of binary numbers: see
        `predictor.cohort.arithmetic`.
        """
        text = self._rewritten(sql, rounding)
        return self._limited(lambda: self._computed(sql, text))

    def _computed(self, sql: str, text: str) -> pa.Table:
        key = (sql, text, self._present)
        if key not in self._bound:
            # bound as it was written, for the messages and the names of its columns
            asked = self._connection.sql(sql)
            result = asked if text == sql else self._connection.sql(text)
            self._bound[key] = (result, asked.columns)
        result, names = self._bound[key]
        table: pa.Table = result.to_arrow_table()
        return table.rename_columns(names)

    def _rewritten(self, sql: str, rounding: bool) -> str:
        if (sql, rounding) not in self._texts:
            self._texts[sql, rounding] = self._rewrite(sql, rounding)
        return self._texts[sql, rounding]

    def _rewrite(self, sql: str, rounding: bool) -> str:
        """A query with its arithmetic as on paper; the same text if there is nothing to change."""
        tree = json.loads(self.syntax_tree(sql))
        if tree["error"]:
            return sql
        casts = {name: self._cast_to(kind) for name, kind in self._enums.items()}
        exact = Exact(
            self.table,
            self._definitions,
            aggregates(called_functions(walk(tree))),
            rounding=rounding,
        )
        try:
            changed = exact.tree(by_position(tree, casts))
        except RecursionError:
            raise duckdb.ParserException("the query is nested too deeply") from None
        if changed == tree:
            return sql
        written = json.dumps(changed)
        for name in MACROS.keys() - self._macros:
            if f'"{name}"' in written:
                self._connection.execute(MACROS[name])
                self._macros.add(name)
        return self._text("SELECT json_deserialize_sql(?)", written)

    def _cast_to(self, kind: str) -> Callable[[Node], Node]:
        """What makes a syntax tree one whose value is cast to a type."""

        def cast(node: Node) -> Node:
            tree = json.loads(self.syntax_tree(f"SELECT NULL::{kind}"))
            [made] = tree["statements"][0]["node"]["select_list"]
            return {**made, "child": node}

        return cast

    def for_levels(self, expression: Node, column: Column) -> list[Any]:
        """An expression of one category, computed for each of its levels, and without one.

        Raises
        ------
        SqlError
            If it cannot be computed for all of them.
        """
        return self._for_levels(expression, column)[0]

    def as_table(self, expression: Node, column: Column) -> str:
        """The same as a CASE that lists what it gives for each level.

        Raises
        ------
        SqlError
            If it cannot be computed for all of them.
        """
        (*answers, of_none), kind = self._for_levels(expression, column)
        cases = " ".join(
            f"WHEN {literal(level)} THEN {constant(answer, kind)}"
            for level, answer in zip(column.levels, answers, strict=True)
        )
        return f"(CASE {quote(column.name)} {cases} ELSE {constant(of_none, kind)} END)"

    def _for_levels(self, expression: Node, column: Column) -> tuple[list[Any], str]:
        """What an expression gives for each level and without one, and its type."""
        tree = json.loads(self.syntax_tree("SELECT 1"))
        tree["statements"][0]["node"]["select_list"] = [unqualified(expression)]
        levels = ", ".join(literal(level) for level in column.levels)
        each = f"SELECT unnest([{levels}, NULL])::{sql_type(column)} AS {quote(column.name)}"
        sql = f"{self.written(tree)} FROM ({each})"

        def computed() -> tuple[list[Any], str]:
            asked = self._connection.sql(sql)
            return [answer for (answer,) in asked.fetchall()], str(asked.types[0])

        found: tuple[list[Any], str] = self._limited(computed)
        return found

    def written(self, tree: Any) -> str:
        """The query that a syntax tree is of."""
        return self._text("SELECT json_deserialize_sql(?)", json.dumps(tree))

    def statements(self, sql: str) -> list[str]:
        """The kinds of statements in a text, e.g. ``["SELECT"]``; SqlError if it does not parse."""
        statements = self._limited(lambda: self._connection.extract_statements(sql))
        return [statement.type.name for statement in statements]

    def syntax_tree(self, sql: str) -> str:
        """The syntax tree of a SELECT as JSON."""
        if sql not in self._trees:
            self._trees[sql] = self._text("SELECT json_serialize_sql(?)", sql)
        return self._trees[sql]

    def calls(self, sql: str) -> set[Call]:
        """The functions that a SELECT calls, with the types for which DuckDB has bound them.

        Raises
        ------
        SqlError
            If the query cannot be bound.
        """
        found: set[Call] = set()
        waiting: list[Any] = [self._plan(sql)]
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

    def takes_rows_alone(self, sql: str) -> bool:
        """Whether its plan shows that a SELECT computes every row from that row only.

        That of a query with windows, aggregates, joins, orders or queries inside does not show it.
        """
        operators: set[str] = set()
        try:
            waiting = list(self.plan(sql, rounding=True))
        except SqlError:  # there are plans that DuckDB cannot write down
            return False
        while waiting:
            node = waiting.pop()
            operators.add(str(node["type"]))
            waiting += node["children"]
        return operators <= _ROW_BY_ROW

    def plan(self, sql: str, *, rounding: bool = False) -> Any:
        """How a SELECT is computed, with the type of every expression."""
        return self._plan(self._rewritten(sql, rounding))

    def names(self, sql: str) -> list[str]:
        """The names of the columns that a SELECT returns."""
        names: list[str] = self._limited(lambda: list(self._connection.sql(sql).columns))
        return names

    def _plan(self, text: str) -> Any:
        asked = "SELECT json_serialize_plan(?, optimize := false)"
        # within a text, the quotation mark after the name would have a backslash before it
        plan = json.loads(re.sub(r'"value":-?NAN\b', '"value":NaN', self._text(asked, text)))
        if plan["error"]:
            raise duckdb.BinderException(plan["error_message"])
        return plan["plans"]

    def _text(self, sql: str, parameter: str) -> str:
        """The one text that a query of our own returns."""
        rows = self._limited(lambda: self._connection.execute(sql, [parameter]).fetchall())
        return str(rows[0][0])

    def _limited(self, work: Callable[[], Any]) -> Any:
        started = time.monotonic()
        try:
            return limited(work, self._connection.interrupt, self._limits, self._left)
        except CostError:
            self.abandoned = True
            raise
        finally:
            self._left -= time.monotonic() - started
