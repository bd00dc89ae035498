"""Eligibility and outcome: three-valued logic, every exclusion counted, nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import Cohort, check_enough, check_identifiers, condition, label
from predictor.cohort.labelled import Exclusion, Flow
from predictor.errors import DataError, StudyError
from predictor.study import Study, dump_study, load_study, parse_study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]
NAN = float("nan")


def outcome(rule: str, **alternatives: str) -> str:
    named = "".join(f"    {name}: {sql!r}\n" for name, sql in alternatives.items())
    return (
        f"outcome:\n  name: responder\n  known_at: T2\n  rule: {rule!r}\n  alternatives:\n{named}"
        if named
        else f"outcome:\n  name: responder\n  known_at: T2\n  rule: {rule!r}\n"
    )


# Domain page, section 3.2: pain criterion, report, label of the founding study
TABLE = [
    ("8", "6", "yes", 1),
    ("8", "6", "no", 1),
    ("8", "6", None, 1),
    ("8", "7", "yes", 1),
    ("8", "7", "no", 0),
    ("8", "7", None, 0),
    ("8", None, "yes", 1),
    ("8", None, "no", NAN),
    ("8", None, None, NAN),
    (None, "6", "yes", 1),
    (None, "6", "no", NAN),
    (None, "6", None, NAN),
]


def test_the_rule_of_the_founding_study_follows_its_truth_table(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    crps = load_study(Path(__file__).parents[2] / "configs" / "crps_esketamine.yaml")
    rule = crps.outcome.rule.replace("success_t2", "success")
    t0, t2, success, expected = zip(*TABLE, strict=True)
    study = make_study(more=outcome(rule))
    found = label(make_cohort(study, nrs_t0=t0, nrs_t2=t2, success=success))
    np.testing.assert_array_equal(found.labels, expected)
    assert found.flow == Flow(12, (), 12, unlabelled=4, labelled=8, events=6)
    assert len(found.labelled) == 8
    np.testing.assert_array_equal(found.y, [1, 1, 1, 1, 0, 0, 1, 1])
    assert found.labelled.keys.to_pylist() == [f"p{row:04d}" for row in (0, 1, 2, 3, 4, 5, 6, 9)]


def test_a_fall_of_exactly_two_written_in_decimals_is_a_response(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    crps = load_study(Path(__file__).parents[2] / "configs" / "crps_esketamine.yaml")
    assert 8.3 - 6.3 != 2
    study = make_study(more=outcome(crps.outcome.rule.replace("success_t2", "success")))
    found = label(make_cohort(study, nrs_t0=["8.3"], nrs_t2=["6.3"], success=["no"]))
    assert found.labels.tolist() == [1.0]


def test_alternatives_are_labelled_beside_the_rule(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        more=outcome(
            "nrs_t0 - nrs_t2 >= 2",
            reported="success",
            half="(nrs_t0 - nrs_t2) / nullif(nrs_t0, 0) >= 0.5",
        )
    )
    cells = {"nrs_t0": ["8", "8", "0"], "nrs_t2": ["6", "4", "0"], "success": ["no", None, "yes"]}
    found = label(make_cohort(study, **cells))
    np.testing.assert_array_equal(found.labels, [1, 1, 0])
    np.testing.assert_array_equal(found.alternatives["reported"], [0, NAN, 1])
    np.testing.assert_array_equal(found.alternatives["half"], [0, 1, NAN])


def test_an_alternative_may_become_known_at_a_time_point_of_its_own(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    text = (
        "outcome:\n  name: early\n  known_at: T1\n  rule: nrs_t0 > 7\n  alternatives:\n"
        "    at once: nrs_t0 > 8\n"
        "    lasting: {rule: nrs_t0 - nrs_t2 >= 2, known_at: T2}\n"
    )
    study = make_study(more=text)
    assert parse_study(dump_study(study), file=study.file, pipeline=None) == study
    found = label(make_cohort(study, nrs_t0=["8", "9"], nrs_t2=["6", None]))
    assert list(found.alternatives) == ["at once", "lasting"]
    np.testing.assert_array_equal(found.alternatives["at once"], [0, 1])
    np.testing.assert_array_equal(found.alternatives["lasting"], [1, NAN])
    with pytest.raises(
        StudyError, match=r"outcome\.alternatives\.lasting: nrs_t2 becomes known at"
    ):
        label(
            make_cohort(
                make_study(more=text.replace(", known_at: T2", "")), nrs_t0=["8"], nrs_t2=["6"]
            )
        )
    with pytest.raises(StudyError, match=r"lasting\.known_at: 'T0' is not a time point after"):
        make_study(more=text.replace("known_at: T2", "known_at: T0"))


def test_exclusions_are_counted_in_order_with_the_undecided(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        more="eligible: {adult: age >= 18, smoker: smoker, pain: nrs_t0 >= 4}\n"
        + outcome("nrs_t2 < 3")
    )
    cohort = make_cohort(
        study,
        age=["10", "10", None, "40", "40", "40", "40", "40"],
        smoker=["no", "yes", "yes", "no", None, "yes", "yes", "yes"],
        nrs_t0=["9", "9", "9", "9", "9", "3", "8", "8"],
        nrs_t2=["1", "1", "1", "1", "1", "1", None, "2"],
    )
    found = label(cohort)
    assert found.flow == Flow(
        rows=8,
        exclusions=(
            Exclusion("adult", excluded=2, undecided=1),
            Exclusion("smoker", excluded=1, undecided=1),
            Exclusion("pain", excluded=1, undecided=0),
        ),
        eligible=2,
        unlabelled=1,
        labelled=1,
        events=1,
    )
    assert found.eligible.rows.tolist() == [6, 7]
    assert found.labelled.rows.tolist() == [7]


def test_nobody_eligible_names_the_rule_that_left_nobody(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(more="eligible: {all: 'true', old: age > 119}\n" + outcome("nrs_t2 < 3"))
    with pytest.raises(DataError, match=r"study\.yaml: eligible\.old: no patient is left"):
        label(make_cohort(study))


@pytest.mark.parametrize("column", ["nrs_t1", "nrs_t2", "success"])
def test_eligibility_cannot_see_the_future(
    make_study: MakeStudy, make_cohort: MakeCohort, column: str
) -> None:
    study = make_study(more=f"eligible: {{later: {column} IS NOT NULL}}\n" + outcome("nrs_t2 < 3"))
    with pytest.raises(StudyError, match=rf"eligible\.later: {column} becomes known at T"):
        label(make_cohort(study))


def test_an_outcome_cannot_see_beyond_its_own_time(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        more="outcome: {name: early, known_at: T1, rule: nrs_t2 < 3, alternatives: {a: success}}\n"
    )
    with pytest.raises(StudyError, match=r"outcome\.rule: nrs_t2 becomes known at T2"):
        label(make_cohort(study))


def test_an_alternative_is_named_when_it_is_wrong(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(more=outcome("nrs_t2 < 3", wrong="nrs_t2 <"))
    with pytest.raises(StudyError, match=r"study\.yaml: outcome\.alternatives\.wrong: Parser"):
        label(make_cohort(study))


@pytest.mark.parametrize(
    "rule",
    [
        "true) , (nrs_t2",
        "smoker) AS condition, (smoker",
        "true) FROM cohort UNION ALL SELECT (true",
        "smoker) FROM cohort INTERSECT ALL SELECT (smoker",
        "smoker) FROM cohort EXCEPT ALL SELECT (NOT smoker",
        "true) FROM (SELECT true) UNION ALL SELECT (true",
        "smoker) FROM cohort WHERE (true",
        "smoker) FROM cohort ORDER BY (age",
        "smoker) FROM cohort LIMIT (5",
        "smoker) FROM cohort --",
        "smoker) FROM cohort; DROP TABLE cohort; SELECT (true",
        "smoker; DROP TABLE cohort",
        "smoker /* never closed",
        "smoker)",
        "(smoker",
        "smoker AND",
        "",
        "-- nothing",
        "SELECT true",
        "(SELECT true)",
        "EXISTS (SELECT 1 FROM cohort)",
        "pid IN (SELECT pid FROM cohort)",
        "*",
        "COLUMNS('s.*')",
        "random() < 0.5",
        "onset < current_date",
    ],
)
def test_a_rule_is_one_condition_and_nothing_else(make_cohort: MakeCohort, rule: str) -> None:
    with pytest.raises(StudyError, match=r"^key: "):
        condition(make_cohort(), rule, "key")


@pytest.mark.parametrize(
    "rule",
    [
        "count(*) > 3",
        "sum(age) > 100",
        "age > avg(age) OVER ()",
        "row_number() OVER () > 3",
        "rank() OVER (ORDER BY age) < 10",
    ],
)
def test_a_rule_over_several_patients_is_refused(make_cohort: MakeCohort, rule: str) -> None:
    with pytest.raises(StudyError, match=r"depends on other patients|one condition that is true"):
        condition(make_cohort(), rule, "key")


@pytest.mark.parametrize("rule", ["age", "'yes'", "sex", "onset", "[smoker]", "2", "visits + 7"])
def test_a_rule_that_is_no_condition_is_refused(make_cohort: MakeCohort, rule: str) -> None:
    with pytest.raises(StudyError, match="expected a condition"):
        condition(make_cohort(), rule, "key")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("true", [1, 1, 1]),
        ("1", [1, 1, 1]),
        ("NULL", [NAN, NAN, NAN]),
        ("smoker", [1, 0, NAN]),
        ("smoker::INT", [1, 0, NAN]),
        ("NOT smoker", [0, 1, NAN]),
        ("smoker IS NULL", [0, 0, 1]),
        ("smoker OR age > 40", [1, 1, NAN]),
        ("smoker AND age > 40", [0, 0, 0]),
        ("age / 0 > 1", [1, 1, 1]),
        ("smoker -- a comment", [1, 0, NAN]),
        ("smoker /* a comment */", [1, 0, NAN]),
        ("sex IN ('male', 'other')", [1, 0, 1]),
        ("list_contains([age, nrs_t0], 8)", [1, 1, 1]),
    ],
)
def test_a_condition_is_true_false_or_unknown(
    make_cohort: MakeCohort, rule: str, expected: list[float]
) -> None:
    cohort = make_cohort(
        smoker=["yes", "no", None],
        age=["20", "50", "30"],
        sex=["male", "female", "other"],
        nrs_t0=["8", "8", "8"],
    )
    np.testing.assert_array_equal(condition(cohort, rule, "key"), expected)


def test_labels_stay_with_their_patients(make_study: MakeStudy, make_cohort: MakeCohort) -> None:
    study = make_study(more=outcome("nrs_t0 - nrs_t2 >= 2"))
    cohort = make_cohort(study, 3000)
    order = np.random.default_rng(1).permutation(3000)
    found = label(cohort)
    np.testing.assert_array_equal(label(cohort.take(order)).labels, found.labels[order])
    fall = np.array(cohort.table["nrs_t0"]) - np.array(cohort.table["nrs_t2"])
    np.testing.assert_array_equal(found.labels, fall >= 2)


def test_the_target_is_that_of_the_labelled_patients(make_cohort: MakeCohort) -> None:
    cohort = make_cohort(nrs_t0=["8", "8", "8", "8"], nrs_t2=["6", None, "7", "1"])
    target = label(cohort).target
    assert (target.kind, len(target)) == ("binary", 3)
    np.testing.assert_array_equal(target.values, [1, 0, 1])
    np.testing.assert_array_equal(target.strata, [1, 0, 1])


def test_a_patient_twice_among_the_eligible_is_refused_with_the_rows_of_the_table(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(more="eligible: {adult: age >= 18}\n" + outcome("nrs_t2 < 3"))
    cohort = make_cohort(
        study, pid=["x", "a", "b", "a", "secret", "secret"], age=["1", "30", "30", "30", "30", "1"]
    )
    with pytest.raises(DataError) as caught:
        label(cohort)
    assert str(caught.value).startswith("pid: rows 3, 5: the same patient more than once")
    assert "secret" not in str(caught.value)


def test_several_courses_are_allowed_when_a_rule_chooses_one(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    cells = {"pid": ["a", "a", "b"], "visits": ["1", "2", "1"]}
    chosen = make_study(more="eligible: {first: visits = 1}\n" + outcome("nrs_t2 < 3"))
    assert label(make_cohort(chosen, **cells)).eligible.keys.to_pylist() == ["a", "b"]
    every = make_study(more=outcome("nrs_t2 < 3"))
    with pytest.raises(DataError, match="rows 2, 3: the same patient more than once"):
        label(make_cohort(every, **cells))


def test_a_patient_is_told_by_all_parts_of_the_identifier(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(columns="  site: {role: id}\n", more=outcome("nrs_t2 < 3"))
    cohort = make_cohort(study, pid=["1", "1", "2"], site=["x", "y", "x"])
    assert len(label(cohort).eligible) == 3
    with pytest.raises(DataError, match="pid, site: rows 2, 3: the same patient"):
        label(make_cohort(study, pid=["1", "1"], site=["x", "x"]))


def test_duplicates_are_named_by_the_rows_they_are_told(make_cohort: MakeCohort) -> None:
    with pytest.raises(DataError, match="rows 12, 14: the same patient"):
        check_identifiers(make_cohort(pid=["a", "b", "a"]), [10, 11, 12])


@pytest.mark.parametrize(
    ("labelled", "events", "problem"),
    [
        (0, 0, "no patient has a label"),
        (30, 0, "all 30 labelled patients have the same label"),
        (30, 30, "all 30 labelled patients have the same label"),
        (30, 9, "9 events and 21 patients without; at least 10 of each"),
        (30, 21, "21 events and 9 patients without; at least 10 of each"),
    ],
)
def test_too_few_of_one_kind_cannot_carry_a_model(labelled: int, events: int, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        check_enough(Flow(labelled, (), labelled, 0, labelled, events))


def test_ten_of_each_are_enough() -> None:
    check_enough(Flow(20, (), 20, 0, 20, 10))


def test_a_labelled_cohort_shows_counts_and_no_patient(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(more=outcome("nrs_t2 < 3"))
    found = label(make_cohort(study, pid=["secret-1", "secret-2"], nrs_t2=["1", "5"]))
    assert "secret" not in repr(found)
    assert "events=1" in repr(found)


def graded(sql: str) -> str:
    return (
        f"outcome:\n  name: responder\n  known_at: T2\n  rule: nrs_t0 - nrs_t2 >= 2\n"
        f"  graded: {sql!r}\n"
    )


def test_how_much_of_the_event_a_patient_shows_follows_the_patients(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(more=graded("nrs_t0 - nrs_t2"))
    found = label(make_cohort(study, nrs_t0=["8.3", "7", "5"], nrs_t2=["6.3", None, "7"]))
    assert found.graded is not None
    np.testing.assert_array_equal(found.graded, [2.0, NAN, -2.0])
    turned = found.take(np.array([2, 0, 1]))
    assert turned.graded is not None
    np.testing.assert_array_equal(turned.graded, [-2.0, 2.0, NAN])
    assert label(make_cohort(make_study(), nrs_t0=["8"], nrs_t2=["6"])).graded is None


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("nrs_t0 >= 2", "expected a number, got true or false"),
        ("CAST(nrs_t0 AS VARCHAR)", "expected a number, got text"),
        ("nrs_t0 - avg(nrs_t2) OVER ()", "outcome.graded"),
        ("1 / nrs_t2", "is infinite for some patients"),
    ],
)
def test_a_graded_outcome_is_a_number_of_one_patient(
    make_study: MakeStudy, make_cohort: MakeCohort, sql: str, fault: str
) -> None:
    study = make_study(more=graded(sql))
    with pytest.raises(StudyError, match=fault):
        label(make_cohort(study, nrs_t0=["8", "7"], nrs_t2=["0", "3"]))
