"""Updating of finished models; the closed test equals that of R's `glm`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from predictor.errors import StudyError
from predictor.learners import make
from predictor.learners.logistic import Logistic
from predictor.learners.ridge import Ridge
from predictor.learners.updating import METHODS, OldModel, Update, update
from predictor.scorers import LinearScorers
from predictor.statistics import log_loss
from predictor.statistics.recalibration import closed_test, recalibrate

GOLDEN = Path(__file__).parents[1] / "golden" / "update"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


def of_golden(cohort: str) -> tuple[LinearScorers, np.ndarray, np.ndarray]:
    with (GOLDEN / "input.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["cohort"] == cohort]
    X = np.array([[float(row[name]) for name in ("x1", "x2", "x3")] for row in rows])
    intercept, *coefficient = EXPECTED["old"]
    zero = np.zeros((1, 3))
    model = LinearScorers(np.array([intercept]), np.array([coefficient]), zero, zero)
    return model, X, np.array([float(row["y"]) for row in rows])


@pytest.mark.parametrize("cohort", EXPECTED["cohorts"])
def test_the_closed_test_matches_R_glm(cohort: str) -> None:
    expected = EXPECTED["cohorts"][cohort]
    model, X, y = of_golden(cohort)
    old, ones = OldModel.of(model, X), np.ones((1, len(y)))
    recalibrated = recalibrate(y, old.logit, ones)
    for name in ("in_the_large", "intercept", "slope"):
        assert_allclose(getattr(recalibrated, name), expected[name], rtol=1e-6, atol=1e-8)
    found = update(old, y, ones)
    assert_allclose(found.p[0], expected["p_score"], rtol=1e-5)
    assert found.method[0] == expected["by_score"]
    # the likelihood ratios of the publication, by the same steps
    full = Logistic().fit(X, y).scorers_.probability(X)[0]
    steps = [
        expit(old.logit),
        expit(recalibrated.in_the_large[0] + old.logit),
        expit(recalibrated.intercept[0] + recalibrated.slope[0] * old.logit),
    ]
    ratio = 2 * len(y) * (log_loss(y, np.stack(steps)) - log_loss(y, full))
    assert_allclose(ratio, expected["ratio"], rtol=1e-5, atol=1e-7)
    published = closed_test(ratio[None], np.array([4.0]))
    assert_allclose(published.p[0], expected["p_ratio"], rtol=1e-5)
    assert METHODS[published.step[0]] == expected["by_ratio"]


def cohort(n: int, seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    y = (rng.random(n) < expit(shift + 1.2 * X[:, 0] - 0.8 * X[:, 1])).astype(float)
    X[:, 3] = X[:, 3] > 0
    X[:, 1][rng.random(n) < 0.1] = np.nan
    return X, y


def drawn(n: int, replicates: int = 5) -> np.ndarray:
    return np.random.default_rng(2).multinomial(n, [1 / n] * n, replicates).astype(float)


OLD = {
    "linear": ("ridge", {}),
    "additive": ("ridge", {"splines": {0: 4}, "impute": "regression"}),
    "trees": ("lightgbm", {}),
    "sklearn": ("sklearn:sklearn.naive_bayes.GaussianNB", {}),
}


def old_model(kind: str):
    name, settings = OLD[kind]
    X, y = cohort(150, 1)
    return make(name, **settings).fit(X, y).scorers_


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", OLD)
def test_models_of_every_family_give_the_probabilities_that_were_found(
    kind: str, method: str
) -> None:
    X, y = cohort(80, 2, shift=0.8)
    model = old_model(kind)
    learner = Update(model=model, method=method)
    if method == "refit" and kind in ("trees", "sklearn"):
        with pytest.raises(StudyError, match="cannot be fitted again"):
            learner.fit(X, y)
        return
    fits = learner.fit_replicates(X, y, np.vstack([np.ones(80), drawn(80)]))
    assert_allclose(fits.scorers.probability(X), fits.probability, rtol=1e-9)
    assert type(fits.scorers) is type(model)
    without = learner.fit_replicates(X, y, np.vstack([np.ones(80), drawn(80)]), models=False)
    assert_array_equal(without.probability, fits.probability)
    baseline, values = fits.scorers[:1].contributions(X)
    assert_allclose(expit(baseline + values.sum(axis=2)), fits.probability[:1].reshape(1, -1))


@pytest.mark.parametrize("kind", OLD)
def test_an_update_learns_what_its_name_says(kind: str) -> None:
    X, y = cohort(300, 3, shift=1.0)
    model = old_model(kind)
    old = model.logit(X)[0]
    kept, moved, stretched = (
        Update(model=model, method=method).fit(X, y).scorers_.logit(X)[0]
        for method in ("keep", "intercept", "slope")
    )
    assert_allclose(kept, old)
    assert_allclose(moved - old, (moved - old)[0], atol=1e-8)
    assert_allclose(expit(moved).mean(), y.mean(), rtol=1e-6)
    again = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(old[:, None], y)
    assert_allclose(stretched, again.decision_function(old[:, None]), atol=1e-3)


def test_refitting_goes_from_the_old_coefficients_to_those_of_the_new_patients() -> None:
    model = old_model("linear")
    few, many = cohort(30, 4), cohort(6_000, 4)
    near, far = (
        Update(model=model, method="refit").fit(X, y).scorers_.coefficient[0]
        for X, y in (few, many)
    )
    alone = Ridge().fit(*many).scorers_.coefficient[0]
    assert_allclose(far, alone, atol=0.1)
    assert np.abs(near - alone).max() > np.abs(far - alone).max()


def test_a_column_that_tells_nobody_apart_keeps_its_coefficient() -> None:
    model = old_model("linear")
    X, y = cohort(100, 5)
    X[:, 3] = 1.0
    X[:2, 3] = 0.0  # nor do two patients: what was learned would be about them
    found = Update(model=model, method="refit").fit(X, y).scorers_
    assert found.coefficient[0, 3] == model.coefficient[0, 3]
    X[:, 3] = 1.0
    log_odds = found.logit(X)
    X[:, 3] = 0.0
    same = Update(model=model, method="refit").fit(X, y).scorers_
    assert_allclose(same.logit(X), log_odds, atol=1e-8)


def test_the_model_is_kept_where_a_sample_has_one_outcome() -> None:
    model = old_model("linear")
    X, y = cohort(60, 6)
    for method in (*METHODS[1:], "closed-test"):
        fits = Update(model=model, method=method).fit_replicates(X, y, y[None])
        assert fits.chosen["method"].tolist() == ["keep"]
        assert_allclose(fits.probability, model.probability(X))


def test_counts_are_repeated_rows() -> None:
    model, X, y = of_golden("shifted")
    counts = drawn(len(y), 1)
    rows = np.repeat(np.arange(len(y)), counts[0].astype(int))
    counted = update(OldModel.of(model, X), y, counts)
    again = update(OldModel.of(model, X[rows]), y[rows], np.ones((1, len(rows))))
    assert_allclose(counted.p, again.p, rtol=1e-8)
    assert counted.method == again.method


def test_a_right_model_is_kept_in_nine_of_ten_cohorts_of_48() -> None:
    coefficient = np.array([[0.6, -0.4, 0.3, 0.2, -0.2, 0.1, 0, 0, 0.3, 0]])
    zero = np.zeros((1, 10))
    model = LinearScorers(np.array([-0.1]), coefficient, zero, zero)
    kept = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(48, 10))
        y = (rng.random(48) < model.probability(X)[0]).astype(float)
        kept.append(update(OldModel.of(model, X), y, np.ones((1, 48))).method[0] == "keep")
    assert np.mean(kept) >= 0.9


def test_an_unknown_method_is_named() -> None:
    X, y = cohort(40, 7)
    with pytest.raises(StudyError, match="expected one of closed-test, keep"):
        Update(model=old_model("linear"), method="all").fit(X, y)
