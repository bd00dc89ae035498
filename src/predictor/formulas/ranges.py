"""Between which numbers the value of an expression lies, as far as the inputs' ranges tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from predictor.formulas.expression import Call, Constant, Expression, Reference


class Bounds(NamedTuple):
    """The smallest and the largest value; infinite where nothing is known."""

    low: float
    high: float

    @property
    def largest(self) -> float:
        """Of the absolute values."""
        return max(abs(self.low), abs(self.high))

    @property
    def smallest(self) -> float:
        """Of the absolute values."""
        if self.low <= 0.0 <= self.high:
            return 0.0
        return min(abs(self.low), abs(self.high))


UNKNOWN = Bounds(-math.inf, math.inf)
_TINY, _HUGE = 5e-324, 1.7976931348623157e308
_RISING: Mapping[str, Callable[[float], float]] = {
    "exp": lambda x: math.exp(min(x, 710.0)) if x < 710.0 else math.inf,
    # of the smallest and the largest number that there is, if not of less
    "ln": lambda x: math.log(min(max(x, _TINY), _HUGE)),
    "log10": lambda x: math.log10(min(max(x, _TINY), _HUGE)),
    "sqrt": lambda x: math.sqrt(max(x, 0.0)),
    "floor": lambda x: x if math.isinf(x) else float(math.floor(x)),
    "ceil": lambda x: x if math.isinf(x) else float(math.ceil(x)),
}


def bounds(expression: Expression, known: Mapping[str, Bounds]) -> Bounds:
    """Bounds of a number where it is known; of references, those that are known."""
    match expression:
        case Constant(value):
            if isinstance(value, int | float) and not isinstance(value, bool):
                return Bounds(float(value), float(value))
            return UNKNOWN
        case Reference(name):
            return known.get(name, UNKNOWN)
        case Call("if", (_, then, otherwise)):
            return _around([then, otherwise], known)
        case Call("first_known", arguments):
            return _around(arguments, known)
        case Call(name, arguments):
            return _of(name, [bounds(argument, known) for argument in arguments])


def _around(
    expressions: tuple[Expression, ...] | list[Expression], known: Mapping[str, Bounds]
) -> Bounds:
    found = [bounds(each, known) for each in expressions if each != Constant(None)]
    if not found:
        return UNKNOWN
    return Bounds(min(each.low for each in found), max(each.high for each in found))


def _of(name: str, parts: list[Bounds]) -> Bounds:
    first = parts[0]
    match name:
        case "add":
            return Bounds(sum(part.low for part in parts), sum(part.high for part in parts))
        case "subtract":
            return Bounds(first.low - parts[1].high, first.high - parts[1].low)
        case "negate":
            return Bounds(-first.high, -first.low)
        case "multiply":
            for part in parts[1:]:
                first = _product(first, part)
            return first
        case "divide" if parts[1].smallest > 0:
            return _product(first, Bounds(1 / parts[1].high, 1 / parts[1].low))
        case "abs":
            return Bounds(first.smallest, first.largest)
        case "round":
            half = _power(10.0, -parts[1].low) / 2
            return Bounds(first.low - half, first.high + half)
        case "least":
            return Bounds(min(part.low for part in parts), max(part.high for part in parts))
        case "greatest":
            return Bounds(min(part.low for part in parts), max(part.high for part in parts))
        case "power" if parts[1].low == parts[1].high and first.low >= 0 and parts[1].low >= 0:
            return Bounds(_power(first.low, parts[1].low), _power(first.high, parts[1].low))
        case _ if name in _RISING:
            rising = _RISING[name]
            return Bounds(rising(first.low), rising(first.high))
    return UNKNOWN


def _product(one: Bounds, other: Bounds) -> Bounds:
    ends = [0.0 if 0.0 in (a, b) else a * b for a in one for b in other]
    return Bounds(min(ends), max(ends))


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf
