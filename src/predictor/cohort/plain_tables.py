"""A table in plain form, as far as no cell tells by itself what it means.

Boxes of one question become flags under readable names, and an empty cell becomes what the study
file says that it means. This is about tables, in which a patient has a cell of every column; a form
and JSON are plain already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.arrow_arrays import arrow
from predictor.cohort.cell import canonical
from predictor.cohort.dictionary import distinct, means_missing
from predictor.cohort.flags import read_flags
from predictor.cohort.masks import Mask, mask
from predictor.cohort.plain_cells import plain_flags
from predictor.cohort.sources import Blocks, Part
from predictor.cohort.taken import Taken
from predictor.disclosure import in_words
from predictor.errors import DataError
from predictor.study import Checkboxes, Column, Study

_MEANING = {
    "missing": "which is no answer",
    "none": "which is none of them (if it is no answer, say unanswered: missing)",
}


def is_plain(study: Study) -> bool:
    """Whether tables of a study have nothing that has to be put into plain form."""
    return not study.checkboxes and all(column.empty is None for column in study.columns)


def plain_table(raw: pa.Table, study: Study) -> tuple[pa.Table, tuple[Taken, ...]]:
    """A table in plain form, and what was taken as what.

    Parameters
    ----------
    raw
        Text cells.
    study
        Its dictionary.

    Raises
    ------
    DataError
        If it has a question both as boxes and as flags.
    """
    if is_plain(study):
        return raw, ()
    taken: list[Taken] = []
    with_boxes = [
        q for q in study.checkboxes if not set(q.boxes.values()).isdisjoint(raw.column_names)
    ]
    raw = _renamed(raw, study)
    for column in study.columns:
        names = (column.source or column.name, column.name)
        here = [name for name in names if name in raw.column_names]
        if column.empty is not None and here:
            raw = _filled(raw, here[0], column, taken)
    for question in with_boxes:
        raw = _answered(raw, question, study, taken)
    return raw, tuple(taken)


def _renamed(raw: pa.Table, study: Study) -> pa.Table:
    """Boxes under the names of their flags; those of a row of a visit keep their own."""
    if study.visits is not None:
        return raw
    flags = _flags(study)
    for box, flag in flags.items():
        if box in raw.column_names and flag in raw.column_names:
            raise DataError(f"{flag}: is in the table, and its box {box} too; take one of them out")
    return raw.rename_columns([flags.get(name, name) for name in raw.column_names])


def _flags(study: Study) -> dict[str, str]:
    """Names of flags, by that of their box."""
    return {box: flag for each in study.checkboxes for box, flag in each.flag_of_box.items()}


def _filled(raw: pa.Table, name: str, column: Column, taken: list[Taken]) -> pa.Table:
    """Empty cells of a flag as what they mean; in a blank row they mean nothing."""
    there = np.zeros(raw.num_rows, dtype=bool)
    for each in raw.columns:
        there |= mask(each.is_valid())
    empty = there & ~mask(raw[name].is_valid())
    truth = "true" if column.empty else "false"
    if empty.any():
        taken.append(Taken(f"empty as {truth}", column.name, int(empty.sum())))
    return _with(raw, name, empty, truth)


def _with(raw: pa.Table, name: str, these: Mask, cell: str | None) -> pa.Table:
    """The table with one text, or nothing, in some cells of a column."""
    if not these.any():
        return raw
    cells = pc.cast(raw[name].combine_chunks(), pa.string())
    cells = pc.if_else(arrow(these), pa.scalar(cell, pa.string()), cells)
    return raw.set_column(raw.column_names.index(name), name, cells)


def _answered(raw: pa.Table, question: Checkboxes, study: Study, taken: list[Taken]) -> pa.Table:
    """Boxes without what they hold where the question has no answer."""
    flag = study.column(question.columns[0])
    own = question.boxes if study.visits is not None else question.flags
    names = [name for name in own.values() if name in raw.column_names]
    states = [_states(raw[name], flag, study) for name in names]
    nothing = np.all([known & ~checked for checked, known in states], axis=0)
    no_answer = np.zeros(raw.num_rows, dtype=bool)
    for box in map(question.box, question.no_answer):
        if box in raw.column_names:
            no_answer |= _states(raw[box], flag, study)[0]
            raw = raw.drop_columns([box])
    nothing &= ~no_answer
    if nothing.any():
        said = f"no box checked in {_rows(nothing)}, {_MEANING[question.unanswered]}"
        taken.append(Taken(said, question.name))
    if no_answer.any():
        said = f"a box for no answer checked in {_rows(no_answer)}: no value"
        taken.append(Taken(said, question.name))
    if question.unanswered == "missing":
        no_answer |= nothing
    for name in names:
        raw = _with(raw, name, no_answer, None)
    return raw


def _rows(these: Mask) -> str:
    return f"{in_words(int(these.sum()))} rows"


def _states(cells: pa.ChunkedArray, flag: Column, study: Study) -> tuple[Mask, Mask]:
    """Which boxes are checked, and which cells can be read: those of no value as well."""
    encoded = distinct(cells)
    texts = encoded.dictionary
    absent = pa.array(means_missing(texts, flag, study))
    plain = plain_flags(pc.if_else(absent, pa.scalar(None, pa.string()), texts), flag)
    values, faults = read_flags(plain.cells, flag)
    wrong = np.zeros(len(texts), dtype=bool)
    for fault in (*faults, *plain.faults):
        wrong[list(fault.rows)] = True
    checked = mask(values.take(encoded.indices))
    return checked, ~mask(arrow(wrong).take(encoded.indices))


@dataclass(frozen=True, repr=False)
class PlainBlocks:
    """A table that is read in blocks of rows, in plain form."""

    blocks: Blocks
    study: Study

    @property
    def names(self) -> tuple[str, ...]:
        """Of its columns."""
        nobody = pa.table({name: pa.array([], pa.string()) for name in self.blocks.names})
        return tuple(plain_table(nobody, self.study)[0].column_names)

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns, and the share of the table read by then."""
        boxes = {flag: box for box, flag in _flags(self.study).items()}
        wanted = {*columns, *(boxes[name] for name in columns if name in boxes)}
        for question in self.study.checkboxes:
            own = (*question.boxes.values(), *map(question.box, question.no_answer))
            if not wanted.isdisjoint(own):  # whether it was answered is seen in all of them
                wanted.update(own)
        names = [name for name in self.blocks.names if name in wanted]
        for cells, share in self.blocks.read(names):
            table = pa.table([canonical(each) for each in cells.columns], names=cells.column_names)
            yield plain_table(table, self.study)[0].select(list(columns)), share


def plain_parts(parts: Sequence[Part], study: Study) -> tuple[Part, ...]:
    """The files of a table, in plain form."""
    if is_plain(study):
        return tuple(parts)
    return tuple(replace(part, blocks=PlainBlocks(part.blocks, study)) for part in parts)
