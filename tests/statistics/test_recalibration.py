from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.statistics.recalibration import closed_test, recalibrate


def patients(n: int = 200, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    logit = rng.normal(size=n)
    return (rng.random(n) < expit(0.5 + 0.6 * logit)).astype(float), logit


def test_a_recalibrated_model_is_right_on_average_and_in_its_spread() -> None:
    y, logit = patients()
    found = recalibrate(y, logit, np.ones((1, len(y))))
    large = expit(found.in_the_large + logit)
    both = expit(found.intercept + found.slope * logit)
    assert_allclose([large.sum(), both.sum()], y.sum(), rtol=1e-8)
    assert_allclose((logit * (y - both)).sum(), 0, atol=1e-6)


def test_counts_are_repeated_rows() -> None:
    y, logit = patients(60)
    counts = np.random.default_rng(1).integers(0, 3, 60)
    counted = recalibrate(y, logit, counts[None].astype(float))
    again = recalibrate(np.repeat(y, counts), np.repeat(logit, counts), np.ones((1, counts.sum())))
    for name in ("in_the_large", "intercept", "slope"):
        assert_allclose(getattr(counted, name), getattr(again, name), rtol=1e-7)


def test_a_model_that_hardly_tells_patients_apart_has_a_steep_slope_and_a_finite_intercept() -> (
    None
):
    y, logit = patients()
    found = recalibrate(y, -0.4 + 1e-5 * logit, np.ones((1, len(y))))
    expected = recalibrate(y, logit, np.ones((1, len(y))))
    assert_allclose(found.slope * 1e-5, expected.slope, rtol=1e-5)
    both = found.intercept + found.slope * (-0.4 + 1e-5 * logit)
    assert_allclose(both, expected.intercept + expected.slope * logit, atol=1e-4)


def test_no_slope_where_there_is_none() -> None:
    y, logit = patients(40)
    weights = np.ones((1, 40))
    flat = recalibrate(y, np.zeros(40), weights)
    separated = recalibrate(y, 2 * y - 1, weights)
    assert np.isnan([flat.slope[0], separated.slope[0], separated.intercept[0]]).all()
    assert np.isfinite([flat.in_the_large[0], separated.in_the_large[0]]).all()
    assert np.isnan(recalibrate(np.zeros(40), logit, weights).in_the_large).all()


@pytest.mark.parametrize(
    ("statistic", "step"),
    [
        ([10.0, 9.9, 9.8], 0),  # 14.07 is the limit of 7 degrees of freedom
        ([20.0, 11.0, 10.0], 1),
        ([40.0, 30.0, 10.0], 2),
        ([40.0, 30.0, 20.0], 3),
        ([10.0, 30.0, 30.0], 0),  # nothing is asked after the first
        ([40.0, 30.0, np.nan], 3),
        ([40.0, np.nan, 10.0], 2),
        ([np.nan, 30.0, 30.0], 0),
    ],
)
def test_the_first_that_is_not_rejected_is_taken(statistic: list[float], step: int) -> None:
    assert closed_test(np.array([statistic]), np.array([7.0])).step[0] == step


def test_p_values_are_those_of_chi_squared_with_a_degree_less_at_each_step() -> None:
    from scipy.stats import chi2

    statistic = np.array([[12.0, 8.0, 3.0]])
    found = closed_test(statistic, np.array([5.0]))
    assert_allclose(found.p, chi2.sf(statistic, [5, 4, 3]))


def test_what_has_no_parameters_more_is_never_better() -> None:
    # one coefficient: intercept and slope are the full model
    found = closed_test(np.array([[30.0, 20.0, 0.0]]), np.array([2.0]))
    assert found.p[0, 2] == 1
    assert_array_equal(found.step, [2])
