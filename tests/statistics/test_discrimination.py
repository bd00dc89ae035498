from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from predictor.statistics import auprc, auroc


@pytest.mark.parametrize("column", ["plain", "tied", "extreme"])
def test_auroc_matches_R_pROC(golden, column):
    data, expected = golden("discrimination")
    once = auroc(data["y"], data[column])
    repeated = auroc(data["y"], data[column], weights=data["weight"])
    np.testing.assert_allclose(once, expected["once"][column], rtol=0, atol=1e-12)
    np.testing.assert_allclose(repeated, expected["repeated"][column], rtol=0, atol=1e-12)


def test_auroc_matches_scikit_learn_on_every_row_of_a_large_batch():
    rng = np.random.default_rng(1)
    y = (rng.random(3000) < 0.3).astype(float)
    p = np.round(rng.random((30, 3000)), 3)
    weights = rng.poisson(1, (30, 3000)).astype(float)
    by_row = [
        roc_auc_score(y, row, sample_weight=count) for row, count in zip(p, weights, strict=True)
    ]
    np.testing.assert_allclose(auroc(y, p, weights=weights), by_row, rtol=0, atol=1e-12)


def test_auroc_counts_ties_half():
    assert auroc([0, 1], [0.4, 0.4]) == 0.5
    assert auroc([0, 1, 1], [0.4, 0.4, 0.6]) == 0.75


def test_auroc_of_perfect_reversed_and_constant_probabilities():
    y = np.array([0, 0, 1, 1])
    p = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.5, 0.5, 0.5, 0.5]])
    np.testing.assert_array_equal(auroc(y, p), [1, 0, 0.5])


@pytest.mark.parametrize("centre", [-23.0, -3.0, 0.0, 3.0, 23.0])
def test_auroc_ties_what_differs_by_rounding_only(centre):
    rng = np.random.default_rng(2)
    y = (rng.random(200) < 0.5).astype(float)
    logit = centre + rng.integers(0, 5, 200).astype(float)
    noise = 1e-13 * rng.uniform(-1, 1, 200)
    exact, rounded = (1 / (1 + np.exp(-value)) for value in (logit, logit + noise))
    assert auroc(y, rounded) == auroc(y, exact)


def test_auroc_tells_tiny_probabilities_apart():
    assert auroc([0, 1], [1.00001e-10, 1.00002e-10]) == 1
    assert auroc([1, 0], [1 - 1.001e-10, 1 - 1.000e-10]) == 0


@pytest.mark.parametrize("y", [[0, 0, 0], [1, 1, 1]])
def test_auroc_of_one_class_is_nan(y):
    assert np.isnan(auroc(y, [0.1, 0.2, 0.3]))
    assert np.isnan(auroc([0, 1, 1], [0.1, 0.2, 0.3], weights=[0, 1, 2]))


def test_auprc_matches_scikit_learn_on_every_row_of_a_batch():
    rng = np.random.default_rng(2)
    y = (rng.random(400) < 0.3).astype(float)
    p = np.round(rng.random((30, 400)), 2)
    weights = rng.poisson(1, (30, 400)) * rng.choice([1.0, 0.37], (30, 1))
    by_row = [
        average_precision_score(y, row, sample_weight=count)
        for row, count in zip(p, weights, strict=True)
    ]
    np.testing.assert_allclose(auprc(y, p, weights=weights), by_row, rtol=0, atol=1e-12)


def test_auprc_of_perfect_and_constant_probabilities():
    y = [0, 1, 0, 1, 0]
    assert auprc(y, [0.1, 0.8, 0.2, 0.9, 0.3]) == 1
    assert auprc(y, [0.5] * 5) == 0.4


def test_auprc_is_nan_without_events_and_one_without_others():
    p = [0.1, 0.2, 0.3]
    assert np.isnan(auprc([0, 0, 0], p))
    assert np.isnan(auprc([1, 0, 0], p, weights=[0, 1, 1]))
    assert auprc([1, 1, 1], p) == 1


def test_auprc_takes_nobody_above_for_no_event():
    assert auprc([1, 0, 1], [0.2, 0.1, 0.9], weights=[1, 1, 0]) == 1
