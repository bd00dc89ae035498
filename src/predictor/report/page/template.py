"""The page as HTML; everything it says comes from the data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from predictor.report.page.blocks import FIRST_ROWS, MOST_ROWS, Page

if TYPE_CHECKING:
    from jinja2 import Environment

_Row = TypeVar("_Row")
_CODE = re.compile(r"(`[^`]+`)")


def render(page: Page) -> str:
    """One self-contained document: no script, nothing fetched, style and figures inside.

    All text is escaped; a title with markup in it is shown, not obeyed.
    """
    return environment().get_template("page.html").render(page=page)


def environment() -> Environment:
    """Where templates are; every text is escaped, and plain data too (`tojson`)."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("predictor.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # the order of the data is theirs; NaN is no JSON
    found.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    found.filters["pieces"] = _pieces
    found.filters["parted"] = _parted
    return found


def _parted(rows: Sequence[_Row]) -> tuple[Sequence[_Row], Sequence[_Row]]:
    """The first rows of a table too long to be read, and the others, which are folded away."""
    return (rows, ()) if len(rows) <= MOST_ROWS else (rows[:FIRST_ROWS], rows[FIRST_ROWS:])


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Text cut at `code` in backquotes: whether it is code, and the piece."""
    return [
        (piece.startswith("`") and len(piece) > 1, piece.strip("`"))
        for piece in _CODE.split(text)
        if piece
    ]
