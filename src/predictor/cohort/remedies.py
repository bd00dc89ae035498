"""Faults for which a line of the study file may be what is wrong, with that line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa

from predictor.cohort.fault import Fault
from predictor.cohort.numbers import NOT_WHOLE
from predictor.cohort.words_for_missing import CODES, SIGNS, WORDS, as_typed
from predictor.disclosure import FEWEST
from predictor.study import Column, Edit, Study, as_number

_LONGEST_LEVEL = 40
_KINDS = {
    "outside ": "values outside the range of their column",
    "not one of the declared levels": "texts that are no level of their column",
}


def remedied(raw: pa.Table, study: Study, faults: Iterable[Fault]) -> list[Fault]:
    """Faults with their kind and, where there is one, their fix.

    Parameters
    ----------
    raw
        Text cells of the table, as from `predictor.cohort.read_table`.
    faults
        As found in that table. One of which a fix takes away a part becomes two.

    Returns
    -------
    list of Fault
        Fixes hold words and numbers of a closed list, and levels that at least five rows have;
        nothing else out of a cell.
    """
    return [part for fault in faults for part in _parts(raw, study, fault)]


def _parts(raw: pa.Table, study: Study, fault: Fault) -> Iterator[Fault]:
    kind = next((kind for rule, kind in _KINDS.items() if fault.rule.startswith(rule)), fault.kind)
    fault = replace(fault, kind=kind)
    column = next((each for each in study.columns if each.name == fault.column), None)
    if column is None or not fault.rows:
        yield fault
        return
    if fault.rule == NOT_WHOLE:
        yield replace(fault, fix=Edit(("columns", column.name, "type"), "number"))
        return
    cells = dict(zip(fault.rows, raw[column.name].take(list(fault.rows)).to_pylist(), strict=True))
    coded = {row: cell for row, cell in cells.items() if cell and _means_none(cell, column, fault)}
    common = {row: cell for row, cell in _common(cells, column).items() if row not in coded}
    missing = as_typed([*study.missing_in(column), *sorted(coded.values())])
    levels = as_typed([*column.levels, *sorted(common.values())])
    for rows, key, value in ((coded, "missing", missing), (common, "levels", levels)):
        if rows:
            yield replace(fault, rows=tuple(rows), fix=Edit(("columns", column.name, key), value))
    if rest := tuple(row for row in fault.rows if row not in coded and row not in common):
        yield replace(fault, rows=rest)


def _means_none(cell: str, column: Column, fault: Fault) -> bool:
    """Whether a cell probably stands for no value."""
    match column.type:
        case "number" | "integer" if fault.rule.startswith("outside "):
            return as_number(cell) in CODES
        case "number" | "integer" | "date" | "flag":
            return re.match(WORDS, cell) is not None
        case "category":
            return re.match(SIGNS, cell) is not None
    return False


def _common(cells: dict[int, str | None], column: Column) -> dict[int, str]:
    """Cells with a text that may be a level that nobody declared: many have it."""
    if column.type != "category":
        return {}
    times = Counter(cells.values())
    lower = {level.lower() for level in column.levels}
    return {
        row: cell
        for row, cell in cells.items()
        if cell is not None
        and times[cell] >= FEWEST
        and len(cell) <= _LONGEST_LEVEL
        and cell.isprintable()
        and cell.lower() not in lower
    }
