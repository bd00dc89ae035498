"""The tutorial is what a person sees who follows it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```', re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"-?\d+\.\d+|\d+")
LEFT_OUT = "..."

Runs = Callable[..., tuple[int, str, str]]


def session(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines it printed."""
    steps: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return steps


def run(command: str, predictor: Runs) -> list[str]:
    """Run a command of the page; those of ours in this process, where imports are paid once."""
    first, *arguments = shlex.split(command)
    if first == "cd":
        os.chdir(arguments[0])
        return []
    if first == "predictor":
        _, out, err = predictor(*arguments)
    else:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            command,
            shell=True,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        out, err = done.stdout, done.stderr
    return [line.rstrip() for line in (out + err).splitlines() if line.strip()]


def comparable(lines: list[str]) -> tuple[list[str], list[float]]:
    """The text without numbers, and the numbers that do not tell a time."""
    # the last column of the table of learners holds seconds
    timeless = [re.sub(r"\d+\.\d │$", "│", line) for line in lines]
    found = [float(number) for line in timeless for number in NUMBER.findall(line)]
    return [" ".join(NUMBER.sub("#", line).split()) for line in timeless], found


def assert_shown(shown: list[str], printed: list[str]) -> None:
    """The lines of the page were printed in this order; an ellipsis stands for any others."""
    shown = [line.rstrip() for line in shown if line.strip()]
    at, skips = 0, False
    for line in shown:
        if line == LEFT_OUT:
            skips = True
            continue
        text, numbers = comparable([line])
        while skips and at < len(printed) and comparable([printed[at]])[0] != text:
            at += 1
        assert at < len(printed), f"not printed: {line}"
        found_text, found_numbers = comparable([printed[at]])
        assert found_text == text
        # processors round differently, and a replicate more or less may be tuned differently
        assert found_numbers == pytest.approx(numbers, abs=0.021, rel=0.005)
        at, skips = at + 1, False
    assert skips or at == len(printed), f"not on the page: {printed[at]}"


@pytest.mark.slow
def test_the_tutorial_repeats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, predictor: Runs
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    for kind, file, text in BLOCK.findall(PAGE.read_text("utf-8")):
        if file:
            Path(file).write_text(text, "utf-8")
        elif kind == "console":
            for command, shown in session(text):
                assert_shown(shown, run(command, predictor))
    assert Path("reports/response/latest/report.html").is_file()


def test_the_ellipsis_stands_for_other_lines_only() -> None:
    assert_shown(["a 1.00", "...", "c 3"], ["a 1.01", "b 2", "c 3"])
    with pytest.raises(AssertionError):
        assert_shown(["a 1", "c 3"], ["a 1", "b 2", "c 3"])
    with pytest.raises(AssertionError):
        assert_shown(["a 1", "...", "d 4"], ["a 1", "b 2", "c 3"])
