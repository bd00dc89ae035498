from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.learners import likelihood_learner, make, ridge
from predictor.statistics.calibration import calibration_slope
from predictor.statistics.discrimination import auroc
from predictor.statistics.overall import brier

GOLDEN = Path(__file__).parents[1] / "golden" / "logistic"


@pytest.fixture(scope="module")
def from_r() -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
    """Matrix (grades one-hot against low), outcomes, weights and what R says."""
    with (GOLDEN / "input.csv").open() as file:
        rows = list(csv.DictReader(file))
    X = np.array(
        [
            [
                float(row["age"]),
                float(row["pain"]),
                row["grade"] == "middle",
                row["grade"] == "high",
                float(row["sign"]),
            ]
            for row in rows
        ]
    )
    y = np.array([float(row["event"]) for row in rows])
    numbers = np.loadtxt(GOLDEN / "resamples.csv", delimiter=",", skiprows=1, dtype=int) - 1
    weights = np.array([np.bincount(column, minlength=len(y)) for column in numbers.T])
    return X, y, weights.astype(float), json.loads((GOLDEN / "expected.json").read_text())


def test_full_fit_matches_R_glm(from_r):
    X, y, _, expected = from_r
    fit = make("logistic").fit(X, y)
    coefficient = np.append(fit.scorers_.intercept, fit.scorers_.coefficient)
    p = fit.predict_proba(X)[:, 1]
    assert_allclose(coefficient, expected["coefficient"], rtol=0, atol=1e-9)
    assert_allclose(p, expected["probability"], rtol=0, atol=1e-9)
    assert_allclose([auroc(y, p), brier(y, p)], [expected["auroc"], expected["brier"]], atol=1e-12)


def test_every_resample_matches_R_glm_also_the_separated_and_the_rank_deficient(from_r):
    X, y, weights, expected = from_r
    learner = make("logistic")
    fits = learner.fit_replicates(X, y, weights)
    p = fits.probability
    theirs = {name: np.array(values) for name, values in expected["resamples"].items()}
    separated = theirs["separated"]
    assert separated.sum() >= 6
    assert not fits.failed.any()
    for ours, name in (
        (auroc(y, p, weights=weights), "auroc_train"),
        (auroc(y, p), "auroc_test"),
        (brier(y, p, weights=weights), "brier_train"),
        (brier(y, p), "brier_test"),
    ):
        assert_allclose(ours, theirs[name], rtol=0, atol=1e-9, err_msg=name)
    slope = calibration_slope(y, p)
    assert_allclose(slope[~separated], theirs["slope_test"][~separated], rtol=0, atol=1e-5)


def test_optimism_corrected_performance_matches_R_rms_validate(from_r):
    X, y, weights, expected = from_r
    validate = expected["validate"]
    weights = weights[: validate["resamples"]]
    apparent = make("logistic").fit(X, y).predict_proba(X)[:, 1]
    p = make("logistic").fit_replicates(X, y, weights).probability
    for statistic, name in ((auroc, "corrected_auroc"), (brier, "corrected_brier")):
        optimism = (statistic(y, p, weights=weights) - statistic(y, p)).mean()
        assert_allclose(statistic(y, apparent) - optimism, validate[name], rtol=0, atol=1e-6)


def test_level_that_does_not_occur_has_coefficient_zero(from_r):
    X, y, weights, _ = from_r
    learner = make("logistic")
    high = learner.fit_replicates(X, y, weights).scorers.coefficient[:, 3]
    absent = weights @ X[:, 3] == 0
    assert absent.sum() >= 4
    assert_array_equal(high[absent], 0.0)
    assert (high[~absent] != 0).all()


def test_column_that_others_explain_has_coefficient_zero():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 3))
    y = (rng.random(60) < expit(X[:, 0])).astype(float)
    repeated = np.column_stack([X, X[:, 0] - 2 * X[:, 1] + 5])
    fit = make("logistic").fit(repeated, y)
    assert fit.scorers_.coefficient[0, 3] == 0
    without = make("logistic").fit(X, y)
    assert_allclose(fit.predict_proba(repeated), without.predict_proba(X), rtol=0, atol=1e-12)


def test_complete_separation_is_not_a_failure():
    X = np.arange(10.0)[:, None]
    y = (X[:, 0] > 4).astype(float)
    fit = make("logistic").fit(X, y)
    assert not fit.failed_[0]
    assert_allclose(fit.predict_proba(X)[:, 1], y, rtol=0, atol=1e-9)


def test_more_columns_than_patients_is_not_a_failure():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(12, 20))
    y = (np.arange(12) % 2).astype(float)
    fit = make("logistic").fit(X, y)
    assert_allclose(fit.predict_proba(X)[:, 1], y, rtol=0, atol=1e-9)


def test_missing_values_are_the_mean_of_the_sample():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(80, 3))
    y = (rng.random(80) < expit(X[:, 0])).astype(float)
    X[rng.random(X.shape) < 0.2] = np.nan
    X[:, 2] = np.where(np.isnan(X[:, 1]), np.nan, X[:, 2])  # a pattern shared by two columns
    weights = rng.multinomial(80, np.full(80, 1 / 80)).astype(float)
    observed = ~np.isnan(X)
    mean = (weights @ np.where(observed, X, 0.0)) / (weights @ observed)
    filled = np.where(observed, X, mean)
    with_gaps = make("logistic").fit(X, y, weights)
    without = make("logistic").fit(filled, y, weights)
    assert_allclose(with_gaps.scorers_.impute[0], mean, rtol=1e-12)
    assert_allclose(with_gaps.predict_proba(X), without.predict_proba(filled), rtol=0, atol=1e-9)


def test_chunks_of_replicates_do_not_change_the_probabilities(monkeypatch):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(300, 5))
    y = (rng.random(300) < expit(X[:, 0])).astype(float)
    weights = rng.multinomial(300, np.full(300, 1 / 300), size=40).astype(float)
    for name in ("logistic", "ridge"):
        whole = make(name).fit_replicates(X, y, weights).probability
        monkeypatch.setattr(likelihood_learner, "_CHUNK", 1)
        monkeypatch.setattr(ridge, "_KEPT_TERMS", 900)
        in_chunks = make(name).fit_replicates(X, y, weights).probability
        monkeypatch.undo()
        assert_allclose(whole, in_chunks, rtol=0, atol=1e-10)


def test_scale_of_a_column_and_an_absurd_value_of_an_absent_patient_change_nothing():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 2))
    y = (rng.random(60) < expit(X[:, 0])).astype(float)
    weights = np.ones(60)
    weights[0] = 0
    p = make("logistic").fit(X, y, weights).predict_proba(X[1:])
    far = X * [1e6, 1e-6] + [1e7, 3.0]
    far[0] = 1e12
    assert_allclose(
        make("logistic").fit(far, y, weights).predict_proba(far[1:]), p, rtol=0, atol=1e-7
    )
