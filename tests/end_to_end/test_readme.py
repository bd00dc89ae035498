"""The sessions of the README and of the next hospital are what a person sees who repeats them.

That of the README trains the CRPS study with its full plan, which is looked at here too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from predictor.saved import read_model

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"-?\d+\.\d+|\d+")
# of a folder and of a run, which are others every time
NAMES = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}-[0-9a-f]{6}|\b[0-9a-f]{32}\b")

# where no terminal is, a slow machine tells how far it is; a terminal has a bar that goes away
PROGRESS = re.compile(r"\d+:\d\d ")


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


@dataclass(frozen=True)
class Walk:
    """A session that was repeated: its folder, and what was printed beside what the page shows."""

    folder: Path
    columns: int
    steps: list[tuple[list[str], list[str]]]

    def run(self, command: str) -> list[str]:
        """What a command prints in the folder."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env={**os.environ, "PATH": path, "COLUMNS": str(self.columns)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told = (done.stdout + done.stderr).splitlines()
        return [line for line in told if not PROGRESS.match(line)]


def walk(page: str, folder: Path, columns: int) -> Walk:
    for name in ("configs", "pipelines"):
        (folder / name).symlink_to(ROOT / name)
    walked = Walk(folder, columns, [])
    for command, shown in session(page):
        walked.steps.append((walked.run(command), shown))
    return walked


def assert_same(walked: Walk) -> None:
    assert walked.steps
    for printed, shown in walked.steps:
        text, numbers = comparable(printed)
        expected_text, expected_numbers = comparable(shown)
        assert text == expected_text
        # processors round differently, and a replicate more or less may be tuned differently
        assert numbers == pytest.approx(expected_numbers, abs=0.021, rel=0.005)


@pytest.fixture(scope="module")
def readme(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The session of the README, with the CRPS study and its full plan in it."""
    return walk("README.md", tmp_path_factory.mktemp("readme"), 80)


@pytest.mark.slow
def test_the_session_of_the_readme_repeats(readme: Walk) -> None:
    assert_same(readme)


@pytest.mark.slow
def test_the_session_of_the_next_hospital_repeats(tmp_path: Path) -> None:
    assert_same(walk("docs/next-hospital.md", tmp_path, 100))


@pytest.mark.slow
def test_the_crps_study_with_its_full_plan_on_the_published_cohort(readme: Walk) -> None:
    folder = readme.folder
    report = json.loads((folder / "reports/crps-esketamine/latest/report.json").read_text())
    data = report["data"]
    assert (data["rows"], data["labelled"], data["events"]) == (48, 48, 23)
    assert list(report["learners"]) == ["prevalence", "pain only", "ridge", "lightgbm"]
    models = folder / "models/crps-esketamine/latest"
    for facts in report["learners"].values():
        assert facts["failed_replicates"] == 0
        auroc = facts["metrics"]["auroc"]
        assert auroc["low"] <= auroc["estimate"] <= auroc["high"]
    cards = {path.parent.name for path in models.glob("*/card.md")}
    assert cards == {"prevalence", "pain_only", "ridge", "lightgbm"}
    ridge = report["learners"]["ridge"]["metrics"]["auroc"]
    assert ridge["apparent"] > ridge["estimate"]
    assert read_model(models / "ridge").provenance["seed"] == 20210707
    readme.run(
        "predictor score models:/crps-esketamine@champion --data crps.csv --out champion.csv"
    )
    assert len((folder / "champion.csv").read_text().splitlines()) == 49
