"""A console that shows text as it is."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from predictor.printable import visible

_WIDEST = 10_000


class PlainConsole(Console):
    """Prints texts and tables without markup, and without cutting a cell.

    In a file or a pipe a table is as wide as it needs to be; in a terminal its cells are folded. A
    grid without lines holds sentences, which are folded everywhere.
    """

    def __init__(self, *, stderr: bool, quiet: bool) -> None:
        super().__init__(stderr=stderr, quiet=quiet, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **settings: Any) -> Text:
        """Every text that is printed comes through here."""
        return super().render_str(visible(text), **settings)

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print texts or a table."""
        before = self._width
        for table in objects:
            if isinstance(table, Table):
                for column in table.columns:
                    column.overflow = "fold"
                if table.box is not None and not self.is_terminal:
                    wide = self.options.update(width=_WIDEST, max_width=_WIDEST)
                    self._width = max(self.width, Measurement.get(self, wide, table).maximum)
        try:
            super().print(*objects, **settings)
        finally:
            self._width = before

    def on_broken_pipe(self) -> None:
        """Leave it to `predictor.cli.options.printing`; rich would end with exit code 1."""
        raise BrokenPipeError
