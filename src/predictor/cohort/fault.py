"""A rule that a table breaks, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 5


@dataclass(frozen=True)
class Fault:
    """A rule of the data dictionary that a table breaks.

    Attributes
    ----------
    column
        Its name, or the names that a rule is about; None if the rule is about the whole table.
    rows
        0-based rows that break it; none if it is not about single rows.
    rule
        What was expected and what to do, without a value or identifier of a patient.
    """

    column: str | None
    rows: tuple[int, ...]
    rule: str

    @property
    def message(self) -> str:
        """Column, rows as a spreadsheet numbers them, and rule; for people."""
        where = rows_in_words([row + 2 for row in self.rows]) if self.rows else None
        return ": ".join(part for part in (self.column, where, self.rule) if part is not None)


def rows_in_words(rows: Sequence[int]) -> str:
    """``row 7`` or ``rows 7, 12 and 3 more``; 1-based, the header is row 1."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    return f"rows {shown}" + (f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")
