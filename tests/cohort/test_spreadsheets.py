"""XLSX, ODS and XLS give the same table with the same care; LibreOffice writes the last two."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from predictor.cohort import read_table
from predictor.cohort.guesses import guess
from predictor.cohort.spreadsheets import open_workbook
from predictor.errors import DataError
from predictor.study import TableSpec

FORMATS = [
    ".xlsx",
    *(
        pytest.param(
            suffix, marks=pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice")
        )
        for suffix in (".ods", ".xls")
    ),
]
NOON, MIDNIGHT = datetime.fromisoformat("2021-07-31T12:30"), datetime.fromisoformat("2021-07-31")
NAMES = ["id", "number", "share", "day", "error", "flag", "thousands", "words", "moment"]
SPEC = TableSpec(sheet="Patients", header=4, below="Mean")
EXPECTED = {
    "id": ["P1", "P2", "P3"],
    "number": ["1.5", "0.1", "-2"],
    "share": ["12%", "0.5", None],
    "day": ["2021-07-31", None, "1999-01-01"],
    "error": ["#DIV/0!", "#N/A", None],
    "flag": ["true", "false", None],
    "thousands": ["#FORMAT!", "1300", None],
    "words": ["1,5", "a  b", "é\nx"],
    "moment": ["2021-07-31 12:30:00", None, "2021-07-31"],
}

Convert = Callable[[openpyxl.Workbook, str], Path]


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """A workbook in a format; formulas are calculated by LibreOffice first, if it is there."""

    def convert(book: openpyxl.Workbook, suffix: str) -> Path:
        folder = tmp_path_factory.mktemp("book")
        book.save(folder / "table.xlsx")
        if suffix == ".xlsx":
            return folder / "table.xlsx"
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                suffix[1:],
                "--outdir",
                str(folder),
                str(folder / "table.xlsx"),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return folder / f"table{suffix}"

    return convert


def book() -> openpyxl.Workbook:
    """Titles above, a sheet besides, means below, a table that begins in column B."""
    made = openpyxl.Workbook()
    made.active.title = "Codes"
    made.active.append(["id", "1 = yes"])
    sheet: Any = made.create_sheet("Patients")
    sheet["A1"] = "Pain clinic, export"
    sheet.merge_cells("A1:D1")
    cells: list[list[Any]] = [
        NAMES,
        ["P1", 1.5, 0.12, date(2021, 7, 31), "=1/0", True, 1200, "1,5",
         NOON],
        ["P2", 0.1, 0.5, None, "=NA()", False, 1300, "a  b", None],
        ["P3", -2, None, date(1999, 1, 1), None, None, None, "é\nx",
         MIDNIGHT],
        [],
        ["Mean", 0.4],
        ["made by hand"],
    ]  # fmt: skip
    for row, values in enumerate(cells, start=4):
        for column, value in enumerate(values, start=2):
            sheet.cell(row, column, value)
    sheet["D5"].number_format = "0%"
    sheet["H5"].number_format = "0,"
    return made


@pytest.fixture(scope="session")
def tables(convert: Convert) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def table(suffix: str) -> Path:
        if suffix not in made:
            made[suffix] = convert(book(), suffix)
        return made[suffix]

    return table


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_workbook_gives_what_its_cells_show(
    suffix: str, tables: Callable[[str], Path]
) -> None:
    found = read_table(tables(suffix), SPEC).to_pydict()

    if suffix == ".xlsx":  # nobody has calculated the formulas
        assert found.pop("error") == ["#FORMULA!", "#FORMULA!", None]
    assert found == {name: EXPECTED[name] for name in found}


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_it_seems_to_be_is_offered(suffix: str, tables: Callable[[str], Path]) -> None:
    found = guess(tables(suffix), names=NAMES)

    assert found is not None
    assert found.edit.value == {"header": 4, "below": "Mean", "sheet": "Patients"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_wrong_declaration_says_what_to_do(suffix: str, tables: Callable[[str], Path]) -> None:
    path = tables(suffix)
    for spec, message in (
        (TableSpec(), "expected one sheet, found 2 (Codes, Patients); say under table:"),
        (TableSpec(sheet="Patient"), "there is no sheet 'Patient'; there are Codes, Patients"),
        (TableSpec(sheet="Patients", header=99), "ends before row 99, in which the names"),
        (TableSpec(sheet="Patients", header=2), "row 2 is blank; expected the names"),
    ):
        with pytest.raises(DataError) as caught:
            read_table(path, spec)
        assert message in str(caught.value)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_hidden_is_refused(suffix: str, convert: Convert) -> None:
    hiding = book()
    sheet: Any = hiding["Patients"]
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.merge_cells("E7:E8")
    hiding["Codes"].sheet_state = "hidden"
    path = convert(hiding, suffix)

    with pytest.raises(DataError) as caught:
        read_table(path, SPEC)

    assert "row 6: hidden, by a filter or by hand" in str(caught.value)
    assert "column D is hidden" in str(caught.value)
    assert "row 7: merged cells" in str(caught.value)
    assert open_workbook(path).sheets == {"Codes": True, "Patients": False}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("damage", ["text", "half", "flipped"])
def test_a_damaged_workbook_is_refused(
    suffix: str, damage: str, tables: Callable[[str], Path], tmp_path: Path
) -> None:
    content = tables(suffix).read_bytes()
    broken = {
        "text": b"id,number\n1,2\n",
        "half": content[: len(content) // 2],
        "flipped": content[:600] + bytes(byte ^ 0x55 for byte in content[600:]),
    }[damage]
    path = tmp_path / f"table{suffix}"
    path.write_bytes(broken)

    with pytest.raises(DataError, match="or damaged or protected; save it anew"):
        read_table(path, SPEC)
