from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import (
    negative_predictive_value,
    positive_predictive_value,
    sensitivity,
    specificity,
)

MEASURES = {
    "sensitivity": sensitivity,
    "specificity": specificity,
    "ppv": positive_predictive_value,
    "npv": negative_predictive_value,
}


@pytest.mark.parametrize("which", ["once", "repeated"])
@pytest.mark.parametrize("name", MEASURES)
def test_classification_matches_R_pROC(golden, name, which):
    data, expected = golden("classification")
    weights = data["weight"] if which == "repeated" else None
    values = MEASURES[name](data["y"], data["p"], expected["thresholds"], weights=weights)
    np.testing.assert_allclose(values, expected[which][name], rtol=0, atol=1e-12)


def test_a_probability_at_the_threshold_counts_as_positive():
    y, p = [1, 1, 0, 0], [0.5, 0.3, 0.5, 0.3]
    assert sensitivity(y, p, 0.5) == specificity(y, p, 0.5) == 0.5
    assert sensitivity(y, p, 0.3) == 1
    assert specificity(y, p, 0.3) == 0


def test_a_share_of_nobody_is_nan():
    y, p = [0, 1], [0.2, 0.4]
    assert np.isnan(sensitivity([0, 0], p, 0.3))
    assert np.isnan(specificity([1, 1], p, 0.3))
    assert np.isnan(positive_predictive_value(y, p, 0.5))
    assert np.isnan(negative_predictive_value(y, p, 0.1))


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_what_is_unknown_stays_unknown(measure):
    y, p = [0, 1, 1, 0], [0.2, 0.4, 0.3, 0.6]
    assert np.isnan(measure(y, p, np.nan))
    assert np.isnan(measure(y, [0.2, np.nan, 0.3, 0.6], 0.35))
    alone = measure(y[1:], p[1:], 0.35)
    assert measure(y, [np.nan, *p[1:]], 0.35, weights=[0, 1, 1, 1]) == alone


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_classification_of_a_batch_is_that_of_its_rows(measure):
    rng = np.random.default_rng(1)
    y, p = (rng.random(30) < 0.4).astype(float), rng.random((7, 30))
    table = measure(y, p[:, None], [0.2, 0.5])
    assert table.shape == (7, 2)
    np.testing.assert_array_equal(table[3, 1], measure(y, p[3], 0.5))
