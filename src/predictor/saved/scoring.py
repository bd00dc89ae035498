"""New patients through a saved model: a table of any length, batch by batch."""

from __future__ import annotations

import functools
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any, Protocol

import pyarrow as pa

from predictor.cohort import (
    ROWS,
    Batch,
    Faults,
    Part,
    Written,
    held_batches,
    is_long,
    read_batches,
    some_columns,
)
from predictor.errors import DataError
from predictor.saved.model import SavedModel
from predictor.saved.prepared import Asked, Prepared, Seen, WholeTable
from predictor.saved.repeats import Prints, Repeats
from predictor.saved.scores import Scores

_FIRST = 2**10  # rows that are scored before threads begin

Progress = Callable[[int, float], None]
"""Told how many patients are done, and the share of the table that was read."""

Batches = Callable[[], Iterator[Batch]]
"""A table, from its first row each time it is called."""


class Sink(Protocol):
    """Where scores go."""

    def start(self) -> None:
        """Forget what came; everything comes again from the first patient on."""
        ...

    def prepare(self, scores: Scores) -> Any:
        """What can be done with some scores out of their turn, in any thread."""
        ...

    def add(self, prepared: Any) -> None:
        """Take the next prepared ones."""
        ...


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


def untold(patients: int, share: float) -> None:
    """Tell nobody of the progress."""
    del patients, share


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
    batches = functools.partial(_with_short_first, batches)
    table = WholeTable()
    found = _through(prepared, batches, sink, table, progress)
    if any(each.tells for each in found.written.values()):
        table = WholeTable(found.written)
        found = _through(prepared, batches, sink, table, progress)
    lenient, ids = prepared.asked.lenient, prepared.model.study.ids
    if found.faults and not lenient:
        raise DataError(found.faults.messages())
    repeats = Repeats.of(found.prints, batches, ids)
    if repeats.rows and not lenient:
        raise DataError(repeats.messages(ids))
    if repeats.rows:
        _through(prepared, batches, sink, WholeTable(table.written, repeats.rows), progress)
    return found.patients


@dataclass(repr=False)
class _Found:
    """What was found of the batches so far."""

    faults: Faults
    prints: list[Prints] = field(default_factory=list)
    written: dict[str, Written] = field(default_factory=dict)
    patients: int = 0

    def add(self, seen: Seen, batch: Batch) -> None:
        if batch.visits is None:
            self.faults.add(seen.faults, batch.part, batch.first)
        else:
            located = batch.visits.located(seen.faults, batch.first)
            self.faults.add(located, batch.part, batch.visits.header - 1)
        self.prints.append(seen.prints)
        self.patients += seen.patients
        for name, own in seen.written.items():
            self.written[name] = self.written.get(name, Written()) + own


def _with_short_first(batches: Batches) -> Iterator[Batch]:
    """The first of several batches in two: all processors but one wait while queries are vetted."""
    for number, whole in enumerate(batches()):
        if number or whole.share == 1.0 or len(whole.table) <= _FIRST:
            yield whole
            continue
        yield replace(whole, table=whole.table.slice(0, _FIRST))
        yield replace(whole, table=whole.table.slice(_FIRST), first=whole.first + _FIRST)


def _through(
    prepared: Prepared, batches: Batches, sink: Sink, table: WholeTable, progress: Progress
) -> _Found:
    """All batches in their order, computed by as many threads as there are processors."""
    found = _Found(Faults([column.name for column in prepared.columns]))
    sink.start()

    def refused() -> bool:
        return bool(found.faults) and not prepared.asked.lenient

    def work(one: Prepared, number: int, batch: Batch) -> tuple[Seen, Any]:
        seen = one.see(number, batch, table, only_check=refused())
        return seen, None if seen.scores is None else sink.prepare(seen.scores)

    def take(seen: Seen, ready: Any, batch: Batch) -> None:
        found.add(seen, batch)
        if ready is not None and not refused():
            sink.add(ready)
        progress(found.patients, batch.share)

    numbered = enumerate(batches())
    for number, batch in numbered:  # vets the queries, which the threads then share
        take(*work(prepared, number, batch), batch)
        break
    with closing(_in_threads(prepared, numbered, work)) as coming:
        for batch, (seen, ready) in coming:
            take(seen, ready, batch)
    return found


def _in_threads(
    prepared: Prepared,
    numbered: Iterator[tuple[int, Batch]],
    work: Callable[[Prepared, int, Batch], tuple[Seen, Any]],
) -> Generator[tuple[Batch, tuple[Seen, Any]]]:
    """Batches and what came of them, in their order; none is read long before it is needed."""
    idle: SimpleQueue[Prepared] = SimpleQueue()
    waiting: deque[tuple[Batch, Future[tuple[Seen, Any]]]] = deque()
    threads = os.cpu_count() or 1

    def in_turn(number: int, batch: Batch) -> tuple[Seen, Any]:
        one = idle.get()
        try:
            return work(one, number, batch)
        finally:
            idle.put(one)

    with ExitStack() as stack:
        pool: ThreadPoolExecutor | None = None
        for number, batch in numbered:
            if pool is None:
                idle.put(prepared)
                for _ in range(threads - 1):
                    idle.put(stack.enter_context(prepared.another()))
                pool = ThreadPoolExecutor(threads)
                stack.callback(pool.shutdown, cancel_futures=True)
            waiting.append((batch, pool.submit(in_turn, number, batch)))
            if len(waiting) > threads:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
