from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from predictor.errors import ModelError, PredictorError
from predictor.report.spreadsheet import is_calculator
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows.exporting import export

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"


def test_a_nomogram_is_a_folder_that_is_written_again_and_again(tmp_path) -> None:
    out = tmp_path / "for the paper"
    found = export(STORED / "ridge", "nomogram", out)
    assert sorted(path.name for path in out.iterdir()) == [
        "nomogram.png", "nomogram.svg", "points.csv", "points.md", "sums.csv",
    ]  # fmt: skip
    assert sorted(found.files) == sorted(str(path) for path in out.iterdir())
    assert any("range" in sentence for sentence in found.left_out)
    assert RESEARCH_ONLY in (out / "points.md").read_text()
    before = (out / "nomogram.svg").read_bytes()
    export(STORED / "ridge", "nomogram", out)
    assert (out / "nomogram.svg").read_bytes() == before


def test_a_folder_with_other_files_of_these_names_is_refused(tmp_path) -> None:
    (tmp_path / "points.csv").write_text("mine")
    with pytest.raises(PredictorError, match="is there already"):
        export(STORED / "ridge", "nomogram", tmp_path)
    assert (tmp_path / "points.csv").read_text() == "mine"


def test_a_nomogram_is_not_written_to_a_name_of_a_file(tmp_path) -> None:
    with pytest.raises(PredictorError, match="is written as a folder"):
        export(STORED / "ridge", "nomogram", tmp_path / "nomogram.pdf")


def test_of_a_refused_model_nothing_is_written(tmp_path) -> None:
    with pytest.raises(ModelError, match="lightgbm"):
        export(STORED / "lightgbm", "nomogram", tmp_path / "out")
    with pytest.raises(ModelError):
        export(STORED / "tree", "xlsx", tmp_path / "tree.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_workbook_is_replaced_only_if_it_is_one_of_these(tmp_path) -> None:
    out = tmp_path / "ridge.xlsx"
    export(STORED / "ridge", "xlsx", out)
    assert is_calculator(out)
    export(STORED / "ridge", "xlsx", out)
    book = load_workbook(out)
    book.properties.creator = "somebody"
    book.save(out)
    with pytest.raises(PredictorError, match="is not the xlsx of a model"):
        export(STORED / "ridge", "xlsx", out)


def test_a_workbook_holds_no_macro_no_link_and_no_formula_beyond_the_limits_of_excel(
    tmp_path,
) -> None:
    out = tmp_path / "ridge.xlsx"
    export(STORED / "ridge", "xlsx", out)
    book = load_workbook(out, keep_links=True)
    assert book.vba_archive is None
    assert not book._external_links
    formulas = [
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(formulas) > 1000
    assert max(map(len, formulas)) < 8192
    assert all(_depth(formula) < 64 for formula in formulas[:500])
    assert book.sheetnames == ["Calculator", "Patients", "Steps", "Levels"]
    assert all(sheet.protection.sheet for sheet in book)


def _depth(formula: str) -> int:
    deepest = depth = 0
    for sign in formula:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest
