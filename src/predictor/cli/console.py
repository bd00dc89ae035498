"""A console that shows text as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from predictor.printable import visible

_WIDEST = 10_000


class PlainConsole(Console):
    """Prints texts and tables without markup, and without cutting a cell.

    In a file or a pipe a table is as wide as it needs to be. In a terminal words go on in the next
    line, numbers do not: columns for which there is no room follow below, behind the first one. A
    grid without lines holds sentences, which are folded everywhere.
    """

    def __init__(self, *, stderr: bool, quiet: bool) -> None:
        super().__init__(stderr=stderr, quiet=quiet, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **settings: Any) -> Text:
        """Every text that is printed comes through here."""
        return super().render_str(visible(text), **settings)

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print texts or tables."""
        before = self._width
        shown: list[Any] = []
        for each in objects:
            if not isinstance(each, Table):
                shown.append(each)
                continue
            for column in each.columns:
                column.overflow = "fold"
            if each.box is None:
                shown.append(each)
            elif self.is_terminal:
                shown += self._parts(each)
            else:
                self._width = max(self.width, self._needed(each).maximum)
                shown.append(each)
        try:
            super().print(*shown, **settings)
        finally:
            self._width = before

    def _needed(self, table: Table) -> Measurement:
        """What a table takes at least and at most, had it all the room there is."""
        wide = self.options.update(width=_WIDEST, max_width=_WIDEST)
        return Measurement.get(self, wide, table)

    def _parts(self, table: Table) -> list[Table]:
        """The table, or tables that have its first column in common, as wide as there is room."""
        rest = list(range(1, len(table.columns)))
        if self._needed(table).maximum <= self.width:
            return [table]
        for column in table.columns:
            if column.justify == "right":  # a number stays on its line, a heading need not
                words = str(column.header).split()
                column.width = max(cell_len(str(each)) for each in (*column.cells, *words, ""))
        parts: list[Table] = []
        while rest:
            number = len(rest)
            while number > 1 and self._needed(_of(table, rest[:number])).minimum > self.width:
                number -= 1
            parts.append(_of(table, rest[:number], titled=not parts))
            rest = rest[number:]
        return parts or [table]

    def on_broken_pipe(self) -> None:
        """Leave it to `predictor.cli.options.printing`; rich would end with exit code 1."""
        raise BrokenPipeError


def _of(table: Table, places: Sequence[int], *, titled: bool = True) -> Table:
    """The first column of a table and some of the others."""
    columns = [table.columns[0], *(table.columns[place] for place in places)]
    part = Table(
        *(replace(column, _cells=[], _index=place) for place, column in enumerate(columns)),
        title=table.title if titled else None,
        title_justify=table.title_justify,
        box=table.box,
        pad_edge=table.pad_edge,
        show_header=table.show_header,
    )
    for cells in zip(*(column.cells for column in columns), strict=True):
        part.add_row(*cells)
    return part
