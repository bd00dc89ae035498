"""Columns that are the boxes of one question."""

from __future__ import annotations

import pyarrow as pa
import pytest

from predictor.cohort.described import DescribedColumn
from predictor.drafting.boxes import questions_with_boxes, without_boxes


def columns(labels: dict[str, str | None], *cells: str | None) -> list[DescribedColumn]:
    values = pa.chunked_array([pa.array(cells or ("0", "1", None), pa.string())])
    return [DescribedColumn(name, values, label) for name, label in labels.items()]


@pytest.mark.parametrize(
    ("labels", "meaning", "levels", "no_answer"),
    [
        ({"d___1": None, "d___2": None}, None, {"1": "1", "2": "2"}, ()),
        ({"d___1": None, "d____9": None}, None, {"1": "1"}, ("-9",)),
        ({"d___a": None, "d___99": None}, None, {"a": "a", "99": "99"}, ()),
        (
            {"d___1": "Drugs (choice=gabapentin)", "d___2": "Drugs (choice=Lyrica (75 mg))"},
            "Drugs",
            {"1": "gabapentin", "2": "Lyrica (75 mg)"},
            (),
        ),
        (
            {"d___1": "Drugs: gabapentin", "d___2": "Drugs: none", "d___88": "Drugs: unknown"},
            "Drugs",
            {"1": "gabapentin", "2": "none"},
            ("88",),
        ),
        ({"d___1": "gabapentin", "d___2": "pregabalin"}, None,
         {"1": "gabapentin", "2": "pregabalin"}, ()),
        ({"d___1": "same", "d___2": "same"}, None, {"1": "1", "2": "2"}, ()),
    ],
)  # fmt: skip
def test_boxes_are_one_question(labels, meaning, levels, no_answer) -> None:
    [question] = questions_with_boxes(columns(labels))

    assert (question.column.name, question.column.label) == ("d", meaning)
    assert dict(question.declared.levels) == levels
    assert question.declared.no_answer == no_answer
    assert question.names == tuple(labels)
    others = columns({"x": None})
    names = [c.name for c in without_boxes([*columns(labels), *others], [question])]
    assert names == ["d", "x"]


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (("d___1", "d___2"), ("0", "2")),
        (("d___1", "d___2"), ("often", None)),
        (("d___1", "d___2"), (None, None)),
        (("d___1", "d"), ("0", "1")),  # which is a column already
        (("d___1", "d_1"), ("0", "1")),  # which its flag would be called
        (("d___A", "d___B"), ("0", "1")),  # not as REDCap writes it
        (("d_1", "d_2"), ("0", "1")),
    ],
)
def test_what_is_no_box_is_none(names, cells) -> None:
    assert questions_with_boxes(columns(dict.fromkeys(names), *cells)) == []
