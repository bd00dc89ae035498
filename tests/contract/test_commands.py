"""What scripts rely on: help, JSON documents, where messages go."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pyarrow.csv
import pyarrow.parquet
import pytest

from predictor.cli.program import _COMMANDS, commands
from predictor.measures import measures_of
from predictor.results import (
    CheckResult,
    DeliveredMonitoring,
    DeliveredTraining,
    DeliveredUpdate,
    DeliveredValidation,
    EnteredModels,
    ExportedModel,
    Result,
    ScoredFile,
    SentTraining,
    StarterStudy,
    StudyPlan,
    SyntheticCohort,
    TidiedStudy,
    TrainingsOfStudy,
    Verification,
    WrittenPage,
)


def _command(name: str) -> click.Command:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    return command


@pytest.mark.parametrize("name", _COMMANDS)
def test_help_ends_with_an_example_that_can_be_pasted(name, predictor) -> None:
    code, out, err = predictor(name, "--help")
    assert (code, err) == (0, "")
    example = re.search(r"Examples?:\n((?:    ?\S.*\n)+)", out)
    assert example, out
    lines = [line.strip() for line in example[1].splitlines() if line.strip()]
    assert lines
    for line in lines:
        assert line.startswith(f"predictor {name}"), line
        # it parses: the command line accepts it
        arguments = shlex.split(line)[2:]
        with _command(name).make_context(name, arguments, resilient_parsing=False):
            pass


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_option_says_what_it_does(name) -> None:
    for parameter in _command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.show_default, f"{name} {parameter.name}"


@pytest.mark.parametrize("name", [name for name in _COMMANDS if name not in ("serve", "ui")])
def test_every_command_that_ends_has_json_and_quiet(name) -> None:
    options = {option for parameter in _command(name).params for option in parameter.opts}
    assert {"--json", "--quiet"} <= options


Run = Callable[..., tuple[dict[str, Any], str]]


def run_in_process(folder: Path, *arguments: str) -> tuple[dict[str, Any], str]:
    """The one document on standard output, and standard error, of a process of its own."""
    # MLflow and Python say all they have to say
    talkative = {"MLFLOW_LOGGING_LEVEL": "DEBUG", "PYTHONWARNINGS": "default"}
    talkative["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "false"
    environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    environment["COLUMNS"] = "80"  # no table is folded
    done = subprocess.run(
        [sys.executable, "-m", "predictor", *arguments, "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=environment | (talkative if "--quiet" not in arguments else {}),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture
def run(predictor: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The document of a command, and standard error: of a process of its own if it may talk."""

    def document(folder: Path, *arguments: str) -> tuple[dict[str, Any], str]:
        if "--quiet" not in arguments:
            return run_in_process(folder, *arguments)
        monkeypatch.chdir(folder)
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        code, out, err = predictor(*arguments, "--json")
        assert code == 0, err
        return json.loads(out), err

    return document


def same(document: Any, kind: type[Result]) -> None:
    """A document is that of a result, with all its keys and no other."""
    assert kind.from_json(document).to_json() == document


MEASURES = {measure.name for measure in measures_of("binary", (0.3, 0.5, 0.7))}


def test_train_prints_its_document_and_nothing_else(run, small, store) -> None:
    document, err = run(
        small.folder, "train", "study.yaml", "--data", "patients.csv", "--learner", "prevalence",
        "--learner", "ridge",
    )  # fmt: skip
    same(document, DeliveredTraining)
    assert list(document["learners"]) == ["prevalence", "ridge"]
    for facts in document["learners"].values():
        assert set(facts["metrics"]) == MEASURES
        assert (small.folder / facts["model"] / "model.json").is_file()
    assert document["learners"]["ridge"]["model"] == f"models/small/{document['training']}/ridge"
    assert (small.folder / document["report"]).is_file()
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", document["data"]["fingerprint"])
    for words in ("AUROC (95 % interval)", "apparent", "Brier", "slope", "seconds", "champion: ",
                  "predictor score models/small/latest/", document["verdict"][0][:40]):  # fmt: skip
        assert words in err


def test_train_is_silent_when_asked_to_be(small) -> None:
    document, err = run_in_process(
        small.folder, "train", "study.yaml", "--data", "patients.csv", "--learner", "prevalence",
        "--quiet",
    )  # fmt: skip
    same(document, DeliveredTraining)  # with a store made on the way
    assert err == ""


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_check_prints_its_document(run, small, quiet) -> None:
    document, err = run(small.folder, "check", "study.yaml", "--data", "patients.csv", *quiet)
    same(document, CheckResult)
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
@pytest.mark.parametrize("model", ["models/small/latest/ridge", "models:/small@champion"])
def test_score_prints_its_document(run, copied, in_mlflow, model, quiet) -> None:
    copied.study.table([{**row, "course": 1} for row in copied.study.rows[3:6]], "new.csv")
    document, err = run(
        copied.study.folder, "score", model, "--data", "new.csv", "--out", "scores.csv", *quiet
    )
    same(document, ScoredFile)
    assert (document["outcome"], document["predict_at"]) == ("responder_t2", "T0")
    assert (document["patients"], document["scored"]) == (3, 3)
    assert document["out"] == "scores.csv"
    assert (err == "") == bool(quiet)


def test_score_of_a_folder_prints_its_document(run, copied) -> None:
    rows = copied.study.rows[3:9]
    place = copied.study.table([{**row, "course": 1} for row in rows], "new.csv")
    Path("parts").mkdir()
    table = pyarrow.csv.read_csv(place)
    for number in range(2):
        pyarrow.parquet.write_table(table.slice(3 * number, 3), f"parts/{number}.parquet")
    document, err = run(
        copied.study.folder, "score", "models/small/latest/ridge", "--data", "parts", "--out",
        "scores", "--cluster", "local",
    )  # fmt: skip
    same(document, ScoredFile)
    assert (document["patients"], document["parts"], document["kept"]) == (6, 2, 0)
    assert "wrote scores (2 files)" in err


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_export_prints_its_document(copied, run, quiet) -> None:
    order = ("export", "models/small/latest/ridge", "--to", "sql", "--out", "ridge.sql")
    document, err = run(copied.study.folder, *order, *quiet)
    same(document, ExportedModel)
    assert (document["to"], document["files"], document["left_out"]) == ("sql", ["ridge.sql"], [])
    assert (err == "") == bool(quiet)


def test_update_prints_its_document_and_names_the_model_it_is_about(
    run, copied, in_mlflow, patients
) -> None:
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=60, seed=8))]
    copied.study.table(rows, "new.csv")
    document, err = run(
        copied.study.folder, "update", "models/small/latest/ridge", "--data", "new.csv",
        "--method", "intercept",
    )  # fmt: skip
    same(document, DeliveredUpdate)
    assert document["sentences"][0][:30] in err
    assert document["champion_version"] == in_mlflow.champion_version
    assert document["version"] not in (None, *in_mlflow.versions.values())
    about = f"{in_mlflow.registered}/{in_mlflow.versions['ridge']}"
    from predictor.tracking.store import open_store

    with open_store() as (client, _):
        tags = client.get_run(document["run_id"]).data.tags
    assert (tags["updates.run"], tags["updates.version"]) == (in_mlflow.run_ids["ridge"], about)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_validate_prints_its_document(run, copied, in_mlflow, patients, quiet) -> None:
    copied.study.table(patients(n=60, seed=8), "new.csv")
    document, err = run(
        copied.study.folder, "validate", "models:/small@champion", "--data", "new.csv",
        "--against", "models/small/latest/prevalence", *quiet,
    )  # fmt: skip
    same(document, DeliveredValidation)
    assert set(document["measures"]) == MEASURES
    assert document["about_version"].startswith("small.responder_t2.T0/")
    for place in ("report", "report_json", "shared"):
        assert (copied.study.folder / document[place]).is_file()
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_monitor_prints_its_document(run, copied, in_mlflow, patients, quiet) -> None:
    copied.study.table(patients(n=60, seed=8), "new.csv")
    run(
        copied.study.folder, "score", "models/small/latest/ridge", "--data", "new.csv",
        "--out", "scores.csv", "--lenient",
    )  # fmt: skip
    document, err = run(
        copied.study.folder, "monitor", "models:/small@champion", "--scored", "scores.csv",
        "--outcomes", "new.csv", "--period", "15", *quiet,
    )  # fmt: skip
    same(document, DeliveredMonitoring)
    assert document["periods"][0]["name"].startswith("patients 1 to ")
    assert document["about_version"].startswith("small.responder_t2.T0/")
    for place in ("report", "report_json"):
        assert (copied.study.folder / document[place]).is_file()
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_enter_prints_its_document(run, tmp_path, quiet) -> None:
    golden = Path(__file__).parents[1] / "golden" / "enter" / "study.yaml"
    document, err = run(tmp_path, "enter", str(golden), "--learner", "rcs", *quiet)
    same(document, EnteredModels)
    (told,) = document["models"]
    assert (told["learner"], told["form"], told["model"]) == (
        "rcs", "equation", "models/golden/rcs",
    )  # fmt: skip
    assert (tmp_path / told["model"] / "model.json").is_file()
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_report_prints_its_document(run, trained, tmp_path, quiet) -> None:
    report = json.loads((trained.study.folder / "reports/small/latest/report.json").read_text())
    report["learners"] = {"prevalence": report["learners"]["prevalence"]}
    report |= {"champion": "prevalence", "subject": None}
    (tmp_path / "report.json").write_text(json.dumps(report))
    document, err = run(tmp_path, "report", ".", *quiet)
    same(document, WrittenPage)
    assert document["report"] == "report.html"
    assert (tmp_path / "report.html").is_file()
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_verify_prints_its_document(run, copied, quiet) -> None:
    document, err = run(
        copied.study.folder,
        "verify",
        "models/small/latest/pain_only",
        "--data",
        "patients.csv",
        *quiet,
    )
    same(document, Verification)
    assert document["same"]
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_compare_prints_its_document(run, copied, quiet) -> None:
    document, err = run(copied.study.folder, "compare", "small", *quiet)
    same(document, TrainingsOfStudy)
    assert document["source"] == "reports/small"
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_plan_prints_its_document(run, small, quiet) -> None:
    document, err = run(
        small.folder, "plan", "study.yaml", "--patients", "40", "--auroc", "0.8", "--cohorts", "10",
        "--learner", "ridge", "--prevalence", "0.4", "--html", "plan.html", *quiet,
    )  # fmt: skip
    same(document, StudyPlan)
    assert [cell["patients"] for cell in document["cells"]] == [40]
    assert (small.folder / "plan.html").is_file()
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_tidy_prints_its_document(run, copied, quiet) -> None:
    document, err = run(copied.study.folder, "tidy", "small", *quiet)
    same(document, TidiedStudy)
    assert (document["found"], document["kept"], document["removed"]) == ([], [], False)
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_log_prints_its_document(run, copied, in_mlflow, quiet) -> None:
    document, err = run(copied.study.folder, "log", "reports/small/latest", *quiet)
    same(document, SentTraining)
    assert document["already"]
    assert document["run_id"] == in_mlflow.run_id
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_init_prints_its_document(run, tmp_path, quiet) -> None:
    document, err = run(tmp_path, "init", "new", *quiet)
    same(document, StarterStudy)
    assert all((tmp_path / file).is_file() for file in document["files"])
    assert (err == "") == bool(quiet)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_simulate_prints_its_document(run, tmp_path, quiet) -> None:
    document, err = run(
        tmp_path, "simulate", "c.csv", "--patients", "7", "--truth", "t.csv", *quiet
    )
    same(document, SyntheticCohort)
    assert document == {"file": "c.csv", "patients": 7, "truth": "t.csv", "synthetic": True}
    assert (err == "") == bool(quiet)
