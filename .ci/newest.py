"""The wheel with the newest dependencies that resolve today: what a user gets who installs it now.

In an environment of its own, `build/newest`: a small training from an empty folder, the stored
models, and the tests of reading and of SQL. When something fails, the packages that have moved
since requirements.lock was written are named, those that the failure speaks of first.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "newest"
PYTHON = PLACE / "bin" / "python"
TESTS = [
    "tests/saved/test_stored.py",
    "tests/cohort/test_read.py",
    "tests/cohort/test_sandbox.py",
    "tests/cohort/test_steady.py",
    "tests/cohort/test_permitted_sql.py",
    "tests/saved/test_doors.py",
]
# MLflow sends nothing anywhere
ENVIRONMENT = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
SMALL = """
validation:
  cross_validation: {folds: 3, repeats: 2}
  interval: {resamples: 20, repeats: 1}
  bootstrap: {replicates: 20}
"""


class FailedError(Exception):
    """A step that failed, and what it printed."""


def run(step: str, *command: object, folder: Path = ROOT, show: bool = False) -> str:
    """Run a command; print what it says if it fails, or if that is to be shown."""
    started = time.monotonic()
    print(f"test-newest: {step}", flush=True)
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        lines = []
        for line in process.stdout or ():
            lines.append(line)
            if show:
                print(line, end="", flush=True)
    said = "".join(lines)
    if process.returncode != 0:
        if not show:
            print(said)
        raise FailedError(f"{step} failed", said)
    print(f"test-newest: {step}: {time.monotonic() - started:.0f} s", flush=True)
    return said


def moved() -> dict[str, tuple[str, str]]:
    """Packages whose version is not that of the lock: locked and installed."""
    lock = (ROOT / "requirements.lock").read_text()
    locked = {
        canonical(name): version
        for name, version in re.findall(r"^([\w.\-]+)(?:\[.*?\])?==(\S+)", lock, re.MULTILINE)
    }
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    installed = {canonical(p["name"]): p["version"] for p in json.loads(listed.stdout)}
    ours = {"pip", "setuptools", "predictor"}
    return {
        name: (locked.get(name, "not locked"), version)
        for name, version in sorted(installed.items())
        if name not in ours and locked.get(name) != version
    }


def canonical(name: str) -> str:
    """The name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def suspects(packages: dict[str, tuple[str, str]], said: str) -> list[str]:
    """Names of packages, those first that a failure names most often."""
    words = [canonical(word) for word in re.findall(r"[\w.\-]+?(?=[^\w\-]|$)", said)]
    imported = {"scikit-learn": "sklearn", "pyyaml": "yaml", "pillow": "pil"}
    times = {name: words.count(imported.get(name, name)) for name in packages}
    return sorted(packages, key=lambda name: (-times[name], name))


def check() -> None:
    """Make the environment, and run everything in it."""
    for folder in (PLACE, ROOT / "build" / "newest-wheel"):
        shutil.rmtree(folder, ignore_errors=True)
    wheels = ROOT / "build" / "newest-wheel"
    run("build the wheel", sys.executable, "-m", "build", "--wheel", "--no-isolation",
        "--outdir", wheels, ".")  # fmt: skip
    (wheel,) = wheels.glob("*.whl")
    run("make an environment", sys.executable, "-m", "venv", PLACE)
    run("install the wheel and the newest of what it needs", PYTHON, "-m", "pip", "install",
        "--upgrade", "--quiet", f"{wheel}[cluster]", "pytest", "hypothesis")  # fmt: skip
    for name, (old, new) in moved().items():
        print(f"test-newest:   {name} {new} (lock: {old})")
    command = PLACE / "bin" / "predictor"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("predictor init", command, "init", "study", folder=folder)
        study = folder / "study"
        with (study / "study.yaml").open("a") as file:
            file.write(SMALL)
        ridge = "models/starter/latest/ridge"
        for order in (
            ["check", "study.yaml", "--data", "example.csv"],
            ["train", "study.yaml", "--data", "example.csv"],
            ["train", "study.yaml", "--data", "example.csv", "--cluster", "local"],
            ["score", ridge, "--data", "example.csv", "--out", "scores.csv"],
        ):
            run(f"predictor {order[0]}", command, *order, folder=study)
        rows = (study / "scores.csv").read_text().count("\n") - 1
        if rows != 60:
            raise FailedError(f"predictor score wrote {rows} rows for 60 patients", "")
    run("tests", PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS, show=True)


def main() -> int:
    """Exit code: 0 if everything works."""
    try:
        check()
    except FailedError as failure:
        what, said = failure.args
        print(f"\ntest-newest: {what}", file=sys.stderr)
        if "install" in what:
            print("test-newest: the newest dependencies cannot be had together", file=sys.stderr)
            return 1
        packages = moved() if PYTHON.exists() else {}
        print("test-newest: moved since the lock, most plausible first:", file=sys.stderr)
        for name in suspects(packages, said):
            old, new = packages[name]
            print(f"  {name} {old} -> {new}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
