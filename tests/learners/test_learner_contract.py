"""What holds for every learner of the registry."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.base import clone

from predictor.learners import make, names
from predictor.scorers import scorers_from_arrays

# These tune by leaving patients out. Two rows of one patient leave together, two patients who
# happen to be alike do not: repeating a row is not the same as counting it twice.
TUNED = {name for name in names() if make(name).tuned}
# Of two splits that are equally good, trees take that of the first column.
ORDERED = {"lightgbm"}
SKLEARN = "sklearn:sklearn.naive_bayes.GaussianNB"


def cohort(n: int = 48) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, 4))
    y = (rng.random(n) < expit(1.5 * X[:, 0] - X[:, 1])).astype(float)
    X[:, 3] = X[:, 3] > 0
    X[:, :2][rng.random((n, 2)) < 0.15] = np.nan
    return X, y


def bootstrap(y: np.ndarray, replicates: int = 6) -> np.ndarray:
    """Bootstrap weights, and last a sample with one outcome only."""
    rng = np.random.default_rng(6)
    n = len(y)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=replicates).astype(float)
    return np.vstack([weights, y])


# Settings that give each replicate a design of its own.
SETTINGS = [
    (name, settings)
    for name in ("logistic", "ridge")
    for settings in (
        {"impute": "regression"},
        {"splines": {0: 3, 2: 5}},
        {"impute": "regression", "splines": {1: 4}},
    )
]
SETTINGS += [
    ("ridge", {"impute": "multiple"}),
    ("firth", {"impute": "multiple"}),
    ("firth", {"impute": "regression", "splines": {1: 4}}),
    ("expected", {"impute": "regression", "directions": {0: 1, 3: -1}}),
    ("elastic_net", {"impute": "regression", "splines": {1: 4}}),
    ("sklearn:sklearn.ensemble.RandomForestClassifier", {"n_estimators": 5}),
]


@pytest.fixture(params=[*((name, {}) for name in (*names(), SKLEARN)), *SETTINGS], ids=str)
def learner(request: pytest.FixtureRequest) -> Any:
    name, settings = request.param
    return make(name, **settings)


def test_says_what_it_can_do(learner):
    assert isinstance(learner.quick, bool)
    X, y = cohort(300)
    tells_apart = bool(np.ptp(learner.fit(X, y).predict_proba(X)[:, 1]) > 0)
    assert learner.learns_from_covariates == tells_apart
    assert (learner.number_of_parameters(4) >= 1) == tells_apart


def test_fit_replicates_equals_a_loop_of_fit(learner):
    X, y = cohort()
    weights = bootstrap(y)
    together = clone(learner).fit_replicates(X, y, weights).probability
    one_by_one = [clone(learner).fit(X, y, row).predict_proba(X)[:, 1] for row in weights]
    assert together.shape == weights.shape
    assert_allclose(together, one_by_one, rtol=0, atol=1e-6)


def test_probability_does_not_depend_on_which_replicates_are_fitted_together(learner):
    X, y = cohort()
    weights = bootstrap(y)
    together = clone(learner).fit_replicates(X, y, weights).probability
    halves = [
        clone(learner).fit_replicates(X, y, half).probability for half in (weights[:2], weights[2:])
    ]
    assert_allclose(together, np.vstack(halves), rtol=0, atol=1e-10)


def test_no_weights_means_everybody_counts_once(learner):
    X, y = cohort()
    plain = clone(learner).fit(X, y).predict_proba(X)
    once = clone(learner).fit(X, y, np.ones(len(y))).predict_proba(X)
    assert_array_equal(plain, once)
    assert_allclose(plain.sum(axis=1), 1, rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in (*names(), SKLEARN) if name not in TUNED])
def test_integer_weights_equal_repeated_rows(name):
    X, y = cohort()
    weights = bootstrap(y)[0].astype(int)
    rows = np.repeat(np.arange(len(y)), weights)
    counted = make(name).fit(X, y, weights).predict_proba(X)
    repeated = make(name).fit(X[rows], y[rows]).predict_proba(X)
    assert_allclose(counted, repeated, rtol=0, atol=1e-6)


def test_patients_without_weight_have_no_influence(learner):
    X, y = cohort()
    weights = bootstrap(y)[0]
    absent = weights == 0
    other_X, other_y = X.copy(), y.copy()
    other_X[absent] = 1e3 * np.random.default_rng(7).normal(size=(absent.sum(), X.shape[1]))
    other_y[absent] = 1 - y[absent]
    before = clone(learner).fit(X, y, weights).predict_proba(X)
    after = clone(learner).fit(other_X, other_y, weights).predict_proba(X)
    assert_allclose(before, after, rtol=0, atol=1e-9)


def test_failed_replicate_is_nan_everywhere_and_counted(learner):
    X, y = cohort()
    weights = bootstrap(y)
    fits = learner.fit_replicates(X, y, weights)
    p = fits.probability
    assert_array_equal(fits.failed, [False] * 6 + [True])
    assert np.isnan(p[-1]).all()
    assert np.isfinite(p[:-1]).all()
    baseline, values = fits.scorers[-1:].contributions(X)
    assert np.isnan(baseline).all()
    assert np.isnan(values).all()
    assert np.isnan(fits.scorers[-1:].probability(X)).all()


def test_sample_nobody_is_in_fails(learner):
    X, y = cohort()
    fits = learner.fit_replicates(X, y, np.zeros((1, len(y))))
    assert_array_equal(fits.failed, [True])


def test_scorers_repeat_the_probabilities_of_the_replicates(learner):
    X, y = cohort()
    fits = learner.fit_replicates(X, y, bootstrap(y))
    p = fits.probability
    assert len(fits.scorers) == len(p)
    assert_allclose(fits.scorers.probability(X), p, rtol=0, atol=1e-12)
    assert_allclose(expit(fits.scorers.logit(X)), p, rtol=0, atol=1e-12)


def test_patient_alone_has_the_probability_of_the_batch(learner):
    X, y = cohort()
    fits = learner.fit_replicates(X, y, bootstrap(y))
    p = fits.probability
    alone = np.hstack([fits.scorers.probability(X[i : i + 1]) for i in range(len(X))])
    assert_allclose(alone, p, rtol=0, atol=1e-12)


def test_contributions_add_up_to_the_logit(learner):
    X, y = cohort()
    fits = learner.fit_replicates(X, y, bootstrap(y))
    baseline, values = fits.scorers.contributions(X)
    assert values.shape == (7, *X.shape)
    total = baseline[:, None] + values.sum(axis=2)
    assert_allclose(total, fits.scorers.logit(X), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", [name for name in (*names(), SKLEARN) if name not in ORDERED])
def test_permuted_columns_give_permuted_contributions(name):
    learner = make(name)
    X, y = cohort()
    order = np.array([2, 0, 3, 1])
    weights = bootstrap(y)
    first = clone(learner).fit_replicates(X, y, weights)
    second = clone(learner).fit_replicates(X[:, order], y, weights)
    _, values = first.scorers.contributions(X)
    _, permuted = second.scorers.contributions(X[:, order])
    assert_allclose(permuted, values[:, :, order], rtol=0, atol=1e-8)


def test_scorers_survive_a_file_of_plain_arrays(learner):
    X, y = cohort()
    fits = learner.fit_replicates(X, y, bootstrap(y))
    p = fits.probability
    file = io.BytesIO()
    np.savez(file, **fits.scorers.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        scorers = scorers_from_arrays(fits.scorers.kind, dict(arrays))
    assert_array_equal(scorers.probability(X), p)


def test_scorers_are_chosen_by_slice_positions_and_mask(learner):
    X, y = cohort()
    fits = learner.fit_replicates(X, y, bootstrap(y))
    p = fits.probability
    mask = np.arange(7) % 2 == 0
    for index in (slice(1, 4), [3, 0], np.array([5]), mask):
        chosen = fits.scorers[index]
        assert len(chosen) == len(p[index])
        assert_allclose(chosen.probability(X), p[index], rtol=0, atol=1e-12)


def test_clone_has_the_parameters_and_nothing_learned(learner):
    X, y = cohort()
    learner.fit(X, y)
    copy = clone(learner)
    assert copy.get_params() == learner.get_params()
    assert not hasattr(copy, "scorers_")


def test_all_missing_column_and_constant_column_do_no_harm(learner):
    X, y = cohort()
    X[:, 2], X[:, 3] = np.nan, 7.0
    p = learner.fit_replicates(X, y, bootstrap(y)).probability
    assert np.isfinite(p[:-1]).all()


def test_weights_that_are_not_counts_are_refused(learner):
    X, y = cohort()
    for wrong in (np.full(len(y), 0.5), np.full(len(y), -1.0)):
        with pytest.raises(ValueError, match="weights are counts"):
            clone(learner).fit(X, y, wrong)
