from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from predictor.statistics import calibration_intercept, calibration_slope, observed_expected

MEASURES = {
    "calibration_intercept": calibration_intercept,
    "calibration_slope": calibration_slope,
    "observed_expected": observed_expected,
}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("column", ["plain", "timid", "extreme", "clipped", "reversed"])
def test_calibration_matches_R_glm(golden, name, column):
    data, expected = golden("calibration")
    once = MEASURES[name](data["y"], data[column])
    repeated = MEASURES[name](data["y"], data[column], weights=data["weight"])
    np.testing.assert_allclose(once, expected["once"][column][name], rtol=1e-9)
    np.testing.assert_allclose(repeated, expected["repeated"][column][name], rtol=1e-9)


def test_calibration_slope_matches_R_rms(golden):
    data, expected = golden("calibration")
    slope = calibration_slope(data["y"], data["plain"])
    np.testing.assert_allclose(slope, expected["val_prob"]["slope"], rtol=1e-7)


def cohort(seed: int, rows: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    logit = rng.normal(0, 1, (rows, n)) * rng.uniform(0.01, 20, (rows, 1)) + rng.normal(
        0, 2, (rows, 1)
    )
    y = (rng.random((rows, n)) < expit(rng.normal(0, 1, (rows, n)) + 0.1 * logit)).astype(float)
    return y, expit(logit), rng.poisson(1, (rows, n)).astype(float)


def test_the_likelihood_equations_hold_at_the_intercept():
    y, p, weights = cohort(1, 300, 48)
    logit = np.log(np.clip(p, 1e-12, 1 - 1e-12)) - np.log1p(-np.clip(p, 1e-12, 1 - 1e-12))
    a = calibration_intercept(y, p, weights=weights)
    assert np.isfinite(a).mean() > 0.95
    residual = weights * (y - expit(a[:, None] + logit))
    np.testing.assert_allclose(np.nan_to_num(residual.sum(axis=1)), 0, atol=1e-10)


def test_a_shift_and_a_stretch_of_the_logits_are_found_again():
    rng = np.random.default_rng(2)
    logit = rng.normal(0, 1.5, (40, 200))
    y = (rng.random((40, 200)) < expit(logit)).astype(float)
    intercept, slope = (f(y, expit(logit)) for f in (calibration_intercept, calibration_slope))
    np.testing.assert_allclose(
        calibration_intercept(y, expit(logit - 0.7)), intercept + 0.7, atol=1e-10
    )
    np.testing.assert_allclose(
        calibration_slope(y, expit(0.25 * logit - 1)), slope / 0.25, rtol=1e-9
    )


def test_the_prevalence_is_calibrated_in_the_large_and_has_no_slope():
    y = np.array([0, 1, 1, 0, 1])
    p = np.full(5, 0.6)
    np.testing.assert_allclose(calibration_intercept(y, p), 0, atol=1e-14)
    np.testing.assert_allclose(observed_expected(y, p), 1)
    assert np.isnan(calibration_slope(y, p))
    assert np.isnan(calibration_slope(y, p + 1e-12 * y))


@pytest.mark.parametrize(
    "p",
    [
        [0.1, 0.2, 0.3, 0.4],  # all non-events below all events
        [0.9, 0.8, 0.3, 0.2],  # the other way round
        [0.1, 0.3, 0.3, 0.4],  # they touch, which is separation too
    ],
)
def test_a_separated_outcome_has_no_slope(p):
    assert np.isnan(calibration_slope([0, 0, 1, 1], p))
    assert np.isfinite(calibration_intercept([0, 0, 1, 1], p))


def test_separation_by_those_who_count_leaves_no_slope():
    y, p = [0, 0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.9]
    assert np.isfinite(calibration_slope(y, p))
    assert np.isnan(calibration_slope(y, p, weights=[1, 1, 1, 1, 0]))


def test_a_nearly_separated_outcome_has_a_steep_slope():
    logit = np.array([-2.0, -1.0, 0.001, 0.0, 1.0, 2.0])
    y = np.array([0, 0, 0, 1, 1, 1])
    assert calibration_slope(y, expit(logit)) > 5
    assert np.isfinite(calibration_slope(y, expit(logit * 10)))


def test_one_class_has_no_intercept_and_no_slope():
    p = [0.1, 0.2, 0.3]
    for y in ([0, 0, 0], [1, 1, 1]):
        assert np.isnan(calibration_intercept(y, p))
        assert np.isnan(calibration_slope(y, p))
    assert observed_expected([0, 0, 0], p) == 0
    np.testing.assert_allclose(observed_expected([1, 1, 1], p), 5)
    assert np.isnan(observed_expected([0, 1, 0], [0.0, 0.0, 0.0]))


def test_certain_and_wrong_probabilities_still_have_an_answer():
    y = np.array([0, 1, 0, 1, 1, 0])
    p = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.3])
    assert np.isfinite(calibration_intercept(y, p))
    assert np.isfinite(calibration_slope(y, p))


def test_a_row_longer_than_the_cache_has_the_slope_of_its_counts():
    rng = np.random.default_rng(3)
    logit = rng.normal(size=100)
    y = (rng.random(100) < expit(logit)).astype(float)
    times = rng.integers(300, 600, 100)
    long = calibration_slope(np.repeat(y, times), expit(np.repeat(logit, times)))
    np.testing.assert_allclose(long, calibration_slope(y, expit(logit), weights=times), rtol=1e-10)
