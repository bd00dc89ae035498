from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import true_scores


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260714)


def measured(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """True scores at two times, correlated, and what was measured with a standard error of 1."""
    true = rng.multivariate_normal([7.0, 5.0], [[2.0, 1.0], [1.0, 4.0]], n)
    return true, true + rng.standard_normal(true.shape)


def test_error_added_to_the_draws_gives_a_second_measurement(rng: np.random.Generator) -> None:
    """Its mean, spread and correlation with the first are those of two measurements."""
    true, once = measured(rng, 20_000)
    twice = true_scores(once, 1.0, 1, rng)[0] + rng.standard_normal(once.shape)

    np.testing.assert_allclose(twice.mean(axis=0), once.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(np.cov(twice.T), np.cov(once.T), atol=0.12)
    between = np.cov(once.T, twice.T)[:2, 2:]
    np.testing.assert_allclose(between, np.cov(true.T), atol=0.12)


def test_of_a_patient_with_one_score_that_one_is_drawn(rng: np.random.Generator) -> None:
    _, once = measured(rng, 500)
    once[:100, 1] = np.nan
    once[0] = np.nan
    drawn = true_scores(once, 1.0, 200, rng)

    assert np.array_equal(np.isnan(drawn), np.broadcast_to(np.isnan(once), drawn.shape))
    pull = np.polyfit(once[1:100, 0], drawn[:, 1:100, 0].mean(axis=0), 1)[0]
    assert pull == pytest.approx(2 / 3, abs=0.1)  # variance 2 of 3 is that of true scores


def test_an_error_as_large_as_the_spread_leaves_the_mean(rng: np.random.Generator) -> None:
    _, once = measured(rng, 200)
    drawn = true_scores(once, 50.0, 3, rng)
    np.testing.assert_allclose(drawn, np.broadcast_to(once.mean(axis=0), drawn.shape), atol=1e-6)


def test_too_few_patients_are_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="too few"):
        true_scores([[1.0, 2.0], [2.0, 3.0], [4.0, np.nan]], 1.0, 1, rng)
