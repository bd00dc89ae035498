"""How long a learner will take, from a few of its fits."""

from __future__ import annotations

import time
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from predictor.validation.executors import Executor, serial
from predictor.validation.plan import Plan
from predictor.validation.replicates import fits_of
from predictor.validation.resamples import Counts

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

_ENOUGH = 0.05  # seconds that a measurement should take, or
_SHARE = 0.01  # this share of all that there is to do
_STEP = 8  # most times as many samples as in the measurement before


def seconds_for(
    learner: Learner,
    X: Counts,
    y: Counts,
    plan: Plan,
    executor: Executor = serial,
    *,
    at_once: int = 1,
    graded: Counts | None = None,
    thresholds: Counts | None = None,
) -> float:
    """Foretell the seconds that `predictor.validation.train` will take, by fitting a few samples.

    Some samples of the plan are fitted where all will be, as many at the same time, and more of
    them until that takes a hundredth of what it foretells. The result is thrown away: no number of
    a training depends on it.

    Parameters
    ----------
    learner, X, y, plan, executor, graded, thresholds
        As they will be given to `train`.
    at_once
        How many chunks the executor computes at the same time.
    """
    cut = plan.chunks(learner.rows_of_call(*X.shape))
    chunks, samples = [len(chunk) for chunk in cut], np.vstack(cut)
    workers = min(at_once, len(chunks))
    together = min(max(chunks), learner.together(*X.shape))
    work = partial(fits_of, learner, X, y, graded, thresholds)

    def measured(rows: int) -> float:
        places = np.linspace(0, len(samples) - 1, rows * workers).astype(np.int64)
        pieces = [(samples[places[start::workers]], True) for start in range(workers)]
        start = time.perf_counter()
        list(executor(work, pieces))
        return time.perf_counter() - start

    def foretold(fixed: float, each: float) -> float:
        """Seconds of all chunks where one group of samples takes so long, and each in it."""
        busy = np.zeros(workers)
        for size in chunks:
            busy[busy.argmin()] += fixed * ceil(size / together) + each * size
        return float(busy.max())

    measured(1)  # loads what has to be loaded
    rows, seconds = 1, measured(1)
    fixed, each = 0.0, seconds
    while rows < together and seconds < max(_ENOUGH, _SHARE * foretold(fixed, each)):
        before, rows = (rows, seconds), min(together, _STEP * rows)
        seconds = measured(rows)
        each = max((seconds - before[1]) / (rows - before[0]), 0.0)
        fixed = max(seconds - each * rows, 0.0)
    return foretold(fixed, each)
