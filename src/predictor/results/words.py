"""Numbers as a reader expects them: typeset on pages, plain in terminals and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.disclosure import SMALL, WITHHELD, Shown, ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from predictor.results.description import NumberInGroup, Share
    from predictor.results.intervals import Interval, IntervalEstimate

NONE, PLAIN_NONE = "–", "-"
"""Stands where there is no number: typeset, and plain."""


def number(value: float | None, digits: int = 2) -> str:
    """A number with a real minus sign, or a dash where it is not defined.

    Examples
    --------
    >>> number(-0.1234), number(None), number(-0.001)
    ('−0.12', '–', '0.00')
    """
    return NONE if value is None else plain(value, digits).replace("-", "−")


def plain(value: float | None, digits: int = 2) -> str:
    """The same in ASCII.

    Examples
    --------
    >>> plain(-0.1234), plain(None), plain(-0.001)
    ('-0.12', '-', '0.00')
    """
    if value is None:
        return PLAIN_NONE
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def short(value: float | None, digits: int = 2) -> str:
    """The same without needless zeros.

    Examples
    --------
    >>> short(-0.5), short(8.0), short(None)
    ('-0.5', '8', '-')
    """
    text = plain(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None, none: str = NONE) -> str:
    """A share in whole per cent.

    Examples
    --------
    >>> percent(23 / 48), percent(None)
    ('48 %', '–')
    """
    return none if share is None else f"{100 * share:.0f} %"


def percent_interval(row: Interval) -> str:
    """``48 to 75 %``."""
    return PLAIN_NONE if row.low is None else f"{100 * row.low:.0f} to {percent(row.high)}"


def with_interval(found: IntervalEstimate, digits: int = 2) -> str:
    """An estimate and its interval: ``0.62 (0.39 to 0.84)``."""
    text = number(found.estimate, digits)
    return text if found.low is None else f"{text} ({span(found, digits)})"


def odds_ratio(ratio: float | None, low: float | None, high: float | None) -> str:
    """An odds ratio and its interval, without the digits of what nobody reads.

    Examples
    --------
    >>> odds_ratio(1.234, 0.05, 4e6), odds_ratio(12.3, None, None), odds_ratio(None, None, None)
    ('1.23 (0.05 to > 1000)', '12 (no interval)', 'not estimable')
    """
    if ratio is None:
        return "not estimable"
    if low is None or high is None:
        return f"{_ratio(ratio)} (no interval)"
    return f"{_ratio(ratio)} ({_ratio(low)} to {_ratio(high)})"


def _ratio(ratio: float) -> str:
    if ratio >= 1000:
        return "> 1000"
    if ratio < 0.001:
        return "< 0.001"
    if ratio >= 10:
        return f"{ratio:.0f}"
    return f"{ratio:.2f}" if ratio >= 0.095 else f"{ratio:.1g}"


def span(found: Interval, digits: int = 2) -> str:
    """The interval alone, or a dash."""
    if found.low is None or found.high is None:
        return NONE
    return f"{number(found.low, digits)} to {number(found.high, digits)}"


def p_value(p: float | None) -> str:
    """``p = 0.035``, ``p < 0.001``."""
    if p is None:
        return PLAIN_NONE
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def bare_p(p: float | None) -> str:
    """``0.035``, ``< 0.001``."""
    return p_value(p).removeprefix("p ").removeprefix("= ")


def events_of(row: Share) -> str:
    """``30 of 48 (62 %)``, without the share where it would tell the count."""
    text = f"{row.events} of {row.labelled}"
    return text if row.share is None else f"{text} ({percent(row.share)})"


def middle(facts: NumberInGroup) -> str:
    """``8 [7 to 9]``: median and quartiles; the median alone where these are not told."""
    if facts.median is None:
        return PLAIN_NONE
    if facts.q1 is None or facts.q3 is None:
        return short(facts.median, 1)
    q1, median, q3 = (short(each, 1) for each in (facts.q1, facts.median, facts.q3))
    return f"{median} [{q1} to {q3}]"


def count_in(count: Shown, patients: int) -> str:
    """A count with its share, or the bounds of both; no share where the count is not shown.

    Examples
    --------
    >>> count_in(9, 23), count_in("19 to 22", 23), count_in("<5", 23)
    ('9 (39 %)', '19 to 22 (83 to 96 %)', '<5')
    """
    if not patients or count in (SMALL, WITHHELD):
        return str(count)
    if isinstance(count, int):
        return f"{count} ({percent(count / patients)})"
    least, most = ends(count)
    return f"{count} ({100 * least / patients:.0f} to {percent(most / patients)})"


def count(n: int, one: str, many: str | None = None) -> str:
    """A number of things.

    Examples
    --------
    >>> count(1, "patient"), count(0, "patient")
    ('1 patient', '0 patients')
    """
    return f"{n} {one if n == 1 else many or one + 's'}"


def either(items: Sequence[str]) -> str:
    """Names of which one holds.

    Examples
    --------
    >>> either(["nos", "other", "unknown"])
    'nos, other or unknown'
    """
    *first, last = items
    return f"{', '.join(first)} or {last}" if first else last


def listed(items: Sequence[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed([])
    ('a, b and c', 'none')
    """
    if not items:
        return "none"
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
