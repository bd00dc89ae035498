"""Pages that are sessions: their commands run, their changes are made, their lines are there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BLOCK = re.compile(
    r'^```(console|diff|yaml)(?: title="([^"]+)")?\n(.*?)^```', re.MULTILINE | re.DOTALL
)

Runs = Callable[..., tuple[int, str, str]]


def run(command: str, predictor: Runs) -> str:
    first, *arguments = shlex.split(command)
    if first == "cd":
        os.chdir(arguments[0])
        return ""
    if first == "predictor":
        _, out, err = predictor(*arguments)
        return out + err
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, shell=True, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout + done.stderr


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.fixture
def session(
    predictor: Runs, monkeypatch: pytest.MonkeyPatch, undrawn: None
) -> Callable[[Path], None]:
    """Run a page in the working directory; it says what a person sees who follows it."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def follow(page: Path) -> None:
        for kind, title, text in BLOCK.findall(page.read_text("utf-8")):
            if kind == "console":
                for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                    command, _, printed = step.partition("\n")
                    assert lines(run(command, predictor)) == lines(printed), command
            elif kind == "diff":
                file = Path(title)
                old = "".join(f"{line[1:]}\n" for line in text.splitlines() if line[0] == "-")
                new = "".join(f"{line[1:]}\n" for line in text.splitlines() if line[0] == "+")
                assert file.read_text("utf-8").count(old) == 1, old
                file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
            else:
                shown = Path("study.yaml").read_text("utf-8")
                assert [line for line in lines(text) if line not in shown] == []

    return follow
