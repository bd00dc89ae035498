"""Numbers as a reader expects them."""

from __future__ import annotations

NONE = "–"
"""Stands where there is no number."""


def number(value: float | None, digits: int = 2) -> str:
    """A number with a real minus sign, or a dash where it is not defined.

    Examples
    --------
    >>> number(-0.1234), number(None), number(-0.001)
    ('−0.12', '–', '0.00')
    """
    if value is None:
        return NONE
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def percent(share: float | None) -> str:
    """A share in whole per cent.

    Examples
    --------
    >>> percent(23 / 48)
    '48 %'
    """
    return NONE if share is None else f"{100 * share:.0f} %"
