"""The page as HTML; everything it says comes from the data."""

from __future__ import annotations

import re

from predictor.report.page.blocks import Page

_CODE = re.compile(r"(`[^`]+`)")


def render(page: Page) -> str:
    """One self-contained document: no script, nothing fetched, style and figures inside.

    All text is escaped; a title with markup in it is shown, not obeyed.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("predictor.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pieces"] = _pieces
    return environment.get_template("page.html").render(page=page)


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Text cut at `code` in backquotes: whether it is code, and the piece."""
    return [
        (piece.startswith("`") and len(piece) > 1, piece.strip("`"))
        for piece in _CODE.split(text)
        if piece
    ]
