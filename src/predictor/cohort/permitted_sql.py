"""What a query may be: one SELECT over `cohort`, the same answer on every run.

The database is locked anyway (`predictor.cohort.sandbox`); this reads the syntax tree so that the
author of a query is told what is wrong with it, before it meets a patient.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from predictor.cohort.bound_categories import check_bound_categories
from predictor.cohort.category_order import check_order
from predictor.cohort.levels import check_levels
from predictor.cohort.query_errors import first_lines, refusal
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.cohort.steady import check_calls, check_names, steadiness
from predictor.cohort.syntax import Node, called_functions, walk
from predictor.cohort.unlike import check_comparisons
from predictor.errors import StudyError
from predictor.study import Column, Study

_QUERIES = {"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE", "RECURSIVE_CTE_NODE"}
_SOURCES = {"BASE_TABLE", "SUBQUERY", "JOIN", "EXPRESSION_LIST", "EMPTY", "TABLE_FUNCTION"}
_TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}


def vet(
    sandbox: Sandbox,
    sql: str,
    where: str,
    study: Study,
    columns: Sequence[Column],
    *,
    one_condition: bool = False,
) -> None:
    """Refuse a query that is not one steady SELECT over `cohort`.

    Parameters
    ----------
    sandbox
        Holds `cohort` with the given columns and no rows.
    sql
        The query.
    where
        File or key, for messages.
    study, columns
        The dictionary, and the part of it that exists for this query.
    one_condition
        Whether the query must be nothing but one expression for every row.

    Raises
    ------
    StudyError
        Naming what is not allowed, or the later column that is asked for.
    """
    try:
        kinds = sandbox.statements(sql)
    except SqlError as error:
        said = refusal(error, sql, study, columns, in_yaml=one_condition)
        raise StudyError(f"{where}: {said}") from None
    if kinds != ["SELECT"]:
        raise StudyError(
            f"{where}: expected one statement, a SELECT; found {', '.join(kinds)}"
            if kinds
            else f"{where}: the query is empty; write a SELECT"
        )
    tree = _tree(sandbox, sql, where)
    nodes = list(walk(tree))
    if one_condition:
        _check_condition(tree["statements"][0]["node"], where)
    _check_sources(nodes, where, sandbox.table)
    check_names(nodes, where, frozenset(c.name.casefold() for c in columns))
    check_order(nodes, where, columns)
    check_comparisons(nodes, where, study.columns, columns)
    _check_time(sandbox, sql, nodes, where, study, columns, in_yaml=one_condition)
    check_levels(sandbox, nodes, where, columns)
    if any(column.type == "category" for column in columns):
        check_bound_categories(sandbox.plan(sql), where, columns)
    check_calls(sandbox, sql, nodes, where, steadiness(called_functions(nodes)))


def used_columns(
    sandbox: Sandbox,
    sql: str,
    columns: Sequence[Column],
    outputs: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Columns of `cohort` that a query can read: those it names, or all of them.

    All with a ``*``, with a NATURAL JOIN, where a whole row is a value (``to_json(cohort)``), and
    where columns get other names (``FROM cohort AS c(x, y)``).

    Parameters
    ----------
    outputs
        Of the columns that the query returns, those that matter; None for all of them. Where what
        feeds them cannot be told, it is what feeds all.
    """
    tree = _tree(sandbox, sql, "query")
    nodes = list(walk(tree))
    if any(
        node.get("class") == "STAR"
        or node.get("ref_type") == "NATURAL"
        or node.get("column_name_alias")
        for node in nodes
    ) or _takes_whole_rows(nodes, columns):
        return tuple(column.name for column in columns)
    if outputs is not None:
        nodes = _feeding(tree, {name.casefold() for name in outputs}) or nodes
    named = _names(nodes)
    return tuple(column.name for column in columns if column.name.casefold() in named)


def _feeding(tree: Any, outputs: set[str]) -> list[Node] | None:
    """Nodes of a query but those that feed only other outputs; None if it is not one plain SELECT.

    An expression may name another one (``age / 10 AS decades, decades * 2 AS x``), and so may the
    clauses behind the list.
    """
    query = tree["statements"][0]["node"]
    if (
        query["type"] != "SELECT_NODE"
        or query["from_table"]["type"] != "BASE_TABLE"
        or query["cte_map"]["map"]
    ):
        return None
    expressions = {_output(item): item for item in query["select_list"]}
    if not outputs <= set(expressions) or len(expressions) < len(query["select_list"]):
        return None
    rest = list(walk({name: part for name, part in query.items() if name != "select_list"}))
    wanted: set[str] = set()
    nodes, more = rest, set(outputs)
    while more - wanted:
        wanted |= more
        nodes = rest + [node for name in wanted for node in walk(expressions[name])]
        more = _names(nodes) & set(expressions)
    return nodes


def _output(expression: Node) -> str:
    """The name under which an expression of the list is returned; empty if it has none."""
    if expression["alias"] or expression["class"] != "COLUMN_REF":
        return str(expression["alias"]).casefold()
    return str(expression["column_names"][-1]).casefold()


def _takes_whole_rows(nodes: list[Node], columns: Sequence[Column]) -> bool:
    tables = {
        str(node["alias"] or node["table_name"]).casefold()
        for node in nodes
        if node.get("type") == "BASE_TABLE"
    }
    words = {
        node["column_names"][0].casefold()
        for node in nodes
        if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1
    }
    return bool((words & tables) - {column.name.casefold() for column in columns})


def _tree(sandbox: Sandbox, sql: str, where: str) -> Any:
    try:
        tree = json.loads(sandbox.syntax_tree(sql))
    except RecursionError:
        raise StudyError(f"{where}: the query is nested too deeply") from None
    if tree["error"]:
        raise StudyError(f"{where}: only a SELECT may be used ({tree['error_message']})")
    if not tree["statements"]:
        raise StudyError(f"{where}: the query is empty; write a SELECT")
    return tree


def _check_condition(query: Node, where: str) -> None:
    """Nothing but ``SELECT (condition) FROM cohort``, whatever brackets the condition closes."""
    clauses = ("where_clause", "group_expressions", "having", "qualify", "modifiers")
    if (
        query["type"] != "SELECT_NODE"
        or len(query["select_list"]) != 1
        or query["from_table"]["type"] != "BASE_TABLE"
        or any(query[clause] for clause in clauses)
        or any(node.get("class") == "SUBQUERY" for node in walk(query))
    ):
        raise StudyError(
            f"{where}: expected one condition on the columns of a patient, without a query inside"
        )


def _names(nodes: list[Node]) -> set[str]:
    """Last parts of all column references, in lower case."""
    named: set[str] = set()
    for node in nodes:
        if node.get("class") == "COLUMN_REF":
            # `cohort.x` and `x.field` are told apart only when the query is bound; take both
            named |= {part.casefold() for part in node["column_names"]}
        named |= {str(name).casefold() for name in node.get("using_columns", ())}
    return named


def _check_sources(nodes: list[Node], where: str, table: str) -> None:
    own = {entry["key"].casefold() for node in nodes for entry in _ctes(node)}
    for node in nodes:
        kind = node.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _QUERIES:
            raise StudyError(f"{where}: only SELECT is allowed inside a query, found {kind}")
        if node.get("sample") is not None:
            raise StudyError(f"{where}: a sample of patients differs from run to run")
        if "sample" not in node or "alias" not in node:
            continue  # not a source of rows
        if kind not in _SOURCES:
            raise StudyError(f"{where}: rows may only come from {table}, not from {kind}")
        if kind == "BASE_TABLE":
            name = str(node["table_name"])
            if (
                node["schema_name"]
                or node["catalog_name"]
                or (name.casefold() != table and name.casefold() not in own)
            ):
                raise StudyError(
                    f"{where}: the only table is {table}, found "
                    f"{'.'.join(p for p in (node['schema_name'], name) if p)!r}"
                )
        if kind == "TABLE_FUNCTION":
            called = str(node["function"].get("function_name", "")).casefold()
            if called not in _TABLE_FUNCTIONS:
                raise StudyError(f"{where}: rows may only come from {table}, not from {called}()")


def _ctes(node: Node) -> list[Node]:
    table = node.get("cte_map")
    return list(table["map"]) if isinstance(table, dict) else []


def _limit(study: Study, existing: Collection[str]) -> str:
    """The last time point of which a query may know something, in words."""
    points = [
        point
        for point in study.timepoints
        if {column.name for column in study.known(point)} <= set(existing)
    ]
    return f"{points[-1]} ({study.timepoints[points[-1]]})" if points else "its own time point"


def _check_time(
    sandbox: Sandbox,
    sql: str,
    nodes: list[Node],
    where: str,
    study: Study,
    columns: Sequence[Column],
    *,
    in_yaml: bool,
) -> None:
    """Bind the query where only the given columns exist; explain a column of the future."""
    try:
        sandbox.query(sql)
    except SqlError as error:
        existing = {column.name for column in columns}
        named = _names(nodes)
        message = first_lines(error)
        missing = [
            c for c in study.columns if c.name not in existing and c.name.casefold() in named
        ]
        if not any(c.name.casefold() in message.casefold() for c in missing):
            said = refusal(error, sql, study, columns, in_yaml=in_yaml)
            raise StudyError(f"{where}: {said}") from None
        limit = _limit(study, existing)
        reasons = []
        for column in missing:
            if column.role == "ignore" or column.known_at is None:
                reasons.append(f"{column.name} has role: {column.role} and cannot be used")
            else:
                meaning = study.timepoints[column.known_at]
                reasons.append(
                    f"{column.name} becomes known at {column.known_at} ({meaning}), and only what "
                    f"is known at {limit} may be looked at here"
                )
        raise StudyError(f"{where}: {'; '.join(reasons)}") from None
