from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from predictor.results import TrainingResult

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_to_its_end(notebook: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(notebook)],
        cwd=notebook.parent,
        env={**os.environ, "MPLBACKEND": "Agg", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_title_is_a_question(notebook: Path) -> None:
    title = next(line for line in notebook.read_text("utf-8").splitlines() if '"""' in line)

    assert title.strip('"').endswith("?")
    assert f"# # {title.strip(chr(34))}" in notebook.read_text("utf-8")


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) == 5


def test_the_example_report_is_like_those_of_today(trained: Any) -> None:
    example = json.loads((NOTEBOOKS[0].parent / "example_report.json").read_text("utf-8"))

    assert TrainingResult.from_json(example).to_json() == example
