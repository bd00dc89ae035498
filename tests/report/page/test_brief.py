"""The page of a screen that stands first says what the report says, and no more."""

from __future__ import annotations

import pytest

from predictor.notice import RESEARCH_ONLY
from predictor.report.page import page_data
from predictor.report.page.blocks import BriefItem
from predictor.results import TrainingResult


@pytest.fixture
def items(report) -> dict[str, BriefItem]:
    report["verdict"][0] = "Exploratory only: ridge may know something."
    report["verdict_level"] = "exploratory only"
    brief = page_data(TrainingResult.from_json(report)).brief
    assert brief is not None
    assert brief.lead == "Ridge may know something."
    return {item.term: item for item in brief.items}


def test_question_patients_numbers_use_issues_and_what_is_next(items) -> None:
    assert list(items) == [
        "Question", "Patients", "AUROC of ridge", "Calibration", "What matters most",
        "What it is for", "Next",
    ]  # fmt: skip
    assert items["Patients"].big == "48"
    assert items["Patients"].texts[0].startswith("of whom 23 (48 %) had the event")
    assert items["AUROC of ridge"].big == "0.62"
    assert "0.42 to 0.82" in items["AUROC of ridge"].texts[0]
    assert RESEARCH_ONLY in items["What it is for"].texts
    assert "834" in items["Next"].texts[0]


def test_the_simple_comparator_stands_beside_with_the_paired_difference(report) -> None:
    report["comparisons"] = [
        {"first": "pain only", "second": "ridge", "measure": "auroc", "difference": -0.1,
         "low": -0.3, "high": 0.05, "within_noise": True},
    ]  # fmt: skip
    report["learners"]["prevalence"]["comparator"] = False
    brief = page_data(TrainingResult.from_json(report)).brief
    (item,) = (each for each in brief.items if each.term.startswith("AUROC"))
    (said,) = (text for text in item.texts if "comparator" in text)
    assert said == (
        "The simple comparator (pain only): 0.62 (0.42 to 0.82); difference 0.10 (−0.05 to 0.30), "
        "within noise."
    )


def test_without_a_comparator_everybody_has_the_prevalence(report) -> None:
    for facts in report["learners"].values():
        facts["comparator"] = False
    brief = page_data(TrainingResult.from_json(report)).brief
    (item,) = (each for each in brief.items if each.term.startswith("AUROC"))
    assert "The simple comparator, 48 % for everybody, has 0.50." in item.texts


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.2, 0.7, "they are too high on average"),
        (1.2, 1.9, "they are too low on average"),
        (0.8, 1.3, "right on average, as far as so many patients can tell"),
    ],
)
def test_calibration_in_words_follows_the_interval(report, low, high, said) -> None:
    report["learners"]["ridge"]["metrics"]["observed_expected"] |= {"low": low, "high": high}
    brief = page_data(TrainingResult.from_json(report)).brief
    (item,) = (each for each in brief.items if each.term == "Calibration")
    assert said in item.texts[0]
    assert item.texts[1].startswith("Whether they are too extreme cannot be told")


def test_no_more_than_three_issues_the_worst_first(report) -> None:
    finding = report["audits"][0]
    report["audits"] = [
        {**finding, "title": f"tip {k}", "verdict": "tip"} for k in range(2)
    ] + [{**finding, "title": f"issue {k}", "verdict": "issue"} for k in range(4)]  # fmt: skip
    brief = page_data(TrainingResult.from_json(report)).brief
    (item,) = (each for each in brief.items if each.term == "What matters most")
    assert [text.partition(":")[0] for text in item.texts] == ["Issue 0", "Issue 1", "Issue 2"]
    assert ("audits", "all 4 issues") in brief.links


def test_nothing_learned_has_no_auroc_and_a_page_all_the_same(report) -> None:
    report |= {"subject": None, "subject_reason": "nothing was learned"}
    brief = page_data(TrainingResult.from_json(report)).brief
    assert not any(item.term.startswith(("AUROC", "Calibration")) for item in brief.items)
