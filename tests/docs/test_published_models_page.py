"""The examples of published models can be entered as they stand on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from predictor.workflows import enter, score

PAGE = Path(__file__).parents[2] / "docs" / "published-models.md"
NEW = """\
id,age_years,sex,pain,paindetect,allodynia
a,72,male,8,20,yes
"""


def test_the_examples_can_be_entered_and_score(tmp_path: Path) -> None:
    study = re.findall(r"```yaml\n(study:.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    (tmp_path / "published.yaml").write_text(study, "utf-8")
    (tmp_path / "new.csv").write_text(NEW, "utf-8")
    found = enter(tmp_path / "published.yaml", models=tmp_path / "models").models
    assert [(each.learner, each.form) for each in found] == [
        ("equation", "equation"), ("score", "points"), ("rule", "rule"),
    ]  # fmt: skip
    given = [float(score(each.model, tmp_path / "new.csv").probability[0]) for each in found]
    # one and one point from 60 and 70 on, two with allodynia, one of the pain; PainDETECT of 20
    assert given[1:] == pytest.approx([0.60, 0.62])
