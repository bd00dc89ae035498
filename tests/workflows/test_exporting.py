from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest

import predictor as package
from predictor.cli.export import _KINDS, _TABLE
from predictor.errors import ModelError, PredictorError, StudyError
from predictor.results import VerdictLevel
from predictor.saved import read_model
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows.exporting import EXPORTERS, TABLE, export


def test_the_command_offers_every_form() -> None:
    assert tuple(EXPORTERS) == _KINDS
    assert _TABLE == TABLE


@pytest.mark.parametrize("kind", ["json", "sql"])
def test_an_export_says_what_it_is_of_and_is_replaced_by_another(trained, tmp_path, kind) -> None:
    out = tmp_path / f"ridge.{kind}"
    out.write_text(f"an earlier one\n{RESEARCH_ONLY}")
    found = export(trained.directory("ridge"), kind, out)
    assert (found.study, found.learner, found.to) == ("small", "ridge", kind)
    assert (found.files, found.left_out) == ((str(out),), ())
    text = out.read_text(encoding="utf-8")
    assert RESEARCH_ONLY in text
    assert str(read_model(trained.directory("ridge")).digest) in text
    assert "QZ" not in text  # nothing of a patient


def test_an_equation_says_how_far_the_model_has_come(trained, tmp_path) -> None:
    package.export(trained.directory("ridge"), "json", tmp_path / "ridge.json")
    said = json.loads((tmp_path / "ridge.json").read_text(encoding="utf-8"))
    assert said["verdict"] in get_args(VerdictLevel)
    assert said["standing"][-1] == "Developed on 88 patients; not externally validated."
    assert said["patients"] == 88


def test_a_file_of_something_else_stays(trained, tmp_path) -> None:
    out = tmp_path / "notes.sql"
    out.write_text("SELECT 1")
    with pytest.raises(PredictorError, match="is there already and is not the sql of a model"):
        export(trained.directory("ridge"), "sql", out)
    assert out.read_text() == "SELECT 1"
    with pytest.raises(PredictorError, match=r"ends in \.sql"):
        export(trained.directory("ridge"), "sql", tmp_path / "ridge.txt")
    with pytest.raises(StudyError, match="there are html, json, sql"):
        export(trained.directory("ridge"), "word", tmp_path / "ridge.doc")


def test_a_pipeline_that_only_duckdb_computes_is_refused_by_name(copied, tmp_path) -> None:
    directory = copied.directory("ridge")
    model = read_model(directory)
    sql = model.study.covariates.sql.replace("ln(1 + age_years)", "cbrt(age_years)")
    covariates = model.study.covariates.model_copy(update={"sql": sql})
    study = model.study.model_copy(update={"covariates": covariates})
    with pytest.raises(ModelError, match=r"log_age: .*cbrt\(\).*predictor score"):
        export(replace(model, study=study), "json", tmp_path / "ridge.json")
    assert not (tmp_path / "ridge.json").exists()
