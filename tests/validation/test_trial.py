from __future__ import annotations

import time

import numpy as np
import pytest

from predictor.learners.prevalence import Prevalence
from predictor.validation import Plan, bootstrap, cross_validation, seconds_for, threads, train

RNG = np.random.default_rng(4)
Y = (RNG.random(30) < 0.5).astype(float)
X = RNG.normal(size=(30, 2))
FOLDS = cross_validation(Y, folds=5, repeats=20, rng=RNG)
PLAN = Plan(folds=FOLDS, interval=FOLDS, bootstrap=bootstrap(30, 500, RNG))


class Clock:
    """A clock that only goes on while a learner is at work."""

    def __init__(self) -> None:
        self.now = 0.0
        self.fits = 0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "perf_counter", clock)
    return clock


def slow(clock: Clock, *, group: float, each: float, side_by_side: int, batch: int) -> Prevalence:
    """A learner that takes so long for each group of samples, and for each of them."""

    class Slow(Prevalence):
        def together(self, patients: int, columns: int) -> int:
            assert (patients, columns) == X.shape
            return side_by_side

        def _fit_weighted(self, X, y, weights):
            clock.fits += len(weights)
            clock.now += group * -(-len(weights) // side_by_side) + each * len(weights)
            return super()._fit_weighted(X, y, weights)

    Slow.batch = batch
    return Slow()


@pytest.mark.parametrize(
    ("group", "each", "side_by_side", "batch"),
    [
        (0.0, 0.02, 8, 8),  # each sample a fit of its own
        (0.05, 0.001, 2048, 2048),  # all of them share most of the work
        (0.3, 0.01, 20, 2048),  # in groups
        (2.0, 0.5, 4, 64),  # a minute and more
    ],
)
def test_what_is_foretold_is_what_it_takes(clock, group, each, side_by_side, batch) -> None:
    learner = slow(clock, group=group, each=each, side_by_side=side_by_side, batch=batch)
    foretold = seconds_for(learner, X, Y, PLAN)
    spent, fits = clock.now, clock.fits
    train(learner, X, Y, PLAN)

    assert foretold == pytest.approx(clock.now - spent, rel=0.02)
    assert spent < 0.15 * foretold + 0.2  # little is spent on it
    assert fits < 100


def test_chunks_are_shared_by_those_who_compute_at_the_same_time(clock) -> None:
    learner = slow(clock, group=0.0, each=0.02, side_by_side=8, batch=8)
    # the clock adds up what both do, so that each seems to take twice as long
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clock, "__call__", lambda self: self.now / 2)
        foretold = seconds_for(learner, X, Y, PLAN, threads(2), at_once=2)
    assert foretold == pytest.approx(0.02 * 701 / 2, rel=0.02)
