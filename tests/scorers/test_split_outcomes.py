"""Small trees by the outcome of their splits say what the trees themselves say."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.learners import make
from predictor.scorers.contract import weighted_sum
from predictor.scorers.shapley_of_trees import tree_shapley
from predictor.scorers.split_outcomes import SplitOutcomes


@pytest.fixture(scope="module", params=[2, 3, 4, 7])
def forest_and_patients(request):
    rng = np.random.default_rng(request.param)
    X = rng.normal(size=(300, 5))
    X[rng.random(X.shape) < 0.1] = np.nan
    y = (np.nan_to_num(X[:, 0] + X[:, 1] * X[:, 2]) + rng.normal(size=300) > 0).astype(float)
    learner = make("lightgbm", max_trees=20, leaves=[request.param]).fit(X, y)
    return learner.scorers_.forests[0], X


def test_outcomes_give_the_log_odds_and_shapley_values_of_the_trees(forest_and_patients) -> None:
    forest, X = forest_and_patients
    outcomes = SplitOutcomes.of(forest)
    assert outcomes is not None
    np.testing.assert_allclose(outcomes.log_odds(X), forest.log_odds(X), rtol=0, atol=1e-13)
    baseline, values = outcomes.contributions(X)
    expected, shapley = tree_shapley(forest, X)
    assert baseline == pytest.approx(expected, abs=1e-13)
    np.testing.assert_allclose(values, shapley, rtol=0, atol=1e-13)


def test_a_row_has_the_same_bits_among_any_others(forest_and_patients) -> None:
    forest, X = forest_and_patients
    outcomes = SplitOutcomes.of(forest)
    assert outcomes is not None
    for rows in ([5], [5, 6, 7], range(2, 200)):
        part = list(rows)
        np.testing.assert_array_equal(outcomes.log_odds(X[part]), outcomes.log_odds(X)[part])
        np.testing.assert_array_equal(
            outcomes.contributions(X[part])[1], outcomes.contributions(X)[1][part]
        )


def test_what_is_found_together_is_what_is_found_alone(forest_and_patients) -> None:
    forest, X = forest_and_patients
    outcomes = SplitOutcomes.of(forest)
    assert outcomes is not None
    log_odds, baseline, values = outcomes.explained(X)
    np.testing.assert_array_equal(log_odds, outcomes.log_odds(X))
    assert baseline == outcomes.contributions(X)[0]
    np.testing.assert_array_equal(values, outcomes.contributions(X)[1])


def test_trees_of_many_splits_have_too_many_outcomes() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 3))
    y = (X[:, 0] * X[:, 1] + rng.normal(size=400) > 0).astype(float)
    learner = make("lightgbm", max_trees=5, leaves=[12]).fit(X, y)
    assert SplitOutcomes.of(learner.scorers_.forests[0]) is None


def test_a_weighted_sum_of_a_row_is_the_same_among_any_others() -> None:
    rng = np.random.default_rng(2)
    X, weights = rng.normal(size=(1000, 13)), rng.normal(size=13)
    np.testing.assert_allclose(weighted_sum(X, weights), X @ weights, rtol=1e-12)
    for size in (1, 2, 7, 64):
        np.testing.assert_array_equal(
            weighted_sum(X[:size], weights), weighted_sum(X, weights)[:size]
        )
