"""One pass through the batches of a table: each is scored, in threads, and kept in its turn."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any, Protocol

from predictor.cohort import Batch, Faults, Written
from predictor.saved.prepared import Prepared, Seen, WholeTable
from predictor.saved.repeats import Prints
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


def untold(patients: int, share: float) -> None:
    """Tell nobody of the progress."""
    del patients, share


@dataclass(repr=False)
class Found:
    """What was found of the batches so far."""

    faults: Faults
    prints: list[Prints] = field(default_factory=list)
    written: dict[str, Written] = field(default_factory=dict)
    patients: int = 0

    def add(self, seen: Seen, batch: Batch) -> None:
        """What was found of the next batch."""
        if batch.visits is None:
            self.faults.add(seen.faults, batch.part, batch.first)
        else:
            located = batch.visits.located(seen.faults, batch.first)
            self.faults.add(located, batch.part, batch.visits.header - 1)
        self.prints.append(seen.prints)
        self.patients += seen.patients
        for name, own in seen.written.items():
            self.written[name] = self.written.get(name, Written()) + own


def with_short_first(batches: Batches) -> Iterator[Batch]:
    """The first of several batches in two: all processors but one wait while queries are vetted."""
    for number, whole in enumerate(batches()):
        if number or whole.share == 1.0 or len(whole.table) <= _FIRST:
            yield whole
            continue
        yield replace(whole, table=whole.table.slice(0, _FIRST))
        yield replace(whole, table=whole.table.slice(_FIRST), first=whole.first + _FIRST)


def one_pass(
    prepared: Prepared,
    batches: Batches,
    sink: Sink,
    table: WholeTable,
    progress: Progress = untold,
    *,
    threads: int | None = None,
    only_check: bool = False,
) -> Found:
    """Score all batches in their order.

    Parameters
    ----------
    prepared
        The model.
    batches
        The table.
    sink, progress
        As those of `predictor.saved.scoring.score_parts`.
    table
        What is known of the whole table.
    threads
        How many compute; as many as there are processors if None. With one it is this one.
    only_check
        Whether scores are of no use, and only faults are looked for.

    Raises
    ------
    DataError, ModelError
        As `Prepared.see` says.
    """
    found = Found(Faults([column.name for column in prepared.columns]))
    sink.start()

    def refused() -> bool:
        return only_check or (bool(found.faults) and not prepared.asked.lenient)

    def work(one: Prepared, batch: Batch) -> tuple[Seen, Any]:
        seen = one.see(batch, table, only_check=refused())
        return seen, None if seen.scores is None else sink.prepare(seen.scores)

    def take(seen: Seen, ready: Any, batch: Batch) -> None:
        found.add(seen, batch)
        if ready is not None and not refused():
            sink.add(ready)
        progress(found.patients, batch.share)

    coming = batches()
    for batch in coming:
        take(*work(prepared, batch), batch)
        if threads != 1:  # the queries are vetted, and the threads share them
            break
    with closing(_in_threads(prepared, coming, work, threads or os.cpu_count() or 1)) as done:
        for batch, (seen, ready) in done:
            take(seen, ready, batch)
    return found


def _in_threads(
    prepared: Prepared,
    batches: Iterator[Batch],
    work: Callable[[Prepared, Batch], tuple[Seen, Any]],
    threads: int,
) -> Generator[tuple[Batch, tuple[Seen, Any]]]:
    """Batches and what came of them, in their order; none is read long before it is needed."""
    idle: SimpleQueue[Prepared] = SimpleQueue()
    waiting: deque[tuple[Batch, Future[tuple[Seen, Any]]]] = deque()

    def in_turn(batch: Batch) -> tuple[Seen, Any]:
        one = idle.get()
        try:
            return work(one, batch)
        finally:
            idle.put(one)

    with ExitStack() as stack:
        pool: ThreadPoolExecutor | None = None
        for batch in batches:
            if pool is None:
                idle.put(prepared)
                for _ in range(threads - 1):
                    idle.put(stack.enter_context(prepared.another()))
                pool = ThreadPoolExecutor(threads)
                stack.callback(pool.shutdown, cancel_futures=True)
            waiting.append((batch, pool.submit(in_turn, batch)))
            if len(waiting) > threads:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
