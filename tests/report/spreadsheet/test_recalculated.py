"""Workbooks that LibreOffice has recalculated say the same numbers and words as the command.

The program is started once for all of them, which takes longer than everything else here.
"""

from __future__ import annotations

import datetime
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from openpyxl import Workbook, load_workbook

from predictor.cohort import read_table
from predictor.formulas import Call, Constant, Expression, Reference, Step, value_of
from predictor.formulas.excel import Sort, in_excel, sort_of
from predictor.formulas.splitting import split
from predictor.portable import formula_of
from predictor.report.spreadsheet import calculator_workbook
from predictor.report.spreadsheet.workbook import FIRST_PATIENT, FORM, PATIENTS, STEPS
from predictor.saved import SavedModel, read_model, score
from predictor.workflows import enter

STORED = Path(__file__).parents[2] / "saved" / "stored" / "format_2"
PUBLISHED = """\
study: published
timepoints: {T0: before, T1: after}
predict_at: T0
missing: [NA, "-9"]
columns:
  id:         {role: id}
  age_years:  {known_at: T0, type: number, range: [18, 100], meaning: "=1+1 is no formula"}
  grade:      {known_at: T0, type: category, levels: ["1", "2", "+3"]}
  pain:       {known_at: T0, type: number, unit: NRS, range: [0, 10]}
  paindetect: {known_at: T0, type: integer, range: [-1, 38]}
  allodynia:  {known_at: T0, type: flag}
  better:     {known_at: T1, type: flag}
outcome: {name: better, known_at: T1, rule: better}
learners:
  score:
    model:
      source: Surname 2020
      points:
        items: {age_years: {60: 1, 70: 2}, "grade=2": 1, "grade=+3": 0.5, allodynia: 2, pain: {7: 1}, paindetect: 0.1}
        probability: {-0.1: 0.10, 2: 0.30, 4: 0.60}
      units: {pain: NRS}
      missing: {age_years: 54, "grade=2": 0.2, "grade=+3": 0.1, allodynia: 0.5, pain: refuse, paindetect: 12}
      means: {age_years: 54, "grade=2": 0.2, "grade=+3": 0.1, allodynia: 0.5, pain: 6, paindetect: 14}
      standard_deviations: {age_years: 12, "grade=2": 0.4, "grade=+3": 0.3, allodynia: 0.5, pain: 1.8, paindetect: 6}
"""  # noqa: E501
OTHERS = """\
id,age_years,grade,pain,paindetect,allodynia
a,60,1,7,0,yes
b,59.5,2,6.9,20,no
c,NA,+3,10,NA,NA
d,101,2,5,3,yes
e,50,4,30,3.5,perhaps
f,50,-9,NA,-1,1
g,70,1,25,38,0
h,18,NA,0,-9,TRUE
"""
FAMILIES = ("linear", "additive", "trees", "points")


@dataclass(frozen=True)
class Case:
    """A model, patients, and what the workbook says of them: by header, one value a patient."""

    model: SavedModel
    patients: pa.Table
    book: Any


def models(folder: Path) -> dict[str, tuple[SavedModel, Path]]:
    config = folder / "published.yaml"
    config.write_text(PUBLISHED)
    (told,) = enter(config, out=folder / "model").models
    others = folder / "others.csv"
    others.write_text(OTHERS)
    new = STORED / "new_patients.csv"
    return {
        "linear": (read_model(STORED / "ridge"), new),
        "additive": (read_model(STORED / "additive"), new),
        "trees": (read_model(STORED / "lightgbm"), new),
        "points": (read_model(told.model), others),
    }


def filled(model: SavedModel, patients: pa.Table, path: Path) -> None:
    """The workbook with the patients typed in; the first one in the form, too."""
    path.write_bytes(calculator_workbook(model, formula_of(model), patients=len(patients)))
    book = load_workbook(path)
    sheet, form = book[PATIENTS], book[FORM]
    header = [cell.value for cell in sheet[FIRST_PATIENT - 1]]
    places = [row[1] for row in form.iter_rows(max_col=2) if not row[1].protection.locked]
    kinds = {column.name: column.type for column in model.study.columns}
    asked = [name for name in header[1:] if name in kinds][: len(places)]
    for row, patient in enumerate(patients.to_pylist()):
        for name in asked:
            typed = as_typed(patient[name], kinds[name])
            sheet.cell(FIRST_PATIENT + row, header.index(name) + 1).value = typed
    for name, place in zip(asked, places, strict=True):
        column = header.index(name) + 1
        place.value = sheet.cell(FIRST_PATIENT, column).value
    book.save(path)


def as_typed(text: str | None, kind: str) -> object:
    """What a spreadsheet makes of a cell that somebody types."""
    if text is None or text == "NA":
        return text if kind == "category" else None
    if kind in ("number", "integer"):
        return float(text)
    if kind == "date":
        return datetime.date.fromisoformat(text)
    return {"TRUE": True}.get(text, text)


NAMES: dict[str, Sort] = {
    "a": "number", "b": "number", "c": "condition", "d": "condition", "s": "text", "t": "text",
}  # fmt: skip
VALUES = {
    "number": (None, -2.5, 0.0, 0.5, 3.0, 1.0),
    "condition": (None, True, False),
    "text": (None, "male", "Male", 'a "b"', ""),
}
NUMBERS = {
    "add": 3, "subtract": 2, "multiply": 3, "divide": 2, "negate": 1, "power": 2, "exp": 1,
    "ln": 1, "log10": 1, "sqrt": 1, "abs": 1, "floor": 1, "ceil": 1, "least": 3, "greatest": 2,
    "if": 3, "first_known": 3, "round": 2,
}  # fmt: skip
CONDITIONS = {
    "and": 3, "or": 3, "not": 1, "is_missing": 1, "equal": 2, "unequal": 2, "less": 2,
    "at_most": 2, "greater": 2, "at_least": 2, "if": 3,
}  # fmt: skip
Row = tuple[Expression, dict[str, Any]]


def made_up(rng: np.random.Generator, sort: Sort, depth: int) -> Expression:
    """An expression of a sort."""
    if depth == 0 or sort == "text":
        names = [name for name, kind in NAMES.items() if kind == sort]
        if rng.random() < 0.7:
            return Reference(str(rng.choice(names)))
        return Constant(VALUES[sort][int(rng.integers(len(VALUES[sort])))])
    operators = NUMBERS if sort == "number" else CONDITIONS
    name: Any = str(rng.choice(list(operators)))
    inner: list[Sort] = [sort] * operators[name]
    if name == "if":
        inner[0] = "condition"
    elif name in ("equal", "unequal", "is_missing"):
        inner = [str(rng.choice(["number", "text", "condition"]))] * operators[name]  # type: ignore[list-item]
    elif sort == "condition" and name not in ("and", "or", "not"):
        inner = ["number", "number"]
    arguments = [made_up(rng, each, depth - 1) for each in inner]
    if name == "round":
        arguments[1] = Constant(float(rng.integers(0, 3)))
    return Call(name, tuple(arguments))


def expressions() -> list[Row]:
    """Every operator on every combination of values, and larger ones of any kind."""
    rng = np.random.default_rng(20)
    rows: list[Row] = []
    for sort, operators in (("number", NUMBERS), ("condition", CONDITIONS)):
        for name in operators:
            for _ in range(25):
                expression = made_up(rng, sort, 1)  # type: ignore[arg-type]
                while not (isinstance(expression, Call) and expression.operator == name):
                    expression = made_up(rng, sort, 1)  # type: ignore[arg-type]
                rows.append((expression, known(rng)))
    rows += [(made_up(rng, "condition", 4), known(rng)) for _ in range(150)]
    rows += [(made_up(rng, "number", 4), known(rng)) for _ in range(150)]
    return rows


def known(rng: np.random.Generator) -> dict[str, Any]:
    return {n: VALUES[k][int(rng.integers(len(VALUES[k])))] for n, k in NAMES.items()}


def write_expressions(rows: list[Row], path: Path) -> None:
    """A row for each: its values, its parts, and itself in the last column that is used."""
    book = Workbook()
    sheet = book.active
    for number, (expression, values) in enumerate(rows, start=1):
        places: dict[str, str] = {}
        sorts = dict(NAMES)
        steps = split([Step("it", expression, "")], most=9, depth=2)
        for column, (name, value) in enumerate(values.items(), start=1):
            cell = sheet.cell(number, column)
            cell.value = "=NA()" if value is None else value
            places[name] = f"${cell.column_letter}{number}"
        for column, step in enumerate(steps, start=1 + len(values)):
            cell = sheet.cell(number, column)
            cell.value = f"={in_excel(step.expression, places, sorts)}"
            places[step.name] = f"${cell.column_letter}{number}"
            sorts[step.name] = sort_of(step.expression, sorts)
    book.save(path)


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("books")
    found = {name: (m, read_table(new)) for name, (m, new) in models(folder).items()}
    for name, (model, patients) in found.items():
        filled(model, patients, folder / f"{name}.xlsx")
    rows = expressions()
    write_expressions(rows, folder / "expressions.xlsx")
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program, "install LibreOffice: .ci/office does it"
    subprocess.run(
        [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            "--convert-to", "xlsx", "--outdir", str(folder / "out"),
            *(str(path) for path in sorted(folder.glob("*.xlsx"))),
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    books = {
        path.stem: load_workbook(path, data_only=True) for path in (folder / "out").glob("*.xlsx")
    }
    cases: dict[str, Any] = {
        name: Case(model, patients, books[name]) for name, (model, patients) in found.items()
    }
    return cases | {"expressions": (rows, books["expressions"].active)}


def told(case: Case) -> list[dict[str, Any]]:
    """What the sheet of several patients shows, a mapping for each patient."""
    sheet = case.book[PATIENTS]
    header = [cell.value for cell in sheet[FIRST_PATIENT - 1]]
    shown = header[: header.index(None)]
    return [
        {
            name: sheet.cell(FIRST_PATIENT + row, column).value
            for column, name in enumerate(shown, start=1)
        }
        for row in range(len(case.patients))
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_recalculated_workbook_says_what_score_says(recalculated, family) -> None:
    case = recalculated[family]
    expected = score(case.model, case.patients, lenient=True)
    found = told(case)
    assert np.isfinite(expected.probability).sum() >= 4
    for name in ("probability", "low", "high"):
        numbers = [np.nan if row.get(name) is None else row[name] for row in found]
        np.testing.assert_allclose(numbers, getattr(expected, name), rtol=0, atol=1e-9)
    assert [row["flags"] or "" for row in found] == list(expected.flags)
    if "effective_sample_size" in found[0]:
        sizes = [
            np.nan if row["effective_sample_size"] is None else row["effective_sample_size"]
            for row in found
        ]
        np.testing.assert_allclose(sizes, expected.effective_sample_size, rtol=1e-9)


@pytest.mark.parametrize("family", ["linear", "additive", "points"])
def test_the_form_says_the_same_as_the_row_of_that_patient(recalculated, family) -> None:
    case = recalculated[family]
    shown = {row[0].value: row[1].value for row in case.book[FORM].iter_rows(max_col=2)}
    first = told(case)[0]
    assert shown["Probability"] == pytest.approx(first["probability"], abs=1e-12)
    assert (shown["Remarks"] or None) == first["flags"]
    expected = score(case.model, case.patients, lenient=True)
    named = [covariate for covariate, _ in formula_of(case.model).contributions]
    assert named
    for place, covariate in enumerate(expected.covariates):
        if covariate in named:
            assert shown[covariate] == pytest.approx(expected.contributions[0, place], abs=1e-9)


def test_a_text_that_begins_like_a_formula_stays_a_text(recalculated) -> None:
    case = recalculated["points"]
    labels = [row[0].value for row in case.book[FORM].iter_rows(max_col=1)]
    assert "=1+1 is no formula" in labels
    assert "+3" in [cell.value for row in case.book["Levels"].iter_rows() for cell in row]


def test_no_step_of_a_workbook_is_an_error_but_for_what_is_missing(recalculated) -> None:
    for family in FAMILIES:
        values = [row[2].value for row in recalculated[family].book[STEPS].iter_rows(min_row=4)]
        errors = {v for v in values if isinstance(v, str) and v.startswith("#")}
        assert errors <= {"#N/A", "#DIV/0!", "#NUM!", "#VALUE!"}, family
        assert "Err:" not in " ".join(str(value) for value in values)


def test_expressions_mean_in_a_spreadsheet_what_they_mean_in_python(recalculated) -> None:
    rows, sheet = recalculated["expressions"]
    compared = 0
    for number, (expression, values) in enumerate(rows, start=1):
        expected = value_of(expression, values)
        steps = split([Step("it", expression, "")], most=9, depth=2)
        found = sheet.cell(number, len(values) + len(steps)).value
        said = f"{expression} of {values}"
        if expected is None:
            assert isinstance(found, str), said
            assert found.startswith("#"), said
        elif isinstance(expected, bool):
            assert found is expected, said
        elif abs(expected) < 1e100:  # beyond, a spreadsheet gives up sooner
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-12), said
            compared += 1
    assert compared > 250


def test_a_rule_of_the_dictionary_is_told_beside_the_answer(recalculated) -> None:
    case = recalculated["points"]
    sheet = case.book[PATIENTS]
    header = [cell.value for cell in sheet[FIRST_PATIENT - 1]]
    faults = {
        name.removeprefix("fault of "): sheet.cell(FIRST_PATIENT + 4, column).value
        for column, name in enumerate(header, start=1)
        if isinstance(name, str) and name.startswith("fault of ")
    }
    assert faults["age_years"] is None
    assert faults["grade"].startswith("not one of the declared levels (1, 2, +3)")
    assert "0-100 scale" in faults["pain"]
    assert faults["paindetect"].startswith("not a whole number")
    assert faults["allodynia"].startswith("not a flag")
