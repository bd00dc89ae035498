"""What `predictor.cohort.arithmetic` makes of a query, found again in DuckDB's plan of it."""

from __future__ import annotations

from predictor.cohort.syntax import Node
from predictor.cohort.terms import folded
from predictor.formulas import Expression, call

_DIGITS = 15.0


def nearest_decimal(node: Node) -> tuple[Node, Node] | None:
    """Value and magnitude, if a node rounds one to the decimal that it is on paper."""
    if _name(node) != "round" or len(node["children"]) != 2:
        return None
    value, digits = node["children"]
    found = _down(digits, "__cast", "greatest", "-")
    if found is None:
        return None
    most, exponent = found["children"]
    size = _down(exponent, "ceil", "log10", "least", "greatest")
    if _number(most) != _DIGITS or size is None:
        return None
    return value, size["children"][0]


def computed_comparison(node: Node) -> tuple[str, Node, Node, Node] | None:
    """Kind, sides and magnitude of a comparison of computed numbers, if a node is one."""
    if len(node["case_checks"]) != 1 or node["else_expr"].get("type", "")[:8] != "COMPARE_":
        return None
    when, compared = node["case_checks"][0]["when_expr"], node["else_expr"]
    if when.get("type") != "CONJUNCTION_AND" or len(when["children"]) != 2:
        return None
    near, finite = when["children"]
    if near.get("type") != "COMPARE_LESSTHAN" or _name(finite) != "isfinite":
        return None
    left, right = compared["children"]
    return compared["type"], left, right, finite["children"][0]


def decimal_of(value: Expression, magnitude: Expression) -> Expression:
    """A computed number to 15 digits of the largest number that went into it."""
    size = call("least", call("greatest", magnitude, 1e-290), 1e290)
    digits = call("subtract", _DIGITS, call("ceil", call("log10", size)))
    return call("round", value, call("greatest", digits, 0.0))


def rounded_on_paper(value: Expression, digits: float) -> Expression:
    """A number to so many decimals, halves as they are on paper."""
    if digits == 0.0:
        return folded("round", value, 0.0)
    scale = 10.0**digits
    shifted = folded("multiply", value, scale)
    near = decimal_of(shifted, folded("abs", shifted))
    return folded("divide", folded("round", near, 0.0), scale)


def _down(node: Node, *names: str) -> Node | None:
    """The node at the end of a chain of first arguments with these names."""
    for place, name in enumerate(names):
        if _name(node) != name:
            return None
        if place + 1 < len(names):
            node = node["children"][0]
    return node


def _name(node: Node) -> str:
    path = (node.get("qname") or {}).get("path") or [""]
    return str(path[-1]).casefold()


def _number(node: Node) -> float | None:
    while node.get("type") == "OPERATOR_CAST":
        node = node["children"][0]
    value = node.get("value")
    return float(value["value"]) if isinstance(value, dict) else None
