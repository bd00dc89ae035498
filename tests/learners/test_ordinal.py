"""The graded outcome: levels, proportional odds, leaving patients out, the model of the label."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logit

from predictor.errors import StudyError
from predictor.learners.levels import Grades, learn_levels
from predictor.learners.likelihood import Likelihood
from predictor.learners.newton import invert, maximise, newton_step
from predictor.learners.ordinal import OrdinalLikelihood
from predictor.learners.ridge import Ridge
from predictor.learners.shared_design import SharedDesign
from predictor.statistics.discrimination import auroc
from predictor.statistics.overall import log_loss

GOLDEN = Path(__file__).parents[1] / "golden" / "graded"


def cohort(
    rng: np.random.Generator, n: int = 48, p: int = 6
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Patients whose fall of pain is what covariates act on; a fall of 2 is the event."""
    X = rng.normal(size=(n, p))
    fall = np.round(1.5 + 1.2 * X[:, 0] + 2 * rng.normal(size=n))
    return X, (fall >= 2).astype(float), fall


def fixed(penalty: float, n: int, **settings) -> Ridge:
    return Ridge(penalties=1, largest=penalty / n, caution=1.0, **settings)


def test_coefficients_match_R_rms_lrm_with_and_MASS_polr_without_penalty():
    table = np.genfromtxt(GOLDEN / "input.csv", delimiter=",", names=True)
    X = np.column_stack([table[f"x{j}"] for j in range(1, 5)])
    expected = json.loads((GOLDEN / "expected.json").read_text())
    assert len(expected) == 8
    for case in expected:
        weight = table["weight"] if case["weighted"] else np.ones(60)
        levels = learn_levels(table["fall"], table["event"] > 0, weight[None, :])
        assert levels.used.sum() == case["levels"] - 1
        learner = fixed(max(case["penalty"], 1e-9), 60, graded=True)
        scorers = learner.fit(X, table["event"], weight, table["fall"]).scorers_
        found = np.append(scorers.intercept, scorers.coefficient)
        assert_allclose(found, case["coefficient"], rtol=2e-6, atol=1e-7)


def test_levels_have_an_eighth_of_the_patients_and_never_cross_the_cut():
    rng = np.random.default_rng(1)
    _, y, fall = cohort(rng)
    fall[:4] = np.nan
    weights = rng.multinomial(48, np.full(48, 1 / 48), size=50).astype(float)
    levels = learn_levels(fall, y > 0, weights)
    inner = levels.between[levels.between > 0]
    assert inner.min() >= 6
    known = ~np.isnan(fall)
    for b, counts in enumerate(weights):
        above = np.where(levels.above[b] == levels.cuts, -1, levels.above[b])
        assert ((above >= levels.event) == (y > 0)).all()
        order = np.lexsort([fall[known], y[known]])
        assert (np.diff(above[known][order]) >= 0).all()
        sizes = np.bincount(above[known] + 1, counts[known])
        assert sizes[sizes > 0].min() >= 6
        assert levels.used[b].sum() == (sizes > 0).sum() - 1
        # somewhere among those with the same label
        assert (levels.gap[b][~known] == levels.cuts).all()
        assert_array_equal(above[~known], np.where(y[~known] > 0, levels.event, -1))


def test_levels_begin_at_the_log_odds_of_their_shares():
    fall = np.repeat([-1.0, 0.0, 2.0, 3.0], [5, 10, 20, 5])
    levels = learn_levels(fall, fall >= 2, np.ones((1, 40)))
    assert_allclose(levels.start[0], logit([35 / 40, 25 / 40, 5 / 40]))


def test_many_different_grades_are_joined_to_eighths_of_the_patients():
    rng = np.random.default_rng(2)
    fall = rng.normal(size=400)
    levels = learn_levels(fall, fall > 0.3, np.ones((1, 400)))
    assert levels.cuts <= 8
    assert levels.between[levels.between > 0].min() >= 50


@pytest.mark.parametrize("graded", [np.full(48, np.nan), np.ones(48)], ids=["unknown", "all alike"])
def test_grades_that_say_nothing_give_the_model_of_the_label(graded):
    X, y, _ = cohort(np.random.default_rng(3))
    X[::7, 2] = np.nan
    ordinal = Ridge(graded=True).fit(X, y, graded=graded)
    binary = Ridge(penalties=9).fit(X, y)
    assert_allclose(ordinal.penalty_, binary.penalty_)
    assert_allclose(ordinal.predict_proba(X), binary.predict_proba(X), rtol=0, atol=1e-9)


def test_only_the_order_of_grades_within_a_label_counts():
    X, y, fall = cohort(np.random.default_rng(4))
    plain = Ridge(graded=True).fit(X, y, graded=fall).predict_proba(X)
    other = np.where(y > 0, -100 + np.exp(fall), 50 + 3 * fall)
    assert_allclose(Ridge(graded=True).fit(X, y, graded=other).predict_proba(X), plain, atol=1e-12)


def test_counts_equal_repeated_rows_and_replicates_do_not_depend_on_each_other():
    rng = np.random.default_rng(5)
    X, y, fall = cohort(rng)
    X[rng.random(X.shape) < 0.1] = np.nan
    fall[rng.random(48) < 0.2] = np.nan
    weights = rng.multinomial(48, np.full(48, 1 / 48), size=5).astype(float)
    rows = np.repeat(np.arange(48), weights[0].astype(int))
    for settings in ({}, {"impute": "regression", "splines": {1: 3}}):
        learner = fixed(4.0, 48, graded=True, **settings)
        together = learner.fit_replicates(X, y, weights, fall).probability
        alone = learner.fit_replicates(X, y, weights[3:4], fall).probability
        assert_allclose(together[3], alone[0], rtol=0, atol=1e-9)
        repeated = learner.fit(X[rows], y[rows], graded=fall[rows]).predict_proba(X)[:, 1]
        assert_allclose(together[0], repeated, rtol=0, atol=1e-9)


def test_leaving_a_patient_out_in_one_step_is_near_to_fitting_again():
    """Of the log-odds of the event without each of the patients."""
    errors = []
    for seed in range(5):
        X, y, fall = cohort(np.random.default_rng(100 + seed), p=12)
        design, everybody = SharedDesign.of(X, y), np.ones((1, 48))
        likelihood = Likelihood.of(design, everybody, Grades(fall))
        ordinal = OrdinalLikelihood.of(likelihood)
        penalty = np.zeros(ordinal.null().shape)
        penalty[:, 1:13] = 5 * likelihood.variance
        coefficient = optimum(ordinal, ordinal.null(), penalty)
        result = ordinal.evaluate(coefficient, keep_terms=True)
        at = np.arange(penalty.shape[1])
        result.information[:, at, at] += penalty
        inverse = invert(result.information, ordinal.unused())
        step = newton_step(inverse, result.score - penalty * coefficient)
        refitted = []
        for i in range(48):
            one = ordinal.levels.gap[0, i]
            between = ordinal.levels.between.copy()
            between[0, one : one + 1] -= one < ordinal.levels.cuts
            weights = everybody.copy()
            weights[0, i] = 0
            without = OrdinalLikelihood(
                replace(likelihood, weights=weights), replace(ordinal.levels, between=between)
            )
            again = optimum(without, coefficient, penalty)
            refitted.append(again[0, 0] + design.rows[i, 1:] @ again[0, 1:13])
        # the loss of one patient is the mean loss when only that one is counted in the end
        approximate = []
        for i, term in enumerate(np.eye(48)):
            only = replace(likelihood, weights=term[None, :], total=np.ones(1))
            counted = OrdinalLikelihood(only, ordinal.levels)
            loss = counted.leave_one_out_of_label(result.terms, inverse, step)[0]
            # that of a patient who counts once: `terms` hold what it contributes
            approximate.append((2 * y[i] - 1) * -np.log(np.expm1(loss)))
        errors.append(np.abs(np.array(approximate) - refitted))
    assert np.max(errors) < 0.03
    assert np.mean(errors) < 0.004


def optimum(likelihood: OrdinalLikelihood, start: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    coefficient, converged = maximise(
        likelihood, start, dropped=likelihood.unused(), penalty=penalty, tolerance=1e-14
    )
    assert converged.all()
    return coefficient


def test_loss_of_the_levels_left_out_is_that_of_their_probabilities():
    """With a penalty so large that no covariate counts, leaving out is counting again."""
    fall = np.repeat([-1.0, 0.0, 2.0, 3.0], [50, 100, 200, 50])
    X = np.random.default_rng(6).normal(size=(400, 2))
    design = SharedDesign.of(X, (fall >= 2).astype(float))
    ordinal = OrdinalLikelihood.of(Likelihood.of(design, np.ones((1, 400)), Grades(fall)))
    penalty = np.zeros(ordinal.null().shape)
    penalty[:, 1:3] = 1e9
    result = ordinal.evaluate(ordinal.null(), keep_terms=True)
    at = np.arange(penalty.shape[1])
    result.information[:, at, at] += penalty
    inverse = invert(result.information, ordinal.unused())
    loss = ordinal.leave_one_out(result.terms, inverse, newton_step(inverse, result.score))
    size = np.array([50, 100, 200, 50])
    assert_allclose(loss[0], -(size @ np.log((size - 1) / 399)) / 400, rtol=1e-4)


def test_cuts_out_of_order_are_impossible_and_brought_back():
    X, y, fall = cohort(np.random.default_rng(7))
    ordinal = OrdinalLikelihood.of(
        Likelihood.of(SharedDesign.of(X, y), np.ones((2, 48)), Grades(fall))
    )
    start = ordinal.null()
    wrong = start.copy()
    wrong[1, 0] -= 5
    assert np.isfinite(ordinal.evaluate(wrong).deviance).tolist() == [True, False]
    back = ordinal.admissible(wrong, start)
    assert_array_equal(back[0], wrong[0])
    assert np.isfinite(ordinal.evaluate(back).deviance).all()


def test_mean_lies_between_both_and_follows_what_leaving_out_says():
    X, y, fall = cohort(np.random.default_rng(8), n=400)
    logits = [
        logit(learner.fit(X, y, graded=fall).predict_proba(X)[:, 1])
        for learner in (Ridge(penalties=13), Ridge(graded=True), Ridge(graded="mean"))
    ]
    share = (logits[2] - logits[0]) @ (logits[1] - logits[0]) / ((logits[1] - logits[0]) ** 2).sum()
    assert 0 < share < 1
    assert_allclose(logits[2], share * logits[1] + (1 - share) * logits[0], rtol=0, atol=1e-9)
    # grades that go against the label are hardly used
    against = np.where(y > 0, -1.0, 1.0) * X[:, 0]
    mixed = Ridge(graded="mean").fit(X, y, graded=against).predict_proba(X)[:, 1]
    binary = Ridge(penalties=13).fit(X, y).predict_proba(X)[:, 1]
    ordinal = Ridge(graded=True).fit(X, y, graded=against).predict_proba(X)[:, 1]
    assert np.abs(mixed - binary).max() < 0.1 * np.abs(ordinal - binary).max()


def test_grades_help_where_covariates_act_on_them():
    rng = np.random.default_rng(9)
    gains, losses = [], []
    for _ in range(40):
        X, y, fall = cohort(rng)
        new, outcome, _ = cohort(rng, n=2000)
        binary, graded = (
            Ridge(graded=how).fit(X, y, graded=fall).predict_proba(new)[:, 1]
            for how in (False, True)
        )
        gains.append(auroc(outcome, graded) - auroc(outcome, binary))
        losses.append(log_loss(outcome, graded) - log_loss(outcome, binary))
    assert np.mean(gains) > 0.005
    assert np.mean(losses) < -0.005


def test_a_learner_that_needs_grades_says_so_when_it_has_none():
    X, y, fall = cohort(np.random.default_rng(10))
    with pytest.raises(StudyError, match="Ridge needs the graded outcome it learns from"):
        Ridge(graded=True).fit(X, y)
    with pytest.raises(ValueError, match="expected 48 graded outcomes, finite or NaN"):
        Ridge(graded=True).fit(X, y, graded=fall[1:])
    with pytest.raises(StudyError, match="graded must be true, false or mean, and is 'both'"):
        Ridge(graded="both").fit(X, y, graded=fall)
    assert_array_equal(
        Ridge().fit(X, y, graded=fall).predict_proba(X), Ridge().fit(X, y).predict_proba(X)
    )
