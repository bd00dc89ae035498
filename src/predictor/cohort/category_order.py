"""The order of a category is the one its column declares, or there is none.

DuckDB puts the levels in their declared order where all that is compared is of the category's own
type, and in the order of the alphabet as soon as a text is among it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from predictor.cohort.syntax import Node, column_name, operands, text_constant
from predictor.errors import StudyError
from predictor.study import Column

ORDERS = {
    "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO",
}  # fmt: skip
EXTREMES = {
    "min", "max", "greatest", "least", "list_min", "list_max", "list_sort", "array_sort",
    "list_reverse_sort", "array_reverse_sort",
}  # fmt: skip
_EXTREMES_BY = {"arg_min", "arg_max", "min_by", "max_by", "argmin", "argmax"}
_TEXTS = {"varchar", "text", "string", "char", "bpchar", "enum"}
# what they give is a text made of their arguments
_MAKE_TEXT = {
    "lower", "upper", "lcase", "ucase", "trim", "ltrim", "rtrim", "concat", "concat_ws", "||",
    "substr", "substring", "left", "right", "replace", "nullif", "if", "ifnull", "any_value",
    "first", "last", "list_value", "list_extract", "array_extract", "strip_accents", *EXTREMES,
}  # fmt: skip


def check_order(nodes: Sequence[Node], where: str, columns: Sequence[Column]) -> None:
    """Refuse an order of categories that is not declared, or that a query would not keep.

    Raises
    ------
    StudyError
        Naming the column, its levels and the way out.
    """
    categories = {c.name.casefold(): c for c in columns if c.type == "category"}
    for node in nodes:
        asked = _put_in_order(node)
        found = [column for one in asked for column in _made_of(one, categories)]
        if not found:
            continue
        first = found[0]
        levels = ", ".join(first.levels)
        if not first.ordered:
            raise StudyError(
                f"{where}: asks for the order of {first.name}, which is not declared: if its "
                f"levels ({levels}) are listed from low to high, add ordered: true to the column; "
                f"if not, name those that are meant, like {first.name} IN ('{first.levels[0]}')"
            )
        texts = [text for text in map(text_constant, asked) if text is not None]
        strange = [text for text in texts if text not in first.levels]
        if strange:
            raise StudyError(
                f"{where}: compares {first.name} with {strange[0]!r}, which is not one of its "
                f"declared levels ({levels})"
            )
        same = all(
            categories[name].levels == first.levels
            for name in map(column_name, asked)
            if name in categories
        )
        bare = sum(column_name(one) in categories for one in asked)
        if not same or bare + len(texts) < len(asked) or (texts and _is_function(node)):
            raise StudyError(
                f"{where}: DuckDB would put {first.name} in the order of the alphabet here, not in "
                f"that of its levels ({levels}); compare the column as it is with one of its "
                f"levels, or with a category of the same levels"
            )


def by_position(tree: Any, categories: Mapping[str, Callable[[Node], Node]]) -> Any:
    """A syntax tree whose texts are of the type of the category they are compared with in order.

    Parameters
    ----------
    tree
        Is not changed.
    categories
        For each, by its name in lower case, what casts a text to its type.
    """
    if isinstance(tree, list):
        return [by_position(node, categories) for node in tree]
    if not isinstance(tree, dict):
        return tree
    node = {key: by_position(value, categories) for key, value in tree.items()}
    asked = [] if _is_function(node) else _put_in_order(node)
    casts = [categories[name] for name in map(column_name, asked) if name and name in categories]
    if casts:
        for side in ("left", "right", "input", "lower", "upper"):
            if side in node and text_constant(node[side]) is not None:
                node[side] = casts[0](node[side])
    return node


def _is_function(node: Node) -> bool:
    return node.get("class") in ("FUNCTION", "WINDOW")


def _put_in_order(node: Node) -> list[Node]:
    """What a node compares in order, if it does."""
    if node.get("class") == "COMPARISON" and node["type"] in ORDERS:
        return [node["left"], node["right"]]
    if node.get("class") == "BETWEEN":
        return [node["input"], node["lower"], node["upper"]]
    if node.get("type") == "ORDER_MODIFIER" or node.get("class") == "WINDOW":
        return [order["expression"] for order in node["orders"]]
    name = str(node.get("function_name", "")).casefold()
    if name in _EXTREMES_BY:
        return operands(node)[1:2]
    if name in EXTREMES:
        below = operands(node)
        if below and below[0].get("function_name") == "list_value":
            return operands(below[0])
        return below
    return []


def _made_of(node: Node, categories: Mapping[str, Column]) -> Iterator[Column]:
    """Categories whose level, or a text made of it, is what a node gives."""
    name = column_name(node)
    if name is not None:
        if name in categories:
            yield categories[name]
        return
    below: list[Node] = []
    if node.get("class") == "CAST":
        if str(node["type_expr"].get("type_name")).casefold() in _TEXTS:
            below = [node["child"]]
    elif node.get("class") == "CASE":
        below = [check["then_expr"] for check in node["case_checks"]] + [node["else_expr"]]
    elif node.get("type") == "OPERATOR_COALESCE":
        below = node["children"]
    elif str(node.get("function_name", "")).casefold() in _MAKE_TEXT:
        below = operands(node)
    for one in below:
        yield from _made_of(one, categories)
