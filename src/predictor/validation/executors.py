"""Where the chunks of a plan are computed; what comes of them is the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from threadpoolctl import threadpool_limits

from predictor.processes import in_threads, processors
from predictor.validation.resamples import Counts

if TYPE_CHECKING:
    from predictor.learners.learner import Fits

_Chunk = TypeVar("_Chunk")
_Found = TypeVar("_Found")

Chunk = tuple[Counts, bool]
"""Rows of weights, and whether their models are wanted too."""
Work = Callable[[Chunk], "Fits"]
# Does the work on every chunk and returns what came of each, in their order, as `map` would. One
# chunk is meant for one thread: libraries that would use more of them are to be held back.
# `predictor.processes.Processes` is one, too.
Executor = Callable[[Work, Sequence[Chunk]], Iterable["Fits"]]


def serial(work: Callable[[_Chunk], _Found], chunks: Sequence[_Chunk]) -> Iterable[_Found]:
    """One chunk after the other, in this thread."""
    with threadpool_limits(1):
        return [work(chunk) for chunk in chunks]


def threads(number: int) -> Executor:
    """Return what computes so many chunks at the same time; -1 for one on each processor."""
    return partial(in_threads, processors(number))


def asking(executor: Executor, ask: Callable[[], None]) -> Executor:
    """Return what computes as `executor` does, and calls `ask`, which may raise, in between."""
    return telling(executor, lambda _share: ask())


def telling(executor: Executor, tell: Callable[[float], None]) -> Executor:
    """Return what computes as `executor` does, and tells the share of the samples that are done.

    It is told after each chunk; `tell` may raise.
    """

    def run(work: Work, chunks: Sequence[Chunk]) -> Iterable[Fits]:
        found = iter(executor(work, chunks))
        rows = sum(len(weights) for weights, _ in chunks)
        done = 0
        try:
            for (weights, _), fits in zip(chunks, found, strict=True):
                done += len(weights)
                tell(done / rows)
                yield fits
        finally:
            if isinstance(found, Generator):
                found.close()  # what has not begun does not begin

    return run
