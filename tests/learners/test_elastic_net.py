from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from predictor.errors import StudyError
from predictor.learners import make

GOLDEN = Path(__file__).parents[1] / "golden" / "elastic_net"


def cohort(n: int = 48, p: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, p))
    return X, (rng.random(n) < expit(2 * X[:, 0])).astype(float)


@pytest.fixture(scope="module")
def from_r() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict]]:
    table = np.genfromtxt(GOLDEN / "input.csv", delimiter=",", names=True)
    X = np.column_stack([table[f"x{j}"] for j in range(1, 7)])
    return X, table["event"], table["weight"], json.loads((GOLDEN / "expected.json").read_text())


def test_coefficients_at_a_penalty_match_R_glmnet(from_r):
    X, y, weight, expected = from_r
    assert len(expected) == 18
    for case in expected:
        learner = make("elastic_net", mixing=case["mixing"], penalty=case["penalty"])
        scorers = learner.fit(X, y, weight if case["weighted"] else None).scorers_
        found = np.append(scorers.intercept, scorers.coefficient)
        assert_allclose(found, case["coefficient"], rtol=0, atol=1e-5)
        assert_array_equal(found == 0, np.array(case["coefficient"]) == 0)


def test_all_coefficients_are_zero_from_the_penalty_where_R_glmnet_begins(from_r):
    X, y, weight, expected = from_r
    for case in expected:
        if "largest" not in case:
            continue
        counts = weight if case["weighted"] else None
        for factor, some in ((1.0001, False), (0.999, True)):
            learner = make("elastic_net", mixing=case["mixing"], penalty=factor * case["largest"])
            assert learner.fit(X, y, counts).scorers_.coefficient.any() == some


def test_weak_columns_count_as_twice_as_wide_in_the_terms_of_scikit_learn():
    X, y = cohort(80)
    divisor = X.std(axis=0)
    divisor[[0, 3]] *= 2
    peer = LogisticRegression(
        C=1 / (80 * 0.05), l1_ratio=0.5, solver="saga", tol=1e-12,
        max_iter=100_000,
    )  # fmt: skip
    peer.fit((X - X.mean(axis=0)) / divisor, y)
    ours = make("elastic_net", penalty=0.05, weak=[0, 3]).fit(X, y).scorers_
    assert_allclose(ours.coefficient[0] * divisor, peer.coef_[0], rtol=0, atol=1e-6)


def test_columns_of_noise_are_dropped_and_the_one_that_matters_is_kept():
    X, y = cohort(200)
    scorers = make("elastic_net", mixing=1.0).fit(X, y).scorers_
    assert scorers.coefficient[0, 0] > 0.5
    assert (scorers.coefficient[0, 1:] == 0).sum() >= 2


def test_outcome_of_one_patient_only_cannot_be_tuned_and_gives_the_prevalence():
    X, _ = cohort()
    y = np.zeros(48)
    y[7] = 1
    p = make("elastic_net").fit(X, y).predict_proba(X)[:, 1]
    assert_allclose(p, 1 / 48, rtol=1e-9)


def test_counting_everybody_three_times_chooses_the_same_penalty():
    """Copies of a patient are in one inner fold."""
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(30, 12)), (np.arange(30) % 2).astype(float)
    tripled = make("elastic_net").fit(X, y, np.full(30, 3.0))
    once = make("elastic_net").fit(X, y)
    assert_allclose(tripled.penalty_, once.penalty_, rtol=1e-12)
    assert_allclose(tripled.predict_proba(X), once.predict_proba(X), rtol=0, atol=1e-8)


def test_columns_that_are_nearly_combinations_of_others_converge():
    X, y = cohort()
    near = np.column_stack([X, X[:, 0] + X[:, 1] + 1e-4 * X[:, 2], X[:, 3]])
    for mixing in (0.5, 1.0):
        learner = make("elastic_net", mixing=mixing, penalty=1e-3).fit(near, y)
        assert not learner.failed_.any()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"mixing": 0}, "mixing must be above 0 and at most 1, and is 0"),
        ({"mixing": 1.5}, "mixing must be"),
        ({"penalty": -1}, "penalty must be 0 or more"),
        ({"penalties": 1}, "penalties must be at least 2"),
        ({"smallest": 1}, "smallest must be between 0 and 1"),
        ({"folds": 1}, "folds must be at least 2"),
    ],
)
def test_parameter_out_of_range_is_refused(parameters, message):
    X, y = cohort()
    with pytest.raises(StudyError, match=message):
        make("elastic_net", **parameters).fit(X, y)
