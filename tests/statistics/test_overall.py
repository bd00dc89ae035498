from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from predictor.statistics import brier, log_loss, scaled_brier

MEASURES = {"brier": brier, "scaled_brier": scaled_brier, "log_loss": log_loss}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("column", ["plain", "certain"])
def test_overall_measures_match_R_rms(golden, name, column):
    data, expected = golden("overall")
    once = MEASURES[name](data["y"], data[column])
    repeated = MEASURES[name](data["y"], data[column], weights=data["weight"])
    np.testing.assert_allclose(once, expected["once"][column][name], rtol=1e-12)
    np.testing.assert_allclose(repeated, expected["repeated"][column][name], rtol=1e-12)


def test_brier_and_log_loss_match_scikit_learn():
    rng = np.random.default_rng(1)
    y, p = (rng.random(300) < 0.4).astype(float), rng.random((20, 300))
    weights = rng.poisson(1, (20, 300)).astype(float)
    theirs = [
        (
            metrics.brier_score_loss(y, row, sample_weight=count),
            metrics.log_loss(y, row, sample_weight=count),
        )
        for row, count in zip(p, weights, strict=True)
    ]
    ours = np.stack([brier(y, p, weights=weights), log_loss(y, p, weights=weights)], axis=1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_perfect_probabilities_score_best():
    y = np.array([0, 1, 1, 0, 1])
    assert brier(y, y) == 0
    assert scaled_brier(y, y) == 1
    np.testing.assert_allclose(log_loss(y, y), 1e-12, rtol=1e-3)


def test_the_prevalence_has_a_scaled_brier_of_zero():
    y = np.array([0, 1, 1, 0, 1])
    weights = np.array([2, 0, 3, 1, 1])
    np.testing.assert_allclose(scaled_brier(y, np.full(5, 0.6)), 0, atol=1e-15)
    np.testing.assert_allclose(scaled_brier(y, np.full(5, 4 / 7), weights=weights), 0, atol=1e-15)


def test_a_certain_and_wrong_probability_costs_no_infinity():
    np.testing.assert_allclose(log_loss([1], [0.0]), -np.log(1e-12))
    np.testing.assert_allclose(log_loss([0], [1.0]), -np.log(1e-12), rtol=1e-5)


def test_only_the_scaled_brier_needs_both_classes():
    y, p = [0, 0, 0], [0.1, 0.2, 0.6]
    np.testing.assert_allclose(brier(y, p), 0.41 / 3)
    np.testing.assert_allclose(log_loss(y, p), -np.log(0.9 * 0.8 * 0.4) / 3)
    assert np.isnan(scaled_brier(y, p))
    assert np.isnan(scaled_brier([1, 1, 1], p))
