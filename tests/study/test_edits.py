"""Changes of a study file: what was meant, and nothing else."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from predictor.errors import StudyError
from predictor.study import Edit, edited, pasteable
from predictor.study.dialect import Loader

ROOT = Path(__file__).parents[2]
FILES = [
    *sorted((ROOT / "configs").glob("*.yaml")),
    ROOT / "src/predictor/workflows/starter/study.yaml",
]

TEXT = """\
# about the study
study: example     # its name
missing: [NA]

columns:
  # the key
  id: {role: id}
  age: {known_at: T0, type: integer}   # in years
  sex:
    known_at: T0
    type: category
    levels:
      - female    # the reference
      - male
  "odd: name":   { known_at: T0, type: number, range: [0, 10] }

# the end
seed: 1
"""


def loaded(text: str) -> dict[str, object]:
    return dict(yaml.load(text, Loader=Loader))  # noqa: S506 - a safe one


def new_lines(before: str, after: str) -> list[str]:
    changed = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in changed if line[0] in "+-"]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (
            Edit(("columns", "age", "type"), "number"),
            [
                "-   age: {known_at: T0, type: integer}   # in years",
                "+   age: {known_at: T0, type: number}   # in years",
            ],
        ),
        (
            Edit(("columns", "age", "missing"), ["NA", -99]),
            [
                "-   age: {known_at: T0, type: integer}   # in years",
                "+   age: {known_at: T0, type: integer, missing: [NA, -99]}   # in years",
            ],
        ),
        (Edit(("columns", "sex", "ordered"), True), ["+     ordered: true"]),
        (
            Edit(("columns", "weight kg"), {"role": "ignore"}),
            ["+   weight kg: {role: ignore}"],
        ),
        (Edit(("other_columns",), "ignore"), ["+ other_columns: ignore"]),
        (
            Edit(("columns", "odd: name"), renamed="Odd: name"),
            [
                '-   "odd: name":   { known_at: T0, type: number, range: [0, 10] }',
                "+   'Odd: name':   { known_at: T0, type: number, range: [0, 10] }",
            ],
        ),
        (
            Edit(("columns", "odd: name", "range"), [0, 100]),
            [
                '-   "odd: name":   { known_at: T0, type: number, range: [0, 10] }',
                '+   "odd: name":   { known_at: T0, type: number, range: [0, 100] }',
            ],
        ),
        (Edit(("missing",), ["NA", "?"]), ["- missing: [NA]", "+ missing: [NA, '?']"]),
    ],
)
def test_a_change_touches_its_own_line_only(edit: Edit, lines: list[str]) -> None:
    assert new_lines(TEXT, edited(TEXT, [edit])) == lines


def test_a_list_on_lines_of_its_own_is_replaced_by_one_in_brackets() -> None:
    after = edited(TEXT, [Edit(("columns", "sex", "levels"), ["female", "male", "other"])])

    assert loaded(after)["columns"]["sex"]["levels"] == ["female", "male", "other"]  # type: ignore[index]
    assert "# the key" in after


def test_several_changes_at_once_are_all_made() -> None:
    edits = [
        Edit(("columns", "new"), {"role": "ignore"}),
        Edit(("columns", "newer"), {"role": "ignore"}),
        Edit(("columns", "age", "type"), "number"),
        Edit(("columns", "age", "missing"), ["NA", -9]),
        Edit(("other_columns",), "ignore"),
    ]
    after = edited(TEXT, edits)

    document = loaded(after)
    assert list(document["columns"]) == ["id", "age", "sex", "odd: name", "new", "newer"]  # type: ignore[call-overload]
    assert document["columns"]["age"] == {"known_at": "T0", "type": "number", "missing": ["NA", -9]}  # type: ignore[index]
    assert document["other_columns"] == "ignore"


def test_a_change_that_would_change_something_else_is_refused() -> None:
    text = "columns:\n  a: &one {type: number}\n  b: *one\n"

    with pytest.raises(StudyError, match="paste them by hand"):
        edited(text, [Edit(("columns", "b", "type"), "integer")])


def test_keys_that_look_like_numbers_and_flags_are_texts() -> None:
    text = "columns:\n  1: {type: flag}\n  true: {type: text}\n"
    edits = [Edit(("columns", "1", "true"), ["Ja"]), Edit(("columns", "true", "type"), "integer")]

    after = edited(text, edits)

    assert after == "columns:\n  1: {type: flag, true: [Ja]}\n  true: {type: integer}\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_column_of_every_study_can_be_changed(path: Path) -> None:
    text = path.read_text("utf-8")
    listed = loaded(text).get("columns", {})
    assert isinstance(listed, dict)
    columns = [name for name, entry in listed.items() if entry is not None]  # not taken away
    edits = [
        Edit(("columns", name, key), value)
        for name in columns
        for key, value in (("missing", ["NA", -99]), ("meaning", "a: b # c"))
    ]
    after = edited(text, [*edits, Edit(("other_columns",), "ignore")])

    document = loaded(after)
    assert all(document["columns"][name]["missing"] == ["NA", -99] for name in columns)  # type: ignore[index]
    remarks = [line.partition("  #")[2] for line in text.splitlines() if "  #" in line]
    assert all(remark in after for remark in remarks)


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_any_name_and_any_text_can_be_added_or_refused(name: str, text: str) -> None:
    try:
        after = edited(TEXT, [Edit(("columns", name), {"meaning": text})])
    except StudyError:
        return
    assert loaded(after)["columns"][name] == {"meaning": text}  # type: ignore[index]


def test_what_is_to_paste_are_whole_entries() -> None:
    edits = [
        Edit(("columns", "age", "type"), "number"),
        Edit(("columns", "age", "missing"), ["NA", -9]),
        Edit(("columns", "sex"), renamed="Sex"),
        Edit(("other_columns",), "ignore"),
    ]

    assert pasteable(TEXT, edits) == [
        "  age: {known_at: T0, type: number, missing: [NA, -9]}",
        "  Sex: {known_at: T0, type: category, levels: [female, male]}",
        "other_columns: ignore",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", "a: 1\ntable: {x: 1, y: 2}\n"),
        ("table: {z: 3, x: 0}  # kept\na: 1\n", "table: {z: 3, x: 1, y: 2}  # kept\na: 1\n"),
        ("table:\n  z: 3  # kept\n", "table:\n  z: 3  # kept\n  x: 1\n  y: 2\n"),
    ],
)
def test_keys_are_put_among_those_that_are_there(text: str, expected: str) -> None:
    edit = Edit(("table",), {"x": 1, "y": 2}, into=True)

    assert yaml.safe_load(edited(text, [edit])) == yaml.safe_load(expected)
    assert ("# kept" in edited(text, [edit])) == ("# kept" in text)
