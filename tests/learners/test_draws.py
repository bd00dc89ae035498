"""Multiple imputation: tables whose gaps are drawn, and the mean of their models."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from predictor.errors import StudyError
from predictor.learners import make
from predictor.learners.draws import TABLES, Draws
from predictor.learners.imputation import learn_imputation


def table(n: int = 4000, gaps: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Three columns of correlation 0.6, of which the first two have gaps, and an outcome."""
    rng = np.random.default_rng(11)
    X = np.sqrt(0.6) * rng.normal(size=(n, 1)) + np.sqrt(0.4) * rng.normal(size=(n, 3))
    y = (rng.random(n) < 1 / (1 + np.exp(-X[:, 0] - X[:, 1]))).astype(float)
    X[:, :2][rng.random((n, 2)) < gaps] = np.nan
    return X, y


def draws_of(X: np.ndarray) -> Draws:
    weights = np.ones((1, len(X)))
    return Draws.of(learn_imputation(X, weights, regression=True), X, weights)


def test_drawn_tables_have_the_spread_and_the_correlations_of_the_patients() -> None:
    X, _ = table()
    drawn = draws_of(X)
    known = ~np.isnan(X)
    tables = [drawn.table(X, number)[0] for number in range(TABLES)]
    for filled in tables:
        assert_array_equal(filled[known], X[known])
    for rows in (~known[:, 0], (~known[:, :2]).all(axis=1)):
        covariance = np.mean([np.cov(filled[rows].T) for filled in tables], axis=0)
        assert_allclose(np.diag(covariance), 1.0, atol=0.12)
        assert_allclose(covariance[np.triu_indices(3, 1)], 0.6, atol=0.12)
    single = learn_imputation(X, np.ones((1, len(X))), regression=True).fill(X)[0]
    assert single[np.isnan(X[:, 0]), 0].var() < 0.6  # what single imputation loses


@pytest.mark.parametrize("name", ["logistic", "ridge"])
def test_the_model_is_the_mean_of_those_of_the_drawn_tables(name: str) -> None:
    X, y = table(300)
    drawn = draws_of(X)
    models = [make(name).fit(drawn.table(X, m)[0], y).scorers_ for m in range(TABLES)]
    found = make(name, impute="multiple").fit(X, y).scorers_

    slopes = np.mean([model.coefficient for model in models], axis=0)
    assert_allclose(found.coefficient, slopes, rtol=1e-5)
    assert_allclose(found.intercept, np.mean([m.intercept for m in models], axis=0), atol=1e-6)


def test_a_new_patient_alone_gets_the_mean_log_odds_of_draws() -> None:
    X, y = table(400)
    model = make("ridge", impute="multiple").fit(X, y).scorers_
    new = np.array([[np.nan, 0.4, -1.0]])
    line = model.expansion.imputation.fill(new)[0]
    spread = 0.6
    rng = np.random.default_rng(12)
    many = np.repeat(line, 100_000, axis=0)
    many[:, 0] += spread * rng.standard_normal(len(many))
    baseline, values = model.contributions(new)

    assert_allclose(model.logit(new)[0, 0], model.logit(many)[0].mean(), atol=0.01)
    assert_allclose(baseline[0] + values[0].sum(), model.logit(new)[0, 0])
    together = model.logit(np.vstack([new, X[:5]]))[0, 0]
    assert_allclose(together, model.logit(new)[0, 0], rtol=1e-12)


def test_neither_order_nor_company_of_the_patients_matters() -> None:
    X, y = table(60)
    rng = np.random.default_rng(13)
    order = rng.permutation(60)
    one = make("ridge", impute="multiple").fit(X, y).scorers_
    two = make("ridge", impute="multiple").fit(X[order], y[order]).scorers_
    assert_allclose(one.coefficient, two.coefficient, rtol=1e-9)


def test_without_gaps_nothing_is_drawn() -> None:
    X, y = table(80, gaps=0.0)
    one, two = (make("ridge", impute=way).fit(X, y).scorers_ for way in ("regression", "multiple"))
    assert_allclose(one.coefficient, two.coefficient, rtol=1e-12)


def test_with_splines_it_is_refused() -> None:
    X, y = table(60)
    with pytest.raises(StudyError, match="multiple has no splines"):
        make("ridge", impute="multiple", splines={0: 3}).fit(X, y)
