"""What means "no value": for the study, for one column, as text and as number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from predictor.cohort.dictionary import check_cells
from predictor.errors import StudyError
from predictor.study import load_study, parse_study

STUDY = (
    "study: s\ntimepoints: {{T0: a, T1: b}}\npredict_at: T0\nmissing: {missing}\n"
    "columns:\n  pid: {{role: id}}\n  x: {{known_at: T0, {column}}}\n"
    "outcome: {{name: r, known_at: T1, rule: 'true'}}\n"
)


def read(column: str, *cells: str | None, missing: str = "[NA]") -> tuple[list[Any], list[str]]:
    """Values and rules of a column ``x`` declared so."""
    study = parse_study(STUDY.format(column=column, missing=missing), file="s", pipeline=None)
    raw = pa.table({"pid": [str(n) for n in range(len(cells))], "x": pa.array(cells, pa.string())})
    table, faults = check_cells(raw, study.columns, study)
    return table["x"].to_pylist(), [fault.rule for fault in faults]


@pytest.mark.parametrize("cell", ["-9", "-9.0", "-9.00", "-9.", "\u22129", "-9e0", "-09"])
@pytest.mark.parametrize("code", ["-9", "'-9'", "-9.00", "'\u22129'"])
def test_a_numeric_code_is_compared_as_number(code: str, cell: str) -> None:
    for kind in ("number", "integer"):
        assert read(f"type: {kind}", cell, "3", missing=f"[{code}]") == ([None, 3], [])
        assert read(f"type: {kind}, missing: [{code}]", cell, "3") == ([None, 3], [])


def test_a_code_is_no_other_number() -> None:
    assert read("type: number, missing: [-9]", "-9.01", "9", "-99") == ([-9.01, 9.0, -99.0], [])


def test_the_list_of_a_column_stands_in_place_of_the_studys() -> None:
    assert read("type: number, missing: [999]", "999", "99", missing="[NA, 99]") == ([None, 99], [])
    values, rules = read("type: number, missing: [999]", "NA")
    assert values == [None]
    assert rules[0].startswith(
        "text where a number is expected; if it means that there is no value"
    )
    assert read("type: number, missing: []", "99", missing="[99]") == ([99], [])


@pytest.mark.parametrize(
    ("column", "cells", "values"),
    [
        ("type: category, levels: [1, 2], missing: [9]", ["1", "9", "9.0"], ["1", None, None]),
        ("type: flag, missing: [9]", ["1", "9", "9.0"], [True, None, None]),
        ("type: text, missing: ['.']", ["a", "."], ["a", None]),
        ("type: date, missing: ['1900-01-01']", ["1900-01-01", "1900-01-01 00:00:00"], [None] * 2),
    ],
)
def test_every_type_has_codes(column: str, cells: list[str], values: list[Any]) -> None:
    assert read(column, *cells) == (values, [])


@pytest.mark.parametrize("code", ["99", "'99'", "99.0"])
@pytest.mark.parametrize("own", ["", ", missing: [NA]", ", missing: [NA, 99]"])
def test_a_code_of_the_study_within_a_range_is_refused_with_the_way_out(
    tmp_path: Path, code: str, own: str
) -> None:
    text = STUDY.format(column=f"type: number, range: [30, 200]{own}", missing=f"[NA, {code}]")
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    if own:
        assert load_study(tmp_path / "s.yaml").column("x").missing
        return
    with pytest.raises(StudyError, match=r"missing: 99.* lies within the range of x,") as caught:
        load_study(tmp_path / "s.yaml")
    assert str(caught.value).endswith("columns.x.missing")


def test_a_model_that_was_saved_with_such_a_code_goes_on() -> None:
    assert read("type: number, range: [30, 200]", "80", "99", missing="[99]") == ([80, None], [])


@pytest.mark.parametrize("own", ["missing: [NA]", "missing: [NA, 99]"])
def test_a_list_of_its_own_decides_what_the_code_is(own: str) -> None:
    values, rules = read(f"type: number, range: [30, 200], {own}", "99", missing="[NA, 99]")
    assert values == ([None] if "99" in own else [99])
    assert rules == []


def test_a_code_outside_the_range_is_a_code() -> None:
    assert read("type: number, range: [0, 10]", "99", missing="[99]") == ([None], [])


def test_a_level_cannot_be_missing() -> None:
    with pytest.raises(StudyError, match="a level is also listed under missing"):
        read("type: category, levels: [EU, NA], missing: [NA]")
