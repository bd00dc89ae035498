from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from predictor.errors import StudyError
from predictor.learners import make

FOREST = "sklearn:sklearn.ensemble.RandomForestClassifier"


def cohort() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(48, 4)) * [1, 10, 0.1, 1] + [0, 50, 3, 0]
    y = (rng.random(48) < expit(2 * X[:, 0])).astype(float)
    X[:, :2][rng.random((48, 2)) < 0.15] = np.nan
    return X, y, rng.multinomial(48, np.full(48, 1 / 48)).astype(float)


@pytest.mark.parametrize(
    ("path", "theirs"),
    [
        ("sklearn.linear_model.LogisticRegression", LogisticRegression()),
        ("sklearn.discriminant_analysis.LinearDiscriminantAnalysis", LinearDiscriminantAnalysis()),
    ],
)
def test_probabilities_are_those_of_a_scikit_learn_pipeline_on_repeated_rows(path, theirs):
    X, y, weights = cohort()
    rows = np.repeat(np.arange(len(y)), weights.astype(int))
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), theirs).fit(X[rows], y[rows])
    ours = make(f"sklearn:{path}").fit(X, y, weights).predict_proba(X)
    assert_allclose(ours, pipeline.predict_proba(X), rtol=0, atol=1e-9)


def test_parameters_seed_and_threads_reach_the_classifier():
    X, y, _ = cohort()
    learner = make(FOREST, n_estimators=3, max_depth=2).set_params(random_state=5)
    forest = learner.fit(X, y).scorers_.classifiers[0].fitted
    assert (forest.n_estimators, forest.max_depth, forest.random_state) == (3, 2, 5)
    own = make(FOREST, n_estimators=3, random_state=9).set_params(random_state=5)
    assert own.fit(X, y).scorers_.classifiers[0].fitted.random_state == 9


def test_threads_change_nothing():
    X, y, weights = cohort()
    counts = np.vstack([weights, np.ones(48)])
    learner = make(FOREST, n_estimators=3)
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(partial(learner.fit_replicates, X, y), (counts[:1], counts[1:])))
    one = learner.fit_replicates(X, y, counts).probability
    assert_array_equal(one, np.vstack([half.probability for half in halves]))


def test_threads_that_fit_together_tell_what_did_not_converge_and_leave_warnings_alone():
    X, y, weights = cohort()
    path = "sklearn:sklearn.linear_model.LogisticRegression"
    slow, fine = make(path, max_iter=1), make(path)
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        fits = list(pool.map(lambda one: one.fit_replicates(X, y, weights[None]), [slow, fine] * 8))
    assert [bool(fit.failed.all()) for fit in fits] == [True, False] * 8
    assert warnings.filters == before


def test_probability_of_zero_or_one_is_one_in_a_million_from_it():
    X, y, _ = cohort()
    p = make("sklearn:sklearn.tree.DecisionTreeClassifier").fit(X, y).predict_proba(X)[:, 1]
    assert_allclose(np.unique(p), [1e-6, 1 - 1e-6], rtol=1e-9)


@pytest.mark.parametrize(
    "path",
    [
        "sklearn.neighbors.KNeighborsClassifier",
        "sklearn.gaussian_process.GaussianProcessClassifier",
        "sklearn.semi_supervised.LabelPropagation",
    ],
)
def test_classifier_that_keeps_patients_is_refused(path):
    X, y, _ = cohort()
    with pytest.raises(StudyError, match="keeps the patients it was fitted to"):
        make(f"sklearn:{path}").fit(X, y)


def test_no_convergence_in_any_sample_is_said():
    X, y, _ = cohort()
    with pytest.raises(StudyError, match=r"any sample: ConvergenceWarning.*Maximum iterations"):
        make("sklearn:sklearn.neural_network.MLPClassifier", max_iter=2).fit(X, y)


def test_fit_that_fails_in_some_samples_is_counted():
    X, y, weights = cohort()
    few = np.zeros(48)
    few[[np.argmin(y), np.argmax(y)]] = 1  # a class of one patient has no covariance
    path = "sklearn:sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis"
    learner = make(path, reg_param=0.1)
    fits = learner.fit_replicates(X, y, np.vstack([weights, few]))
    assert_array_equal(fits.failed, [False, True])


def test_warnings_of_a_classifier_are_not_passed_on():
    X, y, weights = cohort()
    twice = np.column_stack([X, X])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        learner = make("sklearn:sklearn.discriminant_analysis.LinearDiscriminantAnalysis")
        scorers = learner.fit_replicates(twice, y, weights[None]).scorers
        assert np.isfinite(scorers.probability(twice)).all()


@pytest.mark.parametrize(
    ("path", "parameters", "message"),
    [
        ("os.system", {}, r"'sklearn:os.system' is not in scikit-learn; expected the import path"),
        ("this", {}, "is not in scikit-learn"),
        ("sklearn", {}, "is not in scikit-learn"),
        ("sklearn_evil.ensemble.RandomForestClassifier", {}, "is not in scikit-learn"),
        ("sklearn.svm.LinearSVC", {}, "gives no probabilities"),
        ("sklearn.linear_model.SGDClassifier", {}, "no predict_proba with these parameters"),
        ("sklearn.ensembles.Forest", {}, "there is no module sklearn.ensembles; expected"),
        (
            "sklearn.ensemble.RandomForrestClassifier",
            {},
            "not a classifier of scikit-learn; sklearn.ensemble has RandomForestClassifier",
        ),
        ("sklearn.linear_model.LinearRegression", {}, "sklearn.linear_model has Logistic"),
        ("sklearn.utils.os", {}, "not a classifier of scikit-learn; expected"),
        ("sklearn.ensemble.VotingClassifier", {}, r"made from other classifiers \(estimators\)"),
        (
            "sklearn.ensemble.RandomForestClassifier",
            {"n_estimatorz": 5},
            "no parameter 'n_estimatorz'; its parameters are: n_estimators, ",
        ),
        (
            "sklearn.ensemble.RandomForestClassifier",
            {"n_estimators": -5},
            "The 'n_estimators' parameter of RandomForestClassifier must be an int",
        ),
        (
            "sklearn.ensemble.RandomForestClassifier",
            {"random_state": None},
            "'random_state' .* must be a whole number",
        ),
    ],
)
def test_wrong_study_file_is_refused_when_the_learner_is_made(
    path: str, parameters: dict[str, Any], message: str
):
    with pytest.raises(StudyError, match=message):
        make(f"sklearn:{path}", **parameters)
