from __future__ import annotations

import numpy as np

from predictor.learners import make
from predictor.validation import train


def test_every_row_of_the_plan_is_a_fit_of_its_own(ridge):
    parts = (
        (ridge.plan.folds.training, ridge.trained.folds),
        (ridge.plan.interval.training, ridge.trained.interval),
        (ridge.plan.bootstrap, ridge.trained.bootstrap),
    )
    for weights, replicates in parts:
        assert replicates.weights is weights
        for row in (0, 7, len(weights) - 1):
            learner = make("ridge").fit(ridge.X, ridge.y, weights[row])
            np.testing.assert_allclose(
                replicates.probability[row], learner.predict_proba(ridge.X)[:, 1], atol=1e-9
            )


def test_the_model_is_that_of_all_patients(ridge):
    learner = make("ridge").fit(ridge.X, ridge.y)
    expected = learner.predict_proba(ridge.X)[:, 1]
    np.testing.assert_allclose(ridge.trained.probability, expected, atol=1e-9)
    assert len(ridge.trained.model) == 1
    np.testing.assert_allclose(
        ridge.trained.model.probability(ridge.X)[0], ridge.trained.probability, atol=1e-14
    )


def test_the_bootstrap_models_are_those_of_the_bootstrap_replicates(ridge):
    models = ridge.trained.bootstrap_models
    assert len(models) == len(ridge.trained.bootstrap) == 25
    np.testing.assert_allclose(
        models.probability(ridge.X), ridge.trained.bootstrap.probability, atol=1e-12
    )


def test_a_patient_who_was_left_out_does_not_touch_a_replicate(ridge):
    row = 3
    out = np.flatnonzero(ridge.plan.bootstrap[row] == 0)
    X, y = ridge.X.copy(), ridge.y.copy()
    X[out] = np.random.default_rng(1).normal(size=(len(out), 3))
    y[out] = 1 - y[out]
    again = train(make("ridge"), X, y, ridge.plan)
    kept = ridge.plan.bootstrap[row] > 0
    np.testing.assert_allclose(
        again.bootstrap.probability[row, kept],
        ridge.trained.bootstrap.probability[row, kept],
        atol=1e-9,
    )
    # the fold that tests a patient, likewise
    fold = 5
    tested = ridge.plan.folds.testing[fold] > 0
    y = np.where(tested, 1 - ridge.y, ridge.y)
    again = train(make("ridge"), ridge.X, y, ridge.plan)
    np.testing.assert_allclose(
        again.folds.probability[fold], ridge.trained.folds.probability[fold], atol=1e-9
    )
