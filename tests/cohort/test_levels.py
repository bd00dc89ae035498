"""Categories: only declared levels, and only a declared order."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from predictor.cohort import Cohort, covariates
from predictor.errors import StudyError
from predictor.study import dump_study, parse_study

STUDY = """\
study: grades
timepoints: {T0: before, T2: after}
predict_at: T0
columns:
  pid: {role: id}
  grade: {known_at: T0, type: category, levels: [none, mild, moderate, severe], ordered: true}
  before: {known_at: T0, type: category, levels: [none, mild, moderate, severe], ordered: true}
  limb: {known_at: T0, type: category, levels: [leg, arm]}
  age: {known_at: T0, type: number}
outcome: {name: y, known_at: T2, rule: age >= 50}
"""
GRADES = ["none", "mild", "moderate", "severe", None]


def values(expression: str, *, select: str = "SELECT pid, {} AS x FROM cohort") -> Sequence[object]:
    pipeline = select.format(expression)
    study = parse_study(STUDY, file="study.yaml", pipeline=pipeline)
    n = len(GRADES)
    raw = pa.table(
        {
            "pid": [f"p{row}" for row in range(n)],
            "grade": GRADES,
            "before": ["mild"] * n,
            "limb": ["arm", "leg", "arm", "leg", None],
            "age": ["50"] * n,
        }
    )
    cohort, faults = Cohort.check(raw, study, study.columns)
    assert not faults
    [found] = covariates(cohort)
    listed: Sequence[object] = found.values.to_pylist()
    return listed


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("grade >= 'moderate'", [False, False, True, True, None]),
        ("'moderate' <= grade", [False, False, True, True, None]),
        ("grade < 'moderate'", [True, True, False, False, None]),
        ("grade BETWEEN 'mild' AND 'moderate'", [False, True, True, False, None]),
        ("grade > before", [False, False, True, True, None]),
        ("greatest(grade, before)", ["mild", "mild", "moderate", "severe", "mild"]),
        ("CASE WHEN grade >= 'moderate' THEN 2 ELSE 1 END >= 2", [False, False, True, True, False]),
        ("cohort.grade > 'mild' AND age >= 50", [False, False, True, True, None]),
    ],
)
def test_a_declared_order_holds(expression: str, expected: list[object]) -> None:
    assert values(expression) == expected


def test_a_declared_order_holds_further_out() -> None:
    select = "WITH z AS (SELECT * FROM cohort) SELECT pid, {} AS x FROM z"
    assert values("grade >= 'mild'", select=select) == [False, True, True, True, None]


@pytest.mark.parametrize(
    "expression",
    [
        "limb >= 'leg'", "'leg' < limb", "limb BETWEEN 'arm' AND 'leg'", "limb::VARCHAR > 'arm'",
        "lower(limb) >= 'b'", "limb || '' >= 'b'", "coalesce(limb, 'leg') > 'arm'", "limb > limb",
        "CASE WHEN age > 50 THEN limb ELSE 'leg' END > 'arm'", "greatest(limb, 'arm') = 'arm'",
        "min(limb) = 'arm'", "list_max([limb, limb]) = 'arm'", "max_by(age, limb)",
        "row_number() OVER (ORDER BY limb)", "list_sort([limb])[1] = 'arm'",
        "array_agg(age ORDER BY limb)",
    ],
)  # fmt: skip
def test_an_order_that_is_not_declared_is_refused(expression: str) -> None:
    with pytest.raises(StudyError, match=r"order of limb, which is not declared.*ordered: true"):
        values(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "grade::VARCHAR >= 'mild'", "lower(grade) >= 'mild'", "coalesce(grade, 'none') >= 'mild'",
        "greatest(grade, 'mild') = 'mild'", "least(grade, 'mild') = 'mild'", "grade > limb",
        "grade > note", "grade > upper('mild')",
    ],
)  # fmt: skip
def test_an_order_that_would_be_the_alphabets_is_refused(expression: str) -> None:
    expression = expression.replace("note", "pid")
    with pytest.raises(StudyError, match=r"the order of the alphabet here.*none, mild, moderate"):
        values(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "grade = 'moderat'", "grade <> 'moderat'", "grade IN ('mild', 'moderat')",
        "grade NOT IN ('moderat')", "grade::VARCHAR = 'moderat'", "lower(grade) = 'Mild'",
        "grade LIKE 'modd%'", "grade NOT LIKE 'modd%'", "grade ILIKE 'MODD%'",
        "grade SIMILAR TO 'x.*'",
        "starts_with(grade, 'Mod')", "ends_with(grade, 'x')", "contains(grade, 'derat ')",
        "grade IN ['mild', 'moderat']", "list_contains(['moderat', 'mild'], grade)",
        "grade || '!' = 'mild'", "CASE grade WHEN 'moderat' THEN 1 ELSE 0 END",
        "nullif(grade, 'moderat') IS NULL", "grade IS DISTINCT FROM 'moderat'",
        "trim(upper(grade)) = 'mild'", "grade >= 'moderat'",
        "regexp_matches(grade, '^Mod')", "coalesce(grade, 'none') = 'moderat'",
    ],
)  # fmt: skip
def test_a_level_that_is_not_declared_is_found(expression: str) -> None:
    with pytest.raises(StudyError, match=r"(?s)compares grade with .*none, mild, moderate, severe"):
        values(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "grade = 'mild'", "grade LIKE 'm%'", "upper(grade) = 'MILD'", "grade IN ('mild', 'severe')",
        "grade = before", "grade::VARCHAR || 'x' = 'mildx'", "list_contains(['mild'], grade)",
        "coalesce(grade, 'unknown') <> 'unknown'", "length(grade) > 4", "grade IS NULL",
        "nullif(grade, 'none') IS NULL", "limb::VARCHAR = grade::VARCHAR || ''",
    ],
)  # fmt: skip
def test_what_some_level_meets_is_allowed(expression: str) -> None:
    assert len(values(expression)) == len(GRADES)


OF_COHORT = "SELECT pid, {} AS x FROM cohort"
RENAMED = (
    "WITH z AS (SELECT pid, age, grade AS g, limb AS l, grade::VARCHAR AS t FROM cohort) "
    "SELECT pid, {} AS x FROM z"
)
WITH_NAMES = "WITH z(pid, g) AS (SELECT pid, grade FROM cohort) SELECT pid, {} AS x FROM z"


@pytest.mark.parametrize(
    ("expression", "select"),
    [
        ("g >= 'moderate'", RENAMED), ("l >= 'leg'", RENAMED), ("l > l", RENAMED),
        ("t >= 'moderate'", RENAMED), ("greatest(g, 'mild') = 'mild'", RENAMED),
        ("g BETWEEN 'mild' AND 'severe'", RENAMED),
        ("g >= 'mild'", WITH_NAMES),
        ("(SELECT g >= 'mild' FROM (SELECT grade AS g))", OF_COHORT),
        ("(grade, age) >= ('moderate', 1)", OF_COHORT),
        ("{'g': grade} >= {'g': 'moderate'}", OF_COHORT),
        ("list_transform([grade], lambda g: g >= 'mild')[1]", OF_COHORT),
        ("format('{}', grade) >= 'mild'", OF_COHORT),
    ],
)  # fmt: skip
def test_an_order_under_another_name_is_refused(expression: str, select: str) -> None:
    with pytest.raises(StudyError, match=r"asks for the order of a category .*under another name"):
        values(expression, select=select)


@pytest.mark.parametrize(
    "expression",
    [
        "g = 'moderat'", "g <> 'moderat'", "g IN ('mild', 'moderat')", "g IS DISTINCT FROM 'x'",
        "CASE g WHEN 'moderat' THEN 1 ELSE 0 END",
        "list_transform([g], lambda v: v = 'moderat')[1]",
    ],
)  # fmt: skip
def test_a_level_that_is_not_declared_is_found_under_another_name(expression: str) -> None:
    with pytest.raises(StudyError, match=r"compares a category with '.*none, mild, moderate, sev"):
        values(expression, select=RENAMED)


@pytest.mark.parametrize(
    "expression",
    [
        "g = 'mild' AND l IN ('leg', 'arm')", "(CASE WHEN g = 'mild' THEN 2 ELSE 1 END) >= 2",
        "length(g) > 4", "pid >= 'p2' AND upper(g) = 'MILD'", "upper(pid) > 'P' OR t = 'mild'",
        "(CASE WHEN age < 60 THEN 'young' ELSE 'old' END)::ENUM('young', 'old') = 'old'",
        "g = g", "(g, age) = ('mild', 50)",
    ],
)  # fmt: skip
def test_what_asks_for_no_order_is_allowed_under_another_name(expression: str) -> None:
    assert len(values(expression, select=RENAMED)) == len(GRADES)


def test_ordered_is_kept_in_a_study_and_belongs_to_categories() -> None:
    study = parse_study(STUDY, file="study.yaml", pipeline=None)
    again = parse_study(dump_study(study), file="again", pipeline=None)
    assert again.column("grade").ordered
    assert not again.column("limb").ordered
    with pytest.raises(StudyError, match=r"columns\.age: ordered belongs to a category"):
        parse_study(
            STUDY.replace("age: {known_at: T0,", "age: {ordered: true, known_at: T0,"),
            file="study.yaml",
            pipeline=None,
        )
