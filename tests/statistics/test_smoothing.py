from __future__ import annotations

import numpy as np

from predictor.statistics.smoothing import lowess


def test_lowess_of_a_straight_line_is_the_line():
    rng = np.random.default_rng(1)
    x = rng.random(80)
    smooth = lowess(x, 2 - 3 * x, np.ones(80))
    np.testing.assert_allclose(smooth.fitted, 2 - 3 * smooth.x, atol=1e-12)


def test_lowess_joins_ties_and_leaves_out_who_has_no_weight():
    x = np.array([0.5, 0.1, 0.5, 0.9, 0.3])
    smooth = lowess(x, np.arange(5.0), np.array([1.0, 1.0, 2.0, 1.0, 0.0]))
    np.testing.assert_array_equal(smooth.x, [0.1, 0.5, 0.9])
    np.testing.assert_array_equal(smooth.weight, [1, 3, 1])


def test_where_two_thirds_tie_lowess_is_their_mean():
    x = np.array([0.2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9])
    smooth = lowess(x, np.array([0.0, 1, 0, 1, 0, 0, 1]), np.ones(7))
    assert smooth.fitted[1] == 0.4


def test_lowess_of_one_or_two_patients_is_what_they_have():
    assert lowess(np.array([0.3]), np.array([1.0]), np.ones(1)).fitted == 1
    two = lowess(np.array([0.3, 0.1]), np.array([1.0, 0.0]), np.ones(2))
    np.testing.assert_array_equal(two.fitted, [0, 1])


def test_patients_far_beyond_the_span_have_no_influence():
    x = np.linspace(0, 1, 30)
    y = (x > 0.4).astype(float)
    moved = y.copy()
    moved[-1] = 5.0
    near = x < 0.2
    smooth, after = (lowess(x, value, np.ones(30)).fitted for value in (y, moved))
    np.testing.assert_array_equal(smooth[near], after[near])
    assert smooth[-1] != after[-1]
