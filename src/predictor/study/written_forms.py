"""Keys of a column whose cells are not written as its type is, and what they may say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BeforeValidator

if TYPE_CHECKING:
    from predictor.study.columns import Column

DateFormat = Literal[
    "year-month-day", "day-month-year", "month-day-year", "serial-1900", "serial-1904"
]
"""How dates are written: the order of their parts, whatever stands between them, or as serial
numbers of a spreadsheet, counted from 1900 (Excel) or 1904 (old Excel of Macintosh)."""
Substitute = Literal["limit", "limit/2", "limit/sqrt(2)"]
"""What a value below a limit of detection is taken as, from the limit that the cell tells."""

_FLAG, _NUMBER, _DATE = ("flag",), ("number", "integer"), ("date",)
_TYPES: dict[str, tuple[str, ...]] = {
    "true": _FLAG,
    "false": _FLAG,
    "empty": _FLAG,
    "below": _NUMBER,
    "above": _NUMBER,
    "out_of": _NUMBER,
    "percent": _NUMBER,
    "format": _DATE,
    "time_of_day": _DATE,
}
"""The keys, and the types of columns that may have them."""


def _as_below(value: object) -> object:
    if value in get_args(Substitute) or _is_number(value):
        return value
    raise ValueError(
        "expected what a value below the limit is taken as: limit/2, limit/sqrt(2), limit or a "
        "number"
    )


def _as_above(value: object) -> object:
    if value == "limit" or _is_number(value):
        return value
    raise ValueError("expected what a value above the limit is taken as: limit or a number")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Below = Annotated[Substitute | float, BeforeValidator(_as_below)]
Above = Annotated[Literal["limit"] | float, BeforeValidator(_as_above)]


def _whole(rule: str | float | None) -> bool:
    return rule.is_integer() if isinstance(rule, float) else rule in (None, "limit")


def fault_of_forms(column: Column) -> str | None:
    """What is wrong with the keys of a column about how its cells are written, if anything is."""
    for key, types in _TYPES.items():
        if key in column.model_fields_set and column.type not in types:
            return f"{key} belongs to a {types[0]}, the type of this column is {column.type}"
    said = [*column.true, *column.false]
    if twice := {word.casefold() for word in column.true} & {w.casefold() for w in column.false}:
        return f"{min(twice)!r} is listed under true and under false (whatever its case)"
    if any(not word or word != word.strip() for word in said):
        return "a word for true or false is empty or has blanks around it; an empty cell is empty:"
    if column.missing is not None and set(column.missing) & set(said):
        return "a word for true or false is also listed under missing"
    for key, rule in (("below", column.below), ("above", column.above)):
        if column.type == "integer" and not _whole(rule):
            return f"{key} gives no whole number; take limit or a whole number, or type: number"
    if column.out_of is not None and column.percent:
        return "out_of and percent are two ways to write a share; give one"
    return None
