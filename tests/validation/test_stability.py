from __future__ import annotations

import dataclasses

import numpy as np

from predictor.validation import Replicates, instability, instability_mape


def test_instability_is_the_mean_absolute_change_of_each_patient(ridge):
    expected = np.zeros(40)
    for replicate in ridge.trained.bootstrap.probability:
        for patient in range(40):
            expected[patient] += abs(replicate[patient] - ridge.trained.probability[patient]) / 25
    np.testing.assert_allclose(instability(ridge.trained), expected)
    np.testing.assert_allclose(instability_mape(ridge.trained), expected.mean())


def test_failed_replicates_do_not_move_anybody(ridge):
    bootstrap = ridge.trained.bootstrap
    probability = bootstrap.probability.copy()
    probability[:5] = np.nan
    lost, kept = (
        dataclasses.replace(ridge.trained, bootstrap=Replicates(ridge.y, weights, p))
        for weights, p in (
            (bootstrap.weights, probability),
            (bootstrap.weights[5:], bootstrap.probability[5:]),
        )
    )
    np.testing.assert_allclose(instability(lost), instability(kept))


def test_a_model_that_does_not_depend_on_the_sample_is_stable(ridge):
    same = np.tile(ridge.trained.probability, (25, 1))
    bootstrap = Replicates(ridge.y, ridge.plan.bootstrap, same)
    assert instability_mape(dataclasses.replace(ridge.trained, bootstrap=bootstrap)) == 0
