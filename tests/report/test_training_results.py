from __future__ import annotations

import numpy as np

from predictor.report import comparison_results, plan_result
from predictor.results import Covariate
from predictor.study import parse_study
from predictor.validation import Comparison
from predictor.workflows import make_plan, prepare


def test_the_question_is_told_in_the_words_of_the_study_file(trained) -> None:
    found = trained.result
    assert dict(found.timepoints) == {
        "T0": "before the treatment",
        "T2": "four weeks after the treatment",
    }
    assert found.outcome_known_at == "T2"
    assert found.rule == "pain_t0 - pain_t2 >= 2"
    assert dict(found.eligible_rules) == {"first course": "course = 1"}
    pipeline = (trained.study.folder / "covariates.sql").read_text(encoding="utf-8")
    assert (found.sql, found.pipeline_given) == (pipeline, True)


def test_the_study_can_be_made_again_from_it(trained, monkeypatch) -> None:
    found = trained.result
    again = parse_study(found.config, file="study.yaml", pipeline=found.sql)
    monkeypatch.chdir(trained.study.folder)
    assert again == prepare("study.yaml", "patients.csv").study


def test_covariates_are_counted_with_their_levels_and_gaps(trained) -> None:
    by_name = {covariate.name: covariate for covariate in trained.result.covariates}
    assert by_name["limb"] == Covariate(
        name="limb", kind="category", levels=("upper", "lower", "both"), parameters=2, missing=0
    )
    assert by_name["log_age"].missing == 8


def test_the_plan_says_how_many_samples_there_are_and_why(small) -> None:
    prepared = prepare("study.yaml", "patients.csv")
    plan = plan_result(prepared.study, make_plan(prepared))
    numbers = ("folds", "repeats", "interval_resamples", "interval_repeats", "bootstrap")
    assert [getattr(plan, name) for name in numbers] == [3, 2, 20, 1, 20]
    assert plan.why == "given in the study file: cross_validation, interval, bootstrap"
    assert "tuning included" in plan.how


def test_a_comparison_says_whether_it_is_within_noise_and_has_no_nan() -> None:
    rows = comparison_results(
        [
            Comparison("ridge", "prevalence", "auroc", 0.1, 0.02, 0.2),
            Comparison("ridge", "pain only", "auroc", 0.1, -0.02, 0.2),
            Comparison("ridge", "pain only", "brier", 0.1, np.nan, np.nan),
        ]
    )
    assert [row.within_noise for row in rows] == [False, True, True]
    assert (rows[2].low, rows[2].high) == (None, None)
