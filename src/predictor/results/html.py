"""Results as a notebook shows them: a few lines and a small table, nothing of a single patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from predictor.printable import visible


def paragraphs(texts: Iterable[str]) -> str:
    """A paragraph per text."""
    return "".join(f"<p>{_shown(text)}</p>" for text in texts)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts."""
    head = "".join(f"<th>{_shown(text)}</th>" for text in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(text: str) -> str:
    return escape(visible(text))
