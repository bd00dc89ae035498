from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.learners.lightgbm import LightGBM
from predictor.scorers.keeping import kept
from predictor.scorers.trees import LEAF, TreeScorers, parsed


def fitted(*, missing: float = 0.2, leaves: int = 6) -> tuple[np.ndarray, np.ndarray, LightGBM]:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(150, 4)).round(3)
    y = (rng.random(150) < expit(2 * X[:, 0] * (X[:, 1] > 0) - X[:, 2])).astype(float)
    X[:, 1:3][rng.random((150, 2)) < missing] = np.nan
    learner = LightGBM(leaves=(leaves,), min_patients=3, max_trees=60).fit(X, y)
    assert learner.trees_[0] > 0
    return X, y, learner


def exact(learner: LightGBM) -> TreeScorers:
    """The trees with all their digits."""
    scorers = learner.scorers_
    nodes, roots = parsed(scorers.texts[0])
    return TreeScorers(
        scorers.initial, scorers.impute, nodes, np.array(roots), np.array([len(roots)])
    )


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_numbers_are_those_of_lightgbm(missing: float) -> None:
    X, _, learner = fitted(missing=missing)
    new = np.random.default_rng(5).normal(size=(80, 4))
    new[::7, 1] = np.nan
    new[::11] = np.nan
    trees = exact(learner)
    for rows in (X, new):
        assert_allclose(trees.logit(rows), learner.scorers_.logit(rows), rtol=0, atol=1e-12)
        ours, theirs = trees.contributions(rows), learner.scorers_.contributions(rows)
        assert_allclose(ours[0], theirs[0], rtol=0, atol=1e-12)
        assert_allclose(ours[1], theirs[1], rtol=0, atol=1e-12)


def test_contributions_add_up_also_of_what_is_kept() -> None:
    X, _, learner = fitted()
    trees = kept(learner.scorers_, X, fewest=5)
    baseline, values = trees.contributions(X)
    assert_allclose(baseline[:, None] + values.sum(axis=2), trees.logit(X), rtol=0, atol=1e-12)


def test_what_is_kept_predicts_nearly_the_same_and_moves_nobody_across_a_threshold() -> None:
    X, _, learner = fitted(missing=0.0)
    before, after = exact(learner), kept(learner.scorers_, X, fewest=5)
    assert isinstance(after, TreeScorers)
    assert_allclose(after.probability(X), before.probability(X), rtol=0, atol=0.01)
    assert_array_equal(after._leaf(X, after.root), before._leaf(X, before.root))


def test_no_threshold_is_a_value_of_a_patient_or_halfway_between_two() -> None:
    X, _, learner = fitted()
    after = kept(learner.scorers_, X, fewest=5)
    assert isinstance(after, TreeScorers)
    halfway = 0
    inside = np.flatnonzero(after.nodes.feature != LEAF)
    for place in inside:
        values = np.unique(X[:, after.nodes.feature[place]])
        values = values[~np.isnan(values)]
        at = after.nodes.threshold[place]
        assert at not in values
        halfway += bool(np.isclose(at, (values[1:] + values[:-1]) / 2, rtol=0, atol=1e-9).any())
    # a round number may lie there by chance; of LightGBM, all do
    assert halfway < 0.4 * len(inside)


def test_where_few_missing_values_go_is_not_told() -> None:
    X, y, _ = fitted(missing=0.0)
    X[:4, 0] = np.nan
    X[:5, 1] = np.nan
    learner = LightGBM(leaves=(3,), max_trees=60).fit(X, y)
    assert np.isnan(learner.scorers_.impute[0]).tolist() == [True, True, False, False]
    assert np.isnan(kept(learner.scorers_, X, fewest=5).impute[0]).tolist() == [  # type: ignore[attr-defined]
        False, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("index", [slice(1, None), [2, 0], np.array([True, False, True])])
def test_part_of_a_stack_is_that_part_and_survives_the_way_to_disk(index: Any) -> None:
    X, _, learner = fitted()
    one = exact(learner)
    stack = TreeScorers(
        np.array([0.5, np.nan, one.initial[0]]),
        np.repeat(one.impute, 3, axis=0),
        one.nodes,
        np.concatenate([one.root[:3], one.root]),
        np.array([3, 3, 3 + len(one.root)]),
    )
    again = TreeScorers.from_arrays(stack[index].to_arrays())
    assert_array_equal(again.logit(X), stack.logit(X)[index])
    for ours, theirs in zip(again.contributions(X), stack.contributions(X), strict=True):
        assert_array_equal(ours, theirs[index])


def test_a_model_without_trees_is_the_prevalence() -> None:
    nodes, roots = parsed("")
    none = TreeScorers(
        np.zeros(1), np.zeros((1, 2)), nodes, np.array(roots, dtype=np.int64), np.array([0])
    )
    assert_array_equal(none.probability(np.ones((3, 2))), np.full((1, 3), 0.5))
    baseline, values = none.contributions(np.ones((3, 2)))
    assert_array_equal(baseline, [0.0])
    assert_array_equal(values, np.zeros((1, 3, 2)))


def test_a_tree_of_one_leaf_is_a_number() -> None:
    data = lightgbm.Dataset(
        np.arange(8.0)[:, None], label=np.arange(8) % 2, params={"verbosity": -1}
    )
    booster = lightgbm.train({"objective": "binary", "verbosity": -1}, data, num_boost_round=1)
    nodes, roots = parsed(booster.model_to_string())
    assert roots == [0]
    assert nodes.feature.tolist() == [LEAF]
