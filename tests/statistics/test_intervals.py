from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor.statistics import shifted_percentiles, wilson


def test_wilson_matches_R_prop_test(golden):
    _, expected = golden("intervals")
    for case in expected["wilson"]:
        interval = wilson(case["events"], case["n"], case["level"])
        np.testing.assert_allclose(
            [interval.low, interval.high], [case["low"], case["high"]], rtol=0, atol=1e-12
        )
        assert interval.used == case["n"]


def test_shifted_percentiles_match_R_quantile(golden):
    data, expected = golden("intervals")
    for case in expected["shifted_percentiles"]:
        interval = shifted_percentiles(expected["estimate"], data["resample"], case["level"])
        np.testing.assert_allclose(
            [interval.low, interval.high], [case["low"], case["high"]], rtol=0, atol=1e-12
        )
        assert interval.used == case["used"]


def test_wilson_of_the_founding_study():
    interval = wilson(23, 48)
    assert (round(float(interval.low), 3), round(float(interval.high), 3)) == (0.345, 0.617)


def test_wilson_ends_exactly_at_zero_and_one():
    interval = wilson([0, 12], 12)
    assert interval.low[0] == 0
    assert interval.high[1] == 1
    assert (interval.high - interval.low > 0).all()


def test_wilson_without_patients_is_nan():
    interval = wilson([0, 1], [0, 2])
    np.testing.assert_array_equal(np.isnan(interval.low), [True, False])
    np.testing.assert_array_equal(np.isnan(interval.high), [True, False])
    np.testing.assert_array_equal(interval.used, [0, 2])


def test_shifting_moves_the_interval_with_the_estimate():
    resamples = np.random.default_rng(1).normal(0.7, 0.1, 60)
    first, second = (shifted_percentiles(estimate, resamples) for estimate in (0.5, 0.6))
    np.testing.assert_allclose(second.low - first.low, 0.1)
    np.testing.assert_allclose(second.high - first.high, 0.1)


def test_rows_of_resamples_are_independent_of_each_other():
    rng = np.random.default_rng(2)
    resamples = rng.normal(size=(4, 60))
    resamples[0] = np.nan
    resamples[1, 1:] = np.nan
    resamples[2, [3, 8]] = np.nan, np.inf
    interval = shifted_percentiles([0.1, 0.2, 0.3, 0.4], resamples)
    np.testing.assert_array_equal(interval.used, [0, 1, 58, 60])
    np.testing.assert_array_equal(np.isnan(interval.low), [True, True, False, False])
    alone = shifted_percentiles(0.3, np.delete(resamples[2], [3, 8]))
    np.testing.assert_allclose([interval.low[2], interval.high[2]], [alone.low, alone.high])


def test_no_resamples_leave_no_interval():
    interval = shifted_percentiles(0.5, [])
    assert np.isnan(interval.low)
    assert np.isnan(interval.high)
    assert interval.used == 0


def test_an_unknown_estimate_has_no_interval():
    assert np.isnan(shifted_percentiles(np.nan, [0.4, 0.5, 0.6]).low)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(ValueError, match="level between 0 and 1"):
        wilson(1, 2, level)
    with pytest.raises(ValueError, match="level between 0 and 1"):
        shifted_percentiles(0.5, [0.4, 0.6], level)


def test_an_interval_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        wilson(1, 2).low = 0.0


def test_fewer_than_forty_resamples_have_students_interval():
    # the 97.5th percentile of t with 4 degrees of freedom, from a table
    interval = shifted_percentiles(0.5, [0.1, 0.4, 0.5, 0.7, 0.9])
    reach = 2.7764451052 * np.std([0.1, 0.4, 0.5, 0.7, 0.9], ddof=1)
    np.testing.assert_allclose([interval.low, interval.high], [0.5 - reach, 0.5 + reach])
