from __future__ import annotations

import numpy as np
import pytest

from predictor.validation.groups import groups_of_similar, merged_bins


def sizes(groups):
    return [len(group) for group in groups]


def test_groups_go_from_low_to_high_and_are_about_equal():
    p = np.random.default_rng(1).random(48)
    groups = groups_of_similar(p, smallest=5, most=20)
    assert sizes(groups) == [5, 6, 5, 5, 6, 5, 5, 6, 5]
    np.testing.assert_array_equal(np.concatenate(groups), np.argsort(p))


def test_patients_of_one_probability_stay_together():
    p = np.repeat([0.2, 0.4, 0.6], [7, 9, 8])
    assert sizes(groups_of_similar(p, smallest=5, most=20)) == [7, 9, 8]
    assert sizes(groups_of_similar(np.full(30, 0.5), smallest=5, most=20)) == [30]


def test_no_group_is_too_small_even_if_that_makes_few_of_them():
    p = np.concatenate([[0.1, 0.2], np.full(20, 0.5), [0.8, 0.9]])
    assert sizes(groups_of_similar(p, smallest=5, most=20)) == [24]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_table_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    p = rng.integers(0, 12, 60) / 12
    order = rng.permutation(60)
    groups = [sorted(p[g]) for g in groups_of_similar(p, smallest=5, most=20)]
    again = [sorted(p[order][g]) for g in groups_of_similar(p[order], smallest=5, most=20)]
    assert groups == again
    assert min(len(group) for group in groups) >= 5


def test_patients_without_a_probability_are_in_no_group_and_few_make_none():
    p = np.array([0.1, np.nan, 0.3, 0.2, 0.5, 0.4])
    assert [set(g) for g in groups_of_similar(p, smallest=5, most=3)] == [{0, 2, 3, 4, 5}]
    assert groups_of_similar(p, smallest=6, most=3) == ()


@pytest.mark.parametrize(
    ("counts", "cuts"),
    [
        ([0, 0, 7, 9], [0, 1, 2, 3, 4]),
        ([0, 2, 4, 9], [0, 1, 3, 4]),
        ([6, 0, 0, 3], [0, 4]),
        ([6, 5, 0, 3, 0], [0, 1, 5]),
        ([3, 0, 0, 1], [0, 4]),
        ([9, 0, 0], [0, 1, 2, 3]),
    ],
)
def test_bins_are_merged_until_none_holds_one_to_four_patients(counts, cuts):
    assert merged_bins(np.array(counts), 5) == cuts
