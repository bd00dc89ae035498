"""DuckDB's functions that have a counterpart outside: what they give, and where it is undefined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from predictor.cohort.syntax import Node
from predictor.cohort.terms import MISSING, NEVER, NUMBERS, Term, UntranslatableError, folded
from predictor.formulas import (
    Bounds,
    Call,
    Constant,
    Expression,
    Operator,
    any_of,
    total,
)

BoundsOf = Callable[[Expression], Bounds]
"""Between which numbers a value lies."""
_LARGEST_EXPONENT = 700.0
_DAYS = {"day", "days", "d", "dayofmonth"}

Given = tuple[Expression, Expression]


def _plain(name: Operator) -> Callable[[BoundsOf, Sequence[Term]], Given]:
    def written(_: BoundsOf, terms: Sequence[Term]) -> Given:
        return folded(name, *(term.value for term in terms)), NEVER

    return written


def _summed(sign: Operator) -> Callable[[BoundsOf, Sequence[Term]], Given]:
    def written(_: BoundsOf, terms: Sequence[Term]) -> Given:
        if len(terms) == 1:
            only = terms[0].value
            return (only if sign == "add" else folded("negate", only)), NEVER
        return folded(sign, *(term.value for term in terms)), NEVER

    return written


def _quotient(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    one, other = (term.value for term in terms)
    return folded("divide", one, other), _zero(bounds_of, other)


def _zero(bounds_of: BoundsOf, value: Expression) -> Expression:
    """True where a number is 0."""
    if bounds_of(value).smallest > 0 or value == MISSING:
        return NEVER
    match value:
        case Call("if", (Call("equal", (asked, Constant(0.0))), Constant(None), kept)) if (
            asked == kept
        ):
            return NEVER
    return folded("equal", value, 0.0)


def _whole_quotient(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    one, other = terms
    quotient = folded("divide", one.value, other.value)
    if one.whole and other.whole:
        quotient = _truncated(quotient)
    return quotient, _zero(bounds_of, other.value)


def _remainder(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    one, other = terms
    if not (one.whole and other.whole):
        raise UntranslatableError("the remainder of such numbers has no counterpart outside DuckDB")
    whole = _truncated(folded("divide", one.value, other.value))
    return folded("subtract", one.value, folded("multiply", other.value, whole)), _zero(
        bounds_of, other.value
    )


def _truncated(value: Expression) -> Expression:
    return folded("if", folded("less", value, 0.0), folded("ceil", value), folded("floor", value))


def _trunc(_: BoundsOf, terms: Sequence[Term]) -> Given:
    return _truncated(terms[0].value), NEVER


def _sign(_: BoundsOf, terms: Sequence[Term]) -> Given:
    value = terms[0].value
    below = folded("if", folded("less", value, 0.0), -1.0, folded("multiply", 0.0, value))
    return folded("if", folded("greater", value, 0.0), 1.0, below), NEVER


def _absolute(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    value = terms[0].value
    return (value if bounds_of(value).low >= 0 else folded("abs", value)), NEVER


def _rounding(_: BoundsOf, terms: Sequence[Term]) -> Given:
    digits = terms[1].value if len(terms) > 1 else Constant(0.0)
    return folded("round", terms[0].value, digits), NEVER


def _logarithm(name: Operator) -> Callable[[BoundsOf, Sequence[Term]], Given]:
    def written(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
        if len(terms) != 1:
            raise UntranslatableError("a logarithm to another base; divide two logarithms")
        value = terms[0].value
        positive = bounds_of(value).low > 0 or value == MISSING
        return folded(name, value), NEVER if positive else folded("at_most", value, 0.0)

    return written


def _root(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    value = terms[0].value
    fine = bounds_of(value).low >= 0 or value == MISSING
    return folded("sqrt", value), NEVER if fine else folded("less", value, 0.0)


def _exponential(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    value = terms[0].value
    fine = bounds_of(value).high <= _LARGEST_EXPONENT or value == MISSING
    return folded("exp", value), NEVER if fine else folded("greater", value, _LARGEST_EXPONENT)


def _powered(bounds_of: BoundsOf, terms: Sequence[Term]) -> Given:
    base, exponent = (term.value for term in terms)
    value = folded("power", base, exponent)
    if value == MISSING or MISSING in (base, exponent):
        return MISSING, NEVER
    low = bounds_of(base).low
    whole = isinstance(exponent, Constant) and float(exponent.value or 0.0).is_integer()
    never_negative = bounds_of(exponent).low >= 0
    faults = []
    if not whole and low < 0:
        broken = folded("unequal", folded("floor", exponent), exponent)
        faults.append(folded("and", folded("less", base, 0.0), broken))
    if not never_negative and bounds_of(base).smallest == 0:
        faults.append(folded("and", folded("equal", base, 0.0), folded("less", exponent, 0.0)))
    if bounds_of(value).largest > 1e300:
        faults.append(folded("greater", folded("abs", value), 1e300))
        known = [folded("not", folded("is_missing", part)) for part in (base, exponent)]
        faults.append(folded("and", folded("is_missing", value), *known))
    return value, any_of(faults)


def _days(_: BoundsOf, terms: Sequence[Term]) -> Given:
    unit, start, end = terms
    named = isinstance(unit.value, Constant) and unit.value.value in _DAYS
    if not named or {start.kind, end.kind} != {"DATE"}:
        raise UntranslatableError(
            "of durations only whole days have a counterpart outside DuckDB; write "
            "date_diff('day', ...) / 365.25"
        )
    return folded("subtract", end.value, start.value), NEVER


def _of_list(_: BoundsOf, terms: Sequence[Term]) -> Given:
    """The items of a list that are not missing, made into one number."""
    listed, how = terms
    items = listed.items
    if listed.kind != "LIST" or not items:
        raise UntranslatableError("a list that is not written out has no counterpart")
    count = total(folded("if", folded("is_missing", item), 0.0, 1.0) for item in items)
    added = total(folded("first_known", item, 0.0) for item in items)
    match how.value:
        case Constant("count"):
            return count, NEVER
        case Constant("avg" | "mean"):
            return folded("divide", added, count), NEVER
        case Constant("sum"):
            return folded("if", folded("equal", count, 0.0), None, added), NEVER
        case Constant("min"):
            return folded("least", *items), NEVER
        case Constant("max"):
            return folded("greatest", *items), NEVER
    raise UntranslatableError("what is made of this list has no counterpart outside DuckDB")


def _always(_: BoundsOf, terms: Sequence[Term]) -> Given:
    del terms
    return Constant(True), NEVER


def _floor(name: Operator) -> Callable[[BoundsOf, Sequence[Term]], Given]:
    def written(_: BoundsOf, terms: Sequence[Term]) -> Given:
        [term] = terms
        return (term.value if term.whole else folded(name, term.value)), NEVER

    return written


def _extreme(name: Operator) -> Callable[[BoundsOf, Sequence[Term]], Given]:
    def written(_: BoundsOf, terms: Sequence[Term]) -> Given:
        if not all(term.kind in NUMBERS or term.kind == "DATE" for term in terms):
            raise UntranslatableError(f"{name}() of values that are no numbers")
        return folded(name, *(term.value for term in terms)), NEVER

    return written


FUNCTIONS: Mapping[str, Callable[[BoundsOf, Sequence[Term]], Given]] = {
    "+": _summed("add"),
    "add": _summed("add"),
    "-": _summed("subtract"),
    "subtract": _summed("subtract"),
    "*": _plain("multiply"),
    "multiply": _plain("multiply"),
    "/": _quotient,
    "//": _whole_quotient,
    "divide": _whole_quotient,
    "%": _remainder,
    "mod": _remainder,
    "trunc": _trunc,
    "sign": _sign,
    "abs": _absolute,
    "@": _absolute,
    "floor": _floor("floor"),
    "ceil": _floor("ceil"),
    "ceiling": _floor("ceil"),
    "round": _rounding,
    "least": _extreme("least"),
    "greatest": _extreme("greatest"),
    "ln": _logarithm("ln"),
    "log": _logarithm("log10"),
    "log10": _logarithm("log10"),
    "sqrt": _root,
    "exp": _exponential,
    "pow": _powered,
    "power": _powered,
    "**": _powered,
    "^": _powered,
    "date_diff": _days,
    "datediff": _days,
    "isfinite": _always,
    "list_aggr": _of_list,
    "list_aggregate": _of_list,
    "array_aggr": _of_list,
    "array_aggregate": _of_list,
}
SMOOTH = {"+", "add", "-", "subtract", "*", "multiply", "abs", "@", "least", "greatest"}
DECIDING = {"//", "divide", "%", "mod", "trunc", "floor", "ceil", "ceiling", "round", "sign"}


def is_written(node: Node) -> bool:
    """Whether a node of a syntax tree is a function that has a counterpart, or a comparison."""
    name = str(node.get("function_name", "")).casefold()
    return name in FUNCTIONS or node.get("class") in ("COMPARISON", "BETWEEN")
