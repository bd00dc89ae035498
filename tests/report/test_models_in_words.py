from __future__ import annotations

import re

import numpy as np
import pytest

from predictor.cohort import Covariate, Design
from predictor.learners import make
from predictor.report import model_in_words
from predictor.scorers import LinearScorers
from predictor.scorers.forest import Forest
from predictor.study import parse_study

STUDY = parse_study(
    """
study: made-up
timepoints: {T0: before, T2: after}
predict_at: T0
columns:
  id:       {role: id}
  scale:    {known_at: T0, type: integer, unit: points}
  weight:   {known_at: T0, type: number, unit: kg, per: 5, meaning: body weight}
  dose:     {known_at: T0, type: number, unit: mg}
  age:      {known_at: T0, type: number, unit: years}
  y:        {known_at: T2, type: flag}
outcome: {name: y, known_at: T2, rule: y}
""",
    file="study.yaml",
    pipeline=None,
)


def design(*covariates, n=16, spread=()):
    """A matrix of made-up patients; `spread` is the standard deviation of each column."""
    placed, start = [], 0
    for name, kind, levels in covariates:
        width = max(1, len(levels) - 1)
        placed.append(Covariate(name, kind, levels, start, start + width))
        start += width
    X = np.tile([-1.0, 1.0], n // 2)[:, None] * np.array(spread or [1.0] * start)
    return Design(X, tuple(placed))


def linear(coefficients, intercept=0.1):
    coefficients = np.atleast_2d(np.asarray(coefficients, dtype=float))
    zero = np.zeros_like(coefficients)
    return LinearScorers(np.full(len(coefficients), intercept), coefficients, zero, zero)


def said(matrix, own, replicates):
    return model_in_words(linear([own]), linear(replicates), matrix, STUDY, constant=False)


def test_a_point_of_a_scale_multiplies_the_odds():
    matrix = design(("scale", "number", ()), spread=[4.0])
    facts = said(matrix, [np.log(0.93)], np.log(np.linspace(0.8475, 1.0225, 101))[:, None])
    assert facts.text[1] == "Each point of scale multiplies the odds by 0.93 (0.85 to 1.02)."
    (row,) = facts.coefficients
    assert row.odds_ratio == pytest.approx(0.93)
    assert (row.column, row.covariate, row.per) == ("scale", "scale", "point")
    assert facts.intercept == 0.1


@pytest.mark.parametrize(
    ("name", "deviation", "coefficient", "sentence"),
    [
        ("age", 12.0, 0.01, "Each 10 years of age multiplies the odds by 1.11"),
        ("dose", 150.0, 0.001, "Each 100 mg of dose multiplies the odds by 1.11"),
        ("dose", 3.0, 0.5, "Each 1 mg of dose multiplies the odds by 1.65"),
        ("log_dose", 0.02, 1.0, "Each 0.01 units of log_dose multiplies the odds by 1.01"),
    ],
)
def test_a_step_is_a_round_number_where_quartiles_are_not_told(
    name, deviation, coefficient, sentence
):
    matrix = design((name, "number", ()), spread=[deviation])
    facts = said(matrix, [coefficient], [[coefficient], [coefficient]])
    assert facts.text[1].startswith(sentence)
    # the table stays per unit
    assert facts.coefficients[0].coefficient == coefficient


def test_the_odds_ratio_is_that_of_the_interquartile_range() -> None:
    matrix = Design(np.linspace(20.0, 80.0, 41)[:, None], (Covariate("age", "number", (), 0, 1),))
    facts = said(matrix, [0.01], [[0.0], [0.02]])
    (row,) = facts.coefficients
    assert (row.per, row.step) == ("30 years (interquartile range)", 30.0)
    assert row.odds_ratio == pytest.approx(np.exp(0.3))
    assert row.odds_ratios == pytest.approx(np.exp([0.3, 30 * row.low, 30 * row.high]))
    assert row.coefficient == 0.01
    assert facts.text[1].startswith(
        "Each 30 years (interquartile range) of age multiplies the odds by 1.35 ("
    )


def test_a_declared_number_of_units_goes_before_the_range_and_the_meaning_before_the_name() -> None:
    matrix = Design(
        np.linspace(50.0, 90.0, 41)[:, None], (Covariate("weight", "number", (), 0, 1),)
    )
    facts = said(matrix, [0.1], [[0.1]])
    assert (facts.coefficients[0].per, facts.coefficients[0].step) == ("5 kg", 5.0)
    assert facts.text[1].startswith("Each 5 kg of body weight (weight) multiplies the odds by 1.65")


def test_without_differences_in_the_middle_a_round_number_stands() -> None:
    values = np.array([0.0] * 40 + [500.0])
    matrix = Design(values[:, None], (Covariate("dose", "number", (), 0, 1),))
    assert said(matrix, [0.1], [[0.1]]).coefficients[0].per == "10 mg"


def test_levels_are_told_against_the_reference_and_flags_against_no():
    matrix = design(("limb", "category", ("arm", "leg", "both")), ("pain", "flag", ()))
    facts = said(matrix, [0.0, np.log(2), -1.0], [[0.0, 0.5, -1.0]] * 3)
    assert facts.text[1:] == (
        "pain, yes rather than no, multiplies the odds by 0.37 (0.37 to 0.37).",
        "limb, both rather than arm, multiplies the odds by 2.00 (1.65 to 1.65).",
        "limb, leg rather than arm, multiplies the odds by 1.00 (1.00 to 1.00).",
    )
    rows = facts.coefficients
    assert [row.column for row in rows] == ["limb=leg", "limb=both", "pain"]
    assert [row.per for row in rows] == [None, None, None]


def test_failed_replicates_do_not_enter_the_range_and_without_any_there_is_none():
    matrix = design(("scale", "number", ()))
    kept = said(matrix, [0.5], [[0.4], [0.6], [np.nan]])
    assert kept.coefficients[0].low == pytest.approx(0.405)
    assert "2 bootstrap samples" in kept.text[0]
    none = said(matrix, [0.5], [[np.nan]])
    assert none.coefficients[0].low is None
    assert none.text[1] == "Each point of scale multiplies the odds by 1.65."


def test_odds_beyond_reading_are_not_written_out():
    matrix = design(("scale", "number", ()))
    facts = said(matrix, [20.0], [[-20.0], [20.0]])
    assert facts.text[1].endswith("by more than 1000 (less than 0.001 to more than 1000).")


def test_the_prevalence_is_one_sentence():
    matrix = design(("scale", "number", ()))
    y = np.tile([0.0, 1.0, 0.0, 0.0], 4)
    model = make("prevalence").fit(matrix.X, y).scorers_
    facts = model_in_words(model, model, matrix, STUDY, constant=True)
    assert facts.coefficients is None
    (sentence,) = facts.text
    assert sentence.startswith("Every patient gets the same probability, 0.25: the share of")


def test_boosters_say_how_many_trees_and_which_covariates_they_use():
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.normal(size=120), np.zeros(120)])
    y = (X[:, 0] > 0).astype(float)
    matrix = Design(X, (Covariate("used", "number", (), 0, 1), Covariate("idle", "flag", (), 1, 2)))
    learner = make("lightgbm", max_trees=10, leaves=[2])
    scorers = learner.fit_replicates(X, y, np.ones((3, 120))).scorers
    facts = model_in_words(scorers[:1], scorers[1:], matrix, STUDY, constant=False)
    trees = scorers.forests[0].trees
    assert facts.kind == "trees"
    assert facts.coefficients is None
    assert facts.text == (
        f"{trees} trees of 2 leaves each, whose log-odds are added up.",
        f"Patients are parted {trees} times: by used {trees} times.",
        "Never used: idle.",
        f"The models of bootstrap samples have {trees} to {trees} trees.",
    )


def test_boosters_without_trees_say_so():
    X = np.random.default_rng(1).normal(size=(40, 1))
    matrix = Design(X, (Covariate("noise", "number", (), 0, 1),))
    learner = make("lightgbm", max_trees=5, leaves=[2])
    learner.fit(X, np.tile([0.0, 1.0], 20))
    scorers = learner.scorers_
    empty = type(scorers)((Forest.empty(),), scorers.initial, scorers.impute)
    (first, *_) = model_in_words(empty, empty, matrix, STUDY, constant=False).text
    assert re.match("No trees: every patient gets the same probability", first)
