"""What the expressions of a formula mean, in plain Python: what other languages are held to."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from predictor.formulas.expression import Call, Constant, Expression, Reference
from predictor.formulas.formula import Formula

Value = float | str | bool | None
"""A number, a text, true or false, or None for what is missing."""

_LARGEST_EXPONENT = 709.0


def evaluate(formula: Formula, patient: Mapping[str, Value]) -> dict[str, Value]:
    """Inputs and steps of one patient, by name.

    Parameters
    ----------
    patient
        Value of each input; a date as days since 1970-01-01.
    """
    known: dict[str, Value] = {each.name: patient.get(each.name) for each in formula.inputs}
    for step in formula.steps:
        known[step.name] = value_of(step.expression, known)
    return known


def value_of(expression: Expression, known: Mapping[str, Value]) -> Value:
    """An expression, where these inputs and steps are known."""
    match expression:
        case Constant(value):
            return value
        case Reference(name):
            return known[name]
        case Call("if", (condition, then, otherwise)):
            return value_of(then if value_of(condition, known) is True else otherwise, known)
        case Call(name, arguments):
            return _called(name, [value_of(argument, known) for argument in arguments])


def _called(name: str, values: Sequence[Value]) -> Value:
    match name:
        case "is_missing":
            return values[0] is None
        case "and" | "or":
            decides = name == "or"
            if any(value is decides for value in values):
                return decides
            return None if None in values else not decides
        case "first_known" | "least" | "greatest":
            known = [value for value in values if value is not None]
            return _OF_KNOWN[name](known) if known else None
    if None in values:
        return None
    try:
        found = _OF_ALL[name](*values)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    if isinstance(found, complex) or found != found:
        return None
    said: Value = found
    return said


def _added(*values: float) -> float:
    found = values[0]
    for value in values[1:]:
        found += value  # one after the other: `sum` would be more exact than other languages are
    return found


def _rounded(value: float, digits: float) -> float:
    if math.isinf(value):
        return value
    scaled = abs(value) * 10.0**digits
    whole = math.floor(scaled)
    whole += scaled - whole >= 0.5
    return math.copysign(whole / 10.0**digits, value)


_OF_KNOWN: Mapping[str, Callable[..., Value]] = {
    "first_known": lambda known: known[0],
    "least": min,
    "greatest": max,
}
_OF_ALL: Mapping[str, Callable[..., Any]] = {
    "add": _added,
    "subtract": operator.sub,
    "multiply": lambda *values: math.prod(values),
    "divide": lambda a, b: a / b,
    "negate": operator.neg,
    "power": lambda a, b: float(a) ** b,
    "exp": lambda a: math.exp(a) if a <= _LARGEST_EXPONENT else math.inf,
    "ln": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "abs": abs,
    "floor": lambda a: a if math.isinf(a) else float(math.floor(a)),
    "ceil": lambda a: a if math.isinf(a) else float(math.ceil(a)),
    "round": _rounded,
    "equal": operator.eq,
    "unequal": operator.ne,
    "less": operator.lt,
    "at_most": operator.le,
    "greater": operator.gt,
    "at_least": operator.ge,
    "not": operator.not_,
}
