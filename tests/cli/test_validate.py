from __future__ import annotations

import json
from pathlib import Path

import pytest

from predictor.errors import PredictorError
from predictor.tracking import MLflowTracker


@pytest.fixture
def new(copied, patients) -> Path:
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=60, seed=8))]
    return copied.study.table(rows, "new.csv")


def test_a_validation_says_what_it_found_and_where_it_is(in_mlflow, new, predictor) -> None:
    code, out, err = predictor(
        "validate", "models/small/latest/ridge", "--data", new,
        "--against", "models/small/latest/pain_only",
    )  # fmt: skip
    assert (code, err) == (0, "")
    for words in (
        "In new patients (95 % interval)", "pain only", "no model", "training expected",
        "Calibration in the large", "validation.json", "about small.responder_t2.T0/",
    ):  # fmt: skip
        assert words in out
    report = json.loads(Path("reports/small/validations/latest/report.json").read_text())
    assert report["verdict_level"].capitalize() + "." in out


def test_what_is_written_stays_where_mlflow_fails(in_mlflow, new, predictor, monkeypatch) -> None:
    def fail(tracker, run):
        raise PredictorError("the store is full.")

    monkeypatch.setattr(MLflowTracker, "log_validation", fail)
    code, _, err = predictor("validate", "models/small/latest/ridge", "--data", new, "--quiet")
    assert code == 3
    assert "validated and written, but not tracked: the store is full." in err
    assert Path("reports/small/validations/latest/report.html").is_file()


def test_refusals_write_nothing(copied, in_mlflow, new, predictor) -> None:
    before = copied.study.files()
    for arguments, words in (
        (("models/small/latest/ridge", "--data", "patients.csv"), "trained on"),
        (("models/small/latest", "--data", new), "it holds the models"),
        (("models/small/latest/ridge", "--data", "nothing.csv"), "there is no such file"),
        (
            ("models/small/latest/ridge", "--data", new, "--against", "models/none"),
            "no such model directory",
        ),
        (
            ("models/small/latest/ridge", "--data", new, "--training", new),
            "not the table that the model was trained on",
        ),
        (
            ("models/small/latest/ridge", "--data", new, "--out", "reports/small/latest"),
            "not of this validation",
        ),
    ):
        code, out, err = predictor("validate", *arguments)
        assert (code, out) == (1, ""), arguments
        assert words in err
    assert copied.study.files() == before
