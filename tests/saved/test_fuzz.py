"""A few of the mutants of `benchmarks/fuzz_models.py`, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STORED = Path(__file__).parent / "stored" / "format_1"
PROGRAM = Path(__file__).parents[2] / "benchmarks" / "fuzz_models.py"


def test_changed_models_are_refused_or_score_finite_probabilities(trained) -> None:
    models = [STORED / name for name in ("ridge", "additive", "lightgbm")]
    table = str(STORED / "new_patients.csv")
    done = subprocess.run(
        [sys.executable, PROGRAM, *models, "--table", table, "--mutants", "30"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    own = [trained.directory(name) for name in ("logistic", "lightgbm")]
    done = subprocess.run(
        [sys.executable, PROGRAM, *own, "--table", trained.study.data, "--mutants", "20"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "refused" in done.stdout
    assert "scored" in done.stdout
