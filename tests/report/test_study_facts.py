from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from predictor.report import comparison_facts, study_facts
from predictor.study import parse_study
from predictor.validation import Comparison
from predictor.workflows import make_plan, prepare


@pytest.fixture
def facts(small):
    prepared = prepare("study.yaml", "patients.csv")
    plan = make_plan(prepared)
    return study_facts(prepared.study, prepared.matrix, plan)


def test_the_question_is_told_in_the_words_of_the_study_file(facts) -> None:
    assert facts["timepoints"] == {
        "T0": "before the treatment",
        "T2": "four weeks after the treatment",
    }
    assert facts["outcome_known_at"] == "T2"
    assert facts["rule"] == "pain_t0 - pain_t2 >= 2"
    assert facts["eligible_rules"] == {"first course": "course = 1"}
    assert facts["sql"] == Path("covariates.sql").read_text(encoding="utf-8")
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_the_study_can_be_made_again_from_it(facts) -> None:
    again = parse_study(facts["config"], file="study.yaml", pipeline=facts["sql"])
    assert again == prepare("study.yaml", "patients.csv").study


def test_covariates_are_counted_with_their_levels_and_gaps(facts) -> None:
    by_name = {row["name"]: row for row in facts["covariates"]}
    assert by_name["limb"] == {
        "name": "limb",
        "kind": "category",
        "levels": ["upper", "lower", "both"],
        "parameters": 2,
        "missing": 0,
    }
    assert by_name["log_age"]["missing"] == 8


def test_the_plan_says_how_many_samples_there_are_and_why(facts) -> None:
    plan = facts["plan"]
    numbers = ("folds", "repeats", "interval_resamples", "interval_repeats", "bootstrap")
    assert [plan[name] for name in numbers] == [3, 2, 20, 1, 20]
    assert plan["why"] == "given in the study file: cross_validation, interval, bootstrap"
    assert "tuning included" in plan["how"]


def test_a_comparison_says_whether_it_is_within_noise_and_has_no_nan() -> None:
    rows = comparison_facts(
        [
            Comparison("ridge", "prevalence", "auroc", 0.1, 0.02, 0.2),
            Comparison("ridge", "pain only", "auroc", 0.1, -0.02, 0.2),
            Comparison("ridge", "pain only", "brier", 0.1, np.nan, np.nan),
        ]
    )
    assert [row["within_noise"] for row in rows] == [False, True, True]
    assert (rows[2]["low"], rows[2]["high"]) == (None, None)
    assert set(rows[0]) == {
        "first", "second", "measure", "difference", "low", "high", "within_noise",
    }  # fmt: skip
