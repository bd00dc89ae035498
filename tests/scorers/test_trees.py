from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.errors import ModelError
from predictor.learners.lightgbm import LightGBM
from predictor.scorers.forest import Forest
from predictor.scorers.keeping import deviation, kept, kept_of_sums, trees_among, without_few
from predictor.scorers.shapley_of_trees import leaves_of, tree_shapley
from predictor.scorers.trees import TreeScorers


def fitted(*, missing: float = 0.2, leaves: int = 6) -> tuple[np.ndarray, np.ndarray, LightGBM]:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(150, 4)).round(3)
    y = (rng.random(150) < expit(2 * X[:, 0] * (X[:, 1] > 0) - X[:, 2])).astype(float)
    X[:, 1:3][rng.random((150, 2)) < missing] = np.nan
    learner = LightGBM(leaves=(leaves,), min_patients=8, max_trees=60).fit(X, y)
    assert learner.trees_[0] > 0
    return X, y, learner


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize(("events", "min_patients"), [(15, 5), (15, 1), (75, 1)])
def test_no_leaf_that_is_kept_is_of_fewer_than_five_patients(
    missing: float, events: int, min_patients: float
) -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(150, 4)).round(3)
    y = (X[:, 0] > np.sort(X[:, 0])[-events - 1]).astype(float)
    X[:, 1:3][rng.random((150, 2)) < missing] = np.nan
    learner = LightGBM(leaves=(6,), min_patients=min_patients, learning_rate=0.1, max_trees=60)
    model = learner.fit(X, y).scorers_
    (forest,) = model.forests
    leaf = np.flatnonzero(forest.column < 0)
    patients = forest.patients(model.completed(X, 0))
    few = leaf[patients[leaf] < 5]
    assert len(few)
    number = without_few(forest, patients, fewest=5)
    behind = np.zeros(len(leaf), dtype=np.int64)  # patients of the leaves a value is made of
    for one in leaf:
        alone = np.where(forest.column < 0, 0.0, forest.number)
        alone[one] = 1.0
        made = without_few(replace(forest, number=alone), patients, fewest=5)
        behind += np.where(made[leaf] > 0, patients[one], 0)
    assert behind.min() >= 5
    large = leaf[patients[leaf] >= 5]
    assert_array_equal(number[large], forest.number[large])
    assert number[leaf].min() >= forest.number[large].min()
    assert number[leaf].max() <= forest.number[large].max()


def test_what_is_kept_of_parts_is_what_is_kept_of_all_their_patients() -> None:
    X, _, learner = fitted()
    model = learner.scorers_[:1]
    parts = [trees_among(model, part) for part in (X[:40], X[40:41], X[41:])]
    trees = parts[0] + parts[1] + parts[2]
    known = ~np.isnan(X)
    mean = np.where(known, X, 0).sum(axis=0) / known.sum(axis=0)
    ours = kept_of_sums(model, mean, deviation(X), trees, fewest=5).to_arrays()
    for name, numbers in kept(model, X, fewest=5).to_arrays().items():
        assert_array_equal(ours[name], numbers)


def test_small_leaves_take_what_is_across_the_nearest_split_with_enough() -> None:
    # the root's left side parts 3 from 2 patients, the right side 1 from 6
    forest = Forest(
        column=np.array([0, 0, -1, -1, 0, -1, -1]),
        number=np.array([5.0, 3.0, 1.0, 11.0, 6.0, 7.0, 9.0]),
        missing_left=np.zeros(3, dtype=np.bool_),
        share=np.full(3, 0.5),
    )
    X = np.arange(1.0, 13.0)[:, None]
    assert forest.patients(X).tolist() == [12, 5, 3, 2, 7, 1, 6]
    assert without_few(forest, forest.patients(X), fewest=5).tolist() == [5, 3, 5, 5, 6, 9, 9]
    assert without_few(forest, forest.patients(X), fewest=6).tolist() == [5, 3, 9, 9, 6, 9, 9]
    assert without_few(forest, forest.patients(X), fewest=1).tolist() == forest.number.tolist()


def test_contributions_add_up_also_of_what_is_kept() -> None:
    X, _, learner = fitted()
    trees = kept(learner.scorers_, X, fewest=5)
    baseline, values = trees.contributions(X)
    assert_allclose(baseline[:, None] + values.sum(axis=2), trees.logit(X), rtol=0, atol=1e-12)


def test_what_is_kept_predicts_nearly_the_same_and_moves_nobody_across_a_threshold() -> None:
    X, _, learner = fitted(missing=0.0)
    before, after = learner.scorers_, kept(learner.scorers_, X, fewest=5)
    assert isinstance(after, TreeScorers)
    assert_allclose(after.probability(X), before.probability(X), rtol=0, atol=0.01)
    split = after.forests[0].column >= 0
    at = np.flatnonzero(split)
    assert_array_equal(after.forests[0].column, before.forests[0].column)
    assert_array_equal(after.forests[0].goes_left(X.T, at), before.forests[0].goes_left(X.T, at))
    assert not np.array_equal(after.forests[0].number[split], before.forests[0].number[split])


def test_no_threshold_is_a_value_of_a_patient_or_halfway_between_two() -> None:
    X, _, learner = fitted()
    after = kept(learner.scorers_, X, fewest=5)
    assert isinstance(after, TreeScorers)
    halfway = 0
    (forest,) = after.forests
    inside = np.flatnonzero(forest.column >= 0)
    for place in inside:
        values = np.unique(X[:, forest.column[place]])
        values = values[~np.isnan(values)]
        at = forest.number[place]
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
    one = learner.scorers_
    stack = TreeScorers(
        (Forest.empty(), Forest.empty(), one.forests[0]),
        np.array([0.5, np.nan, one.initial[0]]),
        np.repeat(one.impute, 3, axis=0),
    )
    again = TreeScorers.from_arrays(stack[index].to_arrays())
    assert_array_equal(again.logit(X), stack.logit(X)[index])
    for ours, theirs in zip(again.contributions(X), stack.contributions(X), strict=True):
        assert_array_equal(ours, theirs[index])


def test_a_model_without_trees_is_the_prevalence() -> None:
    none = TreeScorers((Forest.empty(),), np.zeros(1), np.zeros((1, 2)))
    assert_array_equal(none.probability(np.ones((3, 2))), np.full((1, 3), 0.5))
    baseline, values = none.contributions(np.ones((3, 2)))
    assert_array_equal(baseline, [0.0])
    assert_array_equal(values, np.zeros((1, 3, 2)))
    again = TreeScorers.from_arrays(none.to_arrays())
    assert_array_equal(again.probability(np.ones((3, 2))), np.full((1, 3), 0.5))


def arrays(**changes: Any) -> dict[str, np.ndarray]:
    """A model of two trees of two leaves and of one, with changes."""
    plain = {
        "initial": [0.5], "impute": [[np.nan, 1.0]], "node_end": [4], "column": [1, -1, -1, -1],
        "number": [2.0, -1.0, 1.0, 0.25], "missing_left": [1], "share": [0.5],
    }  # fmt: skip
    return {name: np.array(value) for name, value in (plain | changes).items()}


def test_trees_written_by_hand_are_what_they_say() -> None:
    scorers = TreeScorers.from_arrays(arrays())
    X = np.array([[0.0, 2.0], [0.0, 2.5], [np.nan, np.nan]])
    assert_array_equal(scorers.logit(X), [[-0.25, 1.75, -0.25]])
    baseline, values = scorers.contributions(X)
    assert_array_equal(baseline, [0.75])
    assert_array_equal(values, [[[0.0, -1.0], [0.0, 1.0], [0.0, -1.0]]])
    assert scorers.forests[0].trees == 2
    assert scorers.forests[0].leaves.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"column": [1, -1, -1, 0], "missing_left": [1, 1], "share": [0.5, 0.5]}, "whole trees"),
        ({"column": [1, 1, -1, -1], "missing_left": [1, 1], "share": [0.5, 0.5]}, "whole trees"),
        ({"column": [2, -1, -1, -1]}, "column hold something else"),
        ({"column": [-2, -1, -1, -1]}, "column hold something else"),
        ({"column": [0.5, -1, -1, -1]}, "column hold something else"),
        ({"column": [np.nan, -1, -1, -1]}, "column hold something else"),
        ({"number": [2.0, np.inf, 1.0, 0.25]}, "number hold a number beyond 3e\\+38"),
        ({"number": [2.0, 3.1e38, 1.0, 0.25]}, "number hold a number beyond 3e\\+38"),
        ({"number": [np.nan, -1.0, 1.0, 0.25]}, "number lack a number"),
        ({"number": [2.0, -1.0, 1.0]}, "number have the shape 3 instead of 4"),
        ({"missing_left": [2]}, "missing_left hold something else"),
        ({"missing_left": []}, "missing_left have the shape 0 instead of 1"),
        ({"share": [0.0]}, "share are not between 0 and 1"),
        ({"share": [np.nan]}, "share are not between 0 and 1"),
        ({"node_end": [3]}, "node_end are not the ends"),
        ({"node_end": [5]}, "node_end hold something else"),
        ({"node_end": [-1]}, "node_end hold something else"),
        ({"node_end": []}, "node_end are not the ends"),
        ({"node_end": [2, 4], "initial": [0.5, 0.5], "impute": np.zeros((2, 2))}, "whole trees"),
        ({"node_end": [3, 4]}, "initial are not as many"),
        ({"initial": [np.nan]}, "initial lack a number"),
        ({"initial": [[0.5]]}, "initial have the shape 1 x 1 instead of any"),
        ({"impute": [np.nan, 1.0]}, "impute have the shape"),
        ({"further": [1]}, "'further' is nothing that such a model holds"),
    ],
    ids=str,
)  # fmt: skip
def test_arrays_that_are_no_trees_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        TreeScorers.from_arrays(arrays(**changes))


def test_a_tree_deeper_than_any_is_refused() -> None:
    deep = 1500
    column = [0] * deep + [-1] * (deep + 1)
    with pytest.raises(ModelError, match="more than 256 splits in a row"):
        TreeScorers.from_arrays(
            arrays(
                column=column, number=np.zeros(len(column)), node_end=[len(column)],
                missing_left=np.ones(deep), share=np.full(deep, 0.5),
            )
        )  # fmt: skip


def test_a_deep_tree_is_explained_in_as_many_factors_as_it_has_columns() -> None:
    deep = 100
    column = np.array([0, -1, 1, -1] * (deep // 2) + [-1])
    number = np.where(column < 0, 0.1 * np.arange(len(column)), np.arange(len(column)) / 10)
    forest = Forest(column, number, np.zeros(deep, dtype=np.bool_), np.full(deep, 0.6))
    assert max(leaves.owner.shape[1] for leaves in leaves_of(forest)) == 2
    X = np.random.default_rng(1).uniform(-1, 11, size=(20, 2))
    baseline, values = tree_shapley(forest, X)
    assert_allclose(baseline + values.sum(axis=1), forest.log_odds(X), rtol=0, atol=1e-10)
