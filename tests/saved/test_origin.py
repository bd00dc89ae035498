"""What a model must not be used for, and on whom it was developed, stands wherever it is met."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from predictor.cli.program import commands
from predictor.notice import RESEARCH_ONLY
from predictor.portable import formula_of
from predictor.saved import read_model
from predictor.saved.origin import notice_of

STORED = Path(__file__).parent / "stored" / "format_2"
OF_STORED = f"{RESEARCH_ONLY} Developed on 80 patients; not externally validated."


def test_a_notice_tells_on_how_many_a_model_was_developed() -> None:
    model = read_model(STORED / "ridge")
    assert notice_of(model) == OF_STORED
    assert formula_of(model).notice == OF_STORED
    updated = replace(model, provenance={**model.provenance, "updates": [{}]})
    assert notice_of(updated).endswith("the updated model is not externally validated.")
    unknown = replace(model, performance={})
    assert notice_of(unknown).endswith(
        "on an unknown number of patients; not externally validated."
    )


def test_a_model_file_tells_it(trained) -> None:
    said = json.loads((trained.directory("ridge") / "model.json").read_text())["notice"]
    assert said == notice_of(read_model(trained.directory("ridge")))
    assert said.startswith(RESEARCH_ONLY)
    assert said.endswith("Developed on 88 patients; not externally validated.")


@pytest.mark.parametrize("quiet", [False, True])
def test_scoring_tells_it_in_words_and_in_its_document(tmp_path, quiet) -> None:
    asked = ["score", str(STORED / "ridge"), "--data", str(STORED / "new_patients.csv"), "--json"]
    asked += ["--out", str(tmp_path / "scores.csv"), *["--quiet"] * quiet]
    found = CliRunner().invoke(commands, asked)
    assert json.loads(found.stdout)["notice"] == OF_STORED
    assert (OF_STORED in " ".join(found.stderr.split())) != quiet


def test_the_help_tells_it() -> None:
    said = CliRunner().invoke(commands, ["--help"]).output
    assert RESEARCH_ONLY in " ".join(said.split())
