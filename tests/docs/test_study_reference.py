"""The keys of a study file are documented; run this file to write their tables anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from predictor.study.checkboxes import Checkboxes
from predictor.study.columns import Column
from predictor.study.editor_schema import meanings
from predictor.study.load import load_study
from predictor.study.outcome import Alternative, Control, MeasurementError, Outcome
from predictor.study.published import PublishedModel
from predictor.study.published_forms import Condition, Equation, PointsScore, Rule, SplineCurve
from predictor.study.specs import (
    BootstrapSpec,
    CrossValidationSpec,
    IntervalSpec,
    LearnerSpec,
    PenaltySpec,
    PriorSpec,
    ValidationSpec,
)
from predictor.study.study import Study
from predictor.study.table import TableSpec
from predictor.study.visits import Visits

PAGE = Path(__file__).parents[2] / "docs" / "study-file.md"
BEGIN, END = "<!-- keys: written by tests/docs/test_study_reference.py -->", "<!-- end of keys -->"
PARTS: dict[str, type[BaseModel]] = {
    "": Study,
    "table.": TableSpec,
    "visits.": Visits,
    "columns.<name>.": Column,
    "columns.<question>.": Checkboxes,
    "outcome.": Outcome,
    "outcome.measurement_error.": MeasurementError,
    "outcome.alternatives.<name>.": Alternative,
    "outcome.control.": Control,
    "learners.<name>.": LearnerSpec,
    "learners.<name>.prior.": PriorSpec,
    "learners.<name>.model.": PublishedModel,
    "learners.<name>.model.equation.": Equation,
    "learners.<name>.model.equation.splines.<name>.": SplineCurve,
    "learners.<name>.model.points.": PointsScore,
    "learners.<name>.model.rule.": Rule,
    "learners.<name>.model.rule.all_of.<name>.": Condition,
    "penalty.": PenaltySpec,
    "validation.": ValidationSpec,
    "validation.cross_validation.": CrossValidationSpec,
    "validation.interval.": IntervalSpec,
    "validation.bootstrap.": BootstrapSpec,
}
# not keys: where the file lies, and names that are the key above
NOT_KEYS = {
    "file",
    "checkboxes",
    "columns.<name>.name",
    "columns.<question>.name",
    "learners.<name>.name",
}
# what a model cannot say about itself
VALUES = {
    "columns": "mapping of names to columns",
    "columns.<name>.role": (
        "`value`, `id`, `cluster`, `centre`, `ignore`, `[id, cluster]`, `[id, centre]`"
    ),
    "columns.<name>.below": "`limit/2`, `limit/sqrt(2)`, `limit`, or a number",
    "columns.<name>.above": "`limit`, or a number",
    "columns.<name>.time_of_day": "`ignore`",
    "columns.<question>.type": "`checkboxes`",
    "columns.<question>.levels": "codes: text",
    "covariates": "a .sql file",
    "learners": "mapping of names to learners",
    "expected": "names: `less`, `more`",
    "outcome.alternatives": "names: text, or keys below",
    "learners.<name>.model": "a folder, or keys below",
    "learners.<name>.model.file": "a folder, given as `model` itself",
    "learners.<name>.model.missing": "`refuse`, or names: number or `refuse`",
    "learners.<name>.model.equation.splines": "names: keys below",
    "learners.<name>.model.points.items": "names: number, or numbers: number",
    "learners.<name>.model.points.probability": "numbers: number above 0 below 1",
    "learners.<name>.model.rule.all_of": "names: keys below",
    "validation.bootstrap.resamples": "a .csv file",
}
DEFAULTS = {
    "columns.<name>.role": "`value`",
    "columns.<name>.known_at": "required, but for `id` and `ignore`",
    "columns.<name>.type": "required, but for `id`, `cluster`, `centre` and `ignore`",
    "columns.<name>.levels": "required for a category",
    "covariates": "all predictors known at `predict_at`",
    "learners": "`prevalence`, `ridge`, `lightgbm`",
    "learners.<name>.learner": "the name",
    "learners.<name>.covariates": "all",
    "learners.<name>.parameters": "those of the procedure",
    "learners.<name>.model.source": "required, but for a folder",
    "learners.<name>.model.missing": "required, but for a folder",
    "validation.bootstrap.resamples": "drawn",
}
KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true`, `false`",
}


def value(schema: dict[str, Any]) -> str:
    """What may stand there, from the JSON schema."""
    if "anyOf" in schema:
        return value(next(kind for kind in schema["anyOf"] if kind.get("type") != "null"))
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if "$ref" in schema:
        return "keys below"
    if "prefixItems" in schema:
        return "[lowest, highest]"
    if schema.get("type") == "array":
        return f"list: {value(schema['items'])}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"names: {value(inner)}" if isinstance(inner, dict) else "names: any"
    bounds = (("minimum", "from "), ("maximum", "to "), ("exclusiveMinimum", "above "))
    limits = [f"{word}{schema[key]}" for key, word in (*bounds, ("exclusiveMaximum", "below "))
              if key in schema]  # fmt: skip
    return " ".join([KINDS[schema["type"]], *limits])


def default(schema: dict[str, Any], required: bool) -> str:
    if required:
        return "required"
    found = schema.get("default")
    if found is None or found == [] or isinstance(found, dict):
        return "see below" if isinstance(found, dict) else "none"
    return f"`{str(found).lower() if isinstance(found, bool) else str(found).replace(chr(39), '')}`"


def keys() -> dict[str, tuple[str, str, str]]:
    """Every key with what may stand there, what holds if it is left out, and its meaning."""
    rows = {}
    for prefix, model in PARTS.items():
        schema = model.model_json_schema()
        _, said = meanings(schema["description"])
        for name, entry in schema["properties"].items():
            key = prefix + name
            if key not in NOT_KEYS:
                left_out = DEFAULTS.get(key) or default(entry, name in schema.get("required", ()))
                rows[key] = (VALUES.get(key) or value(entry), left_out, said[name])
    rows["extends"] = (
        "a study file",
        "none",
        "Every top-level key not given is taken from there; of `columns`, those not given.",
    )
    return rows


def table() -> str:
    lines = ["| key | value | if left out | meaning |", "|---|---|---|---|"]
    lines += [f"| `{key}` | {' | '.join(row)} |" for key, row in keys().items()]
    return "\n".join([BEGIN, "", *lines, "", END])


def written() -> str:
    text = PAGE.read_text("utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def test_the_table_of_keys_is_that_of_the_schema() -> None:
    assert written() == table(), "run python tests/docs/test_study_reference.py"


@pytest.mark.parametrize("key", keys())
def test_every_key_is_explained_in_words_too(key: str) -> None:
    prose = PAGE.read_text("utf-8").replace(written(), "")

    assert re.search(rf"\b{key.rpartition('.')[2]}\b", prose), f"{key} is not on the page"


def test_the_examples_can_be_put_into_a_study(tmp_path: Path) -> None:
    from predictor.workflows import initialise

    initialise(tmp_path / "study")
    starter = tmp_path / "study" / "study.yaml"
    text = starter.read_text("utf-8")
    blocks = re.findall(
        r"```yaml\n((?:validation|learners):\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert len(blocks) == 2
    for block in blocks:
        key = block.partition(":")[0]
        kept = re.sub(rf"^{key}:.*\n(?:[ #].*\n|\n)*", "", text, flags=re.MULTILINE)
        starter.write_text(f"{kept}\n{block}", "utf-8")

        assert load_study(starter).study == "starter"


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text("utf-8").replace(written(), table()), "utf-8")
