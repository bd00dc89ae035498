"""Syntax trees of queries, as DuckDB serialises them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]
"""A part of a tree; which keys it has differs by its kind and by the version of DuckDB."""


def walk(tree: Any, *, into_queries: bool = True) -> Iterator[Node]:
    """All nodes of a tree; without those of the queries inside it, if so wanted."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            yield node
            waiting += [
                value
                for value in reversed(node.values())
                if into_queries or not (isinstance(value, dict) and is_query(value))
            ]


def is_query(node: Node) -> bool:
    """Whether a node is a SELECT, or several that are put together."""
    return str(node.get("type")).endswith("_NODE")


def reads_table(query: Node, table: str = "cohort") -> bool:
    """Whether a SELECT has the one table itself among those that it reads."""
    sources = walk(query["from_table"], into_queries=False)
    return any(str(node.get("table_name")).casefold() == table for node in sources)


def text_constant(node: Node) -> str | None:
    """The text that a node is, or None."""
    literal = node.get("literal")
    if isinstance(literal, dict) and literal.get("kind") == "STRING":
        return str(literal.get("text"))
    return None


def column_name(node: Node) -> str | None:
    """The name, in lower case, of the column that a node is, or None."""
    if node.get("class") == "COLUMN_REF":
        return str(node["column_names"][-1]).casefold()
    return None


def operands(node: Node) -> list[Node]:
    """What a function is called with."""
    return [entry["expression"] for entry in node.get("arguments", ())]


def unqualified(node: Any) -> Any:
    """A syntax tree that names columns without their table."""
    if isinstance(node, list):
        return [unqualified(child) for child in node]
    if not isinstance(node, dict):
        return node
    changed = {key: unqualified(value) for key, value in node.items()}
    if changed.get("class") == "COLUMN_REF":
        changed["column_names"] = changed["column_names"][-1:]
    return changed


def called_functions(nodes: Iterable[Node]) -> set[str]:
    """The names of the functions that are called in these nodes, in lower case."""
    return {str(node["function_name"]).casefold() for node in nodes if "function_name" in node}
