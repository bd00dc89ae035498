"""Cells of a number column: read, or refused with what to do about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.arrow_arrays import arrow
from predictor.cohort.fault import Fault
from predictor.cohort.masks import Mask, fault, floats, mask
from predictor.cohort.words_for_missing import WORDS
from predictor.study import Column

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_TEXT = "text where a number is expected"
# what is no number, from the most special to the most general; the first that fits is said
OTHERS = {
    r"^[+-]?[1-9]\d{0,2},\d{3}$": (
        "a comma in a number: a thousands separator or a decimal comma? write 1200 or 1.2"
    ),
    r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$": (
        "commas between the thousands of a number; write 1200, without them"
    ),
    r"^[+-]?[1-9]\d{0,2}((\.\d{3})+,\d*|(\.\d{3}){2,})$": (
        "points between the thousands of a number; write 1200.5"
    ),
    r"^[+-]?\d*,\d+$": (
        "a decimal comma; numbers are written with a point (or give the .xlsx file itself)"
    ),
    r"^[+-]?[\d.,]+ ?%$": (
        "a percentage where a number is expected; declare percent: true to take 45% as 45, or "
        "write the number that is meant in every row"
    ),
    r"^(<|≤|=<)": (
        f"{_TEXT}: below a limit of detection? declare what it is taken as, like below: limit/2 "
        "(docs/study-file.md, below the limit of detection)"
    ),
    r"^(>|≥|=>)": (
        f"{_TEXT}: above a limit? declare what it is taken as: above: limit, or above: and a number"
    ),
    r"^[\d.,]+ ?/ ?\d+$": (
        f"{_TEXT}: a score with the highest one beside it? declare that one, like out_of: 10"
    ),
    r"^\d{4}-\d{2}-\d{2}|^\d{1,2}:\d{2}": (
        "a date or time where a number is expected; spreadsheets make dates of what looks like one "
        "(1.2, 3/4): format the column as number and type it again"
    ),
    r"^[+-]?\d{1,3}([ '’]\d{3})+([.,]\d+)?$": (
        f"{_TEXT}: blanks or marks between the thousands? write 1200"
    ),
    "^[\u2212\u2013]\\s*[\\d.]+$": (
        f"{_TEXT}: the minus is another sign; write it with the hyphen of the keyboard"
    ),
    WORDS: (f"{_TEXT}; if it means that there is no value, add it under missing:"),
    r"^[+-]?[\d.]+ ?[a-zA-Zµ°/]+\d*$": (
        f"{_TEXT}: a unit behind the number? write the number alone"
    ),
}
OTHER = f"{_TEXT}; correct it, or add it under missing: if it means that there is no value"
TOO_LARGE = "too large for a number; correct it"
NOT_WHOLE = "not a whole number; correct it, or declare the column as type: number"
NOT_EXACT = "too large for a whole number to be exact; correct it"
EXACT_BELOW = 2.0**53  # whole numbers, by size
# an 11-point scale given as 0-100: some value is far beyond what a slip of the pen makes of 0-10
SCALE_FACTOR = 2
_SCALE = 10
_THOUSAND = 1000


@dataclass(frozen=True)
class Written:
    """How the numbers of a column are written, which no single cell tells.

    Attributes
    ----------
    three, hundreds
        Cells with exactly three decimals, and whole numbers from 100 to 999.
    alike
        Whether there is nothing else but whole numbers below 100.
    far
        Whether a value is far beyond the range, but not beyond 100.
    """

    three: int = 0
    hundreds: int = 0
    alike: bool = True
    far: bool = False

    def __add__(self, other: Written) -> Written:
        """Of the rows of both."""
        return Written(
            self.three + other.three,
            self.hundreds + other.hundreds,
            self.alike and other.alike,
            self.far or other.far,
        )

    @property
    def grouped(self) -> bool:
        """Whether a point sets thousands apart: 37, 980, 1.200."""
        return self.alike and self.three >= 2 and self.hundreds >= 2

    @property
    def tells(self) -> bool:
        """Whether single cells are read in another way for it."""
        return self.grouped or self.far


def read_numbers(
    cells: pa.Array, column: Column, times: npt.NDArray[np.int64], written: Written
) -> tuple[pa.Array, list[Fault], Written]:
    """Text cells as float64, or as int64 for whole numbers; null where there is a fault.

    Parameters
    ----------
    cells
        Different texts.
    column
        Of the dictionary.
    times
        How often each text is there.
    written
        How the numbers of the whole table are written, as far as it is known.

    Returns
    -------
    values, faults
        Of each text.
    Written
        How the numbers of these cells are written.
    """
    number = mask(pc.match_substring_regex(cells, NUMBER))
    faults = _explain(cells, mask(cells.is_valid()) & ~number, column)
    values = pc.cast(pc.if_else(arrow(number), cells, None), pa.float64())
    bad = mask(pc.invert(pc.is_finite(values)))
    faults += fault(column, bad, TOO_LARGE)
    three, own = _thousands(cells, column, times)
    if written.grouped:
        faults += fault(
            column,
            three & ~bad,
            "points between the thousands of a number? 1.200 would be read as 1.2; write 1200, or "
            "another number of decimals",
        )
        bad |= three
    if column.type == "integer":
        whole = mask(pc.equal(pc.floor(values), values))
        exact = abs(floats(values)) < EXACT_BELOW
        faults += fault(column, number & ~bad & ~whole, NOT_WHOLE)
        faults += fault(column, whole & ~bad & ~exact, NOT_EXACT)
        bad |= ~(whole & exact)
    inside = pc.if_else(arrow(bad), None, values)
    outside, far, found = _check_range(inside, column, times, written)
    values = pc.if_else(arrow(bad | outside), pa.scalar(None, pa.float64()), values)
    typed = pc.cast(values, pa.int64()) if column.type == "integer" else values
    return typed, faults + found, replace(own, far=far)


def _explain(cells: pa.Array, wrong: Mask, column: Column) -> list[Fault]:
    """What is no number, each kind with a rule of its own."""
    faults = []
    for pattern, rule in OTHERS.items():
        if wrong.any():
            these = mask(pc.match_substring_regex(cells, pattern)) & wrong
            faults += fault(column, these, rule)
            wrong = wrong & ~these
    return faults + fault(column, wrong, OTHER)


def _thousands(
    cells: pa.Array, column: Column, times: npt.NDArray[np.int64]
) -> tuple[Mask, Written]:
    """Texts with exactly three decimals, and whether all others are whole numbers below 1000.

    None are where the column has a range without thousands.
    """
    none = np.zeros(len(cells), dtype=bool)
    if column.limits is not None and max(map(abs, column.limits)) < _THOUSAND:
        return none, Written()
    there = mask(cells.is_valid()) & (times > 0)
    three = mask(pc.match_substring_regex(cells, r"^[+-]?[1-9]\d{0,2}\.\d{3}$")) & there
    whole = mask(pc.match_substring_regex(cells, r"^[+-]?\d{1,3}$"))
    hundreds = mask(pc.match_substring_regex(cells, r"^[+-]?[1-9]\d{2}$")) & there
    alike = bool((three | whole | ~there).all())
    return three, Written(int(times[three].sum()), int(times[hundreds].sum()), alike)


def _check_range(
    values: pa.Array, column: Column, times: npt.NDArray[np.int64], written: Written
) -> tuple[Mask, bool, list[Fault]]:
    numbers = floats(values)
    if column.limits is None:
        return np.zeros(len(numbers), dtype=bool), False, []
    low, high = column.limits
    outside = ((numbers < low) | (numbers > high)) & (times > 0)
    far = outside & (numbers > SCALE_FACTOR * high) & (numbers <= 100)
    rule = outside_range(column, far=written.far)
    return outside, high == _SCALE and bool(far.any()), fault(column, outside, rule)


def outside_range(column: Column, *, far: bool = False) -> str:
    """What is said of a number outside the range of its column.

    Parameters
    ----------
    far
        Whether it lies up to 100, and beyond twice the upper end.
    """
    assert column.limits is not None
    low, high = column.limits
    rule = f"outside {low:g} to {high:g}{' ' + column.unit if column.unit else ''}"
    if column.below is not None or column.above is not None:
        rule += ", within which lies also what is taken for a value beyond a limit"
    if high == _SCALE and far:
        return f"{rule}; this looks like a 0-100 scale (values are never divided for you)"
    return f"{rule}; correct it, or add it under missing: if it is a code"
