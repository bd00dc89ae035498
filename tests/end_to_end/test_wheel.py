"""The wheel, in an environment that has never seen this checkout."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = """
validation:
  cross_validation: {folds: 3, repeats: 2}
  interval: {resamples: 20, repeats: 1}
  bootstrap: {replicates: 20}
"""


def _run(arguments: list[str], folder: Path) -> str:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        arguments,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**keep, "MLFLOW_DISABLE_TELEMETRY": "true"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    _run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), "."],
        ROOT,
    )
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def fresh(wheel, tmp_path_factory) -> Path:
    """Folder of the commands of a fresh environment that has the wheel, and its requirements."""
    directory = tmp_path_factory.mktemp("fresh")
    venv.create(directory, with_pip=False, symlinks=True)
    python = directory / "bin" / "python"
    site = Path(_run([str(python), "-c", "import site; print(site.getsitepackages()[0])"],
                     directory).strip())  # fmt: skip
    # the requirements are those of this environment; its own .pth files, and with them the
    # editable checkout, do not count in there
    (site / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    _run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps",
         "--no-index", "--quiet", str(wheel)],
        directory,
    )  # fmt: skip
    return python.parent


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert len(tops) == 2
    assert tops - {"predictor"} == {top for top in tops if top.endswith(".dist-info")}
    ours = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if name.startswith("predictor/")} == ours
    for name in (
        "workflows/starter/study.yaml",
        "workflows/starter/covariates.sql",
        "workflows/starter/README.md",
        "cohort/simulate/published.csv",
        "py.typed",
    ):
        assert f"predictor/{name}" in names


def test_the_wheel_says_under_which_licence_it_comes(wheel) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        text = archive.read(metadata).decode()
        assert "License-Expression: BSD-3-Clause" in text
        assert any("licenses/LICENSE" in name for name in archive.namelist())


def test_init_train_and_score_from_an_empty_folder(fresh, tmp_path) -> None:
    command = str(fresh / "predictor")
    where = _run([str(fresh / "python"), "-c", "import predictor; print(predictor.__file__)"],
                 tmp_path)  # fmt: skip
    assert Path(where.strip()).is_relative_to(fresh.parent)

    _run([command, "init", "study"], tmp_path)
    study = tmp_path / "study"
    with (study / "study.yaml").open("a") as file:
        file.write(TINY)
    # what the guide of the starter study says
    out = _run([command, "check", "study.yaml", "--data", "example.csv", "--json"], study)
    assert json.loads(out)["data"]["labelled"] == 60
    out = _run([command, "train", "study.yaml", "--data", "example.csv", "--json"], study)
    summary = json.loads(out)
    assert set(summary["learners"]) == {"prevalence", "pain only", "ridge"}
    model = "models/starter/latest/ridge"
    _run([command, "score", model, "--data", "example.csv", "--out", "scores.csv"],
         study)  # fmt: skip
    with (study / "scores.csv").open(newline="") as file:
        scores = list(csv.DictReader(file))
    assert len(scores) == 60
    assert all(0 < float(row["low"]) <= float(row["high"]) < 1 for row in scores)
    assert (study / "mlflow.db").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"study"}
