"""Samples of a table in parts."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from predictor.cohort.blocks import Block
from predictor.validation.parted_plan import PartedPlan, poisson


def block(n: int = 20_000, number: int = 0, prevalence: float = 0.1) -> Block:
    rng = np.random.default_rng(number)
    y = (rng.random(n) < prevalence).astype(float)
    return Block(rng.normal(size=(n, 2)), y, number)


PLAN = PartedPlan(folds=5, replicates=30, seed=1, entropy=2**200 + 7)


def test_everybody_then_folds_then_replicates() -> None:
    one = block()
    counts, fold = PLAN.training(one), PLAN.fold(one)
    assert counts.shape == (len(PLAN), len(one)) == (36, 20_000)
    assert_array_equal(counts[0], 1)
    for k in range(5):  # who is tested is not trained on
        assert_array_equal(counts[1 + k], fold != k)


def test_stripes_are_the_whole_block_in_order() -> None:
    one = block()
    stripes = list(PLAN.stripes(one))
    assert stripes[0].start == 0
    assert stripes[-1].stop == len(one)
    assert all(a.stop == b.start for a, b in pairwise(stripes))
    drawn = np.concatenate([PLAN.drawn(one, rows) for rows in stripes], axis=1)
    assert_array_equal(drawn, PLAN.training(one))


def test_folds_are_even_within_each_label() -> None:
    one = block()
    fold = PLAN.fold(one)
    stripes = len(list(PLAN.stripes(one)))
    for label in (0.0, 1.0):
        sizes = np.bincount(fold[one.y == label], minlength=5)
        assert np.ptp(sizes) <= stripes  # one in each stripe


def test_there_may_be_more_folds_than_a_byte_can_tell_apart() -> None:
    one, many = block(3_000), PartedPlan(200, 20, 1, 2**200)
    fold = many.fold(one)
    assert sorted(set(fold.tolist())) == list(range(200))
    assert_array_equal(many.training(one)[1:201] == 0, fold == np.arange(200)[:, None])


def test_few_events_in_many_parts_are_not_all_in_the_first_fold() -> None:
    blocks = [block(50, number, prevalence=0.02) for number in range(400)]
    events = np.zeros(5)
    for one in blocks:
        events += np.bincount(PLAN.fold(one)[one.y == 1], minlength=5)
    assert events.min() > 0.6 * events.mean()


def test_replicates_are_poisson_numbers_apart_from_each_other() -> None:
    counts = PLAN.training(block())[6:].astype(float)
    n = counts.size
    for k in range(5):
        expected = math.exp(-1) / math.factorial(k)
        share = float((counts == k).mean())
        assert abs(share - expected) < 5 * math.sqrt(expected * (1 - expected) / n)
    assert np.abs(np.corrcoef(counts) - np.eye(30)).max() < 5 / math.sqrt(20_000)


def test_samples_follow_from_seed_entropy_part_and_labels_alone() -> None:
    one = block()
    again = Block(one.X + 1, one.y, 0)
    assert_array_equal(PLAN.training(again), PLAN.training(one))
    others = [
        (PartedPlan(5, 30, 2, 2**200 + 7), one),
        (PartedPlan(5, 30, 1, 2**200 + 8), one),
        (PLAN, Block(one.X, one.y, 1)),
    ]
    for plan, of in others:
        drawn = plan.training(of)
        assert (drawn[6:] != PLAN.training(one)[6:]).mean() > 0.5
        assert (plan.fold(of) != PLAN.fold(one)).mean() > 0.5


def test_more_replicates_leave_folds_and_the_first_ones_alone() -> None:
    one = block(100)
    more = PartedPlan(5, 50, PLAN.seed, PLAN.entropy)
    assert_array_equal(more.fold(one), PLAN.fold(one))
    assert_array_equal(more.training(one)[: len(PLAN)], PLAN.training(one))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_block_of_hardly_anybody_has_samples_too(n: int) -> None:
    one = block(n)
    assert PLAN.training(one).shape == (36, n)
    assert PLAN.fold(one).shape == (n,)


def test_the_entropy_is_not_shown() -> None:
    assert str(PLAN.entropy) not in repr(PLAN)


def test_poisson_numbers_have_the_right_shares_of_uniform_ones() -> None:
    grid = np.linspace(0, 2**32 - 1, 1_000_001).astype(np.uint32)
    counts = poisson(grid)
    assert np.all(np.diff(counts.astype(int)) >= 0)
    for k in range(6):
        expected = math.exp(-1) / math.factorial(k)
        assert abs(float((counts == k).mean()) - expected) < 3e-6
