"""Every cell against the data dictionary: all faults at once, none of them showing a cell."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from predictor.cohort import Cohort
from predictor.cohort.dictionary import arrow_type, check_cells
from predictor.cohort.header import check_declared
from predictor.errors import DataError
from predictor.study import Study, parse_study


class Beginning(str):
    """A message that equals its beginning: what to do about the fault follows the rule."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.startswith(other)

    __hash__ = str.__hash__


def check(column: str, *cells: str | None, more: str = "") -> tuple[list[Any], list[str]]:
    """Values and messages of one column ``x``, declared as in the study file."""
    study = parse_study(
        "study: s\ntimepoints: {T0: a, T1: b}\npredict_at: T0\n"
        f"columns:\n  pid: {{role: id}}\n  x: {{{column}}}\n"
        f"outcome: {{name: r, known_at: T1, rule: 'true'}}\n{more}\n",
        file="s",
        pipeline=None,
    )
    raw = pa.table(
        {
            "pid": pa.array([str(row) for row in range(len(cells))], pa.string()),
            "x": pa.array(cells, pa.string()),
        }
    )
    table, faults = check_cells(raw, study.columns, study)
    return table["x"].to_pylist(), [Beginning(fault.message) for fault in faults]


NUMBER = "known_at: T0, type: number"
INTEGER = "known_at: T0, type: integer"
NRS = "known_at: T0, type: number, unit: NRS, range: [0, 10]"
SEX = "known_at: T0, type: category, levels: [female, male]"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1", 1.0), ("+1", 1.0), ("-1.5", -1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        ("1E-2", 0.01), ("007", 7.0), ("1e-999", 0.0), ("0.1", 0.1), ("1." + "1" * 300, 10 / 9),
    ],
)  # fmt: skip
def test_a_number_is_read(cell: str, number: float) -> None:
    assert check(NUMBER, cell) == ([pytest.approx(number, rel=1e-15)], [])


@pytest.mark.parametrize(
    "cell",
    ["five", "1 000", "1_000", "0x1F", "nan", "NaN", "inf", "-Infinity", "1e", "--1", "- 1",
     "\u0663", "\uff11", "\u22121", "1\u00a0", "1,5,0", "1\n2", "<10"],
)  # fmt: skip
def test_text_in_a_number_column_is_refused(cell: str) -> None:
    assert check(NUMBER, "1", cell) == ([1.0, None], ["x: row 3: text where a number is expected"])


def test_a_decimal_comma_is_named() -> None:
    assert check(NUMBER, "1,5") == (
        [None],
        ["x: row 2: a decimal comma; numbers are written with a point"],
    )


@pytest.mark.parametrize("cell", ["1e999", "-1e999", "9" * 400])
def test_a_number_beyond_all_bounds_is_refused_and_not_lost(cell: str) -> None:
    assert check(NUMBER, cell) == ([None], ["x: row 2: too large for a number"])
    assert check(INTEGER, cell) == ([None], ["x: row 2: too large for a number"])
    assert check(NRS, cell)[1] == ["x: row 2: too large for a number"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1", 1), ("1.0", 1), ("1.", 1), ("1e3", 1000), ("-0", 0), ("9007199254740991", 2**53 - 1)],
)
def test_a_whole_number_is_read(cell: str, number: int) -> None:
    assert check(INTEGER, cell) == ([number], [])


def test_a_fraction_is_not_a_whole_number() -> None:
    assert check(INTEGER, "1.5", "2") == ([None, 2], ["x: row 2: not a whole number"])


@pytest.mark.parametrize("cell", ["9007199254740993", "9223372036854775808", "1" * 30, "1e30"])
def test_a_whole_number_that_would_be_rounded_is_refused(cell: str) -> None:
    assert check(INTEGER, cell) == (
        [None],
        ["x: row 2: too large for a whole number to be exact"],
    )


def test_a_range_includes_its_ends() -> None:
    assert check(NRS, "0", "10", "10.0") == ([0.0, 10.0, 10.0], [])


@pytest.mark.parametrize("cell", ["11", "-1", "10.5", "1000"])
def test_a_value_outside_its_range_is_refused(cell: str) -> None:
    assert check(NRS, cell) == ([None], ["x: row 2: outside 0 to 10 NRS"])


@pytest.mark.parametrize("cell", ["80", "100", "25"])
def test_pain_of_80_looks_like_another_scale_and_is_not_divided(cell: str) -> None:
    values, messages = check(NRS, "5", cell)
    assert values == [5.0, None]
    [message] = messages
    assert message.startswith("x: row 3: outside 0 to 10 NRS; this looks like a 0-100 scale")
    assert "never divided" in message


def test_only_a_scale_of_ten_is_taken_for_one_of_a_hundred() -> None:
    assert "scale" not in check("known_at: T0, type: number, range: [0, 21]", "80")[1][0]


@pytest.mark.parametrize(
    ("levels", "cell", "level"),
    [
        ("[female, male]", "male", "male"),
        ("[1, 2]", "1", "1"),
        ("[1, 2]", "2.0", "2"),
        ("[1, 2]", "2.00", "2"),
        ("[1.0, 2.0]", "2", "2.0"),
        ("['01', '1']", "01", "01"),
        ("['1', '1.0']", "1.0", "1.0"),
        ("[no, yes]", "no", "no"),
    ],
)
def test_a_declared_level_is_read(levels: str, cell: str, level: str) -> None:
    assert check(f"known_at: T0, type: category, levels: {levels}", cell) == ([level], [])


@pytest.mark.parametrize("cell", ["Female", "f", "1", "other"])
def test_a_level_that_is_not_declared_is_refused(cell: str) -> None:
    assert check(SEX, "male", cell) == (
        ["male", None],
        ["x: row 3: not one of the declared levels (female, male)"],
    )


@pytest.mark.parametrize("cell", ["01", "1.5", "+1", "\u0661"])
def test_a_code_is_not_stretched(cell: str) -> None:
    assert (
        "not one of the declared levels"
        in check("known_at: T0, type: category, levels: [1, 2]", cell)[1][0]
    )


@pytest.mark.parametrize("cell", ["true", "TRUE", "1", "1.0", "yes", "Yes"])
def test_a_flag_that_is_up(cell: str) -> None:
    assert check("known_at: T0, type: flag", cell) == ([True], [])


@pytest.mark.parametrize("cell", ["false", "False", "0", "0.0", "no", "NO"])
def test_a_flag_that_is_down(cell: str) -> None:
    assert check("known_at: T0, type: flag", cell) == ([False], [])


@pytest.mark.parametrize("cell", ["2", "y", "ja", "x", "-1"])
def test_anything_else_is_not_a_flag(cell: str) -> None:
    assert check("known_at: T0, type: flag", cell) == (
        [None],
        ["x: row 2: not a flag (true, false, yes, no, 1, 0)"],
    )


@pytest.mark.parametrize("cell", ["2020-02-29", "0001-01-01", "2021-07-31 00:00:00", "1969-07-20"])
def test_a_date_is_read(cell: str) -> None:
    assert check("known_at: T0, type: date", cell) == ([datetime.date.fromisoformat(cell[:10])], [])


@pytest.mark.parametrize(
    "cell",
    ["2021-02-31", "2021-02-29", "2021-13-01", "2021-00-10", "0000-00-00", "31-12-2020",
     "31.12.2020", "12/31/2020", "2021-1-1", "20210101", "44408",
     "\uff12021-01-01", "1900-02-29"],
)  # fmt: skip
def test_a_date_no_calendar_has_is_refused(cell: str) -> None:
    assert check("known_at: T0, type: date", cell) == (
        [None],
        ["x: row 2: not a date written as year-month-day (2021-07-31)"],
    )


def test_dates_cannot_go_backwards_in_time() -> None:
    study = parse_study(
        "study: s\ntimepoints: {T0: a, T1: b}\npredict_at: T0\ncolumns:\n  pid: {role: id}\n"
        "  birth: {known_at: T0, type: date}\n  start: {known_at: T0, type: date}\n"
        "  end: {known_at: T1, type: date}\noutcome: {name: r, known_at: T1, rule: 'true'}\n",
        file="s",
        pipeline=None,
    )
    raw = pa.table(
        {
            "pid": ["1", "2", "3", "4"],
            "birth": ["1990-01-01"] * 4,
            "start": pa.array(["2021-05-01", "2021-05-01", None, "1980-01-01"]),
            "end": pa.array(["2021-05-01", "2021-04-30", "1989-12-31", None]),
        }
    )
    messages = [Beginning(fault.message) for fault in check_cells(raw, study.columns, study)[1]]
    assert messages == [
        "end: row 4: dates the wrong way round: known at T1, but before birth, known at T0",
        "end: row 3: dates the wrong way round: known at T1, but before start, known at T0",
    ]


def test_a_required_value_may_not_be_missing() -> None:
    values, messages = check(NUMBER + ", required: true", "1", None, "NA", "x")
    assert values == [1.0, None, None, None]
    assert messages == [
        "x: row 5: text where a number is expected",
        "x: rows 3, 4: a value is required",
    ]


def test_words_for_missing_are_those_of_the_study() -> None:
    assert check(NUMBER, "NA", None) == ([None, None], [])
    assert check(NUMBER, "-99", "unknown", more="missing: ['-99', unknown]") == ([None, None], [])
    assert check(NUMBER, "NA", more="missing: []")[1] == [
        "x: row 2: text where a number is expected"
    ]
    assert check(NUMBER, "n/a")[1] == ["x: row 2: text where a number is expected"]


def test_a_word_for_missing_that_is_a_level_is_a_level() -> None:
    north_america = "known_at: T0, type: category, levels: [EU, NA]"
    assert check(north_america, "NA", None) == (["NA", None], [])


def test_a_cluster_is_never_missing() -> None:
    assert check("role: cluster, known_at: T0", "ward", None)[1] == [
        "x: row 3: a value is required"
    ]


def test_an_ignored_column_is_not_looked_at() -> None:
    assert check("role: ignore", "anything", None) == (["anything", None], [])


def test_a_patient_without_an_identifier_is_refused(
    make_study: Callable[..., Study],
) -> None:
    study = make_study()
    raw = pa.table({"pid": pa.array(["a", None, "c"])})
    _, faults = check_cells(raw, [study.column("pid")], study)
    assert [Beginning(fault.message) for fault in faults] == ["pid: row 3: no identifier"]


def test_many_rows_are_counted() -> None:
    assert check(NRS, *["11"] * 9)[1] == ["x: rows 2, 3, 4, 5, 6 and 4 more: outside 0 to 10 NRS"]


def test_all_faults_of_a_table_come_at_once(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study = make_study()
    path = tmp_path / "table.csv"
    path.write_text(
        "pid,age,visits,sex,smoker,onset,start,note,nrs_t0,nrs_t1,nrs_t2,success,diary\n"
        "a,old,1.5,man,maybe,2020-02-31,2020-03-01,x,80,1,1,yes,x\n"
        ',"40,5",1,male,yes,2020-02-01,2020-03-01,x,8,1,1,yes,x\n'
    )
    with pytest.raises(DataError) as caught:
        Cohort.read(path, study)
    assert len(caught.value.faults) == 8
    assert all(fault.startswith(f"{path}: ") for fault in caught.value.faults)
    for column in ("pid", "age", "visits", "sex", "smoker", "onset", "nrs_t0"):
        assert f"{path}: {column}: row" in str(caught.value)


def test_undeclared_and_missing_columns_are_named_both(make_study: Callable[..., Study]) -> None:
    study = make_study()
    names = [column.name for column in study.columns if column.name != "age"] + ["weight", "Age"]
    assert [Beginning(fault.message) for fault in check_declared(names, study)] == [
        "weight: a column of the table that the study file does not declare; declare it",
        "age: declared in the study file, but not a column of the table; the table has 'Age'",
    ]


def test_a_table_without_a_header_is_refused_without_showing_its_first_row(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("secret-1,40,7\nsecret-2,50,7\n")
    with pytest.raises(DataError, match="is the header missing") as caught:
        Cohort.read(path, make_study())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("role", ["value", "ignore", "id", "cluster", "centre"])
@pytest.mark.parametrize("kind", ["number", "integer", "flag", "date", "text", "category"])
def test_the_type_of_a_column_is_that_of_its_checked_values(role, kind) -> None:
    study = parse_study(
        "study: s\ntimepoints: {T0: a, T1: b}\npredict_at: T0\ncolumns: {pid: {role: id}}\n"
        "outcome: {name: r, known_at: T1, rule: 'true'}\n",
        file="s",
        pipeline=None,
    )
    column = study.columns[0].model_copy(
        update={"roles": (role,), "type": kind, "levels": ("a",), "known_at": "T0"}
    )
    table, _ = check_cells(pa.table({"pid": pa.array([], pa.string())}), [column], study)
    assert table.schema.field("pid").type == arrow_type(column)
