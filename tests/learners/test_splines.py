from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.errors import StudyError
from predictor.learners import make
from predictor.learners.splines import knots, learn_knots
from predictor.scorers.splines import spline_terms

GOLDEN = Path(__file__).parents[1] / "golden" / "splines"


@pytest.fixture(scope="module")
def from_r() -> dict[str, Any]:
    return json.loads((GOLDEN / "expected.json").read_text())


@pytest.fixture(scope="module")
def patients() -> dict[str, np.ndarray]:
    with (GOLDEN / "input.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def of_sample(x: np.ndarray, number: int) -> np.ndarray:
    values, counts = np.unique(x, return_counts=True)
    return knots(values, counts.astype(float), number)


def samples() -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    with (GOLDEN / "knots.csv").open() as file:
        for row in csv.DictReader(file):
            found.setdefault(row["column"], []).append(float(row["value"]))
    return found


@pytest.mark.parametrize("column", samples())
def test_knots_match_R_Hmisc_and_there_are_none_where_it_stops(from_r, column):
    for number in range(3, 8):
        expected = from_r["knots"][column][str(number)]
        assert_allclose(of_sample(np.array(samples()[column]), number), expected, rtol=1e-12)


def test_terms_match_R_Hmisc(from_r, patients):
    at = np.array(from_r["at"])
    for number in range(3, 8):
        placed = learn_knots(patients["x1"][:, None], np.ones((1, 250)), {0: number})
        terms = spline_terms(at[None, :, None], placed)[0, :, 0]
        expected = np.array(from_r["basis"][str(number)])
        assert_allclose(np.column_stack([at, terms]), expected, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize(
    ("model", "columns", "splines"),
    [("one", ["x1", "x2"], {0: 4}), ("two", ["x1", "x2", "x3"], {0: 5, 1: 3})],
)
def test_logistic_regression_matches_R_rms_lrm(from_r, patients, model, columns, splines):
    X = np.column_stack([patients[name] for name in columns])
    fit = make("logistic", splines=splines).fit(X, patients["y"])
    scorers = fit.scorers_
    # R has the terms of a column side by side, and none where there is no knot
    order = np.argsort(scorers.expansion.origin, kind="stable")
    ours = np.append(scorers.intercept, scorers.coefficient[0, order])
    ours = ours[ours != 0]
    assert_allclose(ours, from_r[model]["coefficient"], rtol=0, atol=1e-6)
    assert_allclose(fit.predict_proba(X)[:, 1], from_r[model]["probability"], rtol=0, atol=1e-6)


def test_a_spline_is_a_straight_line_beyond_its_outer_knots_however_far():
    x = np.random.default_rng(1).normal(size=200)
    placed = learn_knots(x[:, None], np.ones((1, 200)), {0: 5})
    for start, step in ((1e9, 1e9), (-1e9, -1e9)):
        far = start + step * np.arange(3.0)
        terms = spline_terms(far[None, :, None], placed)[0, :, 0]
        assert_allclose(np.diff(terms, axis=0)[0], np.diff(terms, axis=0)[1], rtol=1e-12)


def test_counts_are_repeated_rows():
    rng = np.random.default_rng(2)
    x = np.where(rng.random(70) < 0.1, np.nan, rng.normal(size=70).round(1))
    weights = rng.multinomial(70, np.full(70, 1 / 70), size=5)
    counted = learn_knots(x[:, None], weights.astype(float), {0: 4})
    for b, sample in enumerate(weights):
        repeated = np.repeat(x, sample)
        assert_allclose(counted[b, 0], of_sample(repeated[~np.isnan(repeated)], 4), rtol=1e-15)


def test_fewer_knots_where_values_are_few_and_none_where_they_are_fewer():
    x = np.repeat(np.arange(6.0), 10)
    weights = np.stack([np.ones(60), (x < 5) * 1.0, (x < 4) * 1.0])
    placed = learn_knots(x[:, None], weights, {0: 5})
    assert_array_equal(placed[0, 0], [1, 2, np.nan, 3, 4])
    assert_array_equal(placed[1, 0], [1, np.nan, np.nan, 2, 3])
    assert np.isnan(placed[2]).all()
    terms = spline_terms(np.broadcast_to(x, (3, 60))[..., None], placed)
    assert_array_equal(terms[:, :, 0].any(axis=1), [[1, 1, 0], [1, 0, 0], [0, 0, 0]])


def test_a_column_without_room_for_knots_is_a_straight_line():
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.integers(0, 3, 80), rng.normal(size=80)])
    y = (rng.random(80) < expit(X[:, 1])).astype(float)
    for name in ("ridge", "logistic"):
        straight = make(name).fit(X, y).predict_proba(X)
        assert_allclose(make(name, splines={0: 3}).fit(X, y).predict_proba(X), straight, atol=1e-9)


def test_a_curve_is_found_that_a_straight_line_cannot_see():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(3000, 2))
    y = (rng.random(3000) < expit(2 * X[:, 0] ** 2 - 2)).astype(float)
    at = np.column_stack([[-1.5, 0.0, 1.5], np.zeros(3)])
    for name in ("ridge", "logistic"):
        bent = make(name, splines={0: 5}).fit(X, y).predict_proba(at)[:, 1]
        assert_allclose(bent, expit(2 * at[:, 0] ** 2 - 2), atol=0.08)
        assert np.ptp(make(name).fit(X, y).predict_proba(at)[:, 1]) < 0.1


def test_contributions_are_those_of_the_columns_and_average_to_zero():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(90, 3))
    y = (rng.random(90) < expit(X[:, 0] ** 2 - 1)).astype(float)
    fit = make("logistic", splines={0: 4, 2: 3}).fit(X, y)
    _, values = fit.scorers_.contributions(X)
    assert values.shape == (1, 90, 3)
    assert_allclose(values.mean(axis=1), 0, atol=1e-10)
    other = X.copy()
    other[:, 2] = 0.3
    _, changed = fit.scorers_.contributions(other)
    assert_allclose(changed[:, :, :2], values[:, :, :2], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("splines", "message"),
    [({3: 4}, "no column 3"), ({0: 2}, "3 to 7 knots, got 2"), ({0: 8}, "3 to 7 knots, got 8")],
)
def test_splines_that_cannot_be_are_refused(splines, message):
    with pytest.raises(StudyError, match=message):
        make("ridge", splines=splines).fit(np.zeros((4, 2)), np.array([0, 1, 0, 1]))
