"""A formula while it is written: one step after the other, each with a name of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from predictor.formulas.expression import Call, Constant, Expression, Operator, Reference
from predictor.formulas.formula import Step

_LONGEST = 50  # letters of a name; databases cut it at 63 bytes


class Draft:
    """The steps so far.

    Parameters
    ----------
    taken
        Names that no step may have: those of the inputs.

    Examples
    --------
    >>> draft = Draft(["age"])
    >>> draft.step("age", call("divide", Reference("age"), 10.0), "age in decades")
    Reference(name='age 2')
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {name.casefold() for name in taken}
        self._steps: list[Step] = []
        self._known: dict[Expression, Reference] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        """In the order of computing."""
        return tuple(self._steps)

    def step(self, name: str, expression: Expression, meaning: str) -> Reference:
        """Add a step; its name gets a number behind it if another one has it."""
        short = name.encode()[:_LONGEST].decode(errors="ignore")
        unique, number = short, 2
        while unique.casefold() in self._taken:
            unique, number = f"{short} {number}", number + 1
        self._taken.add(unique.casefold())
        self._steps.append(Step(unique, expression, meaning))
        return Reference(unique)

    def shared(self, name: str, *expressions: Expression) -> tuple[Expression, ...]:
        """Expressions with a step for each part that stands in them more than once."""
        times: Counter[Expression] = Counter()
        waiting = list(expressions)
        while waiting:
            part = waiting.pop()
            if isinstance(part, Call):
                times[part] += 1
                if times[part] == 1:
                    waiting += part.arguments
        made: dict[Expression, Expression] = {}

        def with_steps(part: Expression) -> Expression:
            if not isinstance(part, Call):
                return part
            if part not in made:
                found = Call(part.operator, tuple(map(with_steps, part.arguments)))
                repeated = times[part] > 1 and not _is_short(found)
                made[part] = self.once(f"{name}, part", found, f"in {name}") if repeated else found
            return made[part]

        return tuple(map(with_steps, expressions))

    def once(self, name: str, expression: Expression, meaning: str) -> Expression:
        """Add a step for what is more than a value, unless there is one of the same expression."""
        if not isinstance(expression, Call):
            return expression
        if expression not in self._known:
            self._known[expression] = self.step(name, expression, meaning)
        return self._known[expression]


def _is_short(call_: Call) -> bool:
    """Whether it is one operator on a name."""
    return len(call_.arguments) == 1 and not isinstance(call_.arguments[0], Call)


def call(operator: Operator, *arguments: Expression | float | str | bool | None) -> Call:
    """An operator on expressions and plain values."""
    return Call(
        operator,
        tuple(a if isinstance(a, Constant | Reference | Call) else Constant(a) for a in arguments),
    )


def weighted(weight: float, term: Expression) -> Expression:
    """A term times a weight; 0 if that is 0."""
    if weight == 0.0:
        return Constant(0.0)
    return term if weight == 1.0 else call("multiply", weight, term)


def total(terms: Iterable[Expression | float]) -> Expression:
    """The sum of terms but those that are 0; 0 of none."""
    parts = [Constant(term) if isinstance(term, float) else term for term in terms]
    parts = [term for term in parts if term != Constant(0.0)]
    if not parts:
        return Constant(0.0)
    return parts[0] if len(parts) == 1 else Call("add", tuple(parts))


def any_of(conditions: Iterable[Expression]) -> Expression:
    """Whether one of them is true; false of none."""
    parts = tuple(dict.fromkeys(c for c in conditions if c != Constant(False)))
    if not parts:
        return Constant(False)
    return parts[0] if len(parts) == 1 else Call("or", parts)


def as_number(flag: Expression) -> Expression:
    """1 where a condition is true, 0 where it is false, missing where it is."""
    return call("if", flag, 1.0, call("if", call("is_missing", flag), None, 0.0))


def is_level(value: Expression, level: str) -> Expression:
    """1 where a category has a level, 0 where it has another, missing where it is."""
    otherwise = call("if", call("is_missing", value), None, 0.0)
    return call("if", call("equal", value, level), 1.0, otherwise)
