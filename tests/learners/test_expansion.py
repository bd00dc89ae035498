"""Learners whose columns are imputed by regression or bent by splines."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.learners import make
from predictor.scorers import scorers_from_arrays
from predictor.scorers.additive import AdditiveScorers

SETTINGS = ({"impute": "regression"}, {"splines": {0: 4, 2: 5}},
            {"impute": "regression", "splines": {2: 3}})  # fmt: skip
# A fixed penalty: tuned, a patient counted twice and two patients who are alike differ.
LEARNERS = (("logistic", {}), ("ridge", {"penalties": 1, "largest": 0.1}))


@pytest.fixture(params=[(n, {**fixed, **s}) for n, fixed in LEARNERS for s in SETTINGS], ids=str)
def learner(request: pytest.FixtureRequest) -> Any:
    name, settings = request.param
    return make(name, **settings)


def cohort(n: int = 90) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns with gaps, the last of them 0 or 1; outcomes; bootstrap samples."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 4)) + rng.normal(size=(n, 1))
    y = (rng.random(n) < expit(X[:, 0] - X[:, 2] ** 2 + 1)).astype(float)
    X[:, 3] = X[:, 3] > 0
    X[rng.random(X.shape) < 0.15] = np.nan
    return X, y, rng.multinomial(n, np.full(n, 1 / n), size=5).astype(float)


def test_a_copy_of_a_patient_is_a_weight_of_two(learner):
    X, y, weights = cohort()
    rows = np.repeat(np.arange(len(y)), weights[0].astype(int))
    counted = learner.fit(X, y, weights[0]).predict_proba(X)
    repeated = learner.fit(X[rows], y[rows]).predict_proba(X)
    assert_allclose(counted, repeated, rtol=0, atol=1e-6)


def test_chunks_of_replicates_change_nothing(learner, monkeypatch):
    from predictor.learners import likelihood_learner
    from predictor.scorers import additive

    X, y, weights = cohort()
    whole = learner.fit_replicates(X, y, weights).probability
    monkeypatch.setattr(likelihood_learner, "_DESIGNS", 1)
    monkeypatch.setattr(additive, "_AT_ONCE", 100)
    again = learner.fit_replicates(X, y, weights).probability
    assert_allclose(again, whole, rtol=0, atol=1e-9)


def test_scale_of_a_column_changes_nothing(learner):
    X, y, weights = cohort()
    p = learner.fit_replicates(X, y, weights).probability
    other = X * [1e6, 1e-6, 20.0, 1.0] + [1e7, 3.0, 0.0, 0.0]
    scaled = learner.fit_replicates(other, y, weights).probability
    assert_allclose(scaled, p, rtol=0, atol=1e-6)


def test_a_new_patient_with_other_gaps_than_in_training_is_scored_as_in_the_batch(learner):
    X, y, weights = cohort()
    scorers = learner.fit_replicates(X, y, weights).scorers
    rng = np.random.default_rng(2)
    new = 3 * rng.normal(size=(40, 4))
    new[rng.random(new.shape) < 0.5] = np.nan
    new[0] = np.nan
    p = scorers.probability(new)
    assert np.isfinite(p).all()
    alone = np.hstack([scorers.probability(row[None]) for row in new])
    assert_allclose(alone, p, rtol=0, atol=1e-13)
    baseline, values = scorers.contributions(new)
    total = baseline[:, None] + values.sum(axis=2)
    assert_allclose(total, scorers.logit(new), rtol=0, atol=1e-10)


def test_one_model_survives_json_and_a_stack_plain_arrays(learner):
    X, y, weights = cohort()
    scorers = learner.fit_replicates(X, y, np.vstack([weights, y])).scorers
    assert isinstance(scorers, AdditiveScorers)
    assert all(array.dtype.kind in "fi" for array in scorers.to_arrays().values())
    again = scorers_from_arrays(scorers.kind, scorers.to_arrays())
    assert_array_equal(again.probability(X), scorers.probability(X))
    lists = {name: array.tolist() for name, array in scorers[:1].to_arrays().items()}
    read = {
        name: np.asarray(values, dtype=float)
        for name, values in json.loads(json.dumps(lists)).items()
    }
    one = scorers_from_arrays(scorers.kind, read)
    assert_array_equal(one.probability(X), scorers[:1].probability(X))


def test_scoring_needs_neither_scikit_learn_nor_scipy():
    code = (
        "import sys; import predictor.scorers.additive; "
        "print(sorted({'sklearn', 'scipy', 'pandas', 'mlflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("seed", range(8))
def test_awkward_columns_give_probabilities_and_no_warning(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(6, 50)), int(rng.integers(2, 15))
    X = rng.normal(size=(n, p))
    X = (X.round(), rng.standard_cauchy((n, p)) ** 3, (X > 1.5) * 1.0, np.exp(4 * X))[seed % 4]
    if seed % 3 == 1:
        X = np.repeat(X[:, :1], p, axis=1) + 1e6
    X[rng.random((n, p)) < 0.3] = np.nan
    y = (np.arange(n) < max(2, n // 8)).astype(float)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=15).astype(float)
    for name, _ in LEARNERS:
        learner = make(name, impute="regression", splines={0: 3, 1: 7})
        fits = learner.fit_replicates(X, y, weights)
        one_outcome = (weights @ y == 0) | (weights @ (1 - y) == 0)
        # Almost equal knots are almost equal columns: without a penalty that need not settle,
        # and is counted as failed.
        unsettled = fits.failed & ~one_outcome
        assert unsettled.sum() <= (3 if name == "logistic" else 0)
        assert np.isfinite(fits.probability[~fits.failed]).all()
