"""Categories under other names: in an inner query, behind an alias, in a row, inside a lambda.

There a syntax tree does not say what a name stands for. DuckDB's plan does: it holds the type of
every expression, and a category is an ENUM until DuckDB casts it to a text to compare it with one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from predictor.cohort.category_order import EXTREMES, ORDERS
from predictor.cohort.syntax import Node, walk
from predictor.errors import StudyError
from predictor.study import CLUSTERS, Column

_EQUALITIES = {
    "COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM",
    "COMPARE_IN", "COMPARE_NOT_IN",
}  # fmt: skip


def check_bound_categories(plan: Any, where: str, columns: Sequence[Column]) -> None:
    """Refuse an order that is not declared or not kept, and levels that are not declared.

    Parameters
    ----------
    plan
        Of the query, from `Sandbox.plan`.
    where
        File or key, for messages.
    columns
        Those of `cohort`.

    Raises
    ------
    StudyError
        With the levels, by which the category is known.
    """
    nodes = list(walk(plan))
    turned = [levels for node in nodes for levels in _turned_to_text(node)]
    texts = {c.name for c in columns if c.type == "text" or c.role in ("id", *CLUSTERS)}
    ordered = {c.levels for c in columns if c.ordered}
    unordered = {c.levels for c in columns if c.type == "category"} - ordered
    for node in nodes:
        if str(node.get("type")) in ORDERS or _function(node) in EXTREMES:
            for operand in _operands(node):
                kind = operand.get("return_type")
                found = [levels for levels in _levels(kind) if levels in unordered]
                if _holds(kind, "VARCHAR"):
                    below = list(walk(operand))
                    found += [levels for inner in below for levels in _turned_to_text(inner)]
                    if any(_is_unknown_text(inner, texts) for inner in below):
                        found += turned
                if found:
                    raise StudyError(
                        f"{where}: asks for the order of a category ({', '.join(found[0])}) under "
                        f"another name or as a text, where it would be that of the alphabet; "
                        f"compare the column of cohort, as it is, with one of its levels, and give "
                        f"it ordered: true in the study file"
                    )
        elif str(node.get("type")) in _EQUALITIES:
            _check_texts(node, where)


def _check_texts(node: Node, where: str) -> None:
    operands = _operands(node)
    known = [levels for one in operands for levels in _turned_to_text(one)]
    strange = [
        text
        for text in map(_constant, operands)
        if text is not None and known and not any(text in levels for levels in known)
    ]
    if strange:
        raise StudyError(
            f"{where}: compares a category with {strange[0]!r}, which is not one of its declared "
            f"levels ({', '.join(known[0])})"
        )


def _operands(node: Node) -> list[Node]:
    parts = [node.get(name) for name in ("children", "left", "right", "input", "lower", "upper")]
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    return [one for one in flat if isinstance(one, dict)]


def _function(node: Node) -> str:
    path = (node.get("qname") or {}).get("path") or [""]
    return str(path[-1]).casefold()


def _turned_to_text(node: Node) -> Iterator[tuple[str, ...]]:
    """Levels of the categories that a node casts to text, alone or in a row or list."""
    if node.get("type") == "OPERATOR_CAST" and _holds(node.get("return_type"), "VARCHAR"):
        for child in _operands(node):
            yield from _levels(child.get("return_type"))


def _is_unknown_text(node: Node, texts: set[str]) -> bool:
    """Whether it is a text that an inner query has made."""
    return (
        node.get("expression_class") == "BOUND_REF"
        and node.get("alias") not in texts
        and _holds(node.get("return_type"), "VARCHAR")
    )


def _constant(node: Node) -> str | None:
    """The text that a node is, be it cast to text once more."""
    while node.get("type") == "OPERATOR_CAST" and _operands(node):
        node = _operands(node)[0]
    value = node.get("value")
    found = value.get("value") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _holds(kind: Any, name: str) -> bool:
    return any(part.get("id") == name for part in walk(kind))


def _levels(kind: Any) -> list[tuple[str, ...]]:
    return [tuple(part["values"]) for part in walk(kind) if isinstance(part.get("values"), list)]
