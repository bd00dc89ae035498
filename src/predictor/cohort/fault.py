"""A rule that a table breaks, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SHOWN = 5
_MOST = 500  # kinds of faults in files


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
    return str(Rows(list(rows[:_SHOWN]), len(rows)))


@dataclass
class Rows:
    """Some rows, of which only the first are remembered.

    Attributes
    ----------
    first
        The first five, 1-based.
    count
        How many there are.
    """

    first: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, rows: Sequence[int], count: int | None = None) -> None:
        """Further rows, below those that are there; `count` if these are only the first of them."""
        self.first += rows[: _SHOWN - len(self.first)]
        self.count += len(rows) if count is None else count

    def __str__(self) -> str:
        """``row 7`` or ``rows 7, 12 and 3 more``."""
        if self.count == 1:
            return f"row {self.first[0]}"
        shown = ", ".join(map(str, self.first))
        more = self.count - len(self.first)
        return f"rows {shown}" + (f" and {more} more" if more else "")


class Faults:
    """The faults of a table that is read in parts, however many they are.

    Parameters
    ----------
    columns
        Names of the columns, in the order in which their faults are told.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._order: dict[str | None, int] = {None: -1}
        self._order |= {name: place for place, name in enumerate(columns)}
        self._found: dict[tuple[str | None, str | None, str], Rows] = {}
        self._others = False

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, faults: Iterable[Fault], part: str | None, first: int = 0) -> None:
        """Faults of some rows of a file.

        Parameters
        ----------
        faults
            Of which each is about single rows.
        part
            The file, as messages call it; None if they need not.
        first
            Which row of the file the first of these rows is, 0-based.
        """
        for each in faults:
            key = (part, each.column, each.rule)
            if key not in self._found and len(self._found) >= _MOST:
                self._others = True
                continue
            shown = [row + first + 2 for row in each.rows[:_SHOWN]]
            self._found.setdefault(key, Rows()).add(shown, len(each.rows))

    def messages(self) -> list[str]:
        """One for every file, column and rule; the same however the table was parted."""
        parts = {part: place for place, (part, _, _) in enumerate(self._found)}

        def place(key: tuple[str | None, str | None, str]) -> tuple[int, int, int, str]:
            part, column, rule = key
            return (
                parts[part],
                self._order.get(column, len(self._order)),
                self._found[key].first[0],
                rule,
            )

        said = [
            ": ".join(
                text for text in (part, column, str(self._found[part, column, rule]), rule) if text
            )
            for part, column, rule in sorted(self._found, key=place)
        ]
        if self._others:
            said.append("and faults in further files, which are not listed")
        return said
