"""Counts so small that they could point at persons."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.disclosure import FEWEST, shown
from predictor.disclosure import Shown as Count

__all__ = ["Count", "hidden", "shown", "size", "total"]


def hidden(text: str) -> bool:
    """Whether a text stands in place of a count."""
    return not text.isdigit()


def size(text: str) -> float:
    """What stands for a count in a drawing; the same for all that are hidden."""
    return FEWEST / 2 if hidden(text) else float(text)


def total(texts: Sequence[str]) -> str:
    """The sum of counts, and what is hidden beside it: ``46``, ``46 + <5``, ``<5``."""
    known = sum(int(text) for text in texts if not hidden(text))
    unknown = [text for text in texts if hidden(text)]
    return " + ".join([str(known), *unknown] if known or not unknown else unknown)
