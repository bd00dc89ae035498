"""Several rows of one person are kept together, or the study is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from predictor.cohort import Cohort, check_persons, label
from predictor.errors import DataError, StudyError
from predictor.study import parse_study

STUDY = """\
study: example
timepoints: {T0: before, T1: after}
predict_at: T0
columns:
  person: {role: id}
  course: {role: id}
  clinic: {role: ignore}
  first: {known_at: T0, type: flag}
  better: {known_at: T1, type: flag}
outcome: {name: better, known_at: T1, rule: better}
"""
Change = tuple[str, str]
Check = Callable[..., None]


def checked(rows: Sequence[str], *changes: Change) -> None:
    """Rows as ``person course clinic first``; every other one has the event."""
    text = STUDY
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    study = parse_study(text, file="study.yaml", pipeline=None)
    cells = [[*row.split(), "yes" if place % 2 else "no"] for place, row in enumerate(rows)]
    names = [column.name for column in study.columns]
    table = pa.table({n: pa.array(v) for n, v in zip(names, zip(*cells, strict=True), strict=True)})
    cohort, faults = Cohort.check(table, study, study.columns)
    assert not faults
    check_persons(label(cohort).eligible, cohort)


COURSES = ["p1 c1 x yes", "p1 c2 x no", "p2 c1 y yes", "p2 c2 y no", "p3 c1 x yes"]
FIRST = ("outcome:", "eligible: {first course: first}\noutcome:")


def test_rows_of_one_person_under_a_composite_key_are_refused_with_both_ways_out() -> None:
    with pytest.raises(DataError, match=r"person repeats in rows 2, 3, 4, 5") as refused:
        checked(COURSES)
    for part in ("course repeats in rows", "role: [id, cluster]", "shared: true", "eligible"):
        assert part in str(refused.value)
    assert "p1" not in str(refused.value)


def test_a_person_who_is_a_cluster_or_has_one_row_is_fine() -> None:
    checked(COURSES, ("person: {role: id}", "person: {role: [id, cluster]}"))
    checked(COURSES, ("person: {role: id}", "person: {role: [cluster, id]}"))
    checked(COURSES, FIRST)
    checked([row for row in COURSES if " c1 " in row])


def test_one_course_each_with_names_of_courses_that_differ() -> None:
    rows = ["p1 a1 x yes", "p1 a2 x no", "p2 b1 x yes", "p3 a1 x yes", "p4 b1 x yes"]
    checked(rows, FIRST)


def test_courses_of_a_person_numbered_throughout_are_refused_too() -> None:
    """Neither part has been made single by a rule, and the unique one is not the person."""
    rows = ["p1 k1 x yes", "p1 k2 x no", "p2 k3 y yes", "p2 k4 y no"]
    with pytest.raises(DataError, match="person repeats in rows"):
        checked(rows)
    # several rows of an admission, of which a rule keeps one: the person still has two
    rows = ["p1 k1 x yes", "p2 k3 y yes", "p1 k2 x yes", "p4 k4 y yes"]
    with pytest.raises(DataError, match="person repeats in rows 2, 4"):
        checked(rows, FIRST)


def test_a_site_that_is_said_to_hold_different_persons_is_fine() -> None:
    rows = ["n1 s1 x yes", "n2 s1 x yes", "n3 s2 y yes", "n4 s2 y yes"]
    shared = ("course: {role: id}", "course: {role: id, shared: true}")
    with pytest.raises(DataError, match="course repeats in rows 2, 3, 4, 5"):
        checked(rows)
    checked(rows, shared)
    # numbers that start again in every site
    rows = ["n1 s1 x yes", "n2 s1 x yes", "n1 s2 y yes", "n2 s2 y yes"]
    with pytest.raises(DataError, match="person repeats"):
        checked(rows, shared)
    checked(rows, shared, ("person: {role: id}", "person: {role: id, shared: true}"))


def test_a_cluster_that_holds_whole_persons_is_fine_and_one_that_parts_them_is_not() -> None:
    cluster = ("clinic: {role: ignore}", "clinic: {role: cluster, known_at: T0}")
    checked(COURSES, cluster)
    parted = ["p1 c1 x yes", "p1 c2 y no", "p2 c1 y yes", "p2 c2 x no"]
    with pytest.raises(DataError, match="person repeats"):
        checked(parted, cluster)


@pytest.mark.parametrize(
    "column",
    ["{role: [id, value]}", "{role: [id, id]}", "{role: [id, cluster], shared: true}",
     "{known_at: T0, type: flag, shared: true}"],
)  # fmt: skip
def test_roles_that_do_not_go_together_are_refused(column) -> None:
    with pytest.raises(StudyError, match=r"columns\.course"):
        parse_study(
            STUDY.replace("course: {role: id}", f"course: {column}"), file="s", pipeline=None
        )
