"""Nodes of DuckDB's plans, whose types are bound: what they are, and what messages call them."""

from __future__ import annotations

import datetime
import math
from typing import Any

from predictor.cohort.syntax import Node
from predictor.cohort.terms import NUMBERS, UntranslatableError
from predictor.formulas import Constant


def cast_to_text(node: Node) -> Node | None:
    """The number that a node makes a text of, None if it is no such node."""
    if node.get("type") == "OPERATOR_CAST" and node["return_type"]["id"] == "VARCHAR":
        child: Node = node["children"][0]
        return child if type_of(child) in NUMBERS else None
    return None


def type_of(node: Node) -> str:
    """The type of what a node returns."""
    kind: Any = node["value"]["type"] if "value" in node else node.get("return_type")
    return str((kind or {}).get("id"))


def parsed(text: str, to: str) -> Constant:
    """A text as a constant of another type."""
    try:
        if to in NUMBERS and math.isfinite(float(text)):
            return Constant(float(text))
        if to == "DATE":
            days = datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)
            return Constant(float(days.days))
        if to == "BOOLEAN" and text.casefold() in ("true", "false"):
            return Constant(text.casefold() == "true")
    except ValueError:
        pass
    raise UntranslatableError(f"the text {text!r} is no {to}")


def said_of(node: Node) -> str:
    """A node in a word or two."""
    words = {"OPERATOR_CAST": "a cast", "CASE_EXPR": "CASE"}
    return words.get(str(node.get("type")), str(node.get("type")).replace("_", " ").casefold())
