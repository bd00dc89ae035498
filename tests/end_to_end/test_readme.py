"""The sessions of the README and of the next hospital are what a person sees who repeats them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"-?\d+\.\d+|\d+")
# of a folder and of a run, which are others every time
NAMES = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}-[0-9a-f]{6}|\b[0-9a-f]{32}\b")


def session(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page's session, each with the lines it printed."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    steps: list[tuple[str, list[str]]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line.rstrip())
    return steps


def comparable(lines: list[str]) -> tuple[list[str], list[float]]:
    """The text without numbers and blanks at the ends, and the numbers that do not tell a time."""
    lines = [NAMES.sub("NAME", line).rstrip() for line in lines if line.strip()]
    # the last column of the table of learners holds seconds
    timeless = [re.sub(r" *[\d.]+ │$", " │", line) for line in lines]
    return [NUMBER.sub("#", line) for line in timeless], [
        float(number) for line in timeless for number in NUMBER.findall(line)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "columns"), [("README.md", 80), ("docs/next-hospital.md", 100)])
def test_the_session_repeats(page: str, columns: int, tmp_path: Path) -> None:
    for folder in ("configs", "pipelines"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command, printed in session(page):
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "COLUMNS": str(columns)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stderr
        text, numbers = comparable((done.stdout + done.stderr).splitlines())
        expected_text, expected_numbers = comparable(printed)
        assert text == expected_text
        # processors round differently, and a replicate more or less may be tuned differently
        assert numbers == pytest.approx(expected_numbers, abs=0.021, rel=0.005)
