"""Every patient stands alone: what depends on other patients, or loses one, is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from predictor.cohort import Cohort, condition, covariates
from predictor.cohort.queries import _parts
from predictor.cohort.sandbox import Sandbox
from predictor.errors import DataError, StudyError
from predictor.study import Study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]


@pytest.fixture
def run(make_study: MakeStudy, make_cohort: MakeCohort) -> Callable[..., list[object]]:
    def run(sql: str, n: int = 60, **cells: list[str]) -> list[object]:
        [covariate, *_] = covariates(make_cohort(make_study(sql), n, **cells))
        return covariate.values.to_pylist()

    return run


@pytest.mark.parametrize(
    "expression",
    [
        "age - avg(age) OVER ()",
        "rank() OVER (ORDER BY age)",
        "row_number() OVER ()",
        "ntile(4) OVER (ORDER BY age)",
        "lag(age) OVER (ORDER BY pid)",
        "count(*) OVER ()",
        "count(*) OVER (PARTITION BY sex)",
        "age > quantile_cont(age, 0.5) OVER ()",
        "age - (SELECT avg(age) FROM cohort)",
        "(SELECT count(*) FROM cohort) > 40",
        "CASE WHEN (SELECT count(*) FROM cohort) > 40 THEN age END",
        "CASE WHEN (SELECT count(*) FROM cohort) = 1 THEN 0 ELSE age END",
        "age = (SELECT max(age) FROM cohort)",
        "pid = (SELECT min(pid) FROM cohort)",
        "EXISTS (SELECT 1 FROM cohort c WHERE c.age > cohort.age)",
        "(SELECT max(age) FROM cohort c WHERE c.sex = cohort.sex)",
        "age IN (SELECT age FROM cohort c WHERE c.pid <> cohort.pid)",
    ],
)
def test_a_value_that_depends_on_other_patients_is_refused(
    run: Callable[..., list[object]], expression: str
) -> None:
    with pytest.raises(StudyError, match="x depends on other patients"):
        run(f"SELECT pid, {expression} AS x FROM cohort")


def test_a_query_that_fails_only_for_a_part_of_the_cohort_is_refused_without_a_value(
    run: Callable[..., list[object]],
) -> None:
    with pytest.raises(StudyError, match="depends on other patients: it works for") as caught:
        run(
            "SELECT pid, CASE WHEN (SELECT count(*) FROM cohort) = 1 THEN note::INT END AS x "
            "FROM cohort",
            note=["secret one", "secret two", "secret three"],
        )
    assert "secret" not in str(caught.value)


def test_a_self_join_on_anything_but_the_patient_is_refused(
    run: Callable[..., list[object]],
) -> None:
    with pytest.raises(StudyError, match="depends on other patients"):
        run(
            "SELECT a.pid, max(b.age) AS x FROM cohort a JOIN cohort b ON a.sex = b.sex "
            "GROUP BY a.pid"
        )


def test_a_self_join_on_the_patient_is_nobody_else(run: Callable[..., list[object]]) -> None:
    joined = run("SELECT pid, b.age AS x FROM cohort a JOIN cohort b USING (pid)")
    assert joined == run("SELECT pid, age AS x FROM cohort")


@pytest.mark.parametrize("n", [2, 3, 47, 300])
def test_two_patients_who_know_of_each_other_are_found(
    run: Callable[..., list[object]], n: int
) -> None:
    first, last = "p0000", f"p{n - 1:04d}"
    with pytest.raises(StudyError, match="depends on other patients"):
        run(
            f"SELECT pid, CASE WHEN pid = '{first}' "
            f"THEN (SELECT age FROM cohort WHERE pid = '{last}') ELSE 0 END AS x FROM cohort",
            n,
        )


@pytest.mark.parametrize("n", [2, 3, 5, 48, 1000, 4096])
def test_any_two_patients_are_apart_in_some_part(n: int) -> None:
    rng = np.random.default_rng(n)
    parts = [frozenset(part.tolist()) for part in _parts(n)]
    assert sum(len(part) == 1 for part in parts) >= min(n, 12)
    for _ in range(200):
        one, two = rng.choice(n, 2, replace=False)
        assert any(one in part and two not in part for part in parts)


def test_one_patient_has_no_parts() -> None:
    assert _parts(0) == []
    assert _parts(1) == []


@pytest.mark.parametrize(
    ("clause", "lost"),
    [
        ("WHERE age > 50", None),
        ("LIMIT 7", 53),
        ("OFFSET 2", 2),
        ("WHERE false", 60),
        ("QUALIFY row_number() OVER (ORDER BY pid) > 1", 1),
        ("WHERE pid <> 'p0003'", 1),
    ],
)
def test_a_lost_patient_is_counted(
    run: Callable[..., list[object]], clause: str, lost: int | None
) -> None:
    with pytest.raises(StudyError, match="must return one row per patient") as caught:
        run(f"SELECT pid, age FROM cohort {clause}")
    assert "0 come back more than once" in str(caught.value)
    assert lost is None or f"{lost} of 60 patients are lost" in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a.pid, b.age FROM cohort a, cohort b",
        "SELECT pid, age FROM cohort UNION ALL SELECT pid, age FROM cohort",
        "SELECT pid, unnest([1, 2]) AS x FROM cohort",
        "SELECT pid, x FROM cohort, range(2) r(x)",
        "SELECT a.pid, b.age FROM cohort a JOIN cohort b ON a.sex = b.sex",
    ],
)
def test_a_doubled_patient_is_counted(run: Callable[..., list[object]], sql: str) -> None:
    with pytest.raises(StudyError, match="0 of 60 patients are lost and 60 come back more than"):
        run(sql)


@pytest.mark.parametrize("identifier", ["'unknown'", "pid || 'x'", "NULL", "lower(sex::VARCHAR)"])
def test_patients_from_nowhere_are_refused(
    run: Callable[..., list[object]], identifier: str
) -> None:
    with pytest.raises(StudyError, match=r"not in the cohort|as it is in the cohort"):
        run(f"SELECT {identifier} AS pid, age FROM cohort")


@pytest.mark.parametrize("identifier", ["[pid]", "{'a': pid}", "onset", "1"])
def test_the_identifier_is_returned_as_it_is(
    run: Callable[..., list[object]], identifier: str
) -> None:
    with pytest.raises(StudyError, match="must return pid as it is in the cohort"):
        run(f"SELECT {identifier} AS pid, age FROM cohort")


def test_a_query_that_fails_names_rows_and_no_value(run: Callable[..., list[object]]) -> None:
    notes = ["7", "8", "secret text", "9", "secret too"]
    with pytest.raises(DataError) as caught:
        run("SELECT pid, note::INT AS x FROM cohort", note=notes)
    assert caught.value.faults == ("covariates.sql: fails on rows 4, 6 (ConversionException)",)
    assert "secret" not in repr(caught.value)
    assert caught.value.__suppress_context__, "the database's own message quotes the cell"


@pytest.mark.parametrize(
    ("failing", "words"), [(1, "row 2 ("), (5, "rows 2, 3, 4, 5, 6 ("), (6, "6 and others (")]
)
def test_the_first_failing_rows_are_named(
    run: Callable[..., list[object]], failing: int, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        run("SELECT pid, note::INT AS x FROM cohort", note=["x"] * failing + ["1"] * 20)
    assert words in str(caught.value)


def test_failing_rows_are_numbered_as_in_the_table(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, note::INT AS x FROM cohort")
    cohort = make_cohort(study, note=["1", "x", "2", "x", "3", "4"])
    some = cohort.take([0, 2, 4]).take([1, 2])
    assert [v.as_py() for v in covariates(some)[0].values] == [2.0, 3.0]
    with pytest.raises(DataError, match=r"fails on row 5 \("):
        covariates(cohort.take([2, 3]))


def test_a_failing_row_far_down_is_found(run: Callable[..., list[object]]) -> None:
    with pytest.raises(DataError, match=r"fails on row 5002 \("):
        run("SELECT pid, note::INT AS x FROM cohort", note=["1"] * 5000 + ["x"])


def test_a_patient_alone_gets_the_same_as_in_the_cohort(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        "SELECT pid, ln(1 + age) / 3 AS a, sqrt(age) * exp(nrs_t0 / 7) AS b, sex, smoker, "
        "CASE WHEN age > 40 THEN 'old' ELSE 'young' END::ENUM('young', 'old') AS c FROM cohort"
    )
    cohort = make_cohort(study, 30)
    together = covariates(cohort)
    for row in (0, 1, 7, 29):
        for whole, alone in zip(together, covariates(cohort.take([row])), strict=True):
            assert (whole.name, whole.kind, whole.levels) == (alone.name, alone.kind, alone.levels)
            assert alone.values.to_pylist() == [whole.values[row].as_py()]


def test_the_order_of_the_rows_is_that_of_the_table(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, age, sex FROM cohort ORDER BY age DESC, pid")
    cohort = make_cohort(study, 50)
    order = np.random.default_rng(1).permutation(50)
    shuffled = covariates(cohort.take(order))
    for before, after in zip(covariates(cohort), shuffled, strict=True):
        assert after.values.to_pylist() == [before.values[row].as_py() for row in order]
    assert covariates(cohort)[0].values.to_pylist() == cohort.table["age"].to_pylist()


def test_a_query_whose_plan_shows_that_patients_stand_alone_is_not_tried_on_parts(
    make_study: MakeStudy, make_cohort: MakeCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = make_cohort(make_study("SELECT pid, age FROM cohort"), 60)
    asked: list[str] = []
    query = Sandbox.query

    def counted(sandbox: Sandbox, sql: str, **how: bool) -> object:
        asked.append(sql)
        return query(sandbox, sql, **how)

    monkeypatch.setattr(Sandbox, "query", counted)
    known = cohort.as_of("T0")
    truth = condition(known, "age > 50", "rule")
    assert len(asked) == 2  # once without a patient, to see what it may do
    asked.clear()
    windowed = condition(known, "max(age) OVER (PARTITION BY pid) > 50", "rule")
    assert len(asked) > 20
    np.testing.assert_array_equal(windowed, truth)
