from __future__ import annotations

import click
import pytest

from predictor.cli import main as run_main
from predictor.cli.program import _COMMANDS, commands
from predictor.errors import DataError, ModelError, StudyError


@pytest.fixture
def broken(monkeypatch, predictor):
    """A command that raises."""

    def run(error: BaseException) -> tuple[int, str, str]:
        @click.command()
        def command() -> None:
            raise error

        monkeypatch.setattr(commands, "get_command", lambda *_: command)
        return predictor("init")

    return run


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StudyError("study.yaml: wrong"), "refused: study.yaml: wrong\n"),
        (ModelError("m: damaged"), "refused: m: damaged\n"),
        (DataError(["a: row 2", "b: row 3"]), "refused:\n  a: row 2\n  b: row 3\n"),
        (
            OSError(28, "No space left on device", "x.csv"),
            "refused: x.csv: No space left on device\n",
        ),
        (OSError("odd"), "refused: OSError\n"),
    ],
)
def test_a_refusal_is_exit_code_1_with_its_message_on_stderr(broken, error, message) -> None:
    assert broken(error) == (1, "", message)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_exit_code_130(broken, error) -> None:
    code, out, err = broken(error)
    assert (code, out) == (130, "")
    assert err.strip() == "interrupted; nothing half-written is left"


def test_an_unforeseen_error_never_shows_its_message(broken) -> None:
    try:
        raise KeyError("QZID0001 7.25")
    except KeyError as cause:
        error = ValueError("could not convert 'QZID0001'")
        error.__cause__ = cause
        error.add_note("the row is QZID0001")
    code, out, err = broken(error)
    assert (code, out) == (1, "")
    assert "internal error (ValueError); its message is withheld" in err
    assert "QZID" not in err
    assert "in command" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["trian"], ["train"], ["train", "study.yaml"], ["score", "m", "--data", "x.csv"],
        ["train", "s", "--data", "d", "--jobs", "0"],
        ["train", "s", "--data", "d", "--jobs", "-2"],
        ["train", "s", "--data", "d", "--seed", "-1"],
        ["simulate", "x.csv"], ["simulate", "x.csv", "--published", "--patients", "3"],
        ["simulate", "x.csv", "--patients", "0"],
        ["simulate", "x", "--patients", "3", "--auroc", "1"],
        ["init"], ["init", "a", "b"], ["check", "--no-such-option"], ["ui", "--port", "0"], [],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_exit_code_2_and_writes_nothing(
    predictor, tmp_path, monkeypatch, arguments
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = predictor(*arguments)
    assert code == 2
    assert out == ""
    assert "Usage: " in err
    assert not list(tmp_path.iterdir())


def test_the_version_is_that_of_the_package(predictor) -> None:
    from predictor import __version__

    assert predictor("--version") == (0, f"predictor, version {__version__}\n", "")


def test_help_lists_every_command_with_a_sentence(predictor) -> None:
    code, out, _ = predictor("--help")
    assert code == 0
    for name in _COMMANDS:
        line = next(line for line in out.splitlines() if line.strip().startswith(f"{name} "))
        assert line.rstrip().endswith(".")


def test_main_returns_and_never_exits(capsys) -> None:
    assert run_main(["--version"]) == 0
