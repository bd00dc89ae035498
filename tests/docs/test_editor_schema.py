"""The JSON schema for editors is that of the study file; run this file to write it anew."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

import predictor.study
from predictor.errors import StudyError
from predictor.study import load_study
from predictor.study.dialect import Loader
from predictor.study.editor_schema import SCHEMA_FILE, json_schema, shipped_schema

ROOT = Path(__file__).parents[2]
SHIPPED = Path(predictor.study.__file__).with_name(SCHEMA_FILE)
STARTER = ROOT / "src" / "predictor" / "workflows" / "starter" / "study.yaml"
STUDIES = [*sorted((ROOT / "configs").glob("*.yaml")), STARTER]


def written() -> str:
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def accepts(text: str) -> bool:
    """Whether an editor would have nothing to say; keys are texts in JSON."""
    document = json.loads(json.dumps(yaml.load(text, Loader=Loader)))  # noqa: S506 - a safe one
    validator = jsonschema_rs.Draft7Validator(json_schema())
    return validator.is_valid(document)


def test_what_is_shipped_is_the_schema() -> None:
    message = "run python tests/docs/test_editor_schema.py"

    assert shipped_schema().decode() == written(), message


def test_it_is_a_schema() -> None:
    jsonschema_rs.meta.validate(json_schema())


def test_every_key_has_a_description() -> None:
    schema = json_schema()
    for part in (schema, *schema["definitions"].values()):
        assert all(entry["description"] for entry in part["properties"].values())


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_studies_of_the_project_are_accepted(path: Path) -> None:
    assert accepts(path.read_text("utf-8"))


def test_a_published_model_and_its_folder_are_accepted() -> None:
    text = STARTER.read_text("utf-8")
    model = "{source: us, equation: {intercept: -1, coefficients: {nrs_t0: 0.1}}, missing: refuse}"

    for given in (model, "models/theirs"):
        assert accepts(with_learner(text, f"theirs: {{model: {given}}}"))


def with_learner(text: str, entry: str) -> str:
    before, _, after = text.partition("learners:")
    return f"{before}learners:\n  {entry}\n{after[after.index('seed:') :]}"


WRONG: list[tuple[str, str]] = [
    ("range: [18, 100]", "rnage: [18, 100]"),
    ("range: [18, 100]", "range: [18]"),
    ("type: flag", "type: boolean"),
    ("known_at: T2\n", "known_on: T2\n"),
    ("seed: 1", "seed: one"),
    ("role: id", "role: identifier"),
    ("comparator: true", "comparator: maybe"),
    ("predict_at: T0", "predicted: T0"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_what_an_editor_marks_is_refused_by_the_program_too(
    tmp_path: Path, old: str, new: str
) -> None:
    text = STARTER.read_text("utf-8")
    assert old in text
    changed = text.replace(old, new)
    (tmp_path / "covariates.sql").write_text(STARTER.with_name("covariates.sql").read_text("utf-8"))
    (tmp_path / "study.yaml").write_text(changed, "utf-8")

    assert not accepts(changed)
    with pytest.raises(StudyError):
        load_study(tmp_path / "study.yaml")


if __name__ == "__main__":
    SHIPPED.write_text(written(), "utf-8")
