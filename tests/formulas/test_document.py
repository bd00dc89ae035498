"""The JSON document of a formula: its schema, and that it is all that is needed."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import get_args

import jsonschema_rs
import pytest

from predictor.formulas import Call, Constant, Expression, Operator, Reference, value_of
from predictor.portable import formula_of
from predictor.saved import read_model
from predictor.workflows.exporting import equation

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
SCHEMA = json.loads(
    resources.files("predictor.formulas").joinpath("formula.schema.json").read_text("utf-8")
)


@pytest.mark.parametrize("family", ["ridge", "additive", "lightgbm"])
def test_an_equation_is_of_its_schema_and_says_the_whole_formula(family) -> None:
    model = read_model(STORED / family)
    said = json.loads(json.dumps(equation(model), allow_nan=False))
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(said)
    formula = formula_of(model)
    assert {each["name"]: read(each["expression"]) for each in said["steps"]} == {
        step.name: step.expression for step in formula.steps
    }
    assert said["digest"] == model.digest


def read(said: object) -> Expression:
    """An expression from its JSON."""
    if not isinstance(said, dict):
        return Constant(said)  # type: ignore[arg-type]
    if "reference" in said:
        return Reference(said["reference"])
    return Call(said["operator"], tuple(map(read, said["arguments"])))


def test_the_schema_knows_every_operator() -> None:
    listed = SCHEMA["$defs"]["expression"]["oneOf"][2]["properties"]["operator"]["enum"]
    assert sorted(listed) == sorted(get_args(Operator))
    page = Path(__file__).parents[2].joinpath("docs", "exporting.md").read_text("utf-8")
    assert [name for name in get_args(Operator) if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("operator", "arguments", "expected"),
    [
        ("divide", (1.0, 0.0), None),
        ("ln", (0.0,), None),
        ("sqrt", (-1.0,), None),
        ("add", (1.0, None), None),
        ("least", (None, 2.0, 1.0), 1.0),
        ("greatest", (None,), None),
        ("first_known", (None, "a", "b"), "a"),
        ("and", (None, False), False),
        ("and", (None, True), None),
        ("or", (None, True), True),
        ("or", (None, False), None),
        ("not", (None,), None),
        ("if", (None, 1.0, 2.0), 2.0),
        ("is_missing", (None,), True),
        ("round", (2.5, 0.0), 3.0),
        ("round", (-2.5, 0.0), -3.0),
        ("round", (1.25, 1.0), 1.3),
        ("power", (-8.0, 0.5), None),
        ("power", (0.0, -1.0), None),
        ("equal", (None, None), None),
    ],
)
def test_what_an_operator_means(operator, arguments, expected) -> None:
    assert value_of(Call(operator, tuple(map(Constant, arguments))), {}) == expected
