"""Directions of a study file: refused, tested, used by a learner, told with digest and date."""

from __future__ import annotations

import json

import pytest

from predictor.errors import StudyError
from predictor.report.page import page_data
from predictor.study import LearnerSpec
from predictor.tracking import RecordingTracker
from predictor.workflows import check, prepare, train
from predictor.workflows.association import global_test
from predictor.workflows.expectations import digest_of
from predictor.workflows.learner import make_learner

EXPECTED = "expected: {sex=male: more, allodynia: less}\nlearners:\n"


@pytest.fixture
def expecting(small):
    small.change(
        ("learners:\n", EXPECTED + "  by signs: {learner: expected, comparator: true}\n"),
        ("  lightgbm: {parameters: {max_trees: 40, leaves: [2, 3]}}\n", ""),
        ("  alternatives:\n", "  graded: pain_t0 - pain_t2\n  alternatives:\n"),
        ("seed: 5", "global_test: [graded, expected]\nseed: 5"),
    )
    return small


def test_what_is_no_column_is_refused_with_those_that_are(small):
    small.change(("learners:\n", "expected: {sex: more, log_age: less, male: less}\nlearners:\n"))
    with pytest.raises(StudyError) as caught:
        prepare("study.yaml", "patients.csv")
    assert str(caught.value) == (
        "study.yaml: expected: no column of the design matrix is called sex, male; they are "
        "pain_t0, log_age, sex=male, sex=other, limb=lower, limb=both, allodynia"
    )


def test_check_shows_what_is_expected(expecting):
    found = check("study.yaml", "patients.csv")
    assert dict(found.expected) == {"sex=male": "more", "allodynia": "less"}
    assert found.global_test == ("graded", "expected")


def test_directions_reach_the_learner_by_the_columns_of_its_own_matrix(expecting):
    prepared = prepare("study.yaml", "patients.csv")

    def made(**settings):
        spec = LearnerSpec(**{"name": "signs", "learner": "expected", **settings})
        return make_learner(spec, prepared.study, prepared.matrix)

    assert made().directions == {2: 1, 6: -1}
    assert made(covariates=("allodynia", "log_age")).directions == {0: -1}
    with pytest.raises(StudyError, match="none of its covariates is among those of `expected:`"):
        made(covariates=("log_age",))
    with pytest.raises(StudyError, match="directions are given once, as `expected:` of the study"):
        made(parameters={"directions": {0: 1}})


def test_the_learner_needs_directions(small):
    with pytest.raises(StudyError) as caught:
        train("study.yaml", "patients.csv", learners=["expected"], tracker=RecordingTracker())
    assert "the learner 'expected' needs directions; write them into the study file" in str(
        caught.value
    )


def test_the_same_patients_have_the_same_p_and_every_member_names_its_outcome(expecting):
    first, second = (global_test(prepare("study.yaml", "patients.csv")) for _ in range(2))
    assert first == second
    assert [(m.member, m.speaks_of) for m in first.members] == [
        ("label", "responder_t2"),
        ("graded", "how much of responder_t2 a patient shows"),
        ("expected", "responder_t2 in the expected directions"),
    ]
    assert first.positive
    assert first.permutations == 999
    assert [each.auroc for each in first.power] == [0.60, 0.65, 0.70, 0.80]
    rows = expecting.rows[2:] + expecting.rows[:2]
    assert global_test(prepare("study.yaml", expecting.table(rows, "again.csv"))) == first


def test_an_earlier_time_point_takes_part_and_may_be_unknown(small):
    small.change(
        ("  T2: four weeks", "  T1: at its end\n  T2: four weeks"),
        ("  pain_t2: ", "  pain_t1: {known_at: T1, type: number, range: [0, 10]}\n  pain_t2: "),
        ("  alternatives:\n", "  earlier: {T1: pain_t0 - pain_t1 >= 2}\n  alternatives:\n"),
        ("seed: 5", "global_test: [T1]\nseed: 5"),
    )

    def at_t1(same: bool):
        """As at T2 or as the number in the table has it; unknown for every ninth."""
        for number, row in enumerate(small.rows):
            pain = row["pain_t2"] if same else float(row["pain_t0"]) - 2.5 * (number % 2)
            yield {**row, "pain_t1": "" if number % 9 == 4 else pain}

    small.table(list(at_t1(same=True)))
    _, early = global_test(prepare("study.yaml", "patients.csv")).members
    assert early.speaks_of == "the outcome as it was at T1"
    assert early.p < 0.01
    small.table(list(at_t1(same=False)))
    label, early = global_test(prepare("study.yaml", "patients.csv")).members
    assert label.p < 0.01 < early.p


def test_digest_and_first_day_are_in_report_page_and_runs(expecting):
    tracker = RecordingTracker()
    first = train("study.yaml", "patients.csv", tracker=tracker)
    digest = digest_of({"allodynia": "less", "sex=male": "more"})
    assert first.expected.digest == digest
    assert tracker.runs[-1].parameters["expected"] == digest
    assert tracker.runs[-1].parameters["expected_since"] == first.expected.since
    assert tracker.runs[-1].metrics["global_test_p"] == first.global_test.p
    (section,) = (s for s in page_data(first).sections if s.key == "association")
    assert digest in str(section.blocks)
    # as if the first training had been long ago
    record = expecting.folder / first.report_json.replace("report.json", "record/training.json")
    document = json.loads(record.read_text())
    record.write_text(json.dumps({**document, "started": 1_600_000_000_000}))
    again = train("study.yaml", "patients.csv", tracker=tracker)
    assert again.expected.since == "2020-09-13"
    assert again.learners["by signs"].parameters == 1
    expecting.change(("sex=male: more", "sex=male: less"))
    other = train("study.yaml", "patients.csv", tracker=tracker)
    assert other.expected.digest != digest
    assert other.expected.since == first.expected.since
