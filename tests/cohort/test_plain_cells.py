"""Cells as people write them, declared column by column, are the plain cells that they mean."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.cohort import Cohort, Fault
from predictor.cohort.taken import Taken
from predictor.study import dump_study, parse_study

FLAG = "type: flag, true: [Ja, x], false: [Nee]"
COLUMN = """
study: s
timepoints: {{T0: a, T1: b}}
predict_at: T0
missing: [NA, -9]
columns:
  pid: {{role: id}}
  x: {{known_at: T0, {}}}
outcome: {{name: r, known_at: T1, rule: 'true'}}
"""


def read(column: str, *cells: str | None) -> tuple[Cohort, list[Fault]]:
    """A table with one column ``x``, declared as in a study file, that was dumped and read."""
    study = parse_study(COLUMN.format(column), file="s", pipeline=None)
    assert parse_study(dump_study(study), file="s", pipeline=None) == study
    numbers = pa.array([str(row) for row in range(len(cells))], pa.string())
    raw = pa.table({"pid": numbers, "x": pa.array(cells, pa.string())})
    return Cohort.check(raw, study, study.columns)


def values(column: str, *cells: str | None) -> list[Any]:
    cohort, faults = read(column, *cells)
    assert faults == []
    found: list[Any] = cohort.table["x"].to_pylist()
    return found


def rule(column: str, cell: str) -> str:
    cohort, faults = read(column, cell, "NA")
    assert cohort.table["x"].to_pylist() == [None, None]
    [fault] = faults
    assert (fault.column, fault.rows) == ("x", (0,))
    assert cohort.taken == ()
    return fault.rule


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (FLAG, "Ja", True), (FLAG, "JA", True), (FLAG, "x", True), (FLAG, "nee", False),
        (FLAG, "true", True), (FLAG, "no", False), (FLAG, "1.0", True), (FLAG, "0", False),
        (FLAG, "NA", None), (FLAG, None, None),
        ("type: flag, true: [1], false: [2]", "2", False),
        ("type: flag, true: [1], false: [2]", "1.0", True),
        ("type: flag, true: [1], false: [2]", "false", False),
        ("type: flag, true: [0], false: [1]", "0", True),
        ("type: flag, true: [1], false: [-9]", "-9", False),
        ("type: flag, true: [true], false: [no]", "TRUE", True),
        ("type: number, below: limit/2", "<0.5", 0.25),
        ("type: number, below: limit/2", "< 0.7", 0.35),
        ("type: number, below: limit/2", "≤ 4", 2.0),
        ("type: number, below: limit/2", "0.5", 0.5),
        ("type: number, below: limit", "<=0.5", 0.5),
        ("type: number, below: limit/sqrt(2)", "<2", 2 / 2**0.5),
        ("type: number, below: 0", "<0.5", 0.0),
        ("type: number, below: 0.1", "<0.5", 0.1),
        ("type: number, above: limit", ">100", 100.0),
        ("type: number, above: 150", "≥ 100", 150.0),
        ("type: integer, below: limit, above: limit", ">100", 100),
        ("type: integer, below: 0", "<1", 0),
        ("type: number, below: limit/2", "-9", None),
        ("type: number, out_of: 10", "7/10", 7.0),
        ("type: integer, out_of: 10, range: [0, 10]", "7 / 10", 7),
        ("type: number, out_of: 10", "7.5/10", 7.5),
        ("type: number, out_of: 10", "7", 7.0),
        ("type: number, percent: true", "45%", 45.0),
        ("type: number, percent: true", "4.5 %", 4.5),
        ("type: number, percent: true, below: limit/2", "<5%", 2.5),
        ("type: number, percent: true", "0.45", 0.45),
    ],
)  # fmt: skip
def test_what_is_written_in_a_declared_way_is_read(column, cell, value) -> None:
    assert values(column, cell) == [value]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        (FLAG, "si", "none of the words that are declared (true: Ja, x; false: Nee)"),
        ("type: flag", "Ja", "declare what other words mean, like true: [Ja], false: [Nee]"),
        ("type: flag, true: [1], false: [2]", "0", "none of the numbers that are declared"),
        ("type: flag, true: [1], false: [2]", "0.0", "none of the numbers that are declared"),
        ("type: number", "<0.5", "like below: limit/2"),
        ("type: number, above: limit", "<0.5", "like below: limit/2"),
        ("type: number, below: limit/2", ">100", "above: limit"),
        ("type: number, below: limit/2", "<0,5", "a decimal comma"),
        ("type: number, below: limit/2", "<5 mg", "a unit behind the number?"),
        ("type: number, below: limit/2", "<", "if it means that there is no value"),
        ("type: number, below: limit/2", "<0", "a limit of 0 or less"),
        ("type: number, below: limit/2", "<-3", "a limit of 0 or less"),
        ("type: number, below: 1", "<0.5", "below: is larger than the limit"),
        ("type: number, above: 50", ">100", "above: is smaller than the limit"),
        ("type: number", "7/10", "declare that one, like out_of: 10"),
        ("type: number, out_of: 10", "7/100", "out of another number than 10"),
        ("type: number, out_of: 10", "7/10/2021", "text where a number is expected"),
        ("type: number, out_of: 10", "7,5/10", "a decimal comma"),
        ("type: number", "45%", "declare percent: true"),
        ("type: number, percent: true", "4,5%", "a decimal comma"),
        ("type: number, percent: true", "%", "if it means that there is no value"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(column, cell, said) -> None:
    assert said in rule(column, cell)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("out_of: 10, range: [0, 10]", "70/10", "outside 0 to 10"),
        ("percent: true, range: [0, 100]", "450%", "outside 0 to 100"),
        ("below: limit/2, range: [0.5, 10]", "<0.5", "within which lies also what is taken for"),
    ],
)
def test_the_range_is_that_of_what_a_cell_is_taken_as(column, cell, said) -> None:
    [fault] = read(f"type: number, {column}", cell)[1]
    assert said in fault.rule


@pytest.mark.parametrize(
    ("column", "cell", "day"),
    [
        ("format: day-month-year", "03-04-2021", "2021-04-03"),
        ("format: day-month-year", "3/4/2021", "2021-04-03"),
        ("format: day-month-year", "31.12.2021", "2021-12-31"),
        ("format: month-day-year", "03-04-2021", "2021-03-04"),
        ("format: month-day-year", "3/14/2021", "2021-03-14"),
        ("format: day-month-year", "2021-04-03", "2021-04-03"),
        ("format: day-month-year", "3-4-2021 00:00", "2021-04-03"),
        ("format: day-month-year, time_of_day: ignore", "3-4-2021 14:05", "2021-04-03"),
        ("time_of_day: ignore", "2021-04-03 14:05:33.5", "2021-04-03"),
        ("time_of_day: ignore", "2021-04-03T23:59:00+02:00", "2021-04-03"),
        ("format: year-month-day, time_of_day: ignore", "2021-04-03 2:05 PM", "2021-04-03"),
        ("format: serial-1900", "44408", "2021-07-31"),
        ("format: serial-1900", "44408.0", "2021-07-31"),
        ("format: serial-1900", "2021-07-31", "2021-07-31"),
        ("format: serial-1900", "1", "1900-01-01"),
        ("format: serial-1900", "59", "1900-02-28"),
        ("format: serial-1900", "61", "1900-03-01"),
        ("format: serial-1904", "42946", "2021-07-31"),
        ("format: serial-1904", "0", "1904-01-01"),
        ("format: serial-1900, time_of_day: ignore", "44408.75", "2021-07-31"),
    ],
)
def test_a_date_in_a_declared_form_is_its_day(column, cell, day) -> None:
    assert values(f"type: date, {column}", cell) == [datetime.date.fromisoformat(day)]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("known_at: T0", "03-04-2021", "declare format: day-month-year, or format: month-day-year"),
        ("known_at: T0", "2021-04-03 14:05", "declare time_of_day: ignore"),
        ("known_at: T0", "44408", "declare format: serial-1900, or serial-1904"),
        ("format: day-month-year", "31-02-2021", "no calendar has this day"),
        ("format: day-month-year", "12-31-2021", "no calendar has this day"),
        ("format: day-month-year", "03-04-21", "a year of two digits"),
        ("format: day-month-year", "3-4-2021 14:05", "declare time_of_day: ignore"),
        ("format: day-month-year", "44408", "not a date written as day-month-year (31-07-2021)"),
        ("time_of_day: ignore", "03-04-2021", "not a date written as year-month-day"),
        ("format: serial-1900", "44408.5", "declare time_of_day: ignore"),
        ("format: serial-1900", "60", "not a date written as the number"),
        ("format: serial-1900", "0", "not a date written as the number"),
        ("format: serial-1900", "2958466", "not a date written as the number"),
        ("format: serial-1900", "2958465", "a date in the future"),
    ],
)
def test_no_date_in_the_declared_form(column, cell, said) -> None:
    column = column.removeprefix("known_at: T0")
    found = read(f"type: date{', ' if column else ''}{column}", cell, "NA")[1]
    assert [fault.rows for fault in found] == [(0,)]
    assert said in found[0].rule
    assert len(cell) < 3 or cell not in found[0].rule


def test_what_was_taken_is_counted() -> None:
    cohort, _ = read(FLAG, "Ja", "JA", "nee", "true", None, "x")
    assert cohort.taken == (Taken("Ja, x as true, Nee as false", "x", 4),)


def test_many_values_below_the_limit_are_told() -> None:
    few, _ = read("type: number, below: limit/2", "<5", *map(str, range(9)))
    many, _ = read("type: number, below: limit/2", "<5", *map(str, range(3)), None, None, None)
    assert [taken.what for taken in few.taken] == ["below a limit as half of it"]
    [taken] = many.taken
    assert "more than 15% of the values" in taken.what


def test_a_flag_that_is_ticked_or_empty_is_asked_about() -> None:
    [taken] = read("type: flag, true: [x]", "x", None, *["x"] * 8, *[None] * 7)[0].taken
    assert taken.what == (
        "x as true, none is false, and 8 are no value; if empty is no, say empty: false"
    )


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.floats(0.001, 1e6).map(lambda x: ("<", x)),
            st.floats(-1e6, 1e6).map(lambda x: ("", x)),
        ),
        min_size=1,
    )
)
def test_limits_give_the_fingerprint_of_their_halves(cells) -> None:
    written = [None if cell is None else f"{cell[0]}{cell[1]!r}" for cell in cells]
    plain = [None if cell is None else repr(cell[1] / 2 if cell[0] else cell[1]) for cell in cells]
    column = "type: number, below: limit/2"
    assert read(column, *written)[0].fingerprint() == read("type: number", *plain)[0].fingerprint()


@given(st.lists(st.dates(datetime.date(1900, 3, 1), datetime.date(2024, 1, 1)), min_size=1))
def test_dates_in_any_form_have_the_fingerprint_of_the_plain_ones(days) -> None:
    plain = read("type: date", *map(str, days))[0].fingerprint()
    epoch = datetime.date(1899, 12, 30)
    written = {
        "format: day-month-year": [f"{day.day}.{day.month}.{day.year}" for day in days],
        "format: month-day-year": [day.strftime("%m/%d/%Y") for day in days],
        "format: serial-1900": [str((day - epoch).days) for day in days],
        "time_of_day: ignore": [f"{day} 12:30" for day in days],
    }
    for form, cells in written.items():
        cohort, faults = read(f"type: date, {form}", *cells)
        assert faults == []
        assert cohort.fingerprint() == plain


@given(st.lists(st.sampled_from([True, False, None]), min_size=1))
def test_flags_in_other_words_have_the_fingerprint_of_plain_ones(flags) -> None:
    said = {True: "Oui", False: "non", None: None}
    column = "type: flag, true: [oui], false: [Non]"
    written = read(column, *(said[flag] for flag in flags))[0]
    assert written.table["x"].to_pylist() == flags
    plain = read("type: flag", *(None if flag is None else str(flag) for flag in flags))[0]
    assert written.fingerprint() == plain.fingerprint()
