from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.learners import make

GOLDEN = Path(__file__).parents[1] / "golden" / "firth"
OVERLAPPING, SEPARATED = ["age", "pain", "female"], ["age", "pain", "female", "sign"]


@pytest.mark.parametrize(
    ("case", "columns", "weights"),
    [
        ("overlapping", OVERLAPPING, None),
        ("separated", SEPARATED, None),
        ("resample", OVERLAPPING, "first"),
        ("separated_resample", SEPARATED, "second"),
    ],
)
def test_fit_matches_R_brglm2_also_where_a_sign_separates(case, columns, weights):
    table = np.genfromtxt(GOLDEN / "input.csv", delimiter=",", names=True)
    expected = json.loads((GOLDEN / "expected.json").read_text())[case]
    X, y = np.column_stack([table[name] for name in columns]), table["event"]
    counts = None if weights is None else table[weights]
    plain = make("firth", intercept_correction=False).fit(X, y, counts)
    coefficient = np.append(plain.scorers_.intercept, plain.scorers_.coefficient)
    assert_allclose(coefficient, expected["coefficient"], rtol=0, atol=1e-7)
    assert_allclose(plain.predict_proba(X)[:, 1], expected["probability"], rtol=0, atol=1e-8)
    corrected = make("firth").fit(X, y, counts)
    assert_allclose(corrected.scorers_.intercept, expected["intercept"], rtol=0, atol=1e-7)
    probability = corrected.predict_proba(X)[:, 1]
    assert_allclose(probability, expected["probability_corrected"], rtol=0, atol=1e-8)


def resamples(n: int, p: int, replicates: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    y = (rng.random(n) < expit(0.8 * X[:, 0] - 0.5 * X[:, 1])).astype(float)
    return X, y, rng.multinomial(n, np.full(n, 1 / n), size=replicates).astype(float)


def test_every_resample_converges_though_many_are_separated():
    X, y, weights = resamples(48, 12, 100)
    plain = make("logistic").fit_replicates(X, y, weights).probability
    separated = (np.abs(plain - 0.5) > 0.4999).all(axis=1)
    learner = make("firth")
    fits = learner.fit_replicates(X, y, weights)
    assert separated.sum() > 20
    assert not fits.failed.any()
    assert np.abs(fits.scorers.coefficient).max() < 50


def test_mean_probability_is_the_share_of_events_with_the_correction_only():
    X, y, weights = resamples(48, 6, 20)
    excess = {
        correction: ((make("firth", intercept_correction=correction)
                      .fit_replicates(X, y, weights).probability - y) * weights).sum(axis=1)
        for correction in (True, False)
    }  # fmt: skip
    assert_allclose(excess[True], 0, atol=1e-9)
    assert np.abs(excess[False]).max() > 0.01


def test_column_that_others_explain_has_coefficient_zero():
    X, y, _ = resamples(48, 3, 1)
    repeated = np.column_stack([X, X[:, 0] - 2 * X[:, 1] + 5, np.ones(48)])
    fit = make("firth").fit(repeated, y)
    assert_array_equal(fit.scorers_.coefficient[0, 3:], 0)
    without = make("firth").fit(X, y)
    assert_allclose(fit.predict_proba(repeated), without.predict_proba(X), rtol=0, atol=1e-9)


def test_more_columns_than_patients_gives_quarters():
    """Each patient has a parameter of his own: (y + 1/2) / 2."""
    X = np.random.default_rng(2).normal(size=(12, 20))
    y = (np.arange(12) % 2).astype(float)
    p = make("firth").fit(X, y).predict_proba(X)[:, 1]
    assert_allclose(p, 0.25 + 0.5 * y, rtol=0, atol=1e-7)
