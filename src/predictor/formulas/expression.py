"""Expressions that any language can compute: what a formula of a model is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Operator = Literal[
    "add", "subtract", "multiply", "divide", "negate", "power",
    "exp", "ln", "log10", "sqrt", "abs", "floor", "ceil", "round",
    "least", "greatest",
    "equal", "unequal", "less", "at_most", "greater", "at_least",
    "and", "or", "not", "is_missing",
    "if", "first_known",
]  # fmt: skip
"""What a `Call` may do.

``add``, ``multiply``, ``and``, ``or``, ``least``, ``greatest`` and ``first_known`` take one
argument or more, ``if`` three: condition, then, otherwise. ``round`` takes a number and to how many
decimals it is rounded, halves away from 0; ``add`` and ``multiply`` go from left to right.
``equal`` and ``unequal`` compare two numbers, two texts or two conditions.
"""


@dataclass(frozen=True)
class Constant:
    """A number, a text, true, false, or None for what is missing."""

    value: float | str | bool | None


@dataclass(frozen=True)
class Reference:
    """The value of an input, or of an earlier step, by its name."""

    name: str


@dataclass(frozen=True)
class Call:
    r"""An operator on other expressions.

    Missing values are those of SQL: whatever has one among its arguments is missing itself, but
    ``is_missing``, ``first_known`` (the first argument that is not missing), ``least`` and
    ``greatest`` (of those that are not), and the logic of three values: false ``and`` missing is
    false, true ``or`` missing is true. ``if`` takes a condition that is missing as false. What is
    not defined (a division by zero, the logarithm of 0 or less, the root below 0) is missing.
    """

    operator: Operator
    arguments: tuple[Expression, ...]


Expression = Constant | Reference | Call

Json = float | str | bool | None | Mapping[str, object]


def to_json(expression: Expression) -> Json:
    """Return plain JSON: a constant, ``{"reference": name}``, or an operator and its arguments.

    Examples
    --------
    >>> to_json(Call("add", (Reference("age"), Constant(1.0))))
    {'operator': 'add', 'arguments': [{'reference': 'age'}, 1.0]}
    """
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Reference):
        return {"reference": expression.name}
    return {
        "operator": expression.operator,
        "arguments": [to_json(argument) for argument in expression.arguments],
    }
