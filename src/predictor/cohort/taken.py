"""How cells of a table were taken that are not written as the dictionary's types are."""

from __future__ import annotations

from dataclasses import dataclass

from predictor.disclosure import FEW_IN_WORDS, small


@dataclass(frozen=True)
class Taken:
    """One way in which cells were read, for whoever has the table: `predictor check` lists it.

    It holds what the study file says and counts, never a cell. Counts of one to four are in it, so
    it is in nothing that is kept; `words` hides them.

    Attributes
    ----------
    what
        What was taken as what: ``Ja as true, Nee as false``.
    column
        Whose cells; None if it is about the whole table.
    cells
        How many were taken so; None if that is no number of cells.
    """

    what: str
    column: str | None = None
    cells: int | None = None

    @property
    def words(self) -> str:
        """As a line.

        Examples
        --------
        >>> Taken("Ja as true, Nee as false", "allodynia", 57).words
        'allodynia: Ja as true, Nee as false (57 cells)'
        >>> Taken("a decimal comma", cells=2).words
        'a decimal comma (fewer than 5 cells)'
        """
        where = "" if self.column is None else f"{self.column}: "
        if self.cells is None:
            return f"{where}{self.what}"
        count = FEW_IN_WORDS if small(self.cells) else str(self.cells)
        return f"{where}{self.what} ({count} cells)"
