"""The workbook: a form for one patient, rows for several, every step, and the levels to choose."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from predictor.formulas import Formula
from predictor.report.model_standing import standing
from predictor.report.page.form_fields import Field, field_groups
from predictor.report.spreadsheet import cells
from predictor.report.spreadsheet.answers import Answer
from predictor.report.spreadsheet.lines import (
    HIGH,
    LOW,
    REMARKS,
    SCORED,
    SIZE,
    Line,
    answer_of,
    fault_of,
    lines_of,
)
from predictor.saved import SavedModel

FORM, PATIENTS, STEPS, LEVELS = "Calculator", "Patients", "Steps", "Levels"
"""Names of the sheets."""
FIRST_PATIENT = 4
"""Row of the first patient of several."""
_MOST_CELLS = 20_000  # of the sheet of several patients
_FEWEST_PATIENTS = 20
_CREATOR, _LONGEST_PROPERTIES = "predictor export", 10_000
_ROW = "\x00"
_SHOWN = (
    (SCORED, "probability", "Probability"),
    (LOW, "low", "Range over other samples of patients, from"),
    (HIGH, "high", "to"),
    (SIZE, "effective_sample_size", "As sure as the mean of so many patients"),
    (REMARKS, "flags", "Remarks"),
)
_PERCENT, _WHOLE, _ANY, _DAY, _TEXT = "0.0%", "0", "General", "yyyy-mm-dd", "@"


def calculator_workbook(model: SavedModel, formula: Formula, *, patients: int = 200) -> bytes:
    """An XLSX file that computes the model; no macro, no link, no name of a patient.

    Parameters
    ----------
    model, formula
        A saved model, and what it computes.
    patients
        For how many there is a row on the sheet of several patients; fewer, or no such sheet, where
        a model has so many steps that a program would become slow.

    Raises
    ------
    ModelError
        If a step cannot be computed by a spreadsheet as the model does.
    """
    from openpyxl import Workbook

    book = Workbook()
    form = book.active
    form.title = FORM
    asked = [field for group in field_groups(model) for field in group.fields]
    levels = _levels_sheet(book.create_sheet(LEVELS), formula)
    columns = {column.name: column for column in model.study.columns}
    answers = {
        each.name: Answer(columns[each.name], model.study, levels.get(each.name, ""))
        for each in formula.inputs
    }
    every = lines_of(formula, model.study, answers)
    places = _form_sheet(form, model, formula, asked, levels)
    _steps_sheet(book.create_sheet(STEPS), every, places, form, formula)
    _patients_sheet(book, formula, every, asked, levels, patients)
    book.move_sheet(LEVELS, offset=len(book.sheetnames))
    book.calculation.fullCalcOnLoad = True
    book.properties.creator = _CREATOR
    book.properties.title = f"{formula.model}: probability of {formula.outcome}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def is_calculator(path: Path) -> bool:
    """Whether a file is a workbook that `calculator_workbook` made."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as properties:
            return f"creator>{_CREATOR}<".encode() in properties.read(_LONGEST_PROPERTIES)
    except (OSError, zipfile.BadZipFile, KeyError):
        return False


def _levels_sheet(sheet: Any, formula: Formula) -> dict[str, str]:
    """One column of levels for each list; its address."""
    found = {}
    for place, each in enumerate(i for i in formula.inputs if i.kind in ("category", "flag")):
        column = _letters(place + 1)
        cells.put_text(sheet[f"{column}1"], each.name, bold=True)
        chosen = each.levels or ("yes", "no")
        for row, level in enumerate(chosen, start=2):
            cells.put_text(sheet[f"{column}{row}"], level, number=_TEXT)
        found[each.name] = f"{LEVELS}!${column}$2:${column}${len(chosen) + 1}"
    cells.protect(sheet)
    return found


def _form_sheet(
    sheet: Any,
    model: SavedModel,
    formula: Formula,
    asked: Sequence[Field],
    levels: Mapping[str, str],
) -> dict[str, str]:
    """Questions with their cells; results are added by `_results`. Addresses of the answers."""
    for letter, width in zip("ABCDE", (46, 18, 12, 26, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    cells.put_text(sheet["A1"], f"Probability of {formula.outcome}", bold=True, size=16)
    sheet.row_dimensions[1].height = 24
    found = standing(model)
    said = [
        f"{formula.model}, predicted at {formula.predict_at}",
        *filter(None, [" ".join(found.sentences)]),
        formula.notice,
        *(f"Not in this workbook: {each}" for each in formula.left_out),
        "Fill in the yellow cells; leave a cell empty if the answer is not known.",
    ]
    row = 2
    for text in said:
        cells.put_text(sheet[f"A{row}"], text, colour=cells.GREY, wrap=True)
        sheet.merge_cells(f"A{row}:E{row}")
        sheet.row_dimensions[row].height = 14 * (1 + len(text) // 150)
        row += 1
    row += 1
    _header(sheet, row, ("Question", "Answer", "Unit", "Allowed", "What is wrong"))
    places = {}
    for field in asked:
        row += 1
        cells.put_text(sheet[f"A{row}"], field.label, wrap=True)
        cell = sheet[f"B{row}"]
        cells.styled(cell, fill=cells.FORM, number=_format(field), right=True, open_to_all=True)
        cells.put_text(sheet[f"C{row}"], field.unit)
        allowed = field.hint or ", ".join(text for _, text in field.answers)
        cells.put_text(sheet[f"D{row}"], allowed, colour=cells.GREY, wrap=True)
        _validate(sheet, field, levels, f"B{row}")
        places[answer_of(field.name)] = f"{FORM}!$B${row}"
    sheet.freeze_panes = "A2"
    return places


def _header(sheet: Any, row: int, names: Sequence[str]) -> None:
    for place, name in enumerate(names, start=1):
        cells.put_text(sheet.cell(row, place), name, bold=True, fill=cells.PAPER)


def _format(field: Field) -> str:
    if field.kind == "date":
        return _DAY
    chosen = field.kind in ("choice", "list") and not isinstance(field.answers[0][0], bool)
    return _TEXT if chosen else _ANY


def _validate(sheet: Any, field: Field, levels: Mapping[str, str], cells_of: str) -> None:
    """Refuse at once what the dictionary does not allow, and offer what it does."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rules, rule = field.rules, None
    if field.name in levels:
        rule = DataValidation(type="list", formula1=f"={levels[field.name]}")
    elif field.kind == "number" and rules.get("outside") is not None:
        kind = "whole" if field.whole else "decimal"
        low, high = rules["low"], rules["high"]
        rule = DataValidation(type=kind, operator="between", formula1=low, formula2=high)
    if rule is None:
        return
    rule.allow_blank = True
    rule.errorStyle = "warning" if rules["missing"] else "stop"
    rule.errorTitle = field.name[:30]
    rule.error = str(rules.get("outside") or "one of the list")[:220]
    rule.promptTitle = field.name[:30]
    rule.prompt = f"{field.label}. {field.hint} {field.unit}"[:250]
    rule.showErrorMessage = rule.showInputMessage = True
    rule.add(cells_of)
    sheet.add_data_validation(rule)


def _steps_sheet(
    sheet: Any, every: Sequence[Line], answers: Mapping[str, str], form: Any, formula: Formula
) -> None:
    """A line in each row: name, meaning, value, and the formula with names in place of cells."""
    for letter, width in zip("ABCD", (34, 60, 18, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    cells.put_text(
        sheet["A1"],
        f"How the probability of {formula.outcome} is computed from the answers in {FORM}, one "
        f"value after the other. What is not known, or not defined, is an error such as #N/A.",
        colour=cells.GREY,
    )
    _header(sheet, 3, ("Name", "Meaning", "Value", "Formula, with names"))
    rows = {line.name: row for row, line in enumerate(every, start=4)}
    places = {name: f"$C${row}" for name, row in rows.items()} | dict(answers)
    names = {line.name: f"[{_shown(line.name)}]" for line in every}
    names |= {name: f"[{_shown(name)}]" for name in answers}
    for line in every:
        row = rows[line.name]
        cells.put_text(sheet[f"A{row}"], _shown(line.name))
        cells.put_text(sheet[f"B{row}"], line.meaning, colour=cells.GREY)
        cells.put_formula(sheet[f"C{row}"], line.write(places), line.name)
        cells.put_text(sheet[f"D{row}"], line.write(names)[:32_000], colour=cells.GREY)
    sheet.freeze_panes = "A4"
    cells.protect(sheet)
    _results(form, rows, answers, formula)


def _shown(name: str) -> str:
    return name.removeprefix("= ")


def _results(
    form: Any, rows: Mapping[str, int], answers: Mapping[str, str], formula: Formula
) -> None:
    """What is wrong with each answer, the numbers, and what each covariate adds."""
    for key, address in answers.items():
        row = int(address.rpartition("$")[2])
        fault = f"{STEPS}!$C${rows[fault_of(key.removeprefix(answer_of('')))]}"
        cells.put_formula(form[f"E{row}"], fault, key, colour="B00020", wrap=True)
    row = form.max_row + 2
    _header(form, row, ("Result", "", "", "", ""))
    for name, _, said in _SHOWN:
        if name not in rows:
            continue
        row += 1
        big = {"size": 16, "bold": True} if name == SCORED else {}
        cells.put_text(form[f"A{row}"], said, wrap=True, **big)
        number = {SIZE: _WHOLE, REMARKS: _ANY}.get(name, _PERCENT)
        look = {"wrap": True} if name == REMARKS else {"number": number, "right": True, **big}
        cells.put_formula(form[f"B{row}"], f"{STEPS}!$C${rows[name]}", name, **look)
        if name == SCORED:
            form.row_dimensions[row].height = 24
        if name == REMARKS:
            form.merge_cells(f"B{row}:E{row}")
            form.row_dimensions[row].height = 60
    if formula.contributions:
        row += 2
        _header(form, row, ("What each covariate adds", "Log-odds", "", "", ""))
        for covariate, step in formula.contributions:
            row += 1
            cells.put_text(form[f"A{row}"], covariate)
            scored = f'{STEPS}!$C${rows[SCORED]}=""'
            shown = f'IF({scored},"",IFERROR({STEPS}!$C${rows[step]},""))'
            cells.put_formula(form[f"B{row}"], shown, step, number="+0.00;-0.00;0.00", right=True)
    cells.protect(form)
    form.page_setup.orientation, form.page_setup.paperSize = "landscape", form.PAPERSIZE_A4
    form.page_setup.fitToWidth, form.page_setup.fitToHeight = 1, 0
    form.sheet_properties.pageSetUpPr.fitToPage = True


def _patients_sheet(
    book: Any,
    formula: Formula,
    every: Sequence[Line],
    asked: Sequence[Field],
    levels: Mapping[str, str],
    patients: int,
) -> None:
    """A patient in each row: label, answers, numbers, remarks, and to the right every step."""
    most = _MOST_CELLS // len(every)
    if most < min(_FEWEST_PATIENTS, patients):
        return
    patients = min(patients, most)
    sheet = book.create_sheet(PATIENTS, 1)
    cells.put_text(
        sheet["A1"],
        f"Probability of {formula.outcome}, {formula.model}: a patient in each row. "
        f"{formula.notice}",
        colour=cells.GREY,
    )
    shown = [(name, column) for name, column, _ in _SHOWN if name in {line.name for line in every}]
    columns = {answer_of(field.name): 2 + place for place, field in enumerate(asked)}
    first_shown = 2 + len(asked)
    first_step = first_shown + len(shown) + 1
    columns |= {line.name: first_step + place for place, line in enumerate(every)}
    _header(
        sheet,
        FIRST_PATIENT - 1,
        ("patient", *(field.name for field in asked), *(column for _, column in shown), "",
         *(_shown(line.name) for line in every)),
    )  # fmt: skip
    # written once, with a sign that no formula has in place of the number of the row
    places = {name: f"${_letters(column)}{_ROW}" for name, column in columns.items()}
    answered = f"${_letters(2)}{_ROW}:${_letters(1 + len(asked))}{_ROW}"
    numbers = {SIZE: _WHOLE, REMARKS: _ANY}
    written = [
        (first_shown + k, f'IF(COUNTA({answered})=0,"",{places[name]})', name)
        for k, (name, _) in enumerate(shown)
    ]
    written += [(columns[line.name], line.write(places), line.name) for line in every]
    for row in range(FIRST_PATIENT, FIRST_PATIENT + patients):
        cells.styled(sheet.cell(row, 1), fill=cells.FORM, open_to_all=True)
        for place, field in enumerate(asked, start=2):
            cell = sheet.cell(row, place)
            cells.styled(cell, fill=cells.FORM, number=_format(field), open_to_all=True)
        for place, formula_text, name in written:
            cells.put_formula(sheet.cell(row, place), formula_text.replace(_ROW, str(row)), name)
        for place, (name, _) in enumerate(shown, start=first_shown):
            sheet.cell(row, place).number_format = numbers.get(name, "0.0000")
    for place, field in enumerate(asked, start=2):
        letter = _letters(place)
        last = FIRST_PATIENT + patients - 1
        _validate(sheet, field, levels, f"{letter}{FIRST_PATIENT}:{letter}{last}")
    steps = (_letters(first_step), _letters(first_step + len(every) - 1))
    sheet.column_dimensions.group(*steps, outline_level=1, hidden=True)
    for column in range(1, first_step):
        sheet.column_dimensions[_letters(column)].width = 14
    sheet.freeze_panes = f"B{FIRST_PATIENT}"
    cells.protect(sheet)


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))
