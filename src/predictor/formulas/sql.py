"""Expressions as SQL that DuckDB and PostgreSQL understand alike.

Nothing in it can fail on a value: where an expression is not defined, its SQL is NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from predictor.formulas.draft import Draft, call
from predictor.formulas.expression import Call, Constant, Expression, Operator, Reference
from predictor.formulas.formula import Step

_SIGNS: Mapping[str, str] = {
    "add": " + ", "subtract": " - ", "multiply": " * ", "and": " AND ", "or": " OR ",
    "equal": " = ", "unequal": " <> ", "less": " < ", "at_most": " <= ", "greater": " > ",
    "at_least": " >= ",
}  # fmt: skip
_FUNCTIONS: Mapping[str, str] = {
    "abs": "ABS", "floor": "FLOOR", "ceil": "CEIL", "least": "LEAST", "greatest": "GREATEST",
    "first_known": "COALESCE",
}  # fmt: skip
_CONDITIONS = {
    "equal", "unequal", "less", "at_most", "greater", "at_least", "and", "or", "not", "is_missing",
}  # fmt: skip
# operators whose SQL holds an argument more than once
_REPEATING = {"round", "sqrt", "exp", "power"}
_LARGEST_EXPONENT = "700e0"


def quote(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def number(value: float) -> str:
    """A number as a literal, to its last digit.

    Examples
    --------
    >>> number(0.1), number(-3.0), number(1e-17)
    ('0.1e0', '(-3e0)', '1e-17')
    """
    text = repr(float(value)).removesuffix(".0")
    text = text if "e" in text else f"{text}e0"
    return f"({text})" if value < 0 else text


def to_sql(expression: Expression) -> str:
    """An expression as SQL, over columns that have the names of its references.

    Examples
    --------
    >>> to_sql(call("divide", Reference("pain"), call("subtract", Reference("age"), 18.0)))
    '("pain" / NULLIF(("age" - 18e0), 0e0))'
    """
    match expression:
        case Constant(None):
            return "NULL"
        case Constant(bool() as value):
            return "TRUE" if value else "FALSE"
        case Constant(str() as text):
            return literal(text)
        case Constant(value):
            return number(float(value or 0.0))
        case Reference(name):
            return quote(name)
        case Call("if"):
            return _case(expression)
        case Call(name, arguments):
            return _called(name, arguments)


def _case(expression: Expression) -> str:
    parts = []
    while isinstance(expression, Call) and expression.operator == "if":
        condition, then, expression = expression.arguments
        parts.append(f"WHEN {to_sql(condition)} THEN {to_sql(then)}")
    end = "" if expression == Constant(None) else f" ELSE {to_sql(expression)}"
    return f"CASE {' '.join(parts)}{end} END"


def _called(name: Operator, arguments: Sequence[Expression]) -> str:
    given = [to_sql(argument) for argument in arguments]
    if name in _SIGNS:
        return f"({_SIGNS[name].join(given)})"
    if name in _FUNCTIONS:
        return f"{_FUNCTIONS[name]}({', '.join(given)})"
    return _OTHERS[name](*given)


def _power(base: str, exponent: str) -> str:
    if exponent in ("2e0", "3e0"):
        return f"({' * '.join([base] * int(exponent[0]))})"
    return (
        f"CASE WHEN {base} = 0e0 THEN CASE WHEN {exponent} > 0e0 THEN 0e0 "
        f"WHEN {exponent} = 0e0 THEN 1e0 END "
        f"WHEN ({base} > 0e0 OR {exponent} = FLOOR({exponent})) "
        f"AND ABS({exponent} * LN(ABS({base}))) < {_LARGEST_EXPONENT} "
        f"THEN POWER({base}, {exponent}) END"
    )


def _exp(power: str) -> str:
    most = _LARGEST_EXPONENT
    return (
        f"EXP(CASE WHEN {power} > {most} THEN {most} WHEN {power} < -{most} THEN -{most} "
        f"ELSE {power} END)"
    )


_OTHERS: Mapping[Operator, Callable[..., str]] = {
    "divide": lambda a, b: f"({a} / NULLIF({b}, 0e0))",
    "negate": lambda a: f"(-{a})",
    "power": _power,
    "exp": _exp,
    "ln": lambda a: f"LN(NULLIF(GREATEST({a}, 0e0), 0e0))",
    "log10": lambda a: f"LOG10(NULLIF(GREATEST({a}, 0e0), 0e0))",
    "sqrt": lambda a: f"SQRT(CASE WHEN {a} >= 0e0 THEN {a} END)",
    # the second argument is the power of 10: see `plain`
    "round": lambda a, scale: f"(SIGN({a}) * FLOOR(ABS({a}) * {scale} + 0.5e0) / {scale})",
    "not": lambda a: f"(NOT {a})",
    "is_missing": lambda a: f"({a} IS NULL)",
}


def plain(steps: Iterable[Step], taken: Iterable[str]) -> tuple[Step, ...]:
    """Steps whose SQL does not grow: what would stand in it several times is a step of its own.

    Parameters
    ----------
    taken
        Names of other columns.
    """
    given = list(steps)
    draft = Draft([*taken, *(step.name for step in given)])
    found: list[Step] = []
    for step in given:
        before = len(draft.steps)
        expression = _without_repetition(step.expression, draft, step.name)
        found += [*draft.steps[before:], Step(step.name, expression, step.meaning)]
    return tuple(found)


def _without_repetition(part: Expression, draft: Draft, name: str) -> Expression:
    if not isinstance(part, Call):
        return part
    arguments = [_without_repetition(argument, draft, name) for argument in part.arguments]
    if part.operator == "round":
        digits = arguments[1]
        arguments[1] = (
            Constant(10.0 ** float(digits.value or 0.0))
            if isinstance(digits, Constant)
            else call("power", 10.0, draft.once(f"{name}, digits", digits, f"in {name}"))
        )
    if part.operator in _REPEATING:
        arguments = [draft.once(f"{name}, inside", each, f"in {name}") for each in arguments]
    return Call(part.operator, tuple(arguments))


def column(expression: Expression, known: Mapping[str, str]) -> tuple[str, str]:
    """SQL of an expression as a column, and its type; `known` are those of other columns."""
    kind = kind_of(expression, known)
    return f"CAST({to_sql(expression)} AS {kind})", kind


def kind_of(expression: Expression, known: Mapping[str, str]) -> str:
    """The type of an expression in SQL; a number if it is always missing."""
    match expression:
        case Constant(bool()):
            return BOOLEAN
        case Constant(str()):
            return TEXT
        case Constant():
            return NUMBER
        case Reference(name):
            return known[name]
        case Call("if", (_, then, otherwise)):
            return kind_of(otherwise if then == Constant(None) else then, known)
        case Call("first_known", (first, *_)):
            return kind_of(first, known)
        case Call(name, _):
            return BOOLEAN if name in _CONDITIONS else NUMBER


NUMBER, TEXT, BOOLEAN = "DOUBLE PRECISION", "VARCHAR", "BOOLEAN"


@dataclass
class Chain:
    """Columns that are computed from one another, as a chain of queries.

    Each query holds all columns before it. It is MATERIALIZED: PostgreSQL would write every column
    out wherever it is used, over and over.

    Attributes
    ----------
    source
        What the first query reads.
    """

    source: str
    _layers: list[list[str]] = field(default_factory=list)
    _layer: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, sql: str, uses: Iterable[str] = ()) -> None:
        """Add a column; `uses` are the other columns that it reads."""
        layer = 1 + max((self._layer[each] for each in uses), default=-1)
        if layer == len(self._layers):
            self._layers.append([])
        self._layers[layer].append(f"{sql} AS {quote(name)}")
        self._layer[name] = layer

    @property
    def last(self) -> str:
        """Name of the last query, which has all columns."""
        return f"layer_{len(self._layers)}"

    def sql(self) -> str:
        """The queries, as they stand behind WITH."""
        queries, source = [], self.source
        for number_, columns in enumerate(self._layers, start=1):
            listed = ",\n    ".join(columns if number_ == 1 else ["*", *columns])
            queries.append(
                f"layer_{number_} AS MATERIALIZED (\n  SELECT\n    {listed}\n  FROM {source}\n)"
            )
            source = f"layer_{number_}"
        return ",\n".join(queries)


def references(expression: Expression) -> set[str]:
    """Names that an expression refers to."""
    found: set[str] = set()
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Reference):
            found.add(part.name)
        elif isinstance(part, Call):
            waiting += part.arguments
    return found
