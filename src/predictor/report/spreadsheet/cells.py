"""Writing into cells, so that no text becomes a formula."""

from __future__ import annotations

from functools import cache
from typing import Any

from predictor.errors import ModelError
from predictor.formulas.excel import LONGEST
from predictor.printable import visible

_OF_FORMULAS = ("=", "+", "-", "@")  # with what a formula begins, for one program or another
INK, GREY, BLUE, PAPER, FORM = "1A1A1A", "6B6B6B", "0072B2", "F2F6FA", "FFF7D6"


def put_text(cell: Any, text: str, **look: Any) -> None:
    """A text that stays one, also after somebody has edited the cell."""
    cell.value = visible(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_OF_FORMULAS)
    styled(cell, **look)


def put_formula(cell: Any, formula: str, name: str, **look: Any) -> None:
    """A formula, without its equals sign.

    Raises
    ------
    ModelError
        If it is longer than Excel takes.
    """
    if len(formula) >= LONGEST:
        raise ModelError(
            f"{name}: too long for a cell of a spreadsheet; export the model to html or json"
        )
    cell.value = f"={formula}"
    if look:
        styled(cell, **look)


def styled(
    cell: Any,
    *,
    bold: bool = False,
    size: float = 10,
    colour: str = INK,
    fill: str | None = None,
    wrap: bool = False,
    number: str | None = None,
    right: bool = False,
    open_to_all: bool = False,
) -> None:
    """How a cell looks, and whether it can be filled in on a protected sheet."""
    font, alignment, paper, unlocked = _style(bold, size, colour, fill, wrap, right)
    cell.font, cell.alignment = font, alignment
    if fill is not None:
        cell.fill = paper
    if number is not None:
        cell.number_format = number
    if open_to_all:
        cell.protection = unlocked


@cache
def _style(
    bold: bool, size: float, colour: str, fill: str | None, wrap: bool, right: bool
) -> tuple[Any, Any, Any, Any]:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    return (
        Font(name="Calibri", bold=bold, size=size, color=colour),
        Alignment(wrap_text=wrap, vertical="top", horizontal="right" if right else "left"),
        PatternFill("solid", start_color=fill or "FFFFFF"),
        Protection(locked=False),
    )


def protect(sheet: Any) -> None:
    """Keep formulas from being typed over; there is no password, and columns can be made wider."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
