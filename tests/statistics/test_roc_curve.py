from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import auroc, sensitivity_at


@pytest.mark.parametrize("column", ["plain", "tied"])
def test_sensitivities_match_R_pROC_in_the_sample_and_in_bootstrap_samples(golden, column) -> None:
    data, expected = golden("roc")
    rates = expected["rates"]
    drawn = np.array([data[name] for name in data if name.startswith("b")])
    once = sensitivity_at(data["y"], data[column], rates)
    again = sensitivity_at(data["y"], data[column], rates, weights=drawn)
    np.testing.assert_allclose(once, expected[column]["sensitivity"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(again, expected[column]["samples"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("column", ["plain", "tied"])
def test_the_band_over_samples_matches_R(golden, column) -> None:
    data, expected = golden("roc")
    drawn = np.array([data[name] for name in data if name.startswith("b")])
    again = sensitivity_at(data["y"], data[column], expected["rates"], weights=drawn)
    ends = np.quantile(again, [0.025, 0.975], axis=0, method="median_unbiased").T
    np.testing.assert_allclose(ends, expected[column]["band"], rtol=0, atol=1e-9)


def test_the_band_of_many_samples_is_that_of_ci_se(golden) -> None:
    """pROC draws samples of its own: the two agree within what 2,000 of them are sure of."""
    data, expected = golden("roc")
    rng = np.random.default_rng(8)
    n = len(data["y"])
    drawn = rng.multinomial(n, np.full(n, 1 / n), 2000)
    again = sensitivity_at(data["y"], data["plain"], expected["rates"], weights=drawn)
    ends = np.nanquantile(again, [0.025, 0.975], axis=0).T
    difference = np.abs(ends - np.array(expected["ci.se"]))
    assert difference.mean() < 0.01
    assert difference.max() < 0.06


def test_the_area_below_is_the_auroc() -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(300) < 0.4).astype(float)
    p = np.round(rng.random(300) * 0.7 + 0.3 * y, 2)
    rates = (np.arange(20_000) + 0.5) / 20_000
    np.testing.assert_allclose(sensitivity_at(y, p, rates).mean(), auroc(y, p), atol=1e-4)


def test_perfect_useless_and_absent() -> None:
    y, rates = np.array([0, 0, 1, 1]), [0.0, 0.25, 0.75, 1.0]
    p = np.array([[0.1, 0.2, 0.3, 0.4], [0.5] * 4, [0.4, 0.3, 0.2, 0.1]])
    found = sensitivity_at(y, p, rates)
    np.testing.assert_allclose(found[0], 1)
    np.testing.assert_allclose(found[1], rates)
    np.testing.assert_allclose(found[2], [0, 0, 0, 1])
    assert np.isnan(sensitivity_at([1, 1], [0.2, 0.3], rates)).all()


def test_rates_are_one_row() -> None:
    with pytest.raises(ValueError, match="one row of rates"):
        sensitivity_at([0, 1], [0.1, 0.2], [[0.5]])
