"""New patients through a saved model: a table of any length, batch by batch."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from predictor.cohort import ROWS, Part, held_batches, is_long, read_batches, some_columns
from predictor.errors import DataError
from predictor.saved.model import SavedModel
from predictor.saved.passes import Batches, Progress, Sink, one_pass, untold, with_short_first
from predictor.saved.prepared import Asked, Prepared, WholeTable
from predictor.saved.repeats import Repeats
from predictor.saved.scores import Scores


@dataclass
class Kept:
    """Scores in memory."""

    parts: list[Scores] = field(default_factory=list)

    def start(self) -> None:
        """Forget them."""
        self.parts = []

    def prepare(self, scores: Scores) -> Scores:
        """The same."""
        return scores

    def add(self, prepared: Scores) -> None:
        """Keep them."""
        self.parts.append(prepared)


def score(
    model: SavedModel,
    raw: pa.Table,
    *,
    lenient: bool = False,
    explain: bool = False,
    with_range: bool = True,
    rows: int = ROWS,
) -> Scores:
    """Score a table of new patients.

    Parameters
    ----------
    model
        The saved model.
    raw
        Text cells as from `predictor.cohort.read_table`; columns the model does not need are not
        looked at.
    lenient
        Score the patients whose cells are right and give the reason for the others, instead of
        refusing the table; rows of the same patient are scored each by itself, and flagged.
    explain
        Tell the strongest reasons of each patient in words, too.
    with_range
        Whether to compute `low` and `high`.
    rows
        How many patients are scored at one time, which changes nothing but the memory taken.

    Raises
    ------
    DataError
        With all faults, if a needed column is missing or (unless lenient) any row breaks the
        dictionary.
    ModelError
        If the model gives no finite numbers, or its study's queries cannot be used.
    """
    with Prepared(model, Asked(lenient, explain, with_range)) as prepared:
        return score_table(prepared, raw, rows=rows)


def score_table(prepared: Prepared, raw: pa.Table, *, rows: int = ROWS) -> Scores:
    """`score` by a model that is prepared, and scores table after table."""
    prepared.check_present(raw.column_names)
    kept = Kept()
    visits = prepared.one_row_each(raw)
    table = raw if visits is None else visits.table
    run(prepared, lambda: held_batches(table, rows, visits), kept)
    return Scores.join(kept.parts)


def score_parts(
    model: SavedModel,
    parts: Sequence[Part],
    sink: Sink,
    asked: Asked,
    *,
    rows: int = ROWS,
    progress: Progress = untold,
) -> int:
    """Score a table in files of any length; returns how many patients it has.

    Parameters
    ----------
    model, asked, rows
        As those of `score`.
    parts
        From `predictor.cohort.open_patients`.
    sink
        Where the scores go.
    progress
        Told of every batch.

    Raises
    ------
    DataError, ModelError
        As `score` says; if the sink got something by then, it is of no use.
    """
    with Prepared(model, asked) as prepared:
        for part in parts:
            prepared.check_present(part.blocks.names, part.name)
        read = prepared.read_of(parts[0].blocks.names)
        if is_long(read, model.study):  # rows of one patient may lie anywhere
            visits = prepared.one_row_each(*some_columns(parts, read))
            assert visits is not None
            return run(prepared, lambda: held_batches(visits.table, rows, visits), sink, progress)
        return run(prepared, lambda: read_batches(parts, read, rows), sink, progress)


def run(prepared: Prepared, batches: Batches, sink: Sink, progress: Progress = untold) -> int:
    """Score a table; returns how many patients it has.

    It is read once, unless only its end tells how its beginning must be taken: a patient who is
    there twice, or numbers whose thousands are set apart by points. Then it is read again.

    Parameters
    ----------
    prepared
        The model.
    batches
        The table.
    sink, progress
        As those of `score_parts`.

    Raises
    ------
    DataError, ModelError
        As `score` says.
    """
    batches = functools.partial(with_short_first, batches)
    table = WholeTable()
    found = one_pass(prepared, batches, sink, table, progress)
    if any(each.tells for each in found.written.values()):
        table = WholeTable(found.written)
        found = one_pass(prepared, batches, sink, table, progress)
    lenient, ids = prepared.asked.lenient, prepared.model.study.ids
    if found.faults and not lenient:
        raise DataError(found.faults.messages())
    repeats = Repeats.of(found.prints, batches, ids)
    if repeats.rows and not lenient:
        raise DataError(repeats.faults(ids).messages())
    if repeats.rows:
        one_pass(prepared, batches, sink, WholeTable(table.written, repeats.rows), progress)
    return found.patients
