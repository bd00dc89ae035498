"""Expressions as formulas of a spreadsheet, with the missing values of SQL.

A missing value is an error of the spreadsheet: ``NA()``, or what a division by zero gives. Errors
pass through arithmetic and comparisons as SQL's NULL does; where NULL does not, the formula asks
for them. An empty cell would count as 0, so nothing may refer to one. Only functions are used that
Excel 2007 and LibreOffice have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from predictor.formulas.expression import Call, Constant, Expression, Operator, Reference
from predictor.formulas.formula import Formula, Step
from predictor.printable import visible

Sort = Literal["number", "text", "condition", "nothing"]
"""What a value is, where it is known; nothing is what is always missing."""

LONGEST = 8192
"""Letters that Excel takes in one formula."""
_LONGEST_TEXT = 250  # in one pair of quotation marks
_MOST_ARGUMENTS = 250
_LARGEST_EXPONENT = 709  # e to more than this is an error in a spreadsheet
_BEYOND = 1e308
_OF_INPUTS: Mapping[str, Sort] = {"category": "text", "flag": "condition"}
_BETWEEN: Mapping[str, str] = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "less": "<", "at_most": "<=",
    "greater": ">", "at_least": ">=",
}  # fmt: skip
_AROUND: Mapping[str, str] = {
    "negate": "(-({}))", "exp": f"EXP(MIN({{}},{_LARGEST_EXPONENT}))", "ln": "LN({})",
    "log10": "LOG10({})", "sqrt": "SQRT({})", "abs": "ABS({})", "floor": "INT({})",
    "ceil": "(-INT(-({})))", "not": "NOT({})", "is_missing": "ISERROR({})",
}  # fmt: skip
_CONDITIONS: frozenset[str] = frozenset(
    {"equal", "unequal", "less", "at_most", "greater", "at_least", "and", "or", "not", "is_missing"}
)


def sorts(formula: Formula, steps: Iterable[Step]) -> dict[str, Sort]:
    """What the inputs of a formula and these steps are, by name."""
    found: dict[str, Sort] = {
        each.name: _OF_INPUTS.get(each.kind, "number") for each in formula.inputs
    }
    for step in steps:
        found[step.name] = sort_of(step.expression, found)
    return found


def sort_of(expression: Expression, known: Mapping[str, Sort]) -> Sort:
    """What an expression is."""
    match expression:
        case Constant(None):
            return "nothing"
        case Constant(bool()):
            return "condition"
        case Constant(str()):
            return "text"
        case Constant():
            return "number"
        case Reference(name):
            return known[name]
        case Call("if", (_, then, otherwise)):
            return _first([then, otherwise], known)
        case Call("first_known" | "least" | "greatest", arguments):
            return _first(arguments, known)
        case Call(name):
            return "condition" if name in _CONDITIONS else "number"


def _first(expressions: Sequence[Expression], known: Mapping[str, Sort]) -> Sort:
    found = (sort_of(each, known) for each in expressions)
    return next((each for each in found if each != "nothing"), "nothing")


def in_excel(expression: Expression, places: Mapping[str, str], known: Mapping[str, Sort]) -> str:
    """What stands behind the equals sign of a cell.

    Parameters
    ----------
    expression
        Small enough (see `predictor.formulas.splitting.split`).
    places
        Address of the cell of each input and step.
    known
        What they are (see `sorts`).

    Raises
    ------
    ValueError
        If it compares the order of texts, which a spreadsheet does in an order of its own.

    Examples
    --------
    >>> in_excel(Call("and", (Reference("a"), Reference("b"))), {"a": "B2", "b": "B3"},
    ...       {"a": "condition", "b": "condition"})
    'CHOOSE(1+2*MIN(IFERROR(1*B2,0.5),IFERROR(1*B3,0.5)),FALSE,NA(),TRUE)'
    """
    match expression:
        case Constant(value):
            return constant(value)
        case Reference(name):
            return places[name]
        case Call(name, arguments):
            written = [in_excel(argument, places, known) for argument in arguments]
            return _called(name, written, [sort_of(argument, known) for argument in arguments])


def constant(value: float | str | bool | None) -> str:
    """A value as it is written in a formula."""
    if value is None:
        return "NA()"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return text(value)
    written = f"{float(value)!r}".removesuffix(".0").replace("e", "E")
    return f"({written})" if value < 0 else written


def text(value: str) -> str:
    r"""A text in quotation marks, in pieces that are short enough.

    Examples
    --------
    >>> text("it's")
    '"it\'s"'
    """
    value = visible(value)
    pieces = [value[k : k + _LONGEST_TEXT] for k in range(0, len(value), _LONGEST_TEXT)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def _called(name: Operator, written: Sequence[str], sort: Sequence[Sort]) -> str:
    if name in _AROUND:
        return _AROUND[name].format(written[0])
    if name in ("less", "at_most", "greater", "at_least") and "text" in sort:
        raise ValueError("the order of texts is another one in a spreadsheet")
    if name in _BETWEEN:
        return f"({_BETWEEN[name].join(written)})"
    match name:
        case "equal" | "unequal":
            # a spreadsheet takes upper and lower case as equal
            same = "EXACT({},{})" if "text" in sort else "({}={})"
            found = same.format(*written)
            return found if name == "equal" else f"NOT({found})"
        case "power":
            return f"IF({written[1]}=0,1,POWER({written[0]},{written[1]}))"
        case "round":
            value, scale = written[0], f"10^{written[1]}"
            whole = f"INT(ABS({value})*{scale})"
            return f"(SIGN({value})*({whole}+(ABS({value})*{scale}-{whole}>=0.5))/{scale})"
        case "and" | "or":
            halves = [f"IFERROR(1*{each},0.5)" for each in written]
            chosen = _nested("MIN" if name == "and" else "MAX", halves)
            return f"CHOOSE(1+2*{chosen},FALSE,NA(),TRUE)"
        case "if":
            return f"IF(IFERROR({written[0]},FALSE),{written[1]},{written[2]})"
        case "first_known":
            found = written[-1]
            for each in reversed(written[:-1]):
                found = f"IFERROR({each},{found})"
            return found
        case "least" | "greatest":
            beyond = constant(_BEYOND if name == "least" else -_BEYOND)
            known = [f"IFERROR({each},{beyond})" for each in written]
            chosen = _nested("MIN" if name == "least" else "MAX", known)
            return f"IF({_nested('COUNT', written, '+')}=0,NA(),{chosen})"
    raise AssertionError(name)


def _nested(function: str, arguments: Sequence[str], between: str = "") -> str:
    """A function of more arguments than Excel takes at once."""
    parts = [
        f"{function}({','.join(arguments[k : k + _MOST_ARGUMENTS])})"
        for k in range(0, len(arguments), _MOST_ARGUMENTS)
    ]
    if between:
        return f"({between.join(parts)})"
    return parts[0] if len(parts) == 1 else f"{function}({','.join(parts)})"
