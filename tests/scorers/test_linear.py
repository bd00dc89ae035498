from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.scorers.contract import probability_of
from predictor.scorers.linear import LinearScorers


def two() -> LinearScorers:
    return LinearScorers(
        intercept=np.array([-1.0, 2.0]),
        coefficient=np.array([[0.5, 2.0], [-1.0, 0.0]]),
        impute=np.array([[4.0, 0.5], [3.0, 0.25]]),
        centre=np.array([[4.0, 0.5], [3.0, 0.25]]),
    )


def test_logit_is_linear_and_missing_is_the_mean_of_the_training_sample():
    X = np.array([[2.0, 1.0], [np.nan, 1.0], [np.nan, np.nan]])
    assert_allclose(two().logit(X), [[2.0, 3.0, 2.0], [0.0, -1.0, -1.0]], rtol=0, atol=1e-15)


def test_contribution_is_zero_at_the_mean_and_for_a_missing_value():
    baseline, values = two().contributions(np.array([[4.0, np.nan], [6.0, 0.5]]))
    assert_array_equal(baseline, [2.0, -1.0])
    assert_array_equal(values, [[[0.0, 0.0], [1.0, 0.0]], [[-1.0, 0.0], [-3.0, 0.0]]])


def test_constant_scorers_contribute_nothing():
    scorers = LinearScorers.constant(np.array([0.0, np.nan]), columns=3)
    X = np.array([[1.0, np.nan, 3.0]])
    assert_array_equal(scorers.probability(X), [[0.5], [np.nan]])
    baseline, values = scorers.contributions(X)
    assert_array_equal(baseline, [0.0, np.nan])
    assert_array_equal(values, [np.zeros((1, 3)), np.full((1, 3), np.nan)])


def test_probability_equals_expit_to_the_last_digits_and_never_overflows():
    logit = np.concatenate([np.linspace(-700, 40, 5000), [-1e6, 1e6, np.nan]])
    assert_allclose(probability_of(logit.copy())[:5000], expit(logit[:5000]), rtol=1e-14)
    assert_array_equal(probability_of(logit[5001:].copy()), [1.0, np.nan])
    assert probability_of(np.array([-1e6]))[0] < 1e-300


def test_wrong_number_of_columns_is_refused():
    with pytest.raises(ValueError, match=r"shape \(n, 2\), got \(1, 3\)"):
        two().probability(np.zeros((1, 3)))
