"""What a spreadsheet shows of a number: itself, its percentage, or something else."""

from __future__ import annotations

import decimal
import functools
import re

from predictor.cohort.cell import text

NOT_CALCULATED, OTHERWISE = "#FORMULA!", "#FORMAT!"
"""In place of a cell without a value, and of one that shows something else than it holds."""

_DIGITS = 15  # so many a spreadsheet shows and lets people type; a formula leaves up to 17
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a number format, but digits
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")


def shown(value: object, shape: str) -> str | None:
    """The text of a cell as the spreadsheet shows it.

    Parameters
    ----------
    value
        What it holds.
    shape
        Its number format, as Excel writes it.
    """
    if isinstance(value, float):
        value = float(f"{value:.{_DIGITS}g}")
    if isinstance(value, int | float) and not isinstance(value, bool) and shape != "General":
        kind = _kind(shape, (value > 0) - (value < 0))
        if kind == "percent":
            return percentage(value)
        if kind == "other":
            return OTHERWISE
    return text(value)


def percentage(value: float) -> str:
    """A number as its percentage, exactly: 0.12 as ``12%``."""
    return f"{(decimal.Decimal(repr(value)) * 100).normalize():f}%"


@functools.lru_cache
def _kind(shape: str, sign: int) -> str:
    """What a number format makes of a number of this sign: itself, its percentage, or other."""
    sections = _NOT_SHOWN.sub("", shape).split(";")
    section = sections[0]
    if sign < 0 and len(sections) > 1:
        section = sections[1]
    elif sign == 0 and len(sections) > 2:
        section = sections[2]
    if "%" in section:
        return "percent"
    if "general" in section.lower() or "@" in section:
        return "number"
    hidden = not any(digit in section for digit in "0#?")
    return "other" if hidden or _THOUSANDS.search(section) else "number"
