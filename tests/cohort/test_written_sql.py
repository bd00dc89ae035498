"""Queries written as formulas give what DuckDB gives, on patients with gaps."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from predictor.cohort import Cohort
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.cohort.written_sql import written_covariates
from predictor.formulas import Value, value_of
from predictor.study import Study, parse_study

STUDY = """\
study: example
timepoints: {T0: before, T2: four weeks after}
predict_at: T0
columns:
  pid: {role: id}
  age: {known_at: T0, type: number, range: [0, 120]}
  fall: {known_at: T0, type: number}
  visits: {known_at: T0, type: integer, range: [-3, 12]}
  count: {known_at: T0, type: integer}
  sex: {known_at: T0, type: category, levels: [female, male, "it's other"]}
  severity: {known_at: T0, type: category, levels: [mild, 2_moderate, 3_severe], ordered: true}
  smoker: {known_at: T0, type: flag}
  treated: {known_at: T0, type: flag}
  onset: {known_at: T0, type: date}
  start: {known_at: T0, type: date}
  note: {known_at: T0, type: text}
  nrs_t2: {known_at: T2, type: number, range: [0, 10]}
outcome: {name: responder, known_at: T2, rule: nrs_t2 >= 2}
"""
_KEYS = ["study", "example", "pid"]


def study_of(sql: str) -> Study:
    return parse_study(
        STUDY.replace("outcome:", "covariates: x.sql\noutcome:"), file="study.yaml", pipeline=sql
    )


def cells(n: int, seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)

    def gaps(values: list[str]) -> list[str | None]:
        return [
            None if gap else value for gap, value in zip(rng.random(n) < 0.2, values, strict=True)
        ]

    def days() -> list[str]:
        first = datetime.date(2018, 1, 1)
        return [str(first + datetime.timedelta(int(d))) for d in rng.integers(0, 900, n)]

    columns = {
        "age": [f"{x:.1f}" for x in rng.uniform(0, 12, n)],
        "fall": [
            f"{x:.{d}f}" for x, d in zip(rng.normal(0, 2, n), rng.integers(0, 3, n), strict=True)
        ],
        "visits": [str(x) for x in rng.integers(-3, 12, n)],
        "count": [str(x) for x in rng.integers(-5, 6, n)],
        "sex": rng.choice(["female", "male", "it's other"], n).tolist(),
        "severity": rng.choice(["mild", "2_moderate", "3_severe"], n).tolist(),
        "smoker": rng.choice(["yes", "no"], n).tolist(),
        "treated": rng.choice(["yes", "no"], n).tolist(),
        "onset": days(),
        "start": days(),
        "note": ["x"] * n,
    }
    named = {"pid": [f"P{i}" for i in range(n)]}
    return pa.table(
        {
            k: pa.array(v, pa.string())
            for k, v in {**named, **{k: gaps(v) for k, v in columns.items()}}.items()
        }
    )


RAW = cells(60, 7)


def cohort_of(study: Study) -> Cohort:
    cohort, faults = Cohort.check(RAW, study, study.known())
    assert not faults
    return cohort


def patients(cohort: Cohort) -> list[dict[str, Value]]:
    zero = datetime.date(1970, 1, 1)
    return [
        {k: (v - zero).days if isinstance(v, datetime.date) else v for k, v in row.items()}
        for row in cohort.table.to_pylist()
    ]


def check(*expressions: str) -> None:
    """The formula of each expression gives what DuckDB gives, where it is defined."""
    named = {f"x{number}": expression for number, expression in enumerate(expressions)}
    listed = ", ".join(f"{expression} AS {name}" for name, expression in named.items())
    sql = f"SELECT pid, {listed} FROM cohort"
    study = study_of(sql)
    cohort = cohort_of(study)
    written = written_covariates(study, named, exact=named)
    with Sandbox(cohort.columns) as sandbox:
        sandbox.fill(cohort.table)
        try:
            expected = sandbox.query(sql)
        except SqlError:
            expected = None
    undefined = 0
    for name, expression in named.items():
        for place, row in enumerate(patients(cohort)):
            if value_of(written[name].undefined, row) is True:
                undefined += 1
            elif expected is not None:
                other = expected[name][place].as_py()
                found = value_of(written[name].value, row)
                assert alike(found, other), (expression, row, found, other)
    if expected is None:
        assert undefined, f"DuckDB refuses a patient: {expressions}"


def alike(found: Value, other: object) -> bool:
    if isinstance(other, bool) or not isinstance(other, int | float | Decimal):
        return found == other
    return found is not None and math.isclose(
        float(found), float(other), rel_tol=1e-12, abs_tol=1e-12
    )


NUMBERS = st.deferred(
    lambda: st.one_of(
        st.sampled_from(
            [
                "age",
                "fall",
                "visits",
                "count",
                "2",
                "0.1",
                "0.7",
                "3",
                "1e0",
                "-1",
                "10",
                "2.5",
                "NULL::DOUBLE",
                "smoker::INTEGER",
                "age::INTEGER",
                "start - onset",
                "date_diff('day', onset, start)",
                "left(severity::VARCHAR, 1) = '2'",
            ][:17]
        ),
        st.builds("({} {} {})".format, NUMBERS, st.sampled_from(["+", "-", "*", "/"]), NUMBERS),
        st.builds(
            "({} {} {})".format,
            st.sampled_from(["visits", "count", "(visits * 7)", "age", "(fall * 3)"]),
            st.sampled_from(["//", "%"]),
            st.sampled_from(["2", "3", "visits", "7", "0.3", "nullif(count, 0)"]),
        ),
        st.builds(
            "{}({})".format,
            st.sampled_from(
                [
                    "abs",
                    "floor",
                    "ceil",
                    "round",
                    "sqrt",
                    "ln",
                    "exp",
                    "log10",
                    "-",
                    "sign",
                    "trunc",
                ]
            ),
            NUMBERS,
        ),
        st.builds("round({}, {})".format, NUMBERS, st.sampled_from(["0", "1", "2"])),
        st.builds(
            "power({}, {})".format, NUMBERS, st.sampled_from(["2", "3", "0.5", "-1", "count"])
        ),
        st.builds("coalesce({}, {})".format, NUMBERS, NUMBERS),
        st.builds("nullif({}, {})".format, NUMBERS, NUMBERS),
        st.builds("{}({}, {})".format, st.sampled_from(["least", "greatest"]), NUMBERS, NUMBERS),
        st.builds(
            "CASE WHEN {} THEN {} WHEN {} THEN {} END".format,
            CONDITIONS,
            NUMBERS,
            CONDITIONS,
            NUMBERS,
        ),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, CONDITIONS, NUMBERS, NUMBERS),
        st.builds(
            "({})::{}".format,
            NUMBERS,
            st.sampled_from(["INTEGER", "BIGINT", "DOUBLE", "DECIMAL(9, 2)"]),
        ),
        st.builds(
            "list_{}([{}, {}, {}])".format,
            st.sampled_from(["count", "avg", "sum", "min", "max"]),
            NUMBERS,
            NUMBERS,
            NUMBERS,
        ),
    )
)
CONDITIONS = st.deferred(
    lambda: st.one_of(
        st.sampled_from(
            [
                "smoker",
                "treated",
                "sex = 'male'",
                "sex IN ('female', 'it''s other')",
                "severity >= '2_moderate'",
                "sex IS NULL",
                "smoker IS TRUE",
                "sex <> 'male'",
                "severity BETWEEN 'mild' AND '2_moderate'",
                "severity::VARCHAR LIKE '%_s%'",
                "onset < start",
                "true",
                "smoker = treated",
            ]
        ),
        st.builds(
            "({} {} {})".format,
            NUMBERS,
            st.sampled_from(
                ["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]
            ),
            NUMBERS,
        ),
        st.builds("({} {} {})".format, CONDITIONS, st.sampled_from(["AND", "OR"]), CONDITIONS),
        st.builds("(NOT {})".format, CONDITIONS),
        st.builds("({} BETWEEN {} AND {})".format, NUMBERS, NUMBERS, NUMBERS),
        st.builds(
            "({} {} ({}, {}))".format, NUMBERS, st.sampled_from(["IN", "NOT IN"]), NUMBERS, NUMBERS
        ),
        st.builds("({}) IS {}NULL".format, NUMBERS, st.sampled_from(["", "NOT "])),
    )
)
LEVELS = st.one_of(
    st.just("sex"),
    st.builds(
        "(CASE WHEN {} THEN 'a' WHEN {} THEN 'b' END)::ENUM('a', 'b')".format,
        CONDITIONS,
        CONDITIONS,
    ),
    st.builds(
        (
            "(CASE WHEN {} THEN sex::VARCHAR ELSE 'none' END)"
            "::ENUM('none', 'female', 'male', 'it''s other')"
        ).format,
        CONDITIONS,
    ),
)


@given(st.lists(st.one_of(NUMBERS, CONDITIONS, LEVELS), min_size=6, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_formula_gives_what_the_query_gives(expressions) -> None:
    check(*expressions)
