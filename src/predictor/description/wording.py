"""Numbers as they stand in a sentence or a table."""

from __future__ import annotations

from predictor.disclosure import Shown, hidden
from predictor.results import Interval, NumberInGroup, Share

NOT_KNOWN = "-"


def number(value: float | None, digits: int = 2) -> str:
    """A number without needless zeros, with at most so many decimals."""
    if value is None:
        return NOT_KNOWN
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def p_value(p: float | None) -> str:
    """``p = 0.035``, ``p < 0.001``."""
    if p is None:
        return NOT_KNOWN
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def bare_p(p: float | None) -> str:
    """``0.035``, ``< 0.001``."""
    return p_value(p).removeprefix("p ").removeprefix("= ")


def percent(share: float | None) -> str:
    """``62 %``."""
    return NOT_KNOWN if share is None else f"{100 * share:.0f} %"


def percent_interval(row: Interval) -> str:
    """``48 to 75 %``."""
    return NOT_KNOWN if row.low is None else f"{100 * row.low:.0f} to {percent(row.high)}"


def events_of(row: Share) -> str:
    """``30 of 48 (62 %)``, without the share where it would tell the count."""
    text = f"{row.events} of {row.labelled}"
    return text if row.share is None else f"{text} ({percent(row.share)})"


def middle(facts: NumberInGroup) -> str:
    """``8 [7 to 9]``: median and quartiles."""
    if facts.median is None:
        return NOT_KNOWN
    q1, median, q3 = (number(each, 1) for each in (facts.q1, facts.median, facts.q3))
    return f"{median} [{q1} to {q3}]"


def count_in(count: Shown, patients: int) -> str:
    """``9 (39 %)``, without the share where the count is not shown."""
    return str(count) if hidden(count) or not patients else f"{count} ({percent(count / patients)})"  # type: ignore[operator]
