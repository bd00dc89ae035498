"""What resampled cohorts say of the cohort itself, and of the difference of two estimates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from predictor.statistics.resampled_cohorts import (
    of_cohorts,
    paired_interval,
    unpaired_interval,
)


def drawn(cohorts=4_000, repeats=2, between=0.1, within=0.2, seed=1):
    rng = np.random.default_rng(seed)
    cohort = rng.normal(0.7, between, (cohorts, 1))
    return cohort + rng.normal(0, within, (cohorts, repeats))


def test_cohorts_vary_as_if_each_had_as_many_repeats_as_the_cohort_itself() -> None:
    found = of_cohorts(drawn(), repeats=20)
    # 0.17 with the luck of two deals
    assert found.std(ddof=1) == pytest.approx(np.hypot(0.1, 0.2 / 20**0.5), rel=0.03)
    assert found.mean() == pytest.approx(drawn().mean(), abs=1e-12)
    assert (np.argsort(found) == np.argsort(drawn().mean(axis=1))).all()


def test_one_repeat_or_as_many_as_the_cohort_itself_are_left_alone() -> None:
    for values, repeats in ((drawn(repeats=1), 20), (drawn(repeats=4), 4), (drawn(repeats=4), 2)):
        assert_allclose(of_cohorts(values, repeats), values.mean(axis=1), rtol=1e-14)


def test_cohorts_that_differ_by_luck_alone_keep_the_luck_of_the_cohort_itself() -> None:
    found = of_cohorts(drawn(between=0.0), repeats=20)
    assert found.std(ddof=1) == pytest.approx(0.2 / 20**0.5, rel=0.1)
    # never less, even if chance has it so
    for seed in range(20):
        few = drawn(cohorts=5, between=0.0, seed=seed)
        least = np.sqrt(2 / 20) * few.mean(axis=1).std(ddof=1)
        assert of_cohorts(few, repeats=20).std(ddof=1) >= least * (1 - 1e-12)


def test_the_formula_by_hand() -> None:
    values = np.array([[0.5, 0.7], [0.8, 0.9], [0.4, 0.4]])
    means = np.array([0.6, 0.85, 0.4])
    within = (0.02 + 0.005 + 0.0) / 3
    share = 1 - within * (1 / 2 - 1 / 10) / means.var(ddof=1)
    expected = means.mean() + np.sqrt(share) * (means - means.mean())
    assert_allclose(of_cohorts(values, repeats=10), expected, rtol=1e-14)


def test_cohorts_without_a_value_have_none_and_do_not_disturb_the_others() -> None:
    values = drawn(cohorts=50)
    lost = np.insert(values, 7, np.nan, axis=0)
    found = of_cohorts(lost, repeats=20)
    assert np.isnan(found[7])
    assert_allclose(np.delete(found, 7), of_cohorts(values, repeats=20), rtol=1e-12)
    half = values.copy()
    half[3, 1] = np.nan
    assert np.isfinite(of_cohorts(half, repeats=20)).all()
    assert np.isnan(of_cohorts(np.full((4, 2), np.nan), repeats=20)).all()


def test_cohorts_that_are_all_the_same_stay_so() -> None:
    assert_allclose(of_cohorts(np.full((9, 2), 0.5), repeats=20), 0.5, rtol=1e-14)
    assert_allclose(of_cohorts(np.full((1, 2), 0.5), repeats=20), 0.5, rtol=1e-14)


@given(st.integers(0, 1000), st.integers(2, 5))
def test_several_measures_at_once_are_as_one_by_one(seed: int, repeats: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(3, 12, repeats))
    values[rng.random(values.shape) < 0.1] = np.nan
    together = of_cohorts(values, repeats=20)
    for one, alone in zip(together, values, strict=True):
        assert_allclose(one, of_cohorts(alone, repeats=20), rtol=1e-12)


def test_a_paired_interval_is_of_the_differences_in_the_same_cohorts() -> None:
    first = drawn(cohorts=200, repeats=1)
    second = first + np.random.default_rng(2).normal(-0.03, 0.01, first.shape)
    low, high = paired_interval(0.05, first, second, repeats=1)
    assert low < 0.05 < high
    assert high - low == pytest.approx(2 * 1.96 * 0.01, rel=0.2)  # not 2 * 1.96 * 0.3
    assert paired_interval(0.0, first, first, repeats=1) == (0.0, 0.0)
    lost = np.where(np.arange(200)[:, None] < 30, np.nan, first)
    assert np.isnan(paired_interval(0.05, lost, second, repeats=1)).all()


def test_an_unpaired_interval_is_that_of_two_independent_estimates() -> None:
    low, high = unpaired_interval((0.7, 0.6, 0.8), (0.6, 0.55, 0.65))
    assert_allclose((low, high), (0.1 - np.hypot(0.1, 0.05), 0.1 + np.hypot(0.1, 0.05)))
    # skewed intervals keep their sides: each end from the side that counts
    low, high = unpaired_interval((0.9, 0.7, 0.95), (0.5, 0.5, 0.5))
    assert_allclose((low, high), (0.2, 0.45))
    assert np.isnan(unpaired_interval((0.9, float("nan"), 1.0), (0.5, 0.4, 0.6))[0])
