"""Where the chunks of a plan are computed; what comes of them is the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from predictor.validation.resamples import Counts

if TYPE_CHECKING:
    from predictor.learners.learner import Fits

Work = Callable[[Counts], "Fits"]
# Does the work on every chunk and returns what came of each, in their order, as `map` would. One
# chunk is meant for one thread: libraries that would use more of them are to be held back.
Executor = Callable[[Work, Sequence[Counts]], Iterable["Fits"]]


def serial(work: Work, chunks: Sequence[Counts]) -> Iterable[Fits]:
    """One chunk after the other, in this thread."""
    with threadpool_limits(1):
        return [work(chunk) for chunk in chunks]


def threads(number: int) -> Executor:
    """Return what computes so many chunks at the same time; -1 for one on each processor.

    Threads rather than processes: what takes long computes outside Python's lock, and starting
    processes costs about as much as they would gain.
    """
    workers = (os.cpu_count() or 1) if number < 0 else number

    def run(work: Work, chunks: Sequence[Counts]) -> Iterable[Fits]:
        with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
            return list(pool.map(work, chunks))

    return run
