"""Expressions parted into several steps, for languages that limit how long one may be."""

from __future__ import annotations

from collections.abc import Iterable

from predictor.formulas.expression import Call, Constant, Expression, Operator, Reference
from predictor.formulas.formula import Step

_CHAINS: frozenset[Operator] = frozenset(
    {"add", "multiply", "and", "or", "least", "greatest", "first_known"}
)
# operators whose arguments stand several times in what they are written as
_REPEATED: frozenset[Operator] = frozenset({"least", "greatest", "round", "power"})
_LETTERS_OF_A_NODE = 8


def split(steps: Iterable[Step], *, most: int = 60, depth: int = 12) -> tuple[Step, ...]:
    """The same steps, with further ones before those that are too large.

    Parameters
    ----------
    most
        Operators and operands of one expression; a long text counts as several.
    depth
        Of operators inside one another.

    Returns
    -------
    tuple
        Steps with the old names hold the old values. A chain is still computed from left to right.

    Examples
    --------
    >>> long = Step("sum", Call("add", tuple(Reference(name) for name in "abcde")), "a sum")
    >>> [(step.name, len(step.expression.arguments)) for step in split([long], most=4)]
    [('sum, part 1', 3), ('sum', 3)]
    """
    given = list(steps)
    taken = {step.name for step in given}
    return tuple(part for step in given for part in _Split(step, taken, most, depth).parts())


class _Split:
    def __init__(self, step: Step, taken: set[str], most: int, depth: int) -> None:
        self._step, self._taken, self._most, self._depth = step, taken, most, depth
        self._further: list[Step] = []

    def parts(self) -> list[Step]:
        """Further steps, then the step itself."""
        expression = self._within(self._step.expression)
        return [*self._further, Step(self._step.name, expression, self._step.meaning)]

    def _within(self, expression: Expression) -> Expression:
        """The expression, parts of it taken out until it is small enough."""
        if not isinstance(expression, Call):
            return expression
        arguments = [self._within(argument) for argument in expression.arguments]
        name = expression.operator
        for place, argument in enumerate(arguments):
            if isinstance(argument, Call) and (
                name in _REPEATED or _depth(argument) >= self._depth
            ):
                arguments[place] = self._out(argument)
        if name in _CHAINS:
            return self._chain(name, arguments)
        while _size(Call(name, tuple(arguments))) > self._most:
            largest = max(range(len(arguments)), key=lambda place: _size(arguments[place]))
            if not isinstance(arguments[largest], Call):
                break
            arguments[largest] = self._out(arguments[largest])
        return Call(name, tuple(arguments))

    def _chain(self, name: Operator, arguments: list[Expression]) -> Call:
        """A chain from left to right, whose beginnings become steps."""
        found: list[Expression] = []
        for argument in arguments:
            if len(found) > 1 and _size(Call(name, (*found, argument))) > self._most:
                found = [self._out(Call(name, tuple(found)))]
            found.append(argument)
        return Call(name, tuple(found))

    def _out(self, expression: Expression) -> Reference:
        number = len(self._further) + 1
        while f"{self._step.name}, part {number}" in self._taken:
            number += 1
        name = f"{self._step.name}, part {number}"
        self._taken.add(name)
        self._further.append(Step(name, expression, f"a part of: {self._step.meaning}"))
        return Reference(name)


def _size(expression: Expression) -> int:
    if isinstance(expression, Call):
        return 1 + sum(map(_size, expression.arguments))
    if isinstance(expression, Constant) and isinstance(expression.value, str):
        return 1 + len(expression.value) // _LETTERS_OF_A_NODE
    return 1


def _depth(expression: Expression) -> int:
    if not isinstance(expression, Call):
        return 0
    return 1 + max((_depth(argument) for argument in expression.arguments), default=0)
