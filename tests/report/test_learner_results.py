from __future__ import annotations

import json
from typing import Any

import pytest

from predictor.measures import measures_of
from predictor.report import headline_metrics
from predictor.results import LearnerResult

MEASURES = {measure.name for measure in measures_of("binary", (0.3, 0.5, 0.7))}


@pytest.fixture(scope="module")
def report(trained) -> dict[str, Any]:
    """What was written; the summary of `train` has the place of the model under the same name."""
    found: dict[str, Any] = json.loads(
        (trained.study.folder / "reports/small/latest/report.json").read_text(encoding="utf-8")
    )
    return found


def test_every_measure_has_all_its_estimates_and_a_reason_where_there_is_none(report) -> None:
    for facts in report["learners"].values():
        assert set(facts["metrics"]) == MEASURES
        for row in facts["metrics"].values():
            assert set(row) == {
                "estimate", "low", "high", "apparent", "optimism_corrected", "bootstrap_632plus",
                "out_of_bag", "note",
            }  # fmt: skip
            assert row["low"] is not None or row["note"]
        assert facts["metrics"]["ici"]["note"].startswith("not applicable: needs 100 events")


def test_nothing_stands_beside_a_number_that_is_not_estimable(report, trained) -> None:
    missing = set()
    for facts in report["learners"].values():
        for name, row in facts["metrics"].items():
            if row["estimate"] is None:
                missing.add(name)
                assert row["note"]
                assert [value for key, value in row.items() if key != "note"] == [None] * 7
        assert facts["stability"]["calibration_slope"] == {"low": None, "high": None}
        assert not {
            n
            for n in headline_metrics(LearnerResult.from_json(facts))
            if n.startswith("calibration_slope")
        }
    assert {"calibration_slope", "ici"} <= missing
    card = (trained.directory("ridge") / "card.md").read_text(encoding="utf-8")
    (line,) = (line for line in card.splitlines() if line.startswith("| calibration_slope"))
    assert line == "| calibration_slope |  | not estimable: needs 100 events and 100 patients " + (
        line.partition("patients ")[2].partition(" |")[0] + " |  |  |  |"
    )


def test_failures_are_counted_in_each_part_of_the_plan(report) -> None:
    for facts in report["learners"].values():
        assert set(facts["failures"]) == {"folds", "interval", "bootstrap"}
        assert sum(facts["failures"].values()) == facts["failed_replicates"]
        assert facts["stability"]["replicates"] == 20 - facts["failures"]["bootstrap"]


def test_the_decision_curve_holds_the_net_benefit_at_the_thresholds_of_the_study(report) -> None:
    for facts in report["learners"].values():
        curve = facts["decision_curve"]
        for threshold in (0.3, 0.5, 0.7):
            row = facts["metrics"][f"net_benefit@{threshold}"]
            place = curve["threshold"].index(threshold)
            for key, name in (("net_benefit", "estimate"), ("low", "low"), ("high", "high")):
                assert curve[key][place] == pytest.approx(row[name], abs=1e-12)


def test_nothing_is_said_of_fewer_than_five_patients(report) -> None:
    labelled = report["data"]["labelled"]
    for facts in report["learners"].values():
        spread = facts["stability"]["by_probability"]
        groups = facts["calibration"]["groups"]
        histogram = facts["calibration"]["histogram"]
        bins = [a + b for a, b in zip(histogram["events"], histogram["others"], strict=True)]
        for sizes in ([g["patients"] for g in spread], [g["patients"] for g in groups], bins):
            assert sum(sizes) == labelled
            assert all(size == 0 or size >= 5 for size in sizes)
        # no list is as long as there are patients
        assert all(len(found) != labelled for found in _lists(facts) if len(found) != 99)


def _lists(value: Any) -> list[list[Any]]:
    if isinstance(value, dict):
        return [found for each in value.values() for found in _lists(each)]
    if isinstance(value, list):
        return [value, *(found for each in value for found in _lists(each))]
    return []


def test_ranks_of_importance_lie_between_the_first_and_the_last(report) -> None:
    facts = report["learners"]["ridge"]
    ranks = facts["stability"]["importance_ranks"]
    assert [row["covariate"] for row in ranks] == list(facts["importance"])
    for row in ranks:
        assert 1 <= row["low"] <= row["rank"] <= row["high"] <= 5
    first = min(ranks, key=lambda row: row["rank"])["covariate"]
    assert first in ("sex", "allodynia")
    everything_equal = report["learners"]["prevalence"]["stability"]["importance_ranks"]
    assert {(row["low"], row["rank"], row["high"]) for row in everything_equal} == {(3, 3, 3)}


def test_a_learner_says_which_covariates_it_was_given(report) -> None:
    learners = report["learners"]
    assert learners["pain only"]["covariates"] == ["pain_t0"]
    assert learners["ridge"]["covariates"] == ["pain_t0", "log_age", "sex", "limb", "allodynia"]
