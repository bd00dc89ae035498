"""The tables of a study, from their files to one row of text cells per patient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from predictor.cohort.databases import located
from predictor.cohort.plain_tables import plain_parts, plain_table
from predictor.cohort.read import RawTable, read_frame, read_raw
from predictor.cohort.sources import DECLARED, Part, open_parts
from predictor.cohort.taken import Taken
from predictor.errors import DataError
from predictor.study import PLAIN, Column, Study, TableSpec

_Table = TypeVar("_Table")

_IN_PLAIN_FORM = Taken(
    "the table in plain form (commas, decimal points, names in row 1), and not as table: in the "
    "study file says"
)


def read_patients(path: Path | str, study: Study) -> RawTable:
    """Read a table as the study says that its tables are written, or in plain form.

    Numbers of columns that are declared as such have a point before their decimals then, and
    nothing between their thousands; boxes are flags (`predictor.cohort.plain_tables`).

    Raises
    ------
    DataError
        If the file cannot be read as such a table; the message never shows a cell.
    """

    def read(spec: TableSpec) -> RawTable:
        return read_raw(path, spec, numbers_of(study), declared_in(study))

    raw, plain = _in_either_form(path, study, read, lambda raw: raw.cells.column_names)
    try:
        cells, taken = plain_table(raw.cells, study)
    except DataError as error:
        raise DataError([f"{path}: {fault}" for fault in error.faults]) from None
    as_written = (_IN_PLAIN_FORM,) if plain else ()
    return replace(raw, cells=cells, taken=(*as_written, *raw.taken, *taken))


def open_patients(path: Path | str, study: Study) -> tuple[Part, ...]:
    """The same in parts, to be read some rows at a time.

    Raises
    ------
    DataError
        If there is no such table.
    """

    def opened(spec: TableSpec) -> tuple[Part, ...]:
        return open_parts(path, spec, numbers_of(study), declared_in(study))

    parts, plain = _in_either_form(path, study, opened, lambda parts: parts[0].blocks.names)
    if plain:
        parts = tuple(replace(part, taken=lambda: (_IN_PLAIN_FORM,)) for part in parts)
    return plain_parts(parts, study)


@contextmanager
def told_how_written(path: Path | str, study: Study) -> Iterator[None]:
    """Within it, a refusal of a table also says how it seems to be written, if in neither form.

    A saved model cannot be told; whoever has the table can write it in another way.
    """
    try:
        yield
    except DataError as error:
        from predictor.cohort.guesses import guess

        names = declared_in(study)
        seems = guess(path, study.table, names)
        if seems is None or guess(path, PLAIN, names) is None:
            raise
        hint = (
            f"{path}: it seems to have {seems.words}, which the study of the model does not say "
            f"under table:. Save it in plain form (comma separated UTF-8 with decimal points, the "
            f"names of the columns in row 1) or as .xlsx with one sheet"
        )
        raise DataError([*error.faults, hint]) from None


def patients_of(frame: Any, study: Study) -> pa.Table:
    """The table of a pandas data frame, as `read_patients` gives that of a file.

    Raises
    ------
    DataError
        If it is no table of patients.
    """
    return plain_table(read_frame(frame), study)[0]


def _in_either_form(
    path: Path | str,
    study: Study,
    read: Callable[[TableSpec], _Table],
    names: Callable[[_Table], Collection[str]],
) -> tuple[_Table, bool]:
    """A table as the study says, or in plain form if that alone gives names that are declared.

    Then there is no doubt: a header by which no declared name is found is none, and a comma between
    two of them parts cells.
    """
    place = located(path)
    suffix = place.suffix.lower() if isinstance(place, Path) else None
    plain_form = PLAIN.model_copy(update={"dictionary": study.table.dictionary})
    if study.table == plain_form or suffix not in DECLARED:
        return read(study.table), False
    declared = set(declared_in(study))
    fault: DataError | None = None
    try:
        found = read(study.table)
        if declared.intersection(names(found)):
            return found, False
    except DataError as error:
        fault = error
    with suppress(DataError):
        plain = read(plain_form)
        if declared.intersection(names(plain)):
            return plain, True
    if fault is not None:
        raise fault
    return found, False


def declared_in(study: Study) -> dict[str, Column]:
    """Columns of the dictionary by the column of the table that holds them."""
    rows = () if study.visits is None else study.visits.columns
    return {column.source or column.name: column for column in (*rows, *study.columns)}


def numbers_of(study: Study) -> frozenset[str]:
    """Names of the columns that hold numbers, of a patient or of a visit."""
    of_rows = () if study.visits is None else study.visits.columns
    return frozenset(
        name
        for column in (*study.columns, *of_rows)
        if column.type in ("number", "integer") and column.role not in ("id", "ignore")
        for name in {column.name, column.source or column.name}
    )
