"""Text of users is shown, not obeyed; what goes wrong while printing is no refusal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from predictor.cli import options
from predictor.cli.console import PlainConsole
from predictor.printable import visible, visible_document

# markup of the library that prints, sequences of terminals, marks that turn the direction
NAMES = ["fall [/10] >= 3", "pain [nrs]", "[bold]x[/bold]", ":smile:", "[link=file:///x]y[/link]"]
HARM = [
    "a\x1b[31mb",
    "a\x9b31mb",
    "a\x1b]8;;http://x\x07b",
    "a\rb",
    "a\u202eb",
    "a\x00b",
    "a\udc80b",
]


@pytest.mark.parametrize("name", HARM)
def test_no_sign_that_is_obeyed_is_left(name) -> None:
    shown = visible(name)
    assert shown.isprintable()
    assert shown.isascii()
    assert shown.startswith("a\\")
    assert visible_document({name: [name, {"x": name}], "n": 1}) == {
        shown: [shown, {"x": shown}], "n": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["é", "日本", "pain (0–10)", "a\u200db", "two\nlines", "°C ≥ 3"])
def test_letters_of_any_script_are_kept(name) -> None:
    assert visible(name) == name


def _alternatives(small, *names: str) -> None:
    more = "".join(f"    {json.dumps(name)}: success_t2\n" for name in names)
    small.change(("    half:", f"{more}    half:"))


def test_names_are_shown_as_they_are_in_tables(small, predictor) -> None:
    names = [*NAMES, *HARM[:5]]
    _alternatives(small, *names)
    code, out, err = predictor("check", "study.yaml", "--data", "patients.csv")
    assert code == 0, err
    assert [name for name in names if f"if defined as: {visible(name)}" not in out] == []
    code, out, err = predictor("check", "study.yaml", "--data", "patients.csv", "--json")
    assert code == 0, err
    assert set(names) <= set(json.loads(out)["data"]["alternatives"])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out + err)


@pytest.mark.parametrize("name", ["no\x1b[31m.yaml", "no[/x].yaml", "no\x9b\r.yaml"])
def test_names_are_shown_as_they_are_in_refusals(predictor, name) -> None:
    code, out, err = predictor("check", name, "--data", "x")
    assert (code, out) == (1, "")
    assert err == f"refused: {visible(name)}: there is no such file\n"


def test_wrong_usage_obeys_nothing_either(predictor) -> None:
    code, _, err = predictor("score", "--\x1b[31m")
    assert code == 2
    assert "\x1b" not in err


def test_no_cell_is_cut_where_there_is_no_terminal(small, predictor, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = (
        "a definition whose name is longer than the eighty signs of a line, as those of papers are"
    )
    _alternatives(small, name)
    _, out, _ = predictor("check", "study.yaml", "--data", "patients.csv")
    assert f"if defined as: {name}" in out
    assert "…" not in out


def _shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    program = f"{sys.executable} -m predictor"
    return subprocess.run(
        ["bash", "-c", command.replace("predictor", program, 1)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


CHECK = "predictor check study.yaml --data patients.csv"


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (f"{CHECK} | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        (f"{CHECK} >&-", 0, ""),
        (f"{CHECK} > /dev/full", 3, "done, but not everything could be printed: No space left"),
        (f"{CHECK} > /dev/null 2>&-", 0, ""),
        (f"PYTHONIOENCODING=ascii {CHECK} --json > /dev/null", 0, None),
    ],
    ids=["reader has gone", "stdout closed", "disk full", "stderr closed", "no letters"],
)
def test_a_fault_of_the_output_is_no_refusal(small, command, code, says) -> None:
    _alternatives(small, "naïve")
    done = _shell(small.folder, command)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if says is not None:
        assert done.stderr.startswith(says)
        assert bool(done.stderr) == bool(says)


def test_a_crash_while_printing_says_that_everything_is_written(small, predictor, monkeypatch):
    secret = "QZ" + "SECRET"  # not in one piece on a line that a traceback shows

    def fail(*_: object) -> None:
        raise ValueError(secret)

    monkeypatch.setattr("predictor.cli.tables.flow_table", fail)
    monkeypatch.setattr(options, "_let_go", lambda: None)
    code, _, err = predictor("check", "study.yaml", "--data", "patients.csv")
    assert code == 3
    assert err.endswith("done; only printing the results failed\n")
    assert secret not in err


def test_results_go_to_stdout_and_nothing_else(small, predictor) -> None:
    _, out, err = predictor("check", "study.yaml", "--data", "patients.csv")
    assert "Covariates" in out
    assert err == ""
    _, out, err = predictor("check", "study.yaml", "--data", "patients.csv", "--quiet")
    assert (out, err) == ("", "")


def test_a_training_that_is_not_tracked_ends_with_3_and_its_results(
    small, store, predictor, monkeypatch
) -> None:
    from mlflow import MlflowClient

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("the server went away")

    arguments = ["train", "study.yaml", "--data", "patients.csv", "--learner", "prevalence"]
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "create_model_version", fail)
        code, out, err = predictor(*arguments)
    assert code == 3
    assert "What a fresh sample would show" in out
    assert "predictor ui" not in out
    assert err.startswith("trained and written, but not tracked: the MLflow store ")
    assert re.search(r"Send the record later: predictor log reports/small/\S+\n$", err)
    code, _, err = predictor("log", "reports/small/latest")
    assert code == 0
    assert err.startswith("small: sent to ")
    assert predictor("log", "reports/small/latest")[2].startswith("small: is already in ")
    code, out, _ = predictor(*arguments)
    assert code == 0
    assert "predictor ui" in out


@pytest.mark.parametrize("width", [50, 60, 80, 100, 200])
def test_a_table_in_a_terminal_is_no_wider_and_cuts_no_number(width, capsys) -> None:
    interval, headings = "0.97 (0.60 to 1.34)", ["ridge", "gradient boosting", "training expected"]
    table = Table("measure", title="In new patients", title_justify="left")
    for heading in headings:
        table.add_column(heading, justify="right")
    rows = ["observed / expected", "calibration-in-the-large", "AUROC"]
    for row in rows:
        table.add_row(row, interval, interval, interval)
    console = PlainConsole(stderr=False, quiet=False)
    console._force_terminal, console._width = True, width
    console.print(table)
    lines = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert text.count(interval) == 9
    assert text.count("In new patients") == 1
    for word in " ".join([*rows, *headings]).split():
        assert word in text
    assert (text.count("measure") == 1) == (width >= 100)  # else its columns follow below
