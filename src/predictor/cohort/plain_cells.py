"""Cells as people write them, as the plain ones that the dictionary reads.

A column says in the study file how its cells may be written beside the plain way; nothing else is
taken for anything. What is written plainly already stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.arrow_arrays import arrow
from predictor.cohort.fault import Fault
from predictor.cohort.masks import fault, mask
from predictor.cohort.numbers import NUMBER
from predictor.study import Column

SIGN = re.compile(r"(<=|>=|=<|=>|<|>|≤|≥)\s*")
PERCENT = re.compile(r"(.*\S)\s*%")
SHARE = re.compile(r"([^/]*[^/\s])\s*/\s*(\d{1,6})", re.ASCII)
_BELOW = frozenset(("<", "<=", "=<", "≤"))
_NUMERALS = frozenset(("0", "1"))
_MANY = 0.15  # of the values: EPA QA/G-9S (2006), section 4.7

_TOO_HIGH = "the number under below: is larger than the limit in the cell; correct one of them"
_TOO_LOW = "the number under above: is smaller than the limit in the cell; correct one of them"
_NO_PART = (
    "a limit of 0 or less has no part for below:; correct the cell, or declare below: limit or a "
    "number"
)


@dataclass(frozen=True)
class Plain:
    """Cells of a column in plain form.

    Attributes
    ----------
    cells
        Texts, in the order in which they were given; null where there is a fault.
    faults
        Of texts that contradict what is declared.
    taken
        What was taken as what, and the places of the texts that were.
    """

    cells: pa.Array
    faults: Sequence[Fault] = ()
    taken: Mapping[str, Sequence[int]] = field(default_factory=dict)


def plain_flags(cells: pa.Array, column: Column) -> Plain:
    """Declared words as true and false, in letters of either case, before the plain words."""
    if not column.true and not column.false:
        return Plain(cells)
    lower = pc.replace_substring_regex(pc.utf8_lower(cells), r"^([01])\.0+$", r"\1")
    plain, declared = cells, set[str]()
    read = np.zeros(len(cells), dtype=bool)
    for truth, words in _said(column):
        said = [word.lower() for word in words]
        these = mask(pc.is_in(lower, pa.array(said, pa.string())))
        plain = pc.if_else(arrow(these), pa.scalar(truth), plain)
        read |= these
        declared.update(said)
    way = ", ".join(f"{', '.join(words)} as {truth}" for truth, words in _said(column))
    taken = {way: np.flatnonzero(read).tolist()}
    if all(not word.isdigit() for word in declared):
        return Plain(plain, (), taken)
    # where 1 and 2 are yes and no, a 0 is nobody's answer
    others = mask(pc.is_in(lower, pa.array(sorted(_NUMERALS - declared), pa.string())))
    rule = f"none of the numbers that are declared ({words_of(column)}); correct it, or declare it"
    plain = pc.if_else(arrow(others), pa.scalar(None, pa.string()), plain)
    return Plain(plain, fault(column, others, rule), taken)


def words_of(column: Column) -> str:
    """The words of a flag: ``true: Ja, x; false: Nee``."""
    return "; ".join(f"{truth}: {', '.join(words)}" for truth, words in _said(column))


def _said(column: Column) -> list[tuple[str, tuple[str, ...]]]:
    said = (("true", column.true), ("false", column.false))
    return [(truth, words) for truth, words in said if words]


def plain_numbers(cells: pa.Array, column: Column) -> Plain:
    """Percentages and shares as numbers, and values beyond a limit as what is declared."""
    if (column.below, column.above, column.out_of) == (None,) * 3 and not column.percent:
        return Plain(cells)
    texts = cells.to_pylist()
    wrong: dict[str, list[int]] = {}
    taken: dict[str, list[int]] = {}
    for place in np.flatnonzero(mask(pc.match_substring_regex(cells, "[<>≤≥%/]"))).tolist():
        try:
            texts[place], ways = _number(texts[place], column)
        except _Contradiction as contradiction:
            texts[place] = None
            wrong.setdefault(contradiction.rule, []).append(place)
        else:
            for way in ways:
                taken.setdefault(way, []).append(place)
    faults = [Fault(column.name, tuple(places), rule) for rule, places in wrong.items()]
    return Plain(pa.array(texts, pa.string()), faults, taken)


def is_below(sign: str) -> bool:
    """Whether a sign before a limit says that the value is below it."""
    return sign in _BELOW


class _Contradiction(Exception):  # noqa: N818 - never leaves this module
    """A cell that is written as declared, and says what cannot be."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def _number(text: str, column: Column) -> tuple[str, list[str]]:
    """A text without its signs, and what they were taken as; what is no number has none."""
    ways, below = [], False
    beyond = None
    if sign := SIGN.match(text):
        below = is_below(sign[1])
        beyond = column.below if below else column.above
        if beyond is None:
            return text, []
        text = text[sign.end() :]
    if column.percent and (percent := PERCENT.fullmatch(text)):
        text = percent[1]
        ways.append("45% as 45")
    if column.out_of is not None and (share := SHARE.fullmatch(text)):
        if int(share[2]) != column.out_of:
            raise _Contradiction(f"out of another number than {column.out_of}; correct it")
        text = share[1]
        ways.append(f"n/{column.out_of} as n")
    if not re.match(NUMBER, text):
        return text, []
    if beyond is not None:
        text = _beyond(text, beyond, below=below)
        ways.append(f"{'below' if below else 'above'} a limit as {_in_words(beyond)}")
    return text, ways


def _beyond(limit: str, rule: str | float, *, below: bool) -> str:
    """What a value below or above a limit is taken as."""
    match rule:
        case "limit":
            return limit
        case "limit/2" | "limit/sqrt(2)":
            if float(limit) <= 0:
                raise _Contradiction(_NO_PART)
            return repr(float(limit) / (2 if rule == "limit/2" else 2**0.5))
    number = float(rule)
    if number > float(limit) if below else number < float(limit):
        raise _Contradiction(_TOO_HIGH if below else _TOO_LOW)
    return repr(number)


def said_of_limits(column: Column) -> str:
    """What is typed for a value beyond a limit where a plain number is asked for; may be empty.

    Examples
    --------
    >>> said_of_limits(Column(name="crp", known_at="T0", type="number", below="limit/2"))
    'below a limit of detection: half of it'
    """
    sides = (("below a limit of detection", column.below), ("above a limit", column.above))
    return ", ".join(f"{side}: {_in_words(rule)}" for side, rule in sides if rule is not None)


def _in_words(rule: str | float) -> str:
    match rule:
        case "limit":
            return "the limit itself"
        case "limit/2":
            return "half of it"
        case "limit/sqrt(2)":
            return "it divided by sqrt(2)"
    return f"{rule:g}"


def many_below(way: str, cells: int, values: int) -> str:
    """What is said where so many values are below a limit that a number in their place misleads.

    Parameters
    ----------
    way
        What was taken as what.
    cells, values
        How many were, and how many values there are.

    Returns
    -------
    str
        Empty where little is to be said.
    """
    if not way.startswith("below a limit") or cells <= _MANY * values:
        return ""
    return (
        f"; more than {_MANY:.0%} of the values, of which one number in their place may mislead: "
        f"think of a flag (below the limit or not) instead"
    )
