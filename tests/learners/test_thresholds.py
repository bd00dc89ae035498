"""Thresholds of the grade: the probabilities of other outcomes by one fitted model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit

from predictor.learners.levels import learn_levels
from predictor.learners.ridge import Ridge
from predictor.learners.thresholds import Scale

GOLDEN = Path(__file__).parents[1] / "golden" / "graded"


def test_cuts_match_R_rms_lrm_with_and_MASS_polr_without_penalty():
    table = np.genfromtxt(GOLDEN / "input.csv", delimiter=",", names=True)
    X = np.column_stack([table[f"x{j}"] for j in range(1, 5)])
    for case in json.loads((GOLDEN / "expected.json").read_text()):
        weight = table["weight"] if case["weighted"] else np.ones(60)
        event = table["event"] > 0
        levels = learn_levels(table["fall"], event, weight[None, :])
        above = np.where(levels.above[0] == levels.cuts, -1, levels.above[0])
        labels = [(above >= cut).astype(float) for cut in np.unique(above)[1:]]
        learner = Ridge(
            penalties=1, largest=max(case["penalty"], 1e-9) / 60, caution=1.0, graded=True
        )
        fits = learner.fit_replicates(
            X, event.astype(float), weight[None, :], table["fall"], thresholds=labels
        )
        assert_allclose(fits.apart[0], case["apart"], rtol=2e-6, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), rounded=st.booleans(), how=st.sampled_from([True, "mean"]))
def test_a_stricter_outcome_never_has_the_larger_probability(seed, rounded, how):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 4))
    grade = X[:, 0] + 2 * rng.normal(size=40)
    grade = np.round(grade) if rounded else grade
    said = rng.random(40) < 0.2  # a report that makes an event of any grade
    y = ((grade >= 0.5) | said).astype(float)
    unknown = rng.random(40) < 0.1
    places = np.sort(rng.choice(40, 6))
    order = np.lexsort([grade, y])
    rank = np.unique(np.column_stack([y, grade]), axis=0, return_inverse=True)[1].ravel()
    labels = [(rank >= rank[order[place]]).astype(float) for place in places]
    labels.insert(3, y)
    weights = rng.multinomial(40, np.full(40, 1 / 40), size=8).astype(float)
    known = np.where(unknown, np.nan, grade)
    fits = Ridge(graded=how).fit_replicates(X, y, weights, known, thresholds=labels)
    strictness = np.argsort([-label.sum() for label in labels], kind="stable")
    apart = fits.apart[:, strictness]
    for row in apart:
        told = row[~np.isnan(row)]
        assert (np.diff(told) <= 1e-12).all()
    # the rule itself is 0 apart from itself, to the last bit
    assert_array_equal(fits.apart[~fits.failed, 3], 0.0)
    # and for the patients
    p = expit(logit(fits.probability)[:, None, :] + apart[:, :, None])
    p = p[~np.isnan(apart).any(axis=1)]
    assert (np.diff(p, axis=1) <= 1e-12).all()


def test_a_threshold_within_a_level_is_where_its_patients_are_most_likely():
    rng = np.random.default_rng(3)
    grade = rng.normal(size=60)
    event = grade > 0
    levels = learn_levels(grade, event, np.ones((1, 60)))
    cut = np.sort(rng.normal(size=levels.cuts))[::-1][None, :]
    linear = 0.7 * rng.normal(size=(1, 60))
    scale = Scale(levels, cut, linear, np.ones((1, 60)), np.ones(60, dtype=bool))
    level = np.where(levels.above[0] == levels.cuts, -1, levels.above[0])
    for number in np.unique(level):
        inside = np.sort(grade[level == number])
        label = (grade >= inside[2]).astype(float)
        ends = np.concatenate([[30.0], cut[0], [-30.0]])
        upper, lower = ends[number + 1], ends[number + 2]

        def loss(t, own=level == number, label=label, upper=upper, lower=lower):
            x = linear[0]
            likely = np.where(
                label == 1, expit(t + x) - expit(lower + x), expit(upper + x) - expit(t + x)
            )
            return -np.log(likely[own]).sum()

        expected = minimize_scalar(loss, bounds=(lower, upper), options={"xatol": 1e-10}).x
        assert_allclose(scale.place(label), expected, atol=2e-5)


@pytest.mark.parametrize("how", [True, "mean"])
def test_probabilities_are_right_on_average(how):
    rng = np.random.default_rng(6)
    for _ in range(5):
        X = rng.normal(size=(90, 4))
        grade = np.round(1.5 + 1.2 * X[:, 0] + 2 * rng.normal(size=90), 1)
        labels = np.array([grade >= cut for cut in (0.3, 1.0, 2.5, 3.1)]).astype(float)
        y = (grade >= 2).astype(float)
        fits = Ridge(graded=how).fit_replicates(X, y, np.ones((1, 90)), grade, thresholds=labels)
        p = expit(logit(fits.probability[0]) + fits.apart[0][:, None])
        assert_allclose(p.mean(axis=1), labels.mean(axis=1), atol=0.02)


def test_a_sample_with_nobody_above_or_below_tells_nothing():
    rng = np.random.default_rng(4)
    X, grade = rng.normal(size=(40, 3)), rng.normal(size=40)
    y = (grade > 0).astype(float)
    weights = np.ones((2, 40))
    best = grade >= np.sort(grade)[-2]
    weights[1, best] = 0
    labels = [best.astype(float), np.ones(40), np.zeros(40)]
    apart = Ridge(graded=True).fit_replicates(X, y, weights, grade, thresholds=labels).apart
    assert np.isnan(apart).tolist() == [[False, True, True], [True, True, True]]


def test_models_do_not_depend_on_the_thresholds_that_are_asked_for():
    rng = np.random.default_rng(5)
    X, grade = rng.normal(size=(40, 3)), rng.normal(size=40)
    y = (grade > 0).astype(float)
    weights = rng.multinomial(40, np.full(40, 1 / 40), size=4).astype(float)
    label = (grade > 0.31).astype(float)
    alone = Ridge(graded=True).fit_replicates(X, y, weights, grade)
    asked = Ridge(graded=True).fit_replicates(X, y, weights, grade, thresholds=[label])
    assert_array_equal(alone.probability, asked.probability)
    assert alone.apart.shape == (4, 0)
    with pytest.raises(ValueError, match=r"expected thresholds of shape \(K, 40\)"):
        Ridge(graded=True).fit_replicates(X, y, weights, grade, thresholds=[label[1:]])
