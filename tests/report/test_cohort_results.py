from __future__ import annotations

import json
import math

import pytest

from predictor.report import headline_metrics, sample_size
from predictor.report.plain_numbers import plain
from predictor.results import AlternativeCounts, Exclusion
from predictor.statistics import required_patients


def test_a_number_that_is_not_defined_is_null() -> None:
    assert [plain(value) for value in (math.nan, math.inf, -math.inf, 0.5)] == [
        None, None, None, 0.5,
    ]  # fmt: skip


def test_all_that_is_said_of_a_learner_is_plain_json(trained) -> None:
    for facts in trained.result.learners.values():
        document = facts.to_json()
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_metrics_go_to_mlflow_under_the_names_of_the_design(trained) -> None:
    facts = trained.result.learners["ridge"]
    flat = headline_metrics(facts)
    auroc = facts.metrics["auroc"]
    assert flat["auroc"] == auroc.estimate
    assert (flat["auroc_low"], flat["auroc_high"]) == (auroc.low, auroc.high)
    assert flat["auroc_apparent"] == auroc.apparent
    assert flat["instability_mape"] == facts.instability_mape
    assert all(math.isfinite(value) for value in flat.values())


def test_a_measure_that_is_not_defined_does_not_go_to_mlflow(trained) -> None:
    facts = trained.result.learners["prevalence"]
    assert facts.metrics["calibration_slope"].estimate is None
    assert "calibration_slope" not in headline_metrics(facts)


def test_the_flow_counts_everybody_once(trained) -> None:
    data, rows = trained.result.data, trained.study.rows
    assert data.rows == len(rows) == 90
    assert data.exclusions == (Exclusion(rule="first course", excluded=1, undecided=0),)
    assert (data.eligible, data.unlabelled, data.labelled) == (89, 1, 88)
    labels = [
        row["pain_t0"] - row["pain_t2"] >= 2
        for row in rows
        if row["course"] == 1 and row["pain_t2"] != ""
    ]
    assert data.events == sum(labels)


def test_alternatives_are_counted_beside_the_rule(trained) -> None:
    rows = [row for row in trained.study.rows if row["course"] == 1]
    said = [row["success_t2"] == "yes" for row in rows]
    half = [row["pain_t2"] <= 0.5 * row["pain_t0"] for row in rows if row["pain_t2"] != ""]
    labelled = [row for row in rows if row["pain_t2"] != ""]
    differs = sum(
        (row["pain_t0"] - row["pain_t2"] >= 2) != (row["pain_t2"] <= 0.5 * row["pain_t0"])
        for row in labelled
    )
    assert dict(trained.result.data.alternatives) == {
        "half": AlternativeCounts(labelled=88, events=sum(half), differs=differs),
        "said so": AlternativeCounts(labelled=89, events=sum(said), differs=0),
    }


def test_required_patients_are_those_of_the_criteria() -> None:
    found = sample_size(48, 23, 12)
    required = found.required
    assert found.events_per_parameter == pytest.approx(23 / 12)
    assert required.all_criteria == max(
        required.shrinkage, required.optimism, required.prevalence, required.mape
    )
    assert required.prevalence == required_patients(12, 23 / 48, 0.1).prevalence
    assert 0 < found.expected_shrinkage < 1
    assert 0 < found.expected_mape < 0.5
