from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.errors import StudyError
from predictor.learners import imputation as module
from predictor.learners import make
from predictor.learners.imputation import learn_imputation
from predictor.scorers.imputation import Imputation


def related(n: int = 60, seed: int = 1) -> np.ndarray:
    """Correlated columns on different scales, 15 % of the values missing."""
    rng = np.random.default_rng(seed)
    X = np.sqrt(0.5) * rng.normal(size=(n, 4)) + np.sqrt(0.5) * rng.normal(size=(n, 1))
    X = X * [1.0, 50.0, 0.01, 3.0] + [0.0, 1000.0, 7.0, -4.0]
    X[rng.random(X.shape) < 0.15] = np.nan
    return X


def learn(X: np.ndarray, weights: np.ndarray | None = None, **settings: float) -> Imputation:
    counts = np.ones((1, len(X))) if weights is None else weights
    return learn_imputation(X, counts, regression=True, **settings)


def test_equations_equal_least_squares_written_out():
    X = related()
    rng = np.random.default_rng(2)
    weights = rng.multinomial(60, np.full(60, 1 / 60), size=3).astype(float)
    found = learn(X, weights, prior=0.0)
    for b in range(3):
        mean = np.array(
            [
                np.average(x[~np.isnan(x)], weights=w)
                for x, w in ((X[:, j], weights[b, ~np.isnan(X[:, j])]) for j in range(4))
            ]
        )
        assert_allclose(found.mean[b], mean, rtol=1e-12)
        filled = np.where(np.isnan(X), mean, X)
        for j in range(4):
            others = [k for k in range(4) if k != j]
            known = ~np.isnan(X[:, j])
            root = np.sqrt(weights[b, known])
            A = np.column_stack([np.ones(known.sum()), filled[known][:, others] - mean[others]])
            expected = np.linalg.lstsq(A * root[:, None], X[known, j] * root, rcond=None)[0]
            assert_allclose(found.value[b, j], expected[0], rtol=1e-9)
            assert_allclose(found.slope[b, j, others], expected[1:], rtol=1e-6)
            assert found.slope[b, j, j] == 0


def test_linear_relations_are_recovered_exactly_without_a_prior():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(50, 3))
    X = np.column_stack([X, 2 * X[:, 0] - X[:, 1] + 0.5 * X[:, 2] + 3])
    gaps = X.copy()
    gaps[:15, 3] = np.nan
    assert_allclose(learn(gaps, prior=0.0).fill(gaps)[0], X, rtol=0, atol=1e-8)


def test_columns_without_gaps_have_equations_too():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(50, 2))
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    new = np.array([[1.0, np.nan, 4.0], [np.nan, np.nan, np.nan]])
    filled = learn(X, prior=0.0).fill(new)[0]
    assert_allclose(filled[0], [1.0, 3.0, 4.0], atol=1e-6)
    assert_allclose(filled[1], X.mean(axis=0), atol=1e-12)


def test_levels_of_a_category_are_imputed_as_shares_from_other_columns():
    rng = np.random.default_rng(5)
    level = rng.integers(0, 3, 300)
    marker = (level == 2) + 0.3 * rng.normal(size=300)
    X = np.column_stack([level == 1, level == 2, marker, rng.random(300) < 0.5]).astype(float)
    new = np.array([[np.nan, np.nan, 1.0, 0.0], [np.nan, np.nan, 0.0, 1.0]])
    for missing in (0, 60):
        gaps = X.copy()
        gaps[:missing, :2] = np.nan
        found = learn(gaps, prior=0.0)
        assert_array_equal(found.slope[0, [0, 1], [1, 0]], 0.0)
        A = np.column_stack([np.ones(300), X[:, 2:]])
        line = np.linalg.lstsq(A[missing:], X[missing:, :2], rcond=None)[0]
        expected = np.column_stack([np.ones(2), new[:, 2:]]) @ line
        assert_allclose(found.fill(new)[0, :, :2], expected, rtol=1e-8)
        assert (expected[0, 1], expected[1, 0]) > (0.75, 0.4)


def test_columns_that_are_always_missing_together_do_not_impute_each_other():
    X = related()
    X[:, 1] = np.where(np.isnan(X[:, 0]), np.nan, X[:, 0] ** 3)
    slope = learn(X).slope[0]
    assert_array_equal([slope[0, 1], slope[1, 0]], 0.0)
    assert (slope[[0, 1], 2] != 0).all()


def test_imputed_values_are_neither_clipped_nor_rounded():
    rng = np.random.default_rng(6)
    x = rng.normal(size=80)
    X = np.column_stack([x, x > 0])
    share = learn(X).fill(np.array([[8.0, np.nan]]))[0, 0, 1]
    assert share > 1.5


def test_a_patient_alone_is_imputed_as_among_others():
    X = related()
    weights = np.random.default_rng(7).multinomial(60, np.full(60, 1 / 60), size=4).astype(float)
    found = learn(X, weights)
    together = found.fill(X)
    alone = np.concatenate([found.fill(X[i : i + 1]) for i in range(len(X))], axis=1)
    assert_allclose(alone, together, rtol=1e-13)
    for filled in together:
        assert_array_equal(filled[~np.isnan(X)], X[~np.isnan(X)])


def test_counts_are_repeated_rows_and_blocks_change_nothing(monkeypatch):
    X = related()
    weights = np.random.default_rng(8).multinomial(60, np.full(60, 1 / 60), size=4)
    counted = learn(X, weights.astype(float))
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    in_blocks = learn(X, weights.astype(float))
    assert_array_equal(counted.slope, in_blocks.slope)
    for b, sample in enumerate(weights):
        repeated = learn(np.repeat(X, sample, axis=0))
        assert_allclose(counted.value[b], repeated.value[0], rtol=1e-10)
        assert_allclose(counted.slope[b], repeated.slope[0], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("name", ["logistic", "ridge"])
def test_a_model_of_imputed_columns_is_the_model_of_the_columns_filled_beforehand(name):
    X = related(120)
    rng = np.random.default_rng(9)
    y = (rng.random(120) < expit(np.nan_to_num(X[:, 0]))).astype(float)
    weights = rng.multinomial(120, np.full(120, 1 / 120)).astype(float)
    filled = learn(X, weights[None]).fill(X)[0]
    imputed = make(name, impute="regression").fit(X, y, weights)
    beforehand = make(name).fit(filled, y, weights)
    expected = beforehand.predict_proba(filled)
    assert_allclose(imputed.predict_proba(X), expected, rtol=0, atol=1e-8)
    assert_allclose(imputed.scorers_.coefficient, beforehand.scorers_.coefficient, rtol=1e-6)


def test_without_gaps_regression_changes_nothing_but_new_patients_with_gaps():
    rng = np.random.default_rng(10)
    X = rng.normal(size=(80, 3)) + rng.normal(size=(80, 1))
    y = (rng.random(80) < expit(X[:, 0])).astype(float)
    by_mean, by_regression = make("ridge").fit(X, y), make("ridge", impute="regression").fit(X, y)
    assert_allclose(by_mean.predict_proba(X), by_regression.predict_proba(X), rtol=0, atol=1e-12)
    new = np.array([[np.nan, 2.0, 2.0]])
    assert by_regression.predict_proba(new)[0, 1] > by_mean.predict_proba(new)[0, 1] + 0.05


def test_another_way_of_imputing_is_refused():
    with pytest.raises(
        StudyError, match="impute: expected mean, regression or multiple, got 'median'"
    ):
        make("ridge", impute="median").fit(np.zeros((4, 1)), np.array([0, 1, 0, 1]))
