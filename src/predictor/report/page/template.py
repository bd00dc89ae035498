"""The page as HTML; everything it says comes from the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from predictor.report.page.blocks import Page

if TYPE_CHECKING:
    from jinja2 import Environment

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
    return found


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Text cut at `code` in backquotes: whether it is code, and the piece."""
    return [
        (piece.startswith("`") and len(piece) > 1, piece.strip("`"))
        for piece in _CODE.split(text)
        if piece
    ]
