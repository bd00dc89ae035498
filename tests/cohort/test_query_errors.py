"""What is wrong with a query is said with what to write in place of it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from predictor.cohort import condition, covariates
from predictor.cohort.cohort import Cohort
from predictor.errors import StudyError
from predictor.study import parse_study

STUDY = """\
study: s
timepoints: {T0: before, T1: after}
predict_at: T0
columns:
  pid: {role: id}
  "pain at rest": {known_at: T0, type: number}
  "pain (0-10)": {known_at: T0, type: number}
  order: {known_at: T0, type: number}
  "crp-value": {known_at: T0, type: number}
  age: {known_at: T0, type: integer}
  weight: {known_at: T0, type: number}
  sex: {known_at: T0, type: category, levels: [m, f]}
  note: {known_at: T0, type: text}
  smoker: {known_at: T0, type: flag}
  day: {known_at: T0, type: date}
  unused: {role: ignore}
  "pain later": {known_at: T1, type: number}
  fall_t1: {known_at: T1, type: number}
outcome: {name: y, known_at: T1, rule: fall_t1 >= 2}
"""
DOUBLE = "is written in double quotes"


def truth(rule: str) -> list[float]:
    study = parse_study(STUDY, file="study.yaml", pipeline=None)
    cell = {"category": "m", "date": "2020-01-31", "flag": "yes", "text": "age"}
    raw = pa.table({c.name: [cell.get(c.type, "1")] for c in study.columns})
    cohort, faults = Cohort.check(raw, study, study.columns)
    assert not faults
    found: list[float] = condition(cohort.as_of("T0"), rule, "rule").tolist()
    return found


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        # names that need quotes
        ("pain at rest >= 2", f"""{DOUBLE}: "pain at rest", and single quotes around the rule"""),
        ("age > 1 AND Pain  at rest > 2", """the rule: '"pain at rest" > 2'"""),
        ("pain (0-10) >= 2", f'{DOUBLE}: "pain (0-10)"'),
        ("crp-value > 3", f'{DOUBLE}: "crp-value"'),
        ("order > 3", f'{DOUBLE}: "order"'),
        ("pain later > 3", f'{DOUBLE}: "pain later"'),
        # names in the wrong quotes
        ("'pain at rest' > 3", """'pain at rest' in single quotes is a text, not the column"""),
        ("'age' = 1", 'write "age", in double quotes'),
        ("weight IN ('age', 2)", 'write "age", in double quotes'),
        ("'AGE' BETWEEN 1 AND 2", 'write "age", in double quotes'),
        ("'weight' - age > 2", 'write "weight", in double quotes'),
        ("'age' IS NULL", 'write "age", in double quotes'),
        ("'fall_t1' > 2", 'write "fall_t1", in double quotes'),
        ('sex = "m"', "it is a level of sex, and a text is written in single quotes: 'm'"),
        # names that are none
        ("ages > 3", "there is no column ages; did you mean age?"),
        ("cohort.ages > 3", "there is no column ages; did you mean age?"),
        ("pain_at_rest > 3", 'did you mean "pain at rest"?'),
        ("ordr > 3", 'did you mean "order"?'),
        ("fal_t1 > 3", "did you mean fall_t1, which is known too late to be used here?"),
        ("unusd > 3", "there is no column unusd; the study file declares none of this name"),
        (
            "fall_t1 > 3",
            "fall_t1 becomes known at T1 (after), and only what is known at T0 (before) may",
        ),
        # NULL
        ("age = NULL", "a comparison with NULL is never true; ask for a gap with x IS NULL"),
        ("NULL <> age", "for a value with x IS NOT NULL"),
        ("age > NULL OR smoker", "a comparison with NULL is never true"),
        ("age NOT IN (1, NULL)", "NULL in a list is never met"),
        ("CASE age WHEN NULL THEN true ELSE smoker END", "a comparison with NULL"),
        # numbers and texts
        ("age > '18'", "compares age, a number, with the text '18'; a number is written without"),
        ("weight BETWEEN 'low' AND 'high'", "with the text 'low'"),
        ("note > 3", "compares note, a text, with a number; write '1', or declare the column"),
        ("sex = 1", "compares sex, a category, with a number; its levels are texts"),
        ("sex IN (-1.5, 2)", "compares sex, a category, with a number"),
        ("smoker = 'ja'", """with the text 'ja'; write "smoker" or NOT "smoker\""""),
        ("day > '31.01.2020'", "a day is written like '2020-01-31'"),
        ("day > 2020-01-31", "compares day, a date, with a number; a day is written in single"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_the_way_out(rule, said):
    with pytest.raises(StudyError) as caught:
        truth(rule)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "rule",
    [
        '"pain at rest" >= 1 AND "pain (0-10)" = 1 AND "order" = 1 AND "crp-value" = 1',
        "note = 'age'",
        "lower(note) = 'age'",
        "note IN ('age', 'order')",
        "age IS NOT DISTINCT FROM 1 AND age IS DISTINCT FROM NULL",
        "coalesce(age, NULL) = 1",
        "smoker = 'yes' AND smoker = true AND smoker = 1",
        "day = '2020-01-31' AND day > DATE '2019-01-01'",
        "age >= 1 -- the order of pain at rest",
    ],
)
def test_what_can_be_meant_is_not_refused(rule):
    assert truth(rule) == [1]


def test_names_of_an_inner_query_and_words_of_sql_are_no_columns():
    sql = (
        "SELECT pid, count(*) FILTER (kind = 'age') AS ages FROM "
        "(SELECT pid, unnest(['age', 'b']) AS kind, note AS sex FROM cohort ORDER BY pid) "
        "WHERE sex <> 1::VARCHAR GROUP BY pid ORDER BY pid"
    )
    study = parse_study(STUDY, file="study.yaml", pipeline=sql)
    raw = pa.table(
        {c.name: ["a"] if c.type == "text" else pa.nulls(1, pa.string()) for c in study.columns}
    )
    cohort, _ = Cohort.check(raw, study, study.columns)
    [ages] = covariates(cohort)
    assert ages.values.to_pylist() == [1.0]
