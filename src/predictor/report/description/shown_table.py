"""A table as it is shown, and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass


@dataclass(frozen=True)
class ShownTable:
    """A table of texts.

    Attributes
    ----------
    slug
        Name of its file.
    title
        What it shows.
    headings, rows
        (k,) and rows of (k,); the first of a row says what the row is about.
    note
        How to read it; empty if that is plain.
    """

    slug: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def csv_text(table: ShownTable) -> str:
    """A table as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([table.headings, *table.rows])
    return stream.getvalue()
