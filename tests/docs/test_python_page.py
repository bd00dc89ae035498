"""The code of the page about Python runs, in its order, on the starter study."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import predictor
from predictor.workflows import initialise

# it trains five times
SMALL = """
validation:
  cross_validation: {folds: 3, repeats: 4}
  interval: {resamples: 20, repeats: 1}
  bootstrap: {replicates: 40}
"""
PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")


@pytest.mark.slow
def test_the_code_runs(tmp_path, monkeypatch, undrawn, capsys) -> None:
    initialise(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    with Path("study.yaml").open("a") as file:
        file.write(SMALL)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(code, "python.md", "exec"), names)
    assert "60 patients with a label" in capsys.readouterr().out


def test_the_table_names_the_steps_in_their_order() -> None:
    steps = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert steps == ["prepare", "plan", "fit", "estimate", "judge", "deliver"]
    assert set(steps) <= set(predictor.__all__)
