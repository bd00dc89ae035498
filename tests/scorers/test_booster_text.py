"""LightGBM's text read by us: the same numbers as LightGBM's, and no harm in any text."""

from __future__ import annotations

from functools import cache

import lightgbm
import numpy as np
import pytest
from numpy.testing import assert_allclose

from predictor.errors import ModelError
from predictor.scorers.arrays import packed
from predictor.scorers.booster_text import read_booster
from predictor.scorers.families import scorers_from_arrays


@cache
def trained(leaves: int, columns: int, missing: float) -> lightgbm.Booster:
    rng = np.random.default_rng(leaves)
    X = rng.normal(size=(50 + 20 * leaves, columns))
    X[:, 0] = np.round(2 * X[:, 0])
    X[:, -1] = X[:, -1] > 0
    y = (rng.random(len(X)) < 1 / (1 + np.exp(-X[:, 0] - X[:, -1]))).astype(float)
    X[rng.random(X.shape) < missing] = np.nan
    settings = {"verbosity": -1, "min_data_in_leaf": 1, "min_data_in_bin": 1, "num_threads": 1}
    return lightgbm.train(
        {**settings, "objective": "binary", "num_leaves": leaves, "extra_trees": True,
         "boost_from_average": False},
        lightgbm.Dataset(X, label=y, params=settings), 20,
    )  # fmt: skip


def awkward(columns: int, thresholds: np.ndarray) -> np.ndarray:
    """Patients with values missing, infinite, 0, -0, and at, just below and just above splits."""
    rng = np.random.default_rng(1)
    X = 2 * rng.normal(size=(300, columns))
    for value in (np.nan, 0.0, -0.0, np.inf, -np.inf, 1e300, 1e-36, -1e-36):
        X[rng.random(X.shape) < 0.04] = value
    for values in (thresholds, *(np.nextafter(thresholds, end) for end in (np.inf, -np.inf))):
        at = rng.random(X.shape) < 0.1
        X[at] = rng.choice(values, at.sum())
    return X


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize(("leaves", "columns"), [(2, 2), (4, 5), (12, 4), (40, 3)])
def test_predictions_and_contributions_are_those_of_lightgbm(leaves, columns, missing) -> None:
    booster = trained(leaves, columns, missing)
    forest, read = read_booster(text := booster.model_to_string())
    assert (read, forest.trees) == (columns, booster.num_trees())
    assert min(leaves, 13) <= forest.leaves.max() <= leaves
    X = awkward(columns, forest.number[forest.column >= 0])
    scorers = scorers_from_arrays(
        "boosters",
        {
            **packed("text", [text.encode()]),
            "initial": np.zeros(1),
            "impute": np.full((1, columns), np.nan),
        },
    )
    assert scorers.kind == "trees"
    theirs = booster.predict(X, raw_score=True)
    assert_allclose(scorers.logit(X)[0], theirs, rtol=0, atol=1e-12)
    baseline, values = scorers.contributions(X)
    contributions = np.asarray(booster.predict(X, pred_contrib=True))
    assert_allclose(values[0], contributions[:, :-1], rtol=0, atol=1e-9)
    assert_allclose(baseline[0], contributions[0, -1], rtol=0, atol=1e-9)
    assert_allclose(baseline[0] + values[0].sum(axis=1), theirs, rtol=0, atol=1e-9)


def test_where_only_missing_values_go_right_the_infinite_threshold_is_read() -> None:
    rng = np.random.default_rng(5)
    X, y = np.zeros((80, 1)), np.arange(80) % 2
    X[(y == 1) & (rng.random(80) < 0.9)] = np.nan
    settings = {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 1, "extra_trees": True}
    booster = lightgbm.train(settings, lightgbm.Dataset(X, label=y, params=settings), 3)
    assert "threshold=inf" in booster.model_to_string()
    forest, _ = read_booster(booster.model_to_string())
    at = np.array([[0.0], [1e30], [-1e30], [np.nan]])
    assert_allclose(forest.log_odds(at), booster.predict(at, raw_score=True), rtol=0, atol=1e-12)


def test_a_tree_of_one_leaf_is_a_number() -> None:
    settings = {"objective": "binary", "verbosity": -1}
    data = lightgbm.Dataset(np.arange(8.0)[:, None], label=np.arange(8) % 2, params=settings)
    booster = lightgbm.train(settings, data, num_boost_round=1)
    forest, _ = read_booster(booster.model_to_string())
    assert forest.column.tolist() == [-1]
    X = np.zeros((1, 1))
    assert forest.log_odds(X)[0] == booster.predict(X, raw_score=True)[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("num_class=1\n", "num_class=2\n", "its head"),
        ("num_tree_per_iteration=1\n", "", "its head"),
        ("max_feature_idx=1\n", "max_feature_idx=-1\n", "its head"),
        ("label_index=0\n", "average_output\n", "its head"),
        ("\nend of trees\n", "\nend of tree\n", "not whole"),
        ("Tree=3\n", "Tree=4\n", "tree 3 is not as it is written"),
        ("split_gain=", "split_pain=", "not as it is written"),
        ("num_leaves=3\n", "num_leaves=4\n", "too few or too many"),
        ("num_leaves=3\n", "num_leaves=2\n", "too few or too many"),
        ("num_leaves=3\n", "num_leaves=-3\n", "out of bounds"),
        ("num_leaves=3\n", "num_leaves=1e9\n", "out of bounds"),
        ("num_cat=0\n", "num_cat=1\n", "another kind"),
        ("is_linear=0\n", "is_linear=1\n", "another kind"),
        ("left_child=1 -1\n", "left_child=0 -1\n", "not trees"),
        ("left_child=1 -1\n", "left_child=2 -1\n", "out of bounds"),
        ("left_child=1 -1\n", "left_child=-4 -1\n", "out of bounds"),
        ("left_child=1 -1\n", "left_child=-1 -1\n", "not trees"),
        ("left_child=1 -1\n", "left_child=1.5 -1\n", "out of bounds"),
        ("left_child=1 -1\n", "left_child=9999999999999999999 -1\n", "out of bounds"),
        ("split_feature=0 1\n", "split_feature=0 2\n", "out of bounds"),
        ("split_feature=0 1\n", "split_feature=-1 1\n", "out of bounds"),
        ("decision_type=2 2\n", "decision_type=2 1\n", "another kind"),
        ("decision_type=2 2\n", "decision_type=2 4\n", "another kind"),
        ("threshold=", "threshold=nan ", "too few or too many"),
        ("leaf_value=0", "leaf_value=inf0", "not made of numbers"),
        ("leaf_value=0", "leaf_value=0x", "not made of numbers"),
        ("leaf_value=0", "leaf_value=1_0", "not made of numbers"),
        ("leaf_value=0", "leaf_value=1e999 #", "too few or too many"),
        ("leaf_value=0.5", "leaf_value=1e999", "beyond 3e"),
        ("leaf_value=0.5", "leaf_value=inf", "not made of numbers"),
        ("leaf_count=4 3 3\n", "leaf_count=4 3 0\n", "out of bounds"),
        ("leaf_count=4 3 3\n", "leaf_count=4 3 4\n", "sum of its sides"),
    ],
)  # fmt: skip
def test_a_text_of_anything_else_is_refused(old, new, reason) -> None:
    text = HEAD + "".join(TREE.format(number) for number in range(4)) + END
    assert read_booster(text)[0].trees == 4
    assert old in text
    place = text.rindex(old)
    with pytest.raises(ModelError, match=reason):
        read_booster(text[:place] + new + text[place + len(old) :])


HEAD = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
"""
TREE = """
Tree={}
num_leaves=3
num_cat=0
split_feature=0 1
split_gain=1 1
threshold=0.25 1.0000000180025095e-35
decision_type=2 2
left_child=1 -1
right_child=-2 -3
leaf_value=0.5 -0.5 0.25
leaf_weight=1 1 1
leaf_count=4 3 3
internal_value=0 0
internal_weight=2 1
internal_count=10 7
is_linear=0
shrinkage=0.05

"""
END = "\nend of trees\n\nparameters:\nend of parameters\n"


def test_no_text_that_was_changed_anywhere_does_harm() -> None:
    """Whatever byte is changed, it is read as trees of finite numbers or refused."""
    text = trained(4, 3, 0.15).model_to_string()
    text = text[: text.index("\nend of trees\n")] + "\nend of trees\n"
    rng = np.random.default_rng(2)
    X, read = awkward(3, np.zeros(1)), 0
    for _ in range(400):
        place = int(rng.integers(len(text)))
        new = str(rng.choice(list("0123456789-+.e= \nabnif")))
        try:
            forest, columns = read_booster(text[:place] + new + text[place + 1 :])
            forest.check()
        except ModelError:
            continue
        read += 1
        assert columns <= 999_999 + 1
        if columns == 3:
            assert np.isfinite(forest.log_odds(X)).all()
    assert 20 < read < 380
