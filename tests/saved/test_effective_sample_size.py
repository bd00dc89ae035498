"""As how many patients a probability is as sure as the mean of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import Covariate, Design, read_table
from predictor.learners import make
from predictor.saved import Spread, read_model, score
from predictor.saved.spread import effective_sample_size
from predictor.scorers import Scorers

GOLDEN = Path(__file__).parents[1] / "golden" / "effective_sample_size"


@pytest.fixture(scope="module")
def golden() -> dict:
    return json.loads((GOLDEN / "expected.json").read_text())


def patients(n: int) -> tuple[np.ndarray, np.ndarray]:
    table = np.loadtxt(GOLDEN / "input.csv", delimiter=",", skiprows=1)[:n]
    return table[:, 1:], table[:, 0]


def new(golden: dict) -> np.ndarray:
    return np.array([[row["age"], row["pain"], row["sign"]] for row in golden["new"]], dtype=float)


def trained_with_samples(learner: str, X: np.ndarray, y: np.ndarray) -> tuple[Scorers, Scorers]:
    n = len(y)
    weights = np.random.default_rng(3).multinomial(n, np.full(n, 1 / n), size=500)
    fit = make(learner).fit_replicates
    return fit(X, y, np.ones((1, n))).scorers, fit(X, y, weights).scorers


def said(learner: str, n: int, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probability of patients `X`, what it is as sure as, and the same of the samples' variance."""
    at, y = patients(n)
    model, others = trained_with_samples(learner, at, y)
    columns = tuple(Covariate(f"x{j}", "number", (), j, j + 1) for j in range(at.shape[1]))
    spread = Spread.of(model, others, Design(at, columns))
    p = model.probability(X)[0]
    found = effective_sample_size(p, *spread.interval(model.logit(X)[0], X))
    return p, found, p * (1 - p) / others.probability(X).var(axis=0)


@pytest.mark.parametrize("n", [100, 300])
def test_without_a_penalty_it_is_that_of_the_delta_method_of_R(golden, n) -> None:
    """Of 300 patients within a fifth. Samples of 100 vary more than the delta method says, the more
    the rarer the event: within a factor of 1.8 for probabilities over 10 %, 2.5 below."""
    expected = golden[f"n_{n}"]
    p, found, _ = said("logistic", n, new(golden))
    np.testing.assert_allclose(p, expected["probability"], rtol=0, atol=1e-6)
    away = np.abs(np.log(found / np.array(expected["effective_sample_size"])))
    middle = p > 0.1
    assert 15 < middle.sum() < len(p)
    assert away[middle].max() < np.log(1.8 if n == 100 else 1.25)
    assert away[~middle].max() < np.log(2.5 if n == 100 else 1.25)


@pytest.mark.parametrize("learner", ["logistic", "firth", "ridge"])
@pytest.mark.parametrize("n", [100, 300])
def test_it_is_what_the_variance_over_samples_says(golden, learner, n) -> None:
    """Within a tenth for 300 patients; for 100, where samples that separate are among them and
    their probabilities are not normal, within a factor of 1.8, and a tenth on the whole."""
    _, found, of_variance = said(learner, n, new(golden))
    away = np.log(found / of_variance)
    assert np.abs(away).max() < np.log(1.8 if n == 100 else 1.1)
    assert abs(away.mean()) < np.log(1.11)


def test_who_tells_everybody_the_prevalence_is_as_sure_as_all_patients(golden) -> None:
    assert golden["prevalence"]["effective_sample_size"] == pytest.approx(300)
    _, found, _ = said("prevalence", 300, new(golden))
    np.testing.assert_allclose(found, 300, rtol=0.1)


def test_it_is_read_off_the_wald_interval_of_a_mean() -> None:
    k, p = np.array([5.0, 12.0, 400.0]), np.array([0.2, 0.5, 0.9])
    half = 1.959963984540054 * np.sqrt(p * (1 - p) / k)
    np.testing.assert_allclose(effective_sample_size(p, p - half, p + half), k, rtol=1e-12)


def test_unknown_without_a_range_that_has_a_width() -> None:
    nan = np.nan
    p, low, high = np.array([[0.4, nan, nan], [nan, nan, nan], [0.4, 0.4, 0.4], [1, 1, 1]]).T
    assert np.isnan(effective_sample_size(p, low, high)).all()


def test_scores_say_it_of_every_patient_who_has_a_range(trained) -> None:
    scores = score(read_model(trained.directory("ridge")), read_table(trained.study.data))
    found = scores.effective_sample_size
    assert np.array_equal(np.isnan(found), np.isnan(scores.probability))
    assert (scores.to_table()["effective_sample_size"].to_numpy()[~np.isnan(found)] > 0).all()
