from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import (
    decision_curve,
    net_benefit,
    standardised_net_benefit,
    treat_all,
)


@pytest.mark.parametrize("which", ["once", "repeated"])
def test_net_benefit_matches_R_tables(golden, which):
    data, expected = golden("utility")
    weights = data["weight"] if which == "repeated" else None
    curve = net_benefit(data["y"], data["p"], expected["thresholds"], weights=weights)
    everybody = treat_all(data["y"], expected["thresholds"], weights=weights)
    at_once = decision_curve(data["y"], data["p"], expected["thresholds"], weights=weights)
    np.testing.assert_allclose(curve, expected[which]["net_benefit"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(at_once, expected[which]["net_benefit"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(everybody, expected[which]["treat_all"], rtol=0, atol=1e-12)


def test_net_benefit_matches_R_dcurves(published):
    table = published["decision_curve"]
    cells = [
        (1, 1, table["positive_events"]),
        (1, 0, table["events"] - table["positive_events"]),
        (0, 1, table["positive_others"]),
        (0, 0, table["patients"] - table["events"] - table["positive_others"]),
    ]
    y, p, weights = np.array(cells, dtype=float).T
    curve = net_benefit(y, p, table["thresholds"], weights=weights)
    everybody = treat_all(y, table["thresholds"], weights=weights)
    np.testing.assert_allclose(curve, table["net_benefit"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(everybody, table["treat_all"], rtol=0, atol=1e-12)


def test_a_probability_at_the_threshold_is_positive():
    assert net_benefit([1, 0], [0.5, 0.25], 0.5) == 0.5
    assert net_benefit([1, 0], [0.5, 0.25], 0.25) == 0.5 - 0.5 / 3


def test_at_threshold_zero_everybody_is_positive():
    y = [1, 0, 0, 1]
    assert net_benefit(y, [0.0, 0.0, 1.0, 0.0], 0) == treat_all(y, 0) == 0.5


def test_treating_all_gains_nothing_at_the_prevalence():
    np.testing.assert_allclose(treat_all([1, 0, 0, 1, 0], 0.4), 0, atol=1e-16)


def test_a_perfect_model_gains_the_prevalence_at_every_threshold():
    y = np.array([1, 0, 0, 1, 0])
    np.testing.assert_allclose(net_benefit(y, y, [0.1, 0.5, 0.99]), 0.4)


def test_thresholds_broadcast_with_replicates():
    rng = np.random.default_rng(1)
    y, p = (rng.random(30) < 0.4).astype(float), rng.random((7, 30))
    curves = net_benefit(y, p[:, None], [0.2, 0.5])
    assert curves.shape == (7, 2)
    np.testing.assert_array_equal(curves[:, 1], net_benefit(y, p, 0.5))


def test_a_threshold_outside_zero_to_one_has_no_net_benefit():
    y, p = [1, 0], [0.6, 0.4]
    assert np.isnan(net_benefit(y, p, [1.0, -0.1, 30.0, np.nan])).all()
    assert np.isnan(treat_all(y, [1.0, -0.1, 30.0, np.nan])).all()


def test_net_benefit_of_an_unknown_probability_is_nan():
    assert np.isnan(net_benefit([1, 0], [np.nan, 0.4], 0.5))
    assert net_benefit([1, 0], [np.nan, 0.4], 0.5, weights=[0, 1]) == 0


def test_a_decision_curve_is_the_net_benefit_at_each_threshold_in_any_order():
    rng = np.random.default_rng(2)
    y, p = (rng.random(40) < 0.4).astype(float), np.round(rng.random((2, 3, 40)), 2)
    weights = rng.poisson(1, (2, 3, 40)).astype(float)
    thresholds = rng.permutation(100) / 100
    curves = decision_curve(y, p, thresholds, weights=weights)
    assert curves.shape == (2, 3, 100)
    one_by_one = net_benefit(y, p[..., None, :], thresholds, weights=weights[..., None, :])
    np.testing.assert_allclose(curves, one_by_one, rtol=0, atol=1e-14)


def test_a_decision_curve_has_no_value_outside_zero_to_one_or_without_a_probability():
    curve = decision_curve([1, 0], [0.6, 0.4], [-0.1, 0.5, np.nan, 1.0])
    np.testing.assert_array_equal(curve, [np.nan, 0.5, np.nan, np.nan])
    assert np.isnan(decision_curve([1, 0], [np.nan, 0.4], [0.2, 0.5])).all()
    assert decision_curve([1, 0], [0.6, 0.4], []).shape == (0,)


def test_the_thresholds_of_a_decision_curve_are_one_row():
    with pytest.raises(ValueError, match=r"one row of thresholds, got .* shape \(2, 1\)"):
        decision_curve([1, 0], [0.6, 0.4], [[0.2], [0.5]])


def test_harm_lowers_the_curve_by_itself():
    y, p, thresholds = [1, 0, 1], [0.6, 0.4, 0.3], [0.2, 0.5]
    expected = net_benefit(y, p, thresholds) - 1 / 30
    np.testing.assert_allclose(net_benefit(y, p, thresholds, harm=1 / 30), expected)
    np.testing.assert_allclose(decision_curve(y, p, thresholds, harm=1 / 30), expected)


def test_the_standardised_net_benefit_of_a_perfect_model_is_one():
    y = np.array([1, 0, 0, 1, 0])
    np.testing.assert_allclose(standardised_net_benefit(y, y, [0.1, 0.5, 0.99]), 1)
    assert standardised_net_benefit(y, y * 0, 0.1, weights=[1, 1, 0, 0, 0]) == 0
    assert standardised_net_benefit(y, y, 0.1, harm=0.1) == pytest.approx(0.75)


def test_there_is_no_standardised_net_benefit_without_events_or_a_threshold():
    assert np.isnan(standardised_net_benefit([0, 0], [0.1, 0.2], 0.15))
    assert np.isnan(standardised_net_benefit([0, 1], [0.1, 0.2], 1.0))
