"""From DuckDB's plan of a query to expressions, node by node."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from predictor.cohort.bound_nodes import cast_to_text, parsed, said_of
from predictor.cohort.on_paper import (
    computed_comparison,
    decimal_of,
    nearest_decimal,
    rounded_on_paper,
)
from predictor.cohort.syntax import Node
from predictor.cohort.terms import (
    MISSING,
    NEVER,
    NUMBERS,
    WHOLE,
    Need,
    Term,
    UntranslatableError,
    folded,
    in_order,
)
from predictor.cohort.written_functions import DECIDING, FUNCTIONS, SMOOTH
from predictor.formulas import (
    Bounds,
    Call,
    Constant,
    Expression,
    Operator,
    Reference,
    any_of,
    as_number,
    bounds,
    call,
)

_COMPARISONS: Mapping[str, Operator] = {
    "COMPARE_EQUAL": "equal",
    "COMPARE_NOTEQUAL": "unequal",
    "COMPARE_LESSTHAN": "less",
    "COMPARE_LESSTHANOREQUALTO": "at_most",
    "COMPARE_GREATERTHAN": "greater",
    "COMPARE_GREATERTHANOREQUALTO": "at_least",
}

_MUCH = 0.01
_ERROR = 2.0**-46


@dataclass(frozen=True)
class Translation:
    """What translates the expressions of one SELECT.

    Attributes
    ----------
    columns
        What each column below it is, by its place, for a need.
    known
        Bounds of the inputs that are numbers or dates.
    levels
        Of the inputs that are categories.
    """

    columns: Sequence[Callable[[Need], Term]]
    known: Mapping[str, Bounds]
    levels: Mapping[str, tuple[str, ...]]

    def term(self, node: Node, need: Need) -> Term:
        """Translate a node; its rounding to what it is on paper is left out if there is no need."""
        kind = node["expression_class"]
        found = getattr(self, f"_{kind.casefold()}", None)
        if found is None:
            raise UntranslatableError(f"{said_of(node)} has no counterpart outside DuckDB")
        term: Term = found(node, need)
        return term

    # one method for each class of nodes

    def _bound_ref(self, node: Node, need: Need) -> Term:
        return self.columns[node["index"]](need)

    def _bound_constant(self, node: Node, need: Need) -> Term:
        del need
        value, kind = node["value"], node["value"]["type"]["id"]
        if value["is_null"]:
            return Term(MISSING, NEVER, kind)
        plain = value["value"]
        if kind in ("VARCHAR", "BOOLEAN"):
            return Term(Constant(plain), NEVER, kind)
        if kind == "DECIMAL" and isinstance(plain, int):
            scale = value["type"]["type_info"]["scale"]
            return Term(Constant(float(f"{plain}e-{scale}")), NEVER, kind)
        if isinstance(plain, dict):  # more than 64 bits
            plain = plain["upper"] * 2**64 + plain["lower"]
        number = isinstance(plain, int | float) and math.isfinite(plain)
        if (kind in NUMBERS or kind == "DATE") and number:
            return Term(Constant(float(plain)), NEVER, kind)
        raise UntranslatableError(f"a constant of type {kind} has no counterpart outside DuckDB")

    def _bound_case(self, node: Node, need: Need) -> Term:
        compared = computed_comparison(node)
        if compared is not None:
            return self._nearly(*compared)
        otherwise = self.term(node["else_expr"], need)
        value, undefined = otherwise.value, otherwise.undefined
        for check in reversed(node["case_checks"]):
            when = self.term(check["when_expr"], "exact")
            then = self.term(check["then_expr"], need)
            value = folded("if", when.value, then.value, value)
            inner = (
                NEVER
                if then.undefined == undefined == NEVER
                else call("if", when.value, then.undefined, undefined)
            )
            undefined = any_of([when.undefined, inner])
        return self._typed(node, value, undefined)

    def _bound_conjunction(self, node: Node, need: Need) -> Term:
        del need
        terms = [self.term(child, "exact") for child in node["children"]]
        word: Operator = "and" if node["type"] == "CONJUNCTION_AND" else "or"
        value = folded(word, *(term.value for term in terms))
        return Term(value, any_of(term.undefined for term in terms), "BOOLEAN")

    def _bound_operator(self, node: Node, need: Need) -> Term:
        kind = node["type"]
        terms = [
            self.term(child, need if kind == "OPERATOR_COALESCE" else "exact")
            for child in node["children"]
        ]
        first, undefined = terms[0], any_of(term.undefined for term in terms)
        match kind:
            case "OPERATOR_NOT":
                return Term(folded("not", first.value), undefined, "BOOLEAN")
            case "OPERATOR_IS_NULL":
                return Term(folded("is_missing", first.value), undefined, "BOOLEAN")
            case "OPERATOR_IS_NOT_NULL":
                value = folded("not", folded("is_missing", first.value))
                return Term(value, undefined, "BOOLEAN")
            case "OPERATOR_COALESCE":
                later: Expression = NEVER
                for term in reversed(terms):
                    if later != NEVER:
                        later = call("and", call("is_missing", term.value), later)
                    later = any_of([term.undefined, later])
                value = folded("first_known", *(term.value for term in terms))
                return self._typed(node, value, later)
            case "COMPARE_IN" | "COMPARE_NOT_IN":
                among = [self._compared("equal", first, term).value for term in terms[1:]]
                found = folded("or", *among) if len(among) > 1 else among[0]
                value = folded("not", found) if kind == "COMPARE_NOT_IN" else found
                return Term(value, undefined, "BOOLEAN")
        raise UntranslatableError(f"{said_of(node)} has no counterpart outside DuckDB")

    def _bound_function(self, node: Node, need: Need) -> Term:
        kind = node["type"]
        if kind == "OPERATOR_CAST":
            return self._cast(node, need)
        if kind in _COMPARISONS or kind in (
            "COMPARE_DISTINCT_FROM",
            "COMPARE_NOT_DISTINCT_FROM",
        ):
            left, right = (self.term(child, "exact") for child in node["children"])
            return self._comparison(kind, left, right)
        rounded = nearest_decimal(node)
        if rounded is not None:
            return self._on_paper(*rounded, need)
        name = str(node["qname"]["path"][-1]).casefold()
        if name == "list_value":
            parts = [self.term(child, "exact") for child in node["children"]]
            undefined = any_of(part.undefined for part in parts)
            return Term(MISSING, undefined, "LIST", items=tuple(part.value for part in parts))
        function = FUNCTIONS.get(name)
        if function is None:
            raise UntranslatableError(
                f"the function {name}() of DuckDB has no counterpart outside it"
            )
        below: Need = need if name in SMOOTH or need == "exact" else "relative"
        below = "exact" if name in DECIDING else below
        terms = [self.term(child, below) for child in node["children"]]
        value, undefined = function(self.bounds, terms)
        return self._typed(node, value, any_of([*(t.undefined for t in terms), undefined]))

    # numbers

    def bounds(self, value: Expression) -> Bounds:
        """Between which numbers a value lies."""
        return bounds(value, self.known)

    def _typed(self, node: Node, value: Expression, undefined: Expression) -> Term:
        kind = node["return_type"]["id"]
        levels: tuple[str, ...] = ()
        if kind == "ENUM":
            levels = tuple(node["return_type"]["type_info"]["values"])
        elif kind in WHOLE:
            undefined = any_of([undefined, self._beyond(value, WHOLE[kind])])
        elif kind not in ("DOUBLE", "DECIMAL", "BOOLEAN", "VARCHAR", "DATE"):
            raise UntranslatableError(f"{said_of(node)} is of type {kind}, which only DuckDB has")
        return Term(value, undefined, kind, levels)

    def _beyond(self, value: Expression, limit: float) -> Expression:
        """True where a number is too large."""
        if self.bounds(value).largest < limit or value == MISSING:
            return NEVER
        return call("at_least", call("abs", value), limit)

    def _on_paper(self, value: Node, magnitude: Node, need: Need) -> Term:
        """A computed number, rounded to what it is on paper where that decides something."""
        found = self.term(value, need)
        if need == "absolute":
            return found
        size = self.term(magnitude, need)
        if need == "relative" and not self._cancels(found.value, size.value):
            return found
        rounded = decimal_of(found.value, size.value)
        return Term(rounded, any_of([found.undefined, size.undefined]), "DOUBLE")

    def _cancels(self, value: Expression, size: Expression) -> bool:
        """Whether a sum may be so near to 0 that its rounding error is large beside it."""
        if value == size or not _adds(value):
            return False
        largest = self.bounds(size).largest
        return not self.bounds(value).smallest > _MUCH * largest

    # comparisons

    def _comparison(self, kind: str, left: Term, right: Term) -> Term:
        if kind in _COMPARISONS:
            return self._compared(_COMPARISONS[kind], left, right)
        same = self._compared("equal", left, right)
        both = folded("and", *(folded("is_missing", side.value) for side in (left, right)))
        value = folded("first_known", same.value, both)
        if kind == "COMPARE_DISTINCT_FROM":
            value = folded("not", value)
        return Term(value, same.undefined, "BOOLEAN")

    def _compared(self, name: Operator, left: Term, right: Term) -> Term:
        one, other = left.value, right.value
        if name not in ("equal", "unequal"):
            one, other = in_order(left), in_order(right)
        undefined = any_of([left.undefined, right.undefined])
        return Term(folded(name, one, other), undefined, "BOOLEAN")

    def _nearly(self, kind: str, left: Node, right: Node, magnitude: Node) -> Term:
        """A comparison that takes numbers as equal that differ by their rounding error only."""
        one, other = self.term(left, "exact"), self.term(right, "exact")
        size = self.term(magnitude, "exact")
        undefined = any_of([one.undefined, other.undefined, size.undefined])
        difference = folded("subtract", one.value, other.value)
        error = folded("least", folded("multiply", _ERROR, size.value), 0.5)
        equal = folded("less", folded("abs", difference), error)
        operator = _COMPARISONS.get(kind)
        if operator is not None:
            distance = folded("if", equal, 0.0, difference)
            return Term(folded(operator, distance, 0.0), undefined, "BOOLEAN")
        apart = self._comparison(kind, one, other).value
        met = kind == "COMPARE_NOT_DISTINCT_FROM"
        return Term(folded("if", equal, met, apart), undefined, "BOOLEAN")

    # casts

    def _cast(self, node: Node, need: Need) -> Term:
        [child] = node["children"]
        to = node["return_type"]["id"]
        inner = cast_to_text(child)
        if inner is not None and (to in WHOLE or to == "DECIMAL"):
            return self._as_written(node, self.term(inner, "exact"))
        term = self.term(child, "exact" if to in WHOLE else need)
        value = self._converted(node, term, to)
        undefined = term.undefined
        if to == "ENUM":
            strange = self._strange(value, tuple(node["return_type"]["type_info"]["values"]))
            undefined = any_of([undefined, strange])
        return self._typed(node, value, undefined)

    def _converted(self, node: Node, term: Term, to: str) -> Expression:
        """A value of another type."""
        value, kind = term.value, term.kind
        if value == MISSING or kind == to:
            return value
        if {kind, to} <= {"VARCHAR", "ENUM"} or (kind in NUMBERS and to in ("DOUBLE", "HUGEINT")):
            return value
        if kind in WHOLE and (to in WHOLE or to == "DECIMAL"):
            return value
        if kind == "DECIMAL" and to == "DECIMAL":
            return value
        if kind == "BOOLEAN" and to in NUMBERS:
            return (
                as_number(value)
                if not isinstance(value, Constant)
                else Constant(float(bool(value.value)))
            )
        if kind in NUMBERS and to == "BOOLEAN":
            return folded("unequal", value, 0.0)
        if kind == "VARCHAR" and isinstance(value, Constant):
            return parsed(str(value.value), to)
        raise UntranslatableError(
            f"{said_of(node)} from {kind} to {to} has no counterpart outside DuckDB"
        )

    def _as_written(self, node: Node, term: Term) -> Term:
        """A number rounded by the digits that are there."""
        if term.kind not in NUMBERS:
            raise UntranslatableError(f"{said_of(node)} of a {term.kind} is no number")
        kind = node["return_type"]["id"]
        if kind != "DECIMAL":
            return self._typed(node, folded("round", term.value, 0.0), term.undefined)
        width, scale = (node["return_type"]["type_info"][part] for part in ("width", "scale"))
        value = rounded_on_paper(term.value, float(scale))
        undefined = any_of([term.undefined, self._beyond(value, 10.0 ** (width - scale))])
        return Term(value, undefined, kind)

    def _strange(self, value: Expression, levels: tuple[str, ...]) -> Expression:
        """True where a text is none of the levels."""
        texts = self._texts(value)
        if texts is not None and texts <= set(levels):
            return NEVER
        return call("not", call("or", *(call("equal", value, level) for level in levels)))

    def _texts(self, value: Expression) -> set[str] | None:
        """The texts that a value may be, None if they are not known."""
        match value:
            case Constant(None):
                return set()
            case Constant(str() as text):
                return {text}
            case Reference(name):
                return set(self.levels[name]) if name in self.levels else None
            case Call("if", (_, then, otherwise)):
                found = [self._texts(then), self._texts(otherwise)]
            case Call("first_known", arguments):
                found = [self._texts(each) for each in arguments]
            case _:
                return None
        known = [texts for texts in found if texts is not None]
        return set().union(*known) if len(known) == len(found) else None


def _adds(value: Expression) -> bool:
    """Whether a sum or difference is among what makes a number by arithmetic."""
    if not isinstance(value, Call):
        return False
    if value.operator in ("add", "subtract"):
        return True
    return value.operator in ("multiply", "divide", "negate") and any(map(_adds, value.arguments))
