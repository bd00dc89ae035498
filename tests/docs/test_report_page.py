"""The guide to the report names its sections, in their order, and its code runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from predictor.report.page import page_data
from predictor.results import read_training

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "report.md").read_text("utf-8")
EXAMPLE = ROOT / "notebooks" / "example_report.json"


def test_the_sections_of_the_report_are_explained_in_order() -> None:
    table = PAGE.partition("| section |")[2].partition("\n\n")[0]
    explained = re.findall(r"^\| ([^|-].*?) \|", table, re.MULTILINE)
    page = page_data(read_training(EXAMPLE))

    assert explained == [section.title for section in page.sections]


def test_the_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "reports" / "my-study" / "latest"
    folder.mkdir(parents=True)
    shutil.copy(EXAMPLE, folder / "report.json")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    exec(compile(code, "report.md", "exec"), {})
