"""A rule that a table breaks, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from predictor.errors import DataError
from predictor.study import Edit, TableSpec, inline

_SHOWN = 5
_SINGLE = 3  # columns that break the same rule and are still told one by one
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
    kind
        Short words for faults that differ only in their limits; empty if the rule says it.
    fix
        A change of the study file after which the table no longer breaks this rule, if one is
        likely to be meant; None if the table is what has to change, or nobody has looked
        (`predictor.cohort.remedies`).
    also
        Further changes without which `fix` is not enough.
    header
        1-based row of the file in which the names of the columns stand.
    """

    column: str | None
    rows: tuple[int, ...]
    rule: str
    kind: str = field(default="", compare=False)
    fix: Edit | None = field(default=None, compare=False)
    also: tuple[Edit, ...] = field(default=(), compare=False)
    header: int = field(default=1, compare=False)

    @property
    def where(self) -> str | None:
        """Its rows in words, as a spreadsheet numbers them; None if it is not about rows."""
        return rows_in_words([self.header + 1 + row for row in self.rows]) if self.rows else None

    @property
    def message(self) -> str:
        """Column, rows and rule; for people."""
        said = (self.column, self.where, self.rule)
        return ": ".join(part for part in said if part is not None)


def below_header(faults: Iterable[Fault], header: int) -> list[Fault]:
    """Faults of a table whose names stand in a row of its file, 1-based."""
    return [replace(fault, header=header) for fault in faults]


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

    def join(self, below: Faults) -> None:
        """Add those of further files, which lie below these in the table."""
        for key, rows in below._found.items():
            if key not in self._found and len(self._found) >= _MOST:
                self._others = True
                continue
            self._found.setdefault(key, Rows()).add(rows.first, rows.count)
        self._others |= below._others

    @property
    def columns(self) -> frozenset[str]:
        """Those of which there is a fault."""
        return frozenset(column for _, column, _ in self._found if column is not None)

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


class TableError(DataError):
    """A table that breaks its dictionary, with every fault as it was found.

    Parameters
    ----------
    path
        The table.
    found
        Its faults; columns that break the same rule become one message if there are many.
    asked
        What the study file leaves open besides, as sentences.
    table
        How the table seems to be written, and was read for the other faults; None if as the study
        file says.
    """

    def __init__(
        self,
        path: Path | str,
        found: Sequence[Fault],
        asked: Sequence[str] = (),
        table: TableSpec | None = None,
    ) -> None:
        super().__init__([*(f"{path}: {message}" for message in messages(found)), *asked])
        self.path = path
        self.found = tuple(found)
        self.asked = tuple(asked)
        self.table = table

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[str, ...]]]:
        return DataError, (self.faults,)


def messages(faults: Sequence[Fault]) -> list[str]:
    """Faults in words, many columns with the same one together."""
    by_rule: dict[str, list[Fault]] = {}
    for fault in faults:
        by_rule.setdefault(fault.rule if fault.column else fault.message, []).append(fault)
    said: list[str] = []
    for rule, alike in by_rule.items():
        if len(alike) <= _SINGLE:
            said += [fault.message + _to_say(fault) for fault in alike]
            continue
        cells = sum(len(fault.rows) for fault in alike)
        where = f", {cells} cells" if cells else ""
        said.append(f"{len(alike)} columns ({listed([f.column for f in alike])}){where}: {rule}")
    return said


def _to_say(fault: Fault) -> str:
    """The line of a study file about the whole table, without which nothing can be read."""
    if fault.column is not None or fault.fix is None or fault.fix.keys != ("table",):
        return ""
    return f"; if that is right, say so in the study file: table: {inline(fault.fix.value)}"


def listed(names: Sequence[str | None], shown: int = _SINGLE) -> str:
    """``a, b, c and 297 more``."""
    more = len(names) - shown
    return ", ".join(map(str, names[:shown])) + (f" and {more} more" if more > 0 else "")
