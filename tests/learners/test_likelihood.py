from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.learners import likelihood as module
from predictor.learners.likelihood import Likelihood
from predictor.learners.newton import aliased, invert, maximise, newton_step
from predictor.learners.shared_design import SharedDesign


def problem(seed: int = 1, n: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Covariates of which two share their gaps, outcomes and four bootstrap samples."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    y = (rng.random(n) < expit(X[:, 0])).astype(float)
    X[:, 3] = X[:, 3] > 0
    X[rng.random(n) < 0.2, 1:3] = np.nan
    X[rng.random(n) < 0.2, 3] = np.nan
    return X, y, rng.multinomial(n, np.full(n, 1 / n), size=4).astype(float)


def imputed(likelihood: Likelihood, X: np.ndarray, b: int) -> np.ndarray:
    """Design of one replicate, written out."""
    design = likelihood.design
    filled = np.where(np.isnan(X), likelihood.mean[b], (X - design.shift) / design.scale)
    return np.column_stack([np.ones(len(X)), filled])


def test_columns_with_the_same_gaps_share_an_indicator():
    X, y, _ = problem()
    design = SharedDesign.of(X, y)
    assert design.rows.shape[1] == 1 + 4 + 2
    assert_array_equal(design.gappy, [1, 2, 3])
    assert_array_equal(design.pattern, [0, 0, 1])


@pytest.mark.parametrize("rows_at_a_time", [2**17, 1])
def test_evaluation_equals_the_sums_written_out(rows_at_a_time, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", rows_at_a_time)
    X, y, weights = problem(n=150)
    likelihood = Likelihood.of(SharedDesign.of(X, y), weights)
    beta = 0.5 * np.random.default_rng(2).normal(size=(4, 5))
    result = likelihood.evaluate(beta)
    gram, with_sign = likelihood.gram()
    for b in range(4):
        A, w = imputed(likelihood, X, b), weights[b]
        p = expit(A @ beta[b])
        deviance = -2 * w @ np.log(np.where(y == 1, p, 1 - p))
        assert_allclose(result.deviance[b], deviance, rtol=1e-12)
        assert_allclose(result.score[b], A.T @ (w * (y - p)), atol=1e-11)
        assert_allclose(result.information[b], A.T @ ((w * p * (1 - p))[:, None] * A), atol=1e-11)
        assert_allclose(gram[b], A.T @ (w[:, None] * A), atol=1e-11)
        assert_allclose(with_sign[b], A.T @ (w * (2 * y - 1)), atol=1e-11)
        assert_allclose(
            likelihood.variance[b], np.cov(A[:, 1:].T, ddof=0, fweights=w.astype(int)).diagonal()
        )


def test_leave_one_out_equals_newton_steps_without_each_patient():
    X, y, weights = problem()
    likelihood = Likelihood.of(SharedDesign.of(X, y), weights)
    beta = 0.3 * np.random.default_rng(3).normal(size=(4, 5))
    penalty = np.array([0.0, 2.0, 2.0, 2.0, 2.0])
    result = likelihood.evaluate(beta, keep_terms=True)
    inverse = invert(result.information + np.diag(penalty), np.zeros((4, 5), dtype=bool))
    step = newton_step(inverse, result.score - penalty * beta)
    loss = likelihood.leave_one_out(result.terms, inverse, step)
    for b in range(4):
        A, w, expected = imputed(likelihood, X, b), weights[b], 0.0
        p = expit(A @ beta[b])
        for i in np.flatnonzero(w):
            rest = w * (np.arange(len(w)) != i)
            information = A.T @ ((rest * p * (1 - p))[:, None] * A) + np.diag(penalty)
            score = A.T @ (rest * (y - p)) - penalty * beta[b]
            logit = A[i] @ (beta[b] + np.linalg.solve(information, score))
            expected += w[i] * np.logaddexp(0, -logit if y[i] == 1 else logit)
        assert_allclose(loss[b], expected / w.sum(), rtol=1e-10)


def test_variance_of_a_constant_or_empty_column_is_exactly_zero():
    X, y, weights = problem()
    X[:, 0], X[:, 1] = 1e9 + 0.1, np.nan
    likelihood = Likelihood.of(SharedDesign.of(X, y), weights)
    assert_array_equal(likelihood.variance[:, :2], 0.0)
    assert (likelihood.variance[:, 2:] > 0).all()


def test_aliased_columns_are_those_explained_by_earlier_ones():
    rng = np.random.default_rng(4)
    A = rng.normal(size=(30, 5))
    A[:, 0] = 1
    A[:, 3] = A[:, 1] - A[:, 2]
    gram = np.stack([A.T @ A, A[:, [0, 3, 2, 1, 4]].T @ A[:, [0, 3, 2, 1, 4]]])
    before = gram.copy()
    spread = np.stack([g.diagonal() for g in gram])
    assert_array_equal(aliased(gram, spread), [[False, False, False, True, False]] * 2)
    assert_array_equal(gram, before)


def test_replicate_that_does_not_settle_is_reported():
    X, y, weights = problem()
    likelihood = Likelihood.of(SharedDesign.of(X, y), weights)
    nothing = np.zeros((4, 5))
    _, converged = maximise(
        likelihood, nothing, dropped=nothing > 0, penalty=nothing, tolerance=0.0
    )
    assert not converged.any()
