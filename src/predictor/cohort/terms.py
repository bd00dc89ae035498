"""What the parts of a query are while they become expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from predictor.formulas import Constant, Expression, Operator, as_number, call, value_of

Need = Literal["exact", "relative", "absolute"]
"""Of which digits of a computed number something depends.

``exact``: the last one may decide, as before a comparison. ``relative``: its rounding error must be
small beside it, as before a logarithm. ``absolute``: beside the numbers that went into it.
"""

NEVER = Constant(False)
MISSING = Constant(None)

WHOLE = {
    "TINYINT": 2.0**7, "SMALLINT": 2.0**15, "INTEGER": 2.0**31, "BIGINT": 2.0**53,
    "HUGEINT": 2.0**53, "UTINYINT": 2.0**8, "USMALLINT": 2.0**16, "UINTEGER": 2.0**32,
    "UBIGINT": 2.0**53, "UHUGEINT": 2.0**53,
}  # fmt: skip
NUMBERS = {*WHOLE, "DOUBLE", "DECIMAL"}


@dataclass(frozen=True)
class Term:
    """What a node gives.

    Attributes
    ----------
    value
        How it is computed.
    undefined
        True where it cannot be computed although nothing is missing.
    kind
        Its type in DuckDB.
    levels
        Of an ENUM.
    items
        Of a LIST, which has no value of its own.
    """

    value: Expression
    undefined: Expression
    kind: str
    levels: tuple[str, ...] = ()
    items: tuple[Expression, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is a whole number in DuckDB."""
        return self.kind in WHOLE


class UntranslatableError(Exception):
    """What cannot be written as an expression, and the way out."""


def folded(name: Operator, *arguments: Expression | float | str | bool | None) -> Expression:
    """An operator on its arguments, computed where they are constants."""
    made = call(name, *arguments)
    if name == "if" and isinstance(made.arguments[0], Constant):
        return made.arguments[1 if made.arguments[0].value is True else 2]
    if all(isinstance(argument, Constant) for argument in made.arguments):
        return Constant(value_of(made, {}))
    return made


def in_order(term: Term) -> Expression:
    """What stands for a value where values are put in order."""
    if term.kind == "ENUM":
        position: Expression = MISSING
        for place, level in reversed(list(enumerate(term.levels))):
            position = folded("if", folded("equal", term.value, level), float(place), position)
        return position
    if term.kind == "BOOLEAN":
        return as_number(term.value)
    if term.kind == "VARCHAR":
        raise UntranslatableError("the order of texts is another one outside DuckDB")
    return term.value
