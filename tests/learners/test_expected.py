from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from predictor.errors import StudyError
from predictor.learners import make
from predictor.statistics import auroc

DIRECTIONS = {0: 1, 1: -1, 3: 1}


def cohort(n=60, seed=4):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5)) * [1, 10, 1, 0.1, 1] + [0, 50, 0, 3, 0]
    y = (rng.random(n) < expit(X[:, 0] - (X[:, 1] - 50) / 10)).astype(float)
    return X, y


def index(X, directions=DIRECTIONS):
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    return sum(sign * z[:, column] for column, sign in directions.items())


def test_it_is_penalised_regression_on_the_index():
    X, y = cohort()
    learner = make("expected", directions=DIRECTIONS).fit(X, y)
    z, penalty = index(X), learner.penalty_[0]

    def objective(at):
        eta = at[0] + at[1] * z
        return np.sum(np.logaddexp(0, eta) - y * eta) + penalty * len(DIRECTIONS) * at[1] ** 2 / 2

    at = minimize(objective, [0.0, 0.0], tol=1e-12).x
    np.testing.assert_allclose(learner.predict_proba(X)[:, 1], expit(at[0] + at[1] * z), atol=1e-6)
    slope = learner.scorers_.coefficient[0] * X.std(axis=0)
    np.testing.assert_allclose(slope, at[1] * np.array([1, -1, 0, 1, 0]), atol=1e-5)


def test_of_one_column_it_is_ridge():
    X, y = cohort()
    alone = make("expected", directions={0: -1}).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(alone, make("ridge").fit(X[:, :1], y).predict_proba(X[:, :1]))


def test_its_penalty_is_that_with_the_smallest_leave_one_out_loss():
    X, y = cohort(40)
    learner = make("expected", directions=DIRECTIONS, caution=1.0, penalties=9, largest=20.0)
    sequence = np.geomspace(20.0 * len(y), 1.0, 9)
    losses = []
    for penalty in sequence:
        fixed = make(
            "expected", directions=DIRECTIONS, caution=1.0, penalties=1, largest=penalty / 39
        )
        left = []
        for i in range(len(y)):
            weights = np.ones((1, len(y)))
            weights[0, i] = 0
            left.append(fixed.fit_replicates(X, y, weights).probability[0, i])
        p = np.array(left)
        losses.append(-np.mean(np.where(y == 1, np.log(p), np.log(1 - p))))
    chosen = learner.fit(X, y).penalty_[0]
    assert losses[int(np.argmin(np.abs(sequence - chosen)))] < min(losses) + 0.002


def test_data_that_contradict_the_directions_are_heard():
    X, y = cohort(200)
    right, wrong = (
        make("expected", directions={c: k * s for c, s in DIRECTIONS.items()}).fit(X, y)
        for k in (1, -1)
    )
    np.testing.assert_allclose(right.predict_proba(X), wrong.predict_proba(X), atol=1e-9)
    assert auroc(y, right.predict_proba(X)[:, 1]) > 0.7


def test_it_has_one_parameter_and_columns_that_are_not_named_have_no_part():
    X, y = cohort()
    learner = make("expected", directions=DIRECTIONS)
    assert learner.number_of_parameters(5) == 1
    other = X.copy()
    other[:, [2, 4]] = np.random.default_rng(1).normal(size=(len(X), 2))
    np.testing.assert_allclose(
        learner.fit(X, y).predict_proba(X), make("expected", directions=DIRECTIONS)
        .fit(other, y).predict_proba(other),
    )  # fmt: skip


def test_a_sample_in_which_every_named_column_is_constant_has_the_prevalence():
    X, y = cohort()
    X[:, 0] = 1.0
    p = make("expected", directions={0: 1}).fit(X, y).predict_proba(X)[:, 1]
    np.testing.assert_allclose(p, y.mean(), atol=1e-9)


@pytest.mark.parametrize(
    ("directions", "message"),
    [({7: 1}, "X has no column 7"), ({0: 2}, "expected 1 or -1, got 2")],
)
def test_directions_that_cannot_be_are_refused(directions, message):
    X, y = cohort()
    with pytest.raises(StudyError, match=message):
        make("expected", directions=directions).fit(X, y)
