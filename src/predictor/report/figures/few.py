"""Counts so small that they could point at persons."""

from __future__ import annotations

from collections.abc import Sequence

FEW = 5

Count = int | str
"""A number of patients, or what is said in its place: ``<5``, ``withheld``."""


def shown(count: Count, individual: bool = False) -> str:
    """A count as it may be written: ``<5`` in place of 1 to 4, unless `individual`."""
    if isinstance(count, int) and 0 < count < FEW and not individual:
        return f"<{FEW}"
    return str(count)


def hidden(text: str) -> bool:
    """Whether a text stands in place of a count."""
    return not text.isdigit()


def size(text: str) -> float:
    """What stands for a count in a drawing; the same for all that are hidden."""
    return FEW / 2 if hidden(text) else float(text)


def total(texts: Sequence[str]) -> str:
    """The sum of counts, and what is hidden beside it: ``46``, ``46 + <5``, ``<5``."""
    known = sum(int(text) for text in texts if not hidden(text))
    unknown = [text for text in texts if hidden(text)]
    return " + ".join([str(known), *unknown] if known or not unknown else unknown)
