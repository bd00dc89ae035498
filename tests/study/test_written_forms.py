"""Keys about how cells are written: what they may say, and what is said if they say it wrongly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from predictor.errors import StudyError
from predictor.study import parse_study

STUDY = """
study: s
timepoints: {{T0: a, T1: b}}
predict_at: T0
columns:
  pid: {{role: id}}
  x: {{known_at: T0, {}}}
outcome: {{name: r, known_at: T1, rule: 'true'}}
"""


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("type: number, true: [Ja]", "columns.x: true belongs to a flag, the type of this column"),
        ("type: category, levels: [a], empty: false", "empty belongs to a flag"),
        ("type: flag, below: limit", "below belongs to a number"),
        ("type: text, percent: true", "percent belongs to a number"),
        ("type: number, format: day-month-year", "format belongs to a date"),
        ("type: number, time_of_day: ignore", "time_of_day belongs to a date"),
        ("type: flag, true: [Ja], false: [JA]", "'ja' is listed under true and under false"),
        ("type: flag, true: [' Ja']", "has blanks around it"),
        ("type: flag, true: [Ja], missing: [Ja]", "also listed under missing"),
        ("type: flag, true: Ja", "columns.x.true: expected a list, like [first, second]"),
        ("type: flag, empty: Nee", "columns.x.empty"),
        ("type: number, below: half", "columns.x.below: expected what a value below the limit is"),
        ("type: number, below: true", "columns.x.below: expected what a value below the limit is"),
        ("type: number, above: limit/2", "columns.x.above: expected what a value above the limit"),
        ("type: integer, below: limit/2", "below gives no whole number"),
        ("type: integer, below: 0.5", "below gives no whole number"),
        ("type: integer, above: 100.5", "above gives no whole number"),
        ("type: number, out_of: ten", "columns.x.out_of"),
        ("type: number, out_of: 0", "columns.x.out_of"),
        ("type: number, out_of: 10, percent: true", "out_of and percent"),
        ("type: date, format: dmy", "columns.x.format"),
        ("type: date, time_of_day: cut", "columns.x.time_of_day"),
        ("type: flag, ture: [Ja]", "unknown key; did you mean 'true'?"),
    ],
)
def test_a_key_that_cannot_be_is_explained(column: str, said: str) -> None:
    with pytest.raises(StudyError) as raised:
        parse_study(STUDY.format(column), file="s.yaml", pipeline=None)
    assert len(raised.value.args) == 1
    assert said in str(raised.value)
    assert str(raised.value).count("\n") == 0


@pytest.mark.parametrize("key", ["true", "'true'", '"true"'])
def test_keys_that_look_like_flags_are_keys_in_any_quotes(key: str) -> None:
    text = STUDY.format(f"type: flag, {key}: [Ja, true, 1]")
    study = parse_study(text, file="s.yaml", pipeline=None)
    assert study.column("x").true == ("Ja", "true", "1")


def test_the_columns_of_the_guide_can_be_declared() -> None:
    page = Path(__file__).parents[2] / "docs" / "study-file.md"
    text = page.read_text("utf-8")
    section = re.split("^## ", text, flags=re.MULTILINE)[
        re.findall("^## (.*)", text, re.MULTILINE).index("Cells as people write them") + 1
    ]
    blocks = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 5
    head, tail = STUDY.split("  x: {{known_at: T0, {}}}\n")
    for block in blocks:
        study = parse_study(f"{head}{block}{tail}".replace("{{", "{").replace("}}", "}"),
                            file="s.yaml", pipeline=None)  # fmt: skip
        assert len(study.columns) > 1
