"""A spreadsheet as it looks: what is not seen is refused, or comes as a cell that is refused."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from predictor.cohort import Cohort, read_frame, read_table
from predictor.cohort.read import read_table as read_csv
from predictor.errors import DataError
from predictor.study import Study

Change = Callable[[Any], object]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Three patients with two values, changed by a function of the sheet."""

    def make(change: Change = lambda _: None) -> Path:
        book = openpyxl.Workbook()
        sheet: Any = book.active
        for row in (["pid", "x", "y"], ["a", 1, 2], ["b", 0.5, -3], ["c", 0, 1200]):
            sheet.append(row)
        change(sheet)
        book.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return make


def with_part(path: Path, name: str, change: Callable[[str], str]) -> Path:
    """The workbook with one of its parts rewritten."""
    with zipfile.ZipFile(path) as source:
        parts = {part: source.read(part).decode() for part in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part, content in parts.items():
            target.writestr(part, change(content) if part == name else content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_table(path)
    return str(caught.value)


def put(cell: str, value: object, shape: str | None = None) -> Change:
    def change(sheet: Any) -> None:
        sheet[cell] = value
        if shape is not None:
            sheet[cell].number_format = shape

    return change


def shape_of_y(shape: str) -> Change:
    def change(sheet: Any) -> None:
        for row in (2, 3, 4):
            sheet.cell(row, 3).number_format = shape

    return change


@pytest.mark.parametrize("shape", [
    "General", "0", "0.00", "#,##0", "# ##0", '0" mg"', "0.0_);(0.0)", "[Red]0;[Blue]-0", "@",
    "0E+00", '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', "# ?/?", "0;-0;0",
])  # fmt: skip
def test_a_number_is_itself_whatever_its_decimals_and_colours(workbook: Any, shape: str) -> None:
    assert read_table(workbook(shape_of_y(shape)))["y"].to_pylist() == ["2", "-3", "1200"]


@pytest.mark.parametrize(
    ("shape", "cells"),
    [
        ("0%", ["200%", "-300%", "120000%"]),
        (";;;", ["#FORMAT!"] * 3),
        ("0;;0", ["2", "#FORMAT!", "1200"]),
        ('"yes";"no"', ["#FORMAT!"] * 3),
        ("0,", ["#FORMAT!"] * 3),
        ("#,##0.0,,", ["#FORMAT!"] * 3),
    ],
)
def test_what_looks_otherwise_than_it_is_comes_as_no_number(
    workbook: Any, shape: str, cells: list[str]
) -> None:
    assert read_table(workbook(shape_of_y(shape)))["y"].to_pylist() == cells


def test_a_percentage_is_what_is_seen(workbook: Any) -> None:
    change = put("B3", 0.123, "0.0%")
    assert read_table(workbook(change))["x"].to_pylist() == ["1", "12.3%", "0"]


def test_a_zero_that_is_not_shown_is_no_zero(workbook: Any) -> None:
    assert read_table(workbook(put("B4", 0, "0;-0;;@")))["x"].to_pylist() == [
        "1",
        "0.5",
        "#FORMAT!",
    ]


@pytest.mark.parametrize(
    ("held", "seen"),
    [
        (0.1 + 0.2, "0.3"),
        (8.3 - 6.3, "2"),
        (5.4 - 3.4, "2"),
        (123456789.123456, "123456789.123456"),
    ],
)
def test_a_formula_gives_the_digits_that_a_spreadsheet_shows(
    workbook: Any, held: float, seen: str
) -> None:
    assert read_table(workbook(put("B3", held)))["x"].to_pylist() == ["1", seen, "0"]


def test_a_formula_without_a_value_is_not_missing(workbook: Any) -> None:
    assert read_table(workbook(put("B3", "=1+1")))["x"].to_pylist() == ["1", "#FORMULA!", "0"]


@pytest.mark.parametrize(
    ("value", "text"), [('t="str"><f>x</f><v></v>', None), ("><f>x</f><v>7</v>", "7")]
)
def test_a_formula_with_a_value_is_its_value(workbook: Any, value: str, text: str | None) -> None:
    path = workbook(put("B3", "=1+1"))
    changed = with_part(
        path, SHEET, lambda xml: xml.replace("><f>1+1</f><v />", " " * ("t=" in value) + value)
    )
    assert read_table(changed)["x"].to_pylist() == ["1", text, "0"]


def test_only_columns_that_are_used_have_to_be_right(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study = make_study()
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append([column.name for column in study.columns])
    day = datetime.date(2020, 1, 1)
    sheet.append(["a", 40, 1, "male", "yes", day, day, "x", 7, 5, 5, "yes", "=1+1"])
    book.save(tmp_path / "t.xlsx")
    assert len(Cohort.read(tmp_path / "t.xlsx", study)) == 1
    sheet["H2"], sheet["I2"] = "#N/A", "=1+1"
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError) as caught:
        Cohort.read(tmp_path / "t.xlsx", study)
    assert [fault.split(": ", 1)[1].partition(";")[0] for fault in caught.value.faults] == [
        "note: row 2: an error of a spreadsheet in place of a value",
        "nrs_t0: row 2: a formula that was never calculated",
    ]


def hide_rows(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:C4"
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True


def hide_column(sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (hide_rows, "rows 3, 4: hidden, by a filter or by hand; show all rows"),
        (hide_column, "column B is hidden; show what is needed"),
        (lambda sheet: sheet.merge_cells("A2:A3"), "row 2: merged cells"),
        (lambda sheet: sheet.merge_cells("B1:C1"), "row 1: merged cells (a title, groups"),
        (lambda sheet: sheet.insert_rows(1, 2), "row 1 is blank; expected the names of the"),
        (put("XFD1048576", "x"), "the sheet reaches to row 1,048,576 and column 16,384; delete"),
    ],
)
def test_a_sheet_that_hides_something_is_refused(
    workbook: Any, change: Change, message: str
) -> None:
    assert message in refusal(workbook(change))


def test_blank_columns_before_a_table_are_passed_over(workbook: Any) -> None:
    whole = read_table(workbook())

    assert read_table(workbook(lambda sheet: sheet.insert_cols(1, 2))) == whole


def test_what_is_hidden_beside_the_table_is_none_of_it(workbook: Any) -> None:
    def change(sheet: Any) -> None:
        sheet.column_dimensions["G"].hidden = True
        sheet.row_dimensions[9].hidden = True
        sheet.merge_cells("F7:G8")

    assert read_table(workbook(change)).num_rows == 3


def test_a_hidden_sheet_is_named_as_such(workbook: Any) -> None:
    def change(sheet: Any) -> None:
        sheet.parent.create_sheet("codes").sheet_state = "hidden"

    assert "expected one sheet, found 2 (Sheet, codes (hidden))" in refusal(workbook(change))


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_is(workbook: Any) -> None:
    path = workbook()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"0" * (257 * 2**20))
    assert path.stat().st_size < 2**20
    assert "unpacked larger than 256 MB" in refusal(path)


def test_a_footnote_below_the_table_is_no_patient(workbook: Any, tmp_path: Path) -> None:
    table = read_table(workbook(put("A6", "* measured twice")))
    assert table["pid"].to_pylist() == ["a", "b", "c", None, "* measured twice"]
    (tmp_path / "t.csv").write_text("pid,x\na,1\n* measured twice\n")
    assert "is there a footnote below the table" in refusal(tmp_path / "t.csv")


def test_texts_that_look_the_same_are_the_same(tmp_path: Path) -> None:
    import pandas as pd

    (tmp_path / "t.csv").write_text("pid,cafe\u0301,\u200bx\nZoe\u0301,a\u00a0b,\ufeff5\n", "utf-8")
    expected = {"pid": ["Zo\u00e9"], "caf\u00e9": ["a b"], "x": ["5"]}
    assert read_table(tmp_path / "t.csv").to_pydict() == expected
    frame = pd.DataFrame({"pid": ["Zoe\u0301"], "cafe\u0301": ["a\u00a0b"], "\u200bx": ["5"]})
    assert read_frame(frame).to_pydict() == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a" * (5 * 2**20), "line 1 is longer than 1 MB"),
        ("pid,x\n1,2\n3," + "4" * (5 * 2**20), "line 3 is longer than 1 MB"),
        (
            ",".join(f"c{n}" for n in range(20_001)) + "\n1\n",
            "20,001 columns, more than the 20,000",
        ),
    ],
)
def test_a_giant_line_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    assert message in refusal(tmp_path / "t.csv")


def test_a_giant_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("pid\n1\n")
    monkeypatch.setattr("predictor.cohort.read.LARGEST_FILE", 3)
    with pytest.raises(DataError, match="not read into memory; save it as Parquet"):
        read_csv(tmp_path / "t.csv")
