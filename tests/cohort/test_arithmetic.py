"""Numbers are what was typed: rules and pipelines compute as on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from predictor.cohort import Cohort, condition, covariates, read_frame, read_table
from predictor.cohort.expressions import conditions
from predictor.cohort.sandbox import Sandbox
from predictor.study import Column, Study, parse_study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]

STUDY = """\
study: numbers
timepoints: {T0: before, T2: after}
predict_at: T0
columns:
  pid: {role: id}
  a: {known_at: T0, type: TYPE}
  b: {known_at: T0, type: TYPE}
  c: {known_at: T0, type: TYPE}
  sex: {known_at: T0, type: category, levels: [female, male]}
  start: {known_at: T0, type: date}
  smoker: {known_at: T0, type: flag}
outcome: {name: y, known_at: T2, rule: a >= b}
"""


def cohort(
    a: Sequence[str | None],
    b: Sequence[str | None],
    c: Sequence[str | None] | None = None,
    *,
    kind: str = "number",
    pipeline: str | None = None,
) -> Cohort:
    study = parse_study(STUDY.replace("TYPE", kind), file="study.yaml", pipeline=pipeline)
    n = len(a)
    raw = pa.table(
        {
            "pid": [f"p{row}" for row in range(n)],
            "a": pa.array(a, pa.string()),
            "b": pa.array(b, pa.string()),
            "c": pa.array(c or ["1"] * n, pa.string()),
            "sex": ["female"] * n,
            "start": ["2020-03-01"] * n,
            "smoker": ["yes"] * n,
        }
    )
    made, faults = Cohort.check(raw, study, study.columns)
    assert not faults
    return made


def value(sql: str, a: str = "8.3", b: str = "6.3", c: str = "1", kind: str = "number") -> object:
    made = cohort([a], [b], [c], kind=kind, pipeline=f"SELECT pid, {sql} AS x FROM cohort")
    [found] = covariates(made)
    return found.values.to_pylist()[0]


@pytest.mark.parametrize(
    ("rule", "a", "b", "expected"),
    [
        ("a - b >= 2", "8.3", "6.3", 1), ("a - b > 2", "8.3", "6.3", 0),
        ("a - b >= 2", "8.29", "6.3", 0), ("a - b = 2", "5.4", "3.4", 1),
        ("a - b <> 2", "5.4", "3.4", 0), ("2 <= a - b", "9.7", "7.7", 1),
        ("a <= 0.7 * b", "63", "90", 1), ("a < 0.7 * b", "63", "90", 0),
        ("(b - a) / b >= 0.3", "6.3", "9", 1), ("(b - a) / b > 0.3", "6.3", "9", 0),
        ("100 * (b - a) / b >= 30", "5.6", "8", 1), ("a / b <= 7e-1", "0.63", "0.9", 1),
        ("(b - a) / b * 100 BETWEEN 30 AND 40", "6.3", "9", 1),
        ("a - b IN (1, 2)", "8.3", "6.3", 1), ("a - b NOT IN (1, 2)", "8.3", "6.3", 0),
        ("a - b IS DISTINCT FROM 2", "8.3", "6.3", 0), ("NOT (a - b >= 2)", "8.3", "6.3", 0),
        ("CASE a - b WHEN 2 THEN true ELSE false END", "8.3", "6.3", 1),
        ("floor((a - b) / 0.1) = 3", "0.9", "0.6", 1), ("(a - b)::INTEGER = 2", "8.3", "6.3", 1),
        ("round(a, 2) = 1.01", "1.005", "0", 1), ("a::DECIMAL(9, 2) = 1.01", "1.005", "0", 1),
        ("a // 0.1 = 3", "0.3", "0", 1), ("a % 0.1 = 0", "0.3", "0", 1),
        ("nullif(a - b, 2) IS NULL", "8.3", "6.3", 1), ("a / 3 * 3 >= 1", "1", "0", 1),
        ("a ** 2 <= 0.01", "0.1", "0", 1), ("list_avg([a, b]) <= 0.15", "0.1", "0.2", 1),
        ("list_sum([a, b]) <= 0.3", "0.1", "0.2", 1),
        ("(a + b) / 3 >= (b + a) / 3", "0.1", "0.2", 1), ("a - b >= 0.1", "100.3", "100.2", 1),
        ("a - b <= 0.1", "100.3", "100.2", 1), ("a - b >= 2e-9", "3.25e-9", "1.25e-9", 1),
        ("a - b <= 2e-9", "3.25e-9", "1.25e-9", 1), ("a - b >= 1", "1e15", "999999999999999", 1),
        ("a >= 12345678.123456", "12345678.123455", "0", 0),
        ("a >= 2.302585092994046", "2.302585092994045", "0", 0),
        ("a >= 2.302585092994046", "2.302585092994046", "0", 1),
        ("a::DOUBLE - b::DOUBLE >= 2", "8.3", "6.3", 1), ("abs(b - a) >= 2", "8.3", "6.3", 1),
        ("a - 1e-9 >= 1", "1", "0", 0), ("a / 0 >= 2", "1", "0", 1),
        ("a / b >= 2", None, "0", np.nan),
        ("1 / (a / b) = 0", "1", "0", 1), ("a / b > 1", "-1", "0", 0),
        ("a - b >= 2", None, "1", np.nan), ("a::FLOAT = 0.1", "0.1", "0", 1),
        ("a::REAL + b::FLOAT4 <= 0.3", "0.1", "0.2", 1),
        ("try_cast(a AS FLOAT) > 0.1", "0.1", "0", 0), ("(a + b)::UINTEGER = 3", "1.1", "1.4", 1),
        ("subtract(a, b) >= 0.1", "1000.3", "1000.2", 1),
        ("subtract(a, b) <= 0.1", "1000.3", "1000.2", 1), ("multiply(a, b) <= 0.3", "0.1", "3", 1),
        ("list_product([a, b])::VARCHAR = '0.3'", "0.1", "3", 1),
        ("list_aggregate([a, b], 'sum')::VARCHAR = '0.3'", "0.1", "0.2", 1),
        ("list_aggregate([a, b], 'string_agg', ' ') = '0.1 0.2'", "0.1", "0.2", 1),
        ("a * a * a * a > b", "12345678.123456", "1e15", 1), ("a * a <= b", "1e-7", "1e-14", 1),
    ],
)  # fmt: skip
def test_a_rule_is_right_at_its_edge(
    rule: str, a: str | None, b: str | None, expected: float
) -> None:
    np.testing.assert_array_equal(condition(cohort([a], [b]), rule, "rule"), [expected])


@pytest.mark.parametrize(
    "rule",
    [
        "b <= 0.7 * a", "a - b >= 2", "(a - b) / a >= 0.3", "a // 2 = 45", "a % 7 = 6",
        "a * a * a * a * a * a * a * a * a * a * a >= 1e21", "round(a / 7, 1) = 12.9",
        "a / 7 * 7 = 90",
    ],
)  # fmt: skip
def test_whole_numbers_get_the_same_label_whether_declared_number_or_integer(rule: str) -> None:
    a, b = ["90", "63", "100", "7"], ["63", "90", "70", "5"]
    number, integer = (
        condition(cohort(a, b, kind=kind), rule, "rule") for kind in ("number", "integer")
    )
    np.testing.assert_array_equal(number, integer)


@pytest.mark.parametrize(
    ("sql", "a", "b", "expected"),
    [
        ("a - b", "8.3", "6.3", 2.0), ("a + b", "0.1", "0.2", 0.3), ("a * b", "0.1", "3", 0.3),
        ("a ** 2", "8.3", "0", 68.89), ("a / (b / 100) ** 2", "70", "175", 70 / 1.75**2),
        ("a * b * a * b", "12345678.123456", "1e3", 12345678.123456**2 * 1e6),
        ("a", "2.302585092994046", "0", 2.302585092994046), ("a", "1e-300", "0", 1e-300),
        ("ln(1 + a)", "9", "0", np.log(10)), ("greatest(a - b, 0)", "8.3", "6.3", 2.0),
    ],
)  # fmt: skip
def test_a_covariate_is_what_arithmetic_gives(sql: str, a: str, b: str, expected: float) -> None:
    assert value(sql, a, b) == pytest.approx(expected, rel=1e-14, abs=0)


def test_equal_differences_are_equal_covariates() -> None:
    made = cohort(
        ["8.3", "5.4", "9.7", "2"], ["6.3", "3.4", "7.7", "0"],
        pipeline="SELECT pid, a - b AS fall, fall >= 2 AS reached FROM cohort",
    )  # fmt: skip
    fall, reached = covariates(made)
    assert fall.values.to_pylist() == [2.0] * 4
    assert reached.values.to_pylist() == [True] * 4


@pytest.mark.parametrize(
    "pipeline",
    [
        "WITH d AS (SELECT pid, a - b AS fall FROM cohort) SELECT pid, fall >= 2 AS x FROM d",
        "SELECT pid, y >= 2 AS x FROM cohort c, LATERAL (SELECT c.a - c.b AS y)",
        "SELECT pid, y >= 2 AS x FROM cohort JOIN (SELECT pid, a - b AS y FROM cohort) USING (pid)",
        "SELECT pid, list_reduce([a, -b], lambda p, q: p + q) >= 2 AS x FROM cohort",
        "SELECT pid, list_filter([a], lambda p: p - 6.3 >= 2) = [8.3] AS x FROM cohort",
        "SELECT pid, (SELECT max(v) FROM unnest([a, b]) t(v)) - b >= 2 AS x FROM cohort",
        "SELECT pid, EXISTS (FROM cohort z WHERE z.pid = c.pid AND z.a > 8) AS x FROM cohort c",
    ],
)
def test_the_edge_is_right_however_the_query_is_built(pipeline: str) -> None:
    [found] = covariates(cohort(["8.3"], ["6.3"], pipeline=pipeline))
    assert found.values.to_pylist() == [True]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("date_diff('day', start - 3, start)", 3), ("start + 3 > start", True),
        ("sex = 'female'", True), ("sex IN ('male')", False), ("upper(sex) = 'FEMALE'", True),
        ("smoker::INTEGER + smoker::INTEGER", 2), ("start - DATE '2020-02-01'", 29),
        ("smoker = true", True), ("sex::VARCHAR || 'x' = 'femalex'", True),
    ],
)  # fmt: skip
def test_dates_flags_and_categories_are_left_alone(sql: str, expected: object) -> None:
    assert value(sql) == expected


def test_messages_quote_the_query_as_it_was_written() -> None:
    with Sandbox([Column(name="a", type="number", known_at="T0")]) as sandbox:
        assert sandbox.query("SELECT a - 1 FROM cohort").column_names == ["(a - 1)"]
        with pytest.raises(Exception, match=r"'-\(DOUBLE, DATE\)'"):
            sandbox.query("SELECT a - DATE '2020-01-01' FROM cohort")


TYPED = ["0.7", "8.3", "6.3", "1e-07", "100", None]


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64(), pa.decimal128(12, 7)])
def test_the_text_is_the_shortest_that_reads_back(kind: pa.DataType, tmp_path: Path) -> None:
    numbers = [None if text is None else float(text) for text in TYPED]
    column = pa.array(numbers, pa.float64()).cast(kind)
    pyarrow.parquet.write_table(pa.table({"a": column}), tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")["a"].to_pylist()
    assert [None if t is None else float(t) for t in [*read, None]][: len(TYPED)] == numbers


@pytest.mark.parametrize("dtype", ["float32", "Float32", "float64", "float[pyarrow]", "object"])
def test_frames_of_narrow_floats_keep_their_digits(dtype: str) -> None:
    values = [np.float32(0.7), np.float32(8.3)] if dtype == "object" else [0.7, 8.3]
    frame = pd.DataFrame({"a": pd.Series(values, dtype=dtype)})
    assert read_frame(frame)["a"].to_pylist() == ["0.7", "8.3"]


DECIMALS = st.builds(
    lambda whole, places: (whole, places), st.integers(0, 99_999), st.integers(0, 4)
)
RULES: dict[str, Callable[[Fraction, Fraction, Fraction], tuple[Fraction, Fraction]]] = {
    "a - b >= c": lambda a, b, c: (a - b, c),
    "(a - b) / nullif(a, 0) >= c": lambda a, b, c: ((a - b) / a, c),
    "100 * (a - b) / nullif(a, 0) >= c": lambda a, b, c: (100 * (a - b) / a, c),
    "(a - b) / nullif(a, 0) * 100 >= c": lambda a, b, c: ((a - b) / a * 100, c),
    "a * b >= c": lambda a, b, c: (a * b, c),
    "a * b * a >= c * b + 0.1": lambda a, b, c: (a * b * a, c * b + Fraction(1, 10)),
    "a / 3 + b / 3 >= c": lambda a, b, c: (a / 3 + b / 3, c),
    "a + b + c >= 3 * c": lambda a, b, c: (a + b + c, 3 * c),
}


def written(number: tuple[int, int], style: int) -> str:
    """A decimal in one of the ways that tables write it."""
    whole, places = number
    plain = f"{whole / 10**places:.{places}f}"
    return (plain, f"{whole}e-{places}", f"+{plain}", f"{plain}0" if places else f"{plain}.")[style]


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(DECIMALS, DECIMALS, DECIMALS, st.integers(0, 3), st.booleans()),
        min_size=20,
        max_size=20,
    )
)
@example(rows=[((83, 1), (63, 1), (2, 0), 0, False)] * 20)
def test_every_rule_agrees_with_fractions(
    rows: list[tuple[tuple[int, int], tuple[int, int], tuple[int, int], int, bool]],
) -> None:
    """Half of the thresholds are the very value of the difference, so that edges are met."""
    cells = []
    for a, b, c, style, edge in rows:
        first, second = written(a, style), written(b, (style + 1) % 4)
        third = written(c, (style + 2) % 4)
        if edge:
            gap = Fraction(first) - Fraction(second)
            third = f"{int(gap * 10**4)}e-4"
        cells.append((first, second, third))
    made = cohort(*(list(column) for column in zip(*cells, strict=True)))
    labels = conditions(made, {rule: rule for rule in RULES})
    for (rule, sides), found in zip(RULES.items(), labels, strict=True):
        expected = []
        for a, b, c in cells:
            if "nullif" in rule and Fraction(a) == 0:
                expected.append(np.nan)
            else:
                left, right = sides(Fraction(a), Fraction(b), Fraction(c))
                expected.append(float(left >= right))
        np.testing.assert_array_equal(found, expected, err_msg=rule)
