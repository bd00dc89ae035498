"""The feature pipeline: which results are covariates, and what a new patient must bring."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from predictor.cohort import Cohort, covariates, needed_columns, pipeline_sql
from predictor.errors import StudyError
from predictor.study import Study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]


@pytest.mark.parametrize(
    "kind",
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
     "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL(5, 2)", "DECIMAL(38, 10)"],
)  # fmt: skip
def test_every_numeric_type_is_a_number(
    make_study: MakeStudy, make_cohort: MakeCohort, kind: str
) -> None:
    study = make_study(f"SELECT pid, visits::{kind} AS x FROM cohort")
    [x] = covariates(make_cohort(study, visits=["3", None, "0"]))
    assert (x.name, x.kind, x.levels) == ("x", "number", ())
    assert str(x.values.type) == "double"
    assert x.values.to_pylist() == [3.0, None, 0.0]


def test_a_large_whole_number_is_a_number(make_study: MakeStudy, make_cohort: MakeCohort) -> None:
    study = make_study("SELECT pid, visits::HUGEINT * 10000000000000000000000 AS x FROM cohort")
    assert covariates(make_cohort(study, visits=["3"]))[0].values.to_pylist() == [3e22]


def test_a_condition_is_a_flag(make_study: MakeStudy, make_cohort: MakeCohort) -> None:
    study = make_study("SELECT pid, smoker, age > 40 AS old FROM cohort")
    smoker, old = covariates(make_cohort(study, smoker=["yes", None], age=[None, "50"]))
    assert (smoker.kind, old.kind) == ("flag", "flag")
    assert smoker.values.to_pylist() == [True, None]
    assert old.values.to_pylist() == [None, True]


def test_a_category_keeps_its_levels_though_nobody_has_them(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, sex, 'b'::ENUM('c', 'b', 'a') AS own FROM cohort")
    sex, own = covariates(make_cohort(study, sex=["male", None]))
    assert (sex.kind, sex.levels) == ("category", ("female", "male", "other"))
    assert (own.kind, own.levels) == ("category", ("c", "b", "a"))
    assert sex.values.to_pylist() == ["male", None]


@pytest.mark.parametrize(
    ("expression", "advice"),
    [
        ("note", "cast it to its levels"),
        ("sex::VARCHAR", "cast it to its levels"),
        ("pid", "cast it to its levels"),
        ("onset", "use a duration, like date_diff"),
        ("onset::TIMESTAMP", "a number, a flag or an ENUM"),
        ("onset::TIMESTAMPTZ", "a number, a flag or an ENUM"),
        ("TIME '12:00'", "a number, a flag or an ENUM"),
        ("INTERVAL 1 DAY", "a number, a flag or an ENUM"),
        ("[age]", "a number, a flag or an ENUM"),
        ("{'a': age}", "a number, a flag or an ENUM"),
        ("map {'a': age}", "a number, a flag or an ENUM"),
        ("cohort", "a number, a flag or an ENUM"),
        ("'101'::BIT", "a number, a flag or an ENUM"),
        ("'a'::BLOB", "a number, a flag or an ENUM"),
        ("visits::BIGNUM", "a number, a flag or an ENUM"),
        ("visits::VARIANT", "a number, a flag or an ENUM"),
        ("NULL", "NULL for everybody"),
    ],
)
def test_anything_else_is_refused_with_advice(
    make_study: MakeStudy, make_cohort: MakeCohort, expression: str, advice: str
) -> None:
    study = make_study(f"SELECT pid, {expression} AS x FROM cohort")
    with pytest.raises(StudyError) as caught:
        covariates(make_cohort(study))
    assert str(caught.value).startswith("covariates.sql: x is ")
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    ["1 / visits", "ln(visits)", "-1 / visits", "sqrt(-1 - visits)", "'nan'::DOUBLE + visits",
     "'inf'::FLOAT + visits", "exp(1000 + visits)", "3.1e38::DOUBLE + visits"],
)  # fmt: skip
def test_infinity_and_nan_are_refused_with_their_count(
    make_study: MakeStudy, make_cohort: MakeCohort, expression: str
) -> None:
    study = make_study(f"SELECT pid, {expression} AS x FROM cohort")
    with pytest.raises(StudyError, match=r"infinite or not a number for 2 patients .* nullif"):
        covariates(make_cohort(study, visits=["0", None, "0"]))


def test_a_pipeline_of_nothing_but_the_patient_is_refused(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    with pytest.raises(StudyError, match="returns no covariate besides pid"):
        covariates(make_cohort(make_study("SELECT pid FROM cohort")))


def test_a_pipeline_without_the_patient_is_refused(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    with pytest.raises(StudyError, match="must return pid, which identifies the patient"):
        covariates(make_cohort(make_study("SELECT age FROM cohort")))


@pytest.mark.parametrize("twice", ["age, age", "age, visits AS AGE", "PID, age"])
def test_two_columns_of_one_name_are_refused(
    make_study: MakeStudy, make_cohort: MakeCohort, twice: str
) -> None:
    with pytest.raises(StudyError, match="two columns of the same name"):
        covariates(make_cohort(make_study(f"SELECT pid, {twice} FROM cohort")))


def test_both_parts_of_an_identifier_are_returned(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    site = "  site: {role: id}\n"
    cells = {"pid": ["1", "1", "2"], "site": ["x", "y", "x"], "age": ["30", "40", "50"]}
    whole = make_study("SELECT site, age, pid FROM cohort ORDER BY age DESC", columns=site)
    [age] = covariates(make_cohort(whole, **cells))
    assert age.values.to_pylist() == [30.0, 40.0, 50.0]
    half = make_study("SELECT pid, age FROM cohort", columns=site)
    with pytest.raises(StudyError, match="must return site"):
        covariates(make_cohort(half, **cells))


def test_without_a_pipeline_all_predictors_known_in_time_are_taken_as_they_are(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(columns="  odd \"name': {known_at: T0, type: number}\n")
    assert pipeline_sql(study)[1] == "study.yaml: columns"
    found = covariates(make_cohort(study, **{"odd \"name'": ["1"] * 20}))
    names = ["age", "visits", "sex", "smoker", "nrs_t0", "odd \"name'"]
    assert [covariate.name for covariate in found] == names


def test_a_study_that_knows_nothing_in_time_has_no_covariate(make_study: MakeStudy) -> None:
    study = make_study()
    late = [c for c in study.columns if c.role == "id" or study.later(c.known_at)]
    empty = study.model_copy(update={"columns": tuple(late)})
    with pytest.raises(StudyError, match="no column is known at T0"):
        pipeline_sql(empty)


def test_nobody_has_no_covariates_and_no_error(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, age, sex FROM cohort")
    found = covariates(make_cohort(study).take([]))
    assert [len(covariate.values) for covariate in found] == [0, 0]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT pid, age FROM cohort", ["pid", "age"]),
        ("SELECT pid, ln(1 + Age) AS x, sex = 'male' AS y FROM cohort", ["pid", "age", "sex"]),
        ("SELECT pid, count(*) AS n, max(age) AS x FROM cohort GROUP BY pid", ["pid", "age"]),
        (
            "SELECT pid, to_json(cohort)::VARCHAR = '' AS x FROM cohort",
            ["pid", "age", "visits", "sex", "smoker", "onset", "start", "note", "nrs_t0"],
        ),
        (
            "SELECT * EXCLUDE (onset, start, note) FROM cohort",
            ["pid", "age", "visits", "sex", "smoker", "onset", "start", "note", "nrs_t0"],
        ),
        (None, ["pid", "age", "visits", "sex", "smoker", "nrs_t0"]),
    ],
)
def test_a_new_patient_needs_what_the_pipeline_reads(
    make_study: MakeStudy, sql: str | None, names: list[str]
) -> None:
    assert [column.name for column in needed_columns(make_study(sql))] == names


@pytest.mark.parametrize(
    ("sql", "outputs", "names"),
    [
        ("SELECT pid, age, nrs_t0 AS pain FROM cohort", ["pain"], ["pid", "nrs_t0"]),
        ("SELECT pid, age, nrs_t0 FROM cohort", ["NRS_T0", "Age"], ["pid", "age", "nrs_t0"]),
        ("SELECT pid, age / 10 AS d, d * 2 AS e, nrs_t0 FROM cohort", ["e"], ["pid", "age"]),
        ("SELECT pid, age AS visits, visits * 2 AS e FROM cohort", ["e"], ["pid", "age", "visits"]),
        ("SELECT pid, age FROM cohort WHERE visits >= 0", ["age"], ["pid", "age", "visits"]),
        ("SELECT pid, age, nrs_t0 AS p FROM cohort ORDER BY p", ["age"], ["pid", "age", "nrs_t0"]),
        ("SELECT c.pid, c.age, c.nrs_t0 FROM cohort c", ["age"], ["pid", "age"]),
        ("SELECT pid, age, nrs_t0 + 1 FROM cohort", ["age"], ["pid", "age"]),
        (
            "SELECT pid, (SELECT max(x) FROM (VALUES (age), (visits)) t(x)) AS m FROM cohort",
            ["m"],
            None,
        ),
        ("WITH c AS (SELECT * FROM cohort) SELECT pid, age, nrs_t0 FROM c", ["age"], None),
        ("SELECT pid, age, nrs_t0 + 1 FROM cohort", ["(nrs_t0 + 1)"], ["pid", "age", "nrs_t0"]),
        ("SELECT a AS pid, b AS age FROM cohort AS c(a, b)", ["age"], None),
        ("SELECT p.pid, age, nrs_t0 FROM cohort p JOIN cohort USING (pid)", ["age"],
         ["pid", "age", "nrs_t0"]),
        (None, ["age"], ["pid", "age"]),
    ],
)  # fmt: skip
def test_a_model_of_few_covariates_needs_what_feeds_them(
    make_study: MakeStudy, sql: str | None, outputs: list[str], names: list[str] | None
) -> None:
    study = make_study(sql)
    everything = [column.name for column in study.known()]
    assert [c.name for c in needed_columns(study, outputs)] == (names or everything)


def test_what_a_model_does_not_use_may_be_missing_for_everybody(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        "SELECT pid, age, ln(1 + visits) AS v, sex, smoker, date_diff('day', onset, start) AS days "
        "FROM cohort WHERE nrs_t0 >= 0"
    )
    cohort = make_cohort(study)
    few = cohort.only([column.name for column in needed_columns(study, ["v"])])
    assert [column.name for column in few.columns] == ["pid", "visits", "nrs_t0"]
    whole, part = (
        {c.name: c.values for c in covariates(each)}
        for each in (cohort, few.with_gaps(needed_columns(study)))
    )
    assert part["v"].equals(whole["v"])
    assert part["days"].null_count == len(cohort)


def test_a_new_patient_needs_what_eligibility_reads(make_study: MakeStudy) -> None:
    study = make_study(
        "SELECT pid, age FROM cohort",
        more="eligible: {first: visits = 1, told: note IS NOT NULL -- why}\n"
        "outcome: {name: responder, known_at: T2, rule: nrs_t2 < 3}\n",
    )
    assert [c.name for c in needed_columns(study)] == ["pid", "age", "visits", "note"]


def test_the_needed_columns_are_enough_and_give_the_same(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, age, to_json(cohort)::VARCHAR LIKE '%male%' AS x FROM cohort")
    cohort = make_cohort(study)
    needed = cohort.only([column.name for column in needed_columns(study)])
    for whole, part in zip(covariates(cohort), covariates(needed), strict=True):
        assert whole.values.equals(part.values)


def test_covariates_show_no_patient(make_study: MakeStudy, make_cohort: MakeCohort) -> None:
    [age] = covariates(make_cohort(make_study("SELECT pid, age FROM cohort"), age=["77.125", "78"]))
    assert "77.125" not in repr(age)
