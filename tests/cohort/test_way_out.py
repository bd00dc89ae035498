"""A refused cell says what to do about it; nothing that was seen in a clinic is without advice."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest

from predictor.cohort import Cohort
from predictor.cohort.dictionary import check_cells
from predictor.cohort.header import check_declared, check_names
from predictor.cohort.strays import check_patients
from predictor.errors import DataError
from predictor.study import Study, parse_study


def study_of(column: str, more: str = "") -> Study:
    return parse_study(
        "study: s\ntimepoints: {T0: a, T1: b}\npredict_at: T0\n"
        f"columns:\n  pid: {{role: id}}\n  x: {{known_at: T0, {column}}}\n"
        f"outcome: {{name: r, known_at: T1, rule: 'true'}}\n{more}",
        file="s",
        pipeline=None,
    )


def rules(column: str, *cells: str | None) -> list[str]:
    raw = pa.table({"pid": [str(n) for n in range(len(cells))], "x": pa.array(cells, pa.string())})
    study = study_of(column)
    _, faults = check_cells(raw, study.columns, study, today=datetime.date(2024, 5, 1))
    return [fault.rule for fault in faults]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("1,200", "a thousands separator or a decimal comma? write 1200 or 1.2"),
        ("1,200.5", "commas between the thousands"),
        ("1,200,000", "commas between the thousands"),
        ("0,200", "a decimal comma"),
        ("7,5", "or give the .xlsx file itself"),
        ("1.200,50", "points between the thousands"),
        ("1.200.000", "points between the thousands"),
        ("12%", "a percentage where a number is expected; declare percent: true"),
        ("<0.5", "a limit of detection? declare what it is taken as"),
        ("2021-01-02", "spreadsheets make dates of what looks like one"),
        ("12:30:00", "a date or time where a number is expected"),
        ("1 200", "marks between the thousands? write 1200"),
        ("\u22125", "the minus is another sign"),
        (".", "add it under missing:"),
        ("?", "add it under missing:"),
        ("n/a", "add it under missing:"),
        ("5 mg", "write the number alone"),
        ("five", "correct it, or add it under missing:"),
        ("#N/A", "an error of a spreadsheet"),
        ("#DIV/0!", "an error of a spreadsheet"),
    ],
)
def test_what_is_no_number(cell: str, advice: str) -> None:
    [rule] = rules("type: number", cell)
    assert advice in rule
    assert cell not in rule.replace("write 1200", "") or cell in ".?"


def test_what_is_no_number_is_explained_kind_by_kind() -> None:
    found = rules("type: number", "1,200", "<1", "x", "5")
    assert [rule.split(":")[0] for rule in found] == [
        "a comma in a number", "text where a number is expected",
        "text where a number is expected; correct it, or add it under missing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        (["37", "980", "450", "1.200", "2.500"], True),
        (["37", "980", "450.5", "1.200", "2.500"], False),
        (["1.200", "2.500", "3.125"], False),
        (["1", "2", "1.250", "0.125"], False),
        (["37", "980", "450", "1.200"], False),
    ],
)
def test_points_between_thousands_are_seen_by_what_stands_beside_them(
    cells: list[str], refused: bool
) -> None:
    assert [rule[:28] for rule in rules("type: number", *cells)] == (
        ["points between the thousands"] if refused else []
    )


@pytest.mark.parametrize(
    ("limits", "seen"), [("[0, 999]", False), ("[-999, 0.5]", False), ("[0, 5000]", True)]
)
def test_a_range_below_a_thousand_has_no_thousands(limits: str, seen: bool) -> None:
    found = rules(f"type: number, range: {limits}", "37", "980", "450", "1.200", "2.500")
    assert any("points between the thousands" in rule for rule in found) is seen


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("2021-07-31 12:30:00", "a time of day beside the date"),
        ("2021-02-30", "no calendar has this day"),
        ("31.12.2020", "which is the day and which the month is never guessed"),
        ("12/31/20", "which is the day and which the month is never guessed"),
        ("20210731", "put the hyphens in"),
        ("44408", "declare format: serial-1900"),
        ("soon", "add it under missing:"),
        ("2024-05-02", "a date in the future; correct it, or give the column a range"),
    ],
)
def test_what_is_no_date(cell: str, advice: str) -> None:
    [rule] = rules("type: date", cell)
    assert advice in rule


def test_a_date_of_today_or_at_midnight_is_one() -> None:
    assert rules("type: date", "2024-05-01", "2021-07-31 00:00:00", "2021-07-31T00:00Z") == []


def test_a_range_of_dates_decides_also_about_the_future() -> None:
    planned = "type: date, range: [2010-01-01, 2030-12-31]"
    assert rules(planned, "2010-01-01", "2030-12-31") == []
    assert [r.partition(";")[0] for r in rules(planned, "2009-12-31", "2031-01-01")] == [
        "outside 2010-01-01 to 2030-12-31"
    ]


def test_other_words_for_yes_and_no_have_a_way_in() -> None:
    assert "true: [Ja], false: [Nee]" in rules("type: flag", "Ja")[0]
    assert rules("type: category, levels: [Nee, Ja]", "Ja") == []


def test_a_level_may_have_other_quotation_marks_but_not_another_case() -> None:
    levels = 'type: category, levels: ["don\'t know", female]'
    assert rules(levels, "don\u2019t know") == []
    assert "upper and lower case count" in rules(levels, "Female")[0]


def cohort_faults(identifiers: Sequence[str], x: Sequence[str | None]) -> dict[str, list[int]]:
    """Rules about rows that are no patients, with their rows."""
    study = study_of("type: number")
    raw = pa.table({"pid": pa.array(identifiers), "x": pa.array(x, pa.string())})
    cohort, faults = Cohort.check(raw, study, study.columns)
    faults += check_patients(cohort.table, study, faults)
    return {fault.rule.partition(";")[0]: list(fault.rows) for fault in faults}


PATIENTS = [f"P{number:02}" for number in range(9)]
UNLIKE = "an identifier unlike all others, in a row that looks like means or totals"
STATISTIC = "the name of a statistic where an identifier is expected"


@pytest.mark.parametrize(
    "name", ["Mean", "TOTAL", "Gemiddelde", "mean ± SD", "Std. Dev.", "Total:"]
)
def test_the_name_of_a_statistic_is_no_patient(name: str) -> None:
    assert cohort_faults([*PATIENTS, name], ["1"] * 10) == {STATISTIC: [9]}


@pytest.mark.parametrize(("name", "x"), [("N", "9"), ("SD", "2"), ("max", "3"), ("ward B", "1.5")])
def test_a_row_unlike_all_others_is_no_patient(name: str, x: str) -> None:
    assert cohort_faults([*PATIENTS, name], [*["1"] * 9, x]) == {UNLIKE: [9]}


@pytest.mark.parametrize(
    ("identifiers", "x"),
    [
        ([*PATIENTS, "P10b"], ["1"] * 10),
        ([*PATIENTS, "late"], ["1.5"] * 10),
        (["Max", "Eva", "N", "SD", "Sum", "Ann", "Bob", "Al", "Xi"], ["1"] * 9),
    ],
)
def test_patients_with_unusual_identifiers_are_patients(identifiers: Any, x: Any) -> None:
    assert cohort_faults(identifiers, x) == {}


@pytest.mark.parametrize(("sex", "refused"), [("male", []), (None, [9])])
def test_who_has_a_category_is_a_patient_whatever_the_identifier(
    sex: str | None, refused: list[int]
) -> None:
    study = parse_study(
        "study: s\ntimepoints: {T0: a, T1: b}\npredict_at: T0\ncolumns:\n  pid: {role: id}\n"
        "  x: {known_at: T0, type: number}\n"
        "  sex: {known_at: T0, type: category, levels: [female, male]}\n"
        "outcome: {name: r, known_at: T1, rule: 'true'}\n",
        file="s",
        pipeline=None,
    )
    raw = pa.table(
        {
            "pid": [*PATIENTS, "P-12a"],
            "x": [*["1"] * 9, "5.5"],
            "sex": pa.array([*["female"] * 9, sex], pa.string()),
        }
    )
    cohort, faults = Cohort.check(raw, study, study.columns)
    assert [row for fault in check_patients(cohort.table, study, faults) for row in fault.rows] == (
        refused
    )


def test_a_patient_without_any_value_is_none() -> None:
    x = ["1", None, "NA", "1"]
    assert cohort_faults(PATIENTS[:4], x) == {"no value in any column": [1, 2]}


def test_a_blank_row_is_named_once() -> None:
    found = cohort_faults(["a", None, "c"], ["1", None, "2"])  # type: ignore[list-item]
    assert found == {"a blank row inside the table": [1]}


def names(*table: str, more: str = "") -> list[str]:
    return [fault.message for fault in check_declared(table, study_of("type: number", more))]


def test_many_undeclared_columns_are_one_line() -> None:
    others = [f"q{number}" for number in range(300)]
    [message] = names("pid", "x", *others)
    assert message.startswith("300 columns of the table that the study file does not declare")
    assert "other_columns: ignore" in message


def test_other_columns_can_be_ignored_but_none_be_lacking() -> None:
    assert names("pid", "x", "y", "z", more="other_columns: ignore\n") == []
    assert names("pid", "X ray", more="other_columns: ignore\n") == [
        "x: declared in the study file, but not a column of the table"
    ]


@pytest.mark.parametrize("near", ["X", "x_", "X."])
def test_the_near_name_is_shown(near: str) -> None:
    assert f"the table has {near!r}: rename one of them" in names("pid", near)[-1]


def test_row_numbers_of_other_programs_are_recognised() -> None:
    assert "index=False" in names("pid", "x", "Unnamed: 0")[0]
    with pytest.raises(DataError, match="column 1 has no name in the header; row numbers of R"):
        check_names(["", "pid", "x"], "t.csv")


def test_a_title_above_the_header_is_one_line() -> None:
    with pytest.raises(DataError, match="names for 1 of 8 columns; is there a title") as caught:
        check_names(["Export"] + [""] * 7, "t.csv")
    assert len(caught.value.faults) == 1


def test_ignored_columns_are_counted(make_study: Callable[..., Study], tmp_path: Any) -> None:
    study = make_study(
        more="other_columns: ignore\noutcome: {name: r, known_at: T2, rule: nrs_t2 < 3}\n"
    )
    header = ",".join([*(column.name for column in study.columns), "more", "most"])
    row = "a,40,1,male,yes,2020-01-01,2020-02-01,x,7,5,5,yes,x,1,2"
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n")
    cohort = Cohort.read(tmp_path / "t.csv", study)
    assert (cohort.others, len(cohort.columns)) == (2, 13)
