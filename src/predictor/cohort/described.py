"""A table with what its file says about the columns: the seam between tables and drafts.

A source that knows more than names and cells (labels of SPSS or Stata, the data dictionary of
REDCap) fills in the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.codebook import Codebook, Entry
from predictor.cohort.flags import NO, YES
from predictor.cohort.numerals import numbers
from predictor.cohort.read import read_raw
from predictor.cohort.value_labels import codes_of, replaced
from predictor.cohort.words_for_missing import NO_ANSWER, bare
from predictor.study import PLAIN, ColumnType, TableSpec

_SHOWN = 3  # labels of a number, in its meaning


@dataclass(frozen=True, repr=False)
class DescribedColumn:
    """One column of a table, before anybody has declared it.

    Attributes
    ----------
    name
        As in the header.
    cells
        (n,) text, null where a cell is empty: as from `read_table`.
    label
        What the file says it holds.
    unit
        What the file says it counts or is measured in.
    levels
        The values the file allows, in its order, as they stand in the cells.
    missing
        Texts and numbers that mean "no value" by the file.
    type
        As in a data dictionary; None if the file does not say.
    ordered
        Whether the file says that its levels are in an order with a meaning.
    range
        Smallest and largest value that the file allows.
    personal
        Whether the file says that it names a person.
    """

    name: str
    cells: pa.ChunkedArray
    label: str | None = None
    unit: str | None = None
    levels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    type: ColumnType | None = None
    ordered: bool = False
    range: tuple[float, float] | None = None
    personal: bool = False


def read_described(
    path: Path | str, spec: TableSpec = PLAIN, codebook: Codebook | None = None
) -> tuple[DescribedColumn, ...]:
    """Read a table as `read_table` does, with what its file says about the columns.

    Columns that hold numbers throughout, written as `spec` says, are read as numbers. A column all
    of whose values have a label has the labels; where only the ends of a scale do, the numbers.

    Parameters
    ----------
    codebook
        What a dictionary beside the file says of its columns.

    Raises
    ------
    DataError
        If the file cannot be read as a table.
    """
    raw = read_raw(path, spec)
    known = {**raw.codebook, **(codebook or {})}
    return tuple(
        _described(name, numbers(raw.cells[name], spec), known.get(name, Entry()))
        for name in raw.cells.column_names
    )


def _described(name: str, cells: pa.ChunkedArray, entry: Entry) -> DescribedColumn:
    """A column of codes, or of labels, as a study would have it."""
    levels: tuple[str, ...] = ()
    label, kind = entry.label, entry.type
    flag = _flag_of(entry)
    if flag is not None:
        kind, cells = "flag", _replaced(cells, flag)
    elif _has_levels(cells, entry):
        kind, levels = "category", tuple(entry.labels.values())
        cells = _replaced(cells, entry.labels)
    elif entry.labels:
        kind = "number" if kind == "category" else kind
        none = tuple(code for code, said in entry.labels.items() if NO_ANSWER.match(said))
        entry = replace(entry, missing=(*entry.missing, *none))
        cells = _replaced(cells, codes_of(entry.labels))
        label = _with_ends(label, entry)
    return DescribedColumn(
        name,
        cells,
        label=label,
        unit=entry.unit,
        levels=levels,
        missing=entry.missing,
        type=kind,
        ordered=entry.ordered and len(levels) > 2,
        range=entry.range,
        personal=entry.personal,
    )


def _replaced(cells: pa.ChunkedArray, texts: Mapping[str, str]) -> pa.ChunkedArray:
    return pa.chunked_array([pc.cast(replaced(cells, texts), pa.string())])


def _flag_of(entry: Entry) -> dict[str, str] | None:
    """What becomes of the cells of a flag; None if its labels are no yes and no."""
    words = {label.casefold(): code for code, label in entry.labels.items()}
    if len(words) != 2 or len({*words} & YES) != 1 or len({*words} & NO) != 1:
        return None
    yes = words[next(iter({*words} & YES))]
    if {*entry.labels} == {"0", "1"} and yes == "1":
        return codes_of(entry.labels)
    return dict(entry.labels)


def _has_levels(cells: pa.ChunkedArray, entry: Entry) -> bool:
    """Whether the labels are those of a category, and not marks along a scale."""
    labels = entry.labels
    as_numbers = sum(label == code for code, label in labels.items())
    if len(labels) < 2 or entry.type in ("number", "integer") or 2 * as_numbers >= len(labels):
        return False
    known = {*labels, *labels.values(), *entry.missing}
    return all(bare(text) in known for text in pc.unique(cells.drop_null()).to_pylist())


def _with_ends(label: str | None, entry: Entry) -> str | None:
    """What a number is, with the labels of some of its values."""
    marks = [
        said if said.startswith(code) else f"{code} = {said}"
        for code, said in entry.labels.items()
        if code != said and code not in entry.missing
    ]
    if not marks or len(marks) > _SHOWN:
        return label
    return f"{label} ({', '.join(marks)})" if label else ", ".join(marks)
