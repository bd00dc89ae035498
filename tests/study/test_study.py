"""The study as an object: it cannot be changed, and knows what is known when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from predictor.errors import StudyError
from predictor.study import Column, Study, dump_study, load_study, parse_study


@pytest.fixture
def study(study_text: str) -> Study:
    more = "eligible: {adult: age >= 18}\nlearners: {ridge: {parameters: {a: 1}}}\n"
    return parse_study(study_text + more, file="study.yaml", pipeline="SELECT 1")


@pytest.mark.parametrize(
    ("part", "attribute"),
    [
        (lambda study: study, "seed"),
        (lambda study: study.columns[0], "known_at"),
        (lambda study: study.outcome, "rule"),
        (lambda study: study.covariates, "sql"),
        (lambda study: study.learners[0], "learner"),
        (lambda study: study.validation, "thresholds"),
        (lambda study: study.validation.cross_validation, "folds"),
    ],
)
def test_no_part_of_a_study_can_be_set(study: Study, part: Any, attribute: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part(study), attribute, None)


@pytest.mark.parametrize(
    "mapping",
    [
        lambda study: study.timepoints,
        lambda study: study.eligible,
        lambda study: study.outcome.alternatives,
        lambda study: study.learners[0].parameters,
    ],
)
def test_no_mapping_of_a_study_can_be_changed(study: Study, mapping: Any) -> None:
    with pytest.raises(TypeError):
        mapping(study)["new"] = "value"


def test_lists_of_a_study_are_tuples(study: Study) -> None:
    assert isinstance(study.columns, tuple)
    assert isinstance(study.column("sex").levels, tuple)
    assert isinstance(study.missing, tuple)


def test_only_what_is_known_in_time_is_known(study: Study) -> None:
    assert [c.name for c in study.known()] == ["patient_id", "age", "sex", "nrs_t0"]
    assert [c.name for c in study.known("T1")] == ["patient_id", "age", "sex", "nrs_t0"]
    assert [c.name for c in study.known("T2")][-1] == "nrs_t2"


def test_an_ignored_column_is_never_known(study_text: str) -> None:
    text = study_text.replace("  sex:", "  diary: {role: ignore, known_at: T0}\n  sex:")
    study = parse_study(text, file="study.yaml", pipeline=None)
    assert "diary" not in [c.name for c in study.known("T2")]


def test_later_is_strictly_later(study: Study) -> None:
    assert study.later("T1")
    assert not study.later("T0")
    assert not study.later("T1", "T2")
    assert not study.later(None), "an identifier is always known"


def test_a_composite_identifier_is_all_its_parts(study_text: str) -> None:
    text = study_text.replace("  age:", "  site: {role: id}\n  age:")
    assert parse_study(text, file="s", pipeline=None).ids == ("patient_id", "site")


def test_the_folder_of_a_learner_has_no_awkward_letters(study_text: str) -> None:
    more = "learners: {'pain / only (2)': {learner: ridge}, ../../up: {learner: ridge}}\n"
    first, second = parse_study(study_text + more, file="s", pipeline=None).learners
    assert first.slug == "pain_only_2"
    assert "/" not in second.slug
    assert not second.slug.startswith(".")


def test_without_learners_there_are_three(study_text: str) -> None:
    study = parse_study(study_text, file="s", pipeline=None)
    assert [spec.learner for spec in study.learners] == ["prevalence", "ridge", "lightgbm"]


def test_an_identifier_needs_no_type_and_a_value_does() -> None:
    assert Column(name="id", role="id").type == "text"
    with pytest.raises(ValidationError, match="type is missing"):
        Column(name="age", known_at="T0")


def test_the_landmark_study_shares_the_dictionary_of_the_first() -> None:
    configs = Path(__file__).parents[2] / "configs"
    first = load_study(configs / "crps_esketamine.yaml")
    landmark = load_study(configs / "crps_landmark_t1.yaml")
    assert landmark.columns == first.columns
    assert (first.predict_at, landmark.predict_at) == ("T0", "T1")
    assert "nrs_t1" in [column.name for column in landmark.known()]
    assert "nrs_t1" not in [column.name for column in first.known()]


@pytest.mark.parametrize("name", ["probability", "Low", "flags", "model", "contribution_age"])
def test_an_identifier_named_like_a_column_of_scores_is_refused(study_text, name) -> None:
    text = study_text.replace("patient_id", name)
    with pytest.raises(StudyError, match=rf"{name}.*file of scores.*rename the identifier"):
        parse_study(text, file="study.yaml", pipeline=None)


@pytest.mark.parametrize("name", ["probability", "flags", "outcome"])
def test_another_column_may_be_named_like_one_of_scores(study_text, name) -> None:
    study = parse_study(study_text.replace("nrs_t0", name), file="study.yaml", pipeline=None)
    assert study.column(name).role == "value"


@pytest.mark.parametrize("member", ["graded", "T1", "expected"])
def test_what_takes_part_in_the_global_test_is_said_elsewhere(study_text: str, member: str) -> None:
    with pytest.raises(StudyError, match=f"global_test: '{member}' is none of graded"):
        parse_study(study_text + f"global_test: [{member}]\n", file="study.yaml", pipeline=None)


def test_a_direction_is_less_or_more(study_text: str) -> None:
    with pytest.raises(StudyError, match=r"expected\.age: .*'less' or 'more'"):
        parse_study(study_text + "expected: {age: lower}\n", file="study.yaml", pipeline=None)
    said = parse_study(
        study_text + "expected: {age: less}\nglobal_test: [expected]\npenalty: {weak: [age]}\n",
        file="study.yaml",
        pipeline=None,
    )
    assert dict(said.expected) == {"age": "less"}
    assert said.penalty is not None
    assert said.penalty.weak == ("age",)
    assert parse_study(dump_study(said), file="study.yaml", pipeline=None) == said


SCORED = "rule: nrs_t0 - nrs_t2 >= 2, score: {T0: nrs_t0, T2: nrs_t2}"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("rule: nrs_t0 > 2, measurement_error: {standard_error: 1.0}", "measurement_error.*score"),
        (f"{SCORED}, measurement_error: {{}}", "one of the two"),
        (
            f"{SCORED}, measurement_error: {{standard_error: 1.0, smallest_detectable_change: 2}}",
            "one of the two",
        ),
        (f"{SCORED}, measurement_error: {{standard_error: 0.0}}", "greater than 0"),
        (f"{SCORED}, measurement_error: {{sem: 1.0}}", "did you mean|allowed are standard_error"),
        (f"{SCORED}, control: {{column: arm, level: a}}", "'arm' is not a category.*sex"),
        (f"{SCORED}, control: {{column: sex, level: both}}", "'both' is not a level.*female, male"),
        ("rule: nrs_t0 > 2, control: {column: sex, level: male}", "score at T2"),
    ],
)
def test_error_and_control_arm_must_fit_the_score(study_text, more, said) -> None:
    with pytest.raises(StudyError, match=said):
        parse_study(
            study_text.replace("rule: nrs_t0 - nrs_t2 >= 2", more),
            file="study.yaml",
            pipeline=None,
        )


def test_the_smallest_detectable_change_is_a_standard_error_in_other_words(study_text) -> None:
    text = study_text.replace(
        "rule: nrs_t0 - nrs_t2 >= 2",
        f"{SCORED}, measurement_error: {{smallest_detectable_change: 2.771859}}",
    )
    study = parse_study(text, file="study.yaml", pipeline=None)
    assert study.outcome.measurement_error.sem == pytest.approx(1.0, abs=1e-6)


def test_an_earlier_time_point_is_tested_only_if_nothing_is_made_of_it(study_text: str) -> None:
    text = study_text.replace("rule: nrs_t0", "earlier: {T1: nrs_t0 > 5}, rule: nrs_t0")
    text += "global_test: [T1]\n"
    assert parse_study(text, file="study.yaml", pipeline=None).global_test == ("T1",)
    late = text.replace("predict_at: T0", "predict_at: T1")
    with pytest.raises(StudyError, match=r"global_test: the outcome at T1 is known at predict_at"):
        parse_study(late, file="study.yaml", pipeline=None)
