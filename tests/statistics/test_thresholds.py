from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import Classification, classification

measures = pytest.mark.parametrize("name", Classification._fields)


@pytest.mark.parametrize("which", ["once", "repeated"])
@measures
def test_classification_matches_R_pROC(golden, name, which):
    data, expected = golden("classification")
    weights = data["weight"] if which == "repeated" else None
    found = classification(data["y"], data["p"], expected["thresholds"], weights=weights)
    np.testing.assert_allclose(getattr(found, name), expected[which][name], rtol=0, atol=1e-12)


def test_a_probability_at_the_threshold_counts_as_positive():
    y, p = [1, 1, 0, 0], [0.5, 0.3, 0.5, 0.3]
    assert classification(y, p, 0.5) == (0.5, 0.5, 0.5, 0.5)
    assert classification(y, p, 0.3)[:3] == (1, 0, 0.5)


def test_a_share_of_nobody_is_nan():
    y, p = [0, 1], [0.2, 0.4]
    assert np.isnan(classification([0, 0], p, 0.3).sensitivity)
    assert np.isnan(classification([1, 1], p, 0.3).specificity)
    assert np.isnan(classification(y, p, 0.5).ppv)
    assert np.isnan(classification(y, p, 0.1).npv)


@measures
def test_what_is_unknown_stays_unknown(name):
    y, p = [0, 1, 1, 0], [0.2, 0.4, 0.3, 0.6]
    assert np.isnan(getattr(classification(y, p, np.nan), name))
    assert np.isnan(getattr(classification(y, [0.2, np.nan, 0.3, 0.6], 0.35), name))
    alone = classification(y[1:], p[1:], 0.35)
    left_out = classification(y, [np.nan, *p[1:]], 0.35, weights=[0, 1, 1, 1])
    assert getattr(left_out, name) == getattr(alone, name)


@measures
def test_classification_of_a_batch_is_that_of_its_rows(name):
    rng = np.random.default_rng(1)
    y, p = (rng.random(30) < 0.4).astype(float), rng.random((7, 30))
    table = getattr(classification(y, p[:, None], [0.2, 0.5]), name)
    assert table.shape == (7, 2)
    assert table[3, 1] == getattr(classification(y, p[3], 0.5), name)
