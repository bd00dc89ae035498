"""Faults for which a line of the study file may be what is wrong, with that line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa

from predictor.cohort.dates import DATE
from predictor.cohort.dictionary import plain_cells
from predictor.cohort.fault import Fault
from predictor.cohort.flags import FLAGS
from predictor.cohort.numbers import NOT_WHOLE, NUMBER
from predictor.cohort.suspected_forms import Forms, of_dates, of_flags, of_numbers
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
        Fixes hold words and numbers of closed lists, and levels that at least five rows have;
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
    owner = next((q.name for q in study.checkboxes if column.name in q.columns), column.name)
    cells = dict(zip(fault.rows, raw[column.name].take(list(fault.rows)).to_pylist(), strict=True))
    coded = {row: cell for row, cell in cells.items() if cell and _means_none(cell, column, fault)}
    common = {row: cell for row, cell in _common(cells, column).items() if row not in coded}
    missing = as_typed([*study.missing_in(column), *sorted(coded.values())])
    levels = as_typed([*column.levels, *sorted(common.values())])
    for rows, key, value in ((coded, "missing", missing), (common, "levels", levels)):
        if rows:
            yield replace(fault, rows=tuple(rows), fix=Edit(("columns", owner, key), value))
    others = {row: cell for row, cell in cells.items() if row not in {**coded, **common}}
    forms = _forms(others, column, raw)
    formed = _read_with(forms, others, column)
    if formed:
        fix, *also = (Edit(("columns", owner, key), value) for key, value in forms.items())
        yield replace(fault, rows=tuple(formed), fix=fix, also=tuple(also))
    if rest := tuple(row for row in others if row not in formed):
        yield replace(fault, rows=rest)


def _forms(cells: dict[int, str | None], column: Column, raw: pa.Table) -> Forms:
    """Keys that may be missing in the study file for these cells to be read."""
    texts = {cell for cell in cells.values() if cell}
    match column.type:
        case "flag":
            words = {"true": column.true, "false": column.false}
            return {key: as_typed([*words[key], *said]) for key, said in of_flags(texts).items()}
        case "number" | "integer":
            forms = of_numbers(texts)
            if column.type == "integer" and "below" in forms:
                forms = {**forms, "below": "limit"}
            return forms
        case "date" if column.format is None:
            return of_dates(cell for cell in set(raw[column.name].to_pylist()) if cell)
    return {}


def _read_with(forms: Forms, cells: dict[int, str | None], column: Column) -> list[int]:
    """Rows whose cell is a plain one once these keys are declared."""
    if not forms:
        return []
    said = {
        key: tuple(map(str, value)) if isinstance(value, list) else value
        for key, value in forms.items()
    }
    declared = column.model_copy(update=said)
    plain = plain_cells(pa.array(cells.values(), pa.string()), declared).cells.to_pylist()
    return [row for row, cell in zip(cells, plain, strict=True) if cell and _is_plain(cell, column)]


def _is_plain(cell: str, column: Column) -> bool:
    match column.type:
        case "flag":
            return cell.lower() in FLAGS
        case "date":
            return re.match(DATE, cell) is not None
    return re.match(NUMBER, cell) is not None


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
