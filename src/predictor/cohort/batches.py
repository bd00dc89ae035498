"""Tables of any length, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from predictor.cohort.cell import canonical, plain
from predictor.cohort.sizes import MOST_CELLS, ROWS
from predictor.cohort.sources import Blocks, Part
from predictor.errors import DataError

if TYPE_CHECKING:
    from predictor.cohort.visits import OneRowEach


@dataclass(frozen=True, repr=False)
class Batch:
    """Some rows of a table, below each other.

    Attributes
    ----------
    table
        One column of text cells per column, each different text once (dictionaries), null where a
        cell is empty.
    part
        The file they are of, as messages call it.
    first
        Which row of that file the first of them is: 0 is the one below row 1.
    share
        Of the whole table, read by then.
    visits
        Where the rows come from, if the table has a row per visit.
    """

    table: pa.Table
    part: str | None
    first: int
    share: float
    visits: OneRowEach | None = None


def read_batches(
    parts: Sequence[Part], columns: Sequence[str] | None = None, rows: int = ROWS
) -> Iterator[Batch]:
    """The rows of a table, in their order; blank ones at the end of a file are left out.

    Parameters
    ----------
    parts
        Its files.
    columns
        Those that are wanted, in this order; all of the first file if None.
    rows
        How many a batch has at most.

    Raises
    ------
    DataError
        If a file cannot be read as a table.
    """
    for place, part in enumerate(parts):
        names = parts[0].blocks.names if columns is None else tuple(columns)
        for table, row, share in _without_blank_end(part.blocks, names):
            first, done = part.header - 1 + row, (place + share) / len(parts)
            for start in range(0, table.num_rows, rows):
                yield Batch(table.slice(start, rows), part.name, first + start, done)


def held_batches(
    table: pa.Table, rows: int = ROWS, visits: OneRowEach | None = None
) -> Iterator[Batch]:
    """The rows of a table of text cells in memory, all of them; at least one batch."""
    for start in range(0, max(table.num_rows, 1), rows):
        share = min((start + rows) / max(table.num_rows, 1), 1.0)
        yield Batch(table.slice(start, rows), None, start, share, visits)


def _without_blank_end(
    blocks: Blocks, names: Sequence[str]
) -> Iterator[tuple[pa.Table, int, float]]:
    """Tables, the row each begins in, and the share read by then."""
    done, blank, share = 0, 0, 1.0
    for cells, share in blocks.read(names):
        table = _canonical(cells)
        last = _last_filled(table)
        if last >= 0:
            if blank:
                yield _blank(table, blank), done - blank, share
            yield table.slice(0, last + 1), done, share
            blank = 0
        done += table.num_rows
        blank += table.num_rows - last - 1
    # what is blank in these columns need not be so in the others
    if blank and len(names) < len(blocks.names):
        rest = (each for each, _ in blocks.read([n for n in blocks.names if n not in names]))
        kept = _filled_below(rest, done - blank)
        if kept:
            yield _blank(table, kept), done - blank, share


def _filled_below(tables: Iterator[pa.Table], first: int) -> int:
    """How many rows there are from a row on, to the last that is not blank."""
    done, last = 0, first
    for cells in tables:
        if done + cells.num_rows > first:
            found = _last_filled(_canonical(cells))
            if found >= 0:
                last = max(last, done + found + 1)
        done += cells.num_rows
    return last - first


def _canonical(cells: pa.Table) -> pa.Table:
    return pa.table([canonical(column) for column in cells.columns], names=cells.column_names)


def _last_filled(table: pa.Table) -> int:
    """The last row with a cell; -1 if all are blank."""
    last = -1
    for column in table.columns:
        if last == table.num_rows - 1:
            break
        filled = np.flatnonzero(column.is_valid().to_numpy())
        last = max(last, int(filled[-1]) if len(filled) else -1)
    return last


def _blank(table: pa.Table, rows: int) -> pa.Table:
    return table.schema.empty_table().take(pa.nulls(rows, pa.int64()))


def some_columns(parts: Sequence[Part], columns: Sequence[str]) -> tuple[pa.Table, int]:
    """All rows of some columns in memory, each different text of a column once.

    Returns
    -------
    table, header
        And the 1-based row of the first file in which the names of the columns stood.

    Raises
    ------
    DataError
        If they are more than are read into memory, or a file cannot be read as a table.
    """
    tables: list[pa.Table] = []
    rows, header = 0, 1
    for batch in read_batches(parts, columns):
        header = header if tables else batch.first + 1
        tables.append(batch.table)
        rows += len(batch.table)
        if rows * len(columns) > MOST_CELLS:
            raise DataError(
                f"{parts[0].name}: {rows:,} and more rows of visits are not read into memory; "
                f"part the patients into several tables"
            )
    if not tables:
        return pa.table({name: pa.array([], pa.string()) for name in columns}), header
    return pa.concat_tables(tables).unify_dictionaries(), header


def all_rows(parts: Sequence[Part]) -> pa.Table:
    """A whole table in memory, as text cells."""
    batches = read_batches(parts)
    first = next(batches, None)
    if first is None:
        return pa.table({name: pa.array([], pa.string()) for name in parts[0].blocks.names})
    return pa.concat_tables([plain(batch.table) for batch in chain([first], batches)])
