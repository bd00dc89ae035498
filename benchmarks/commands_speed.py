"""Seconds from process start to end of what people type: help, one patient, the whole training.

Usage: python benchmarks/commands_speed.py [--runs N]

Makes its own cohort in a temporary folder, with the study in ``configs/``. Byte code is compiled in
a run that is not counted. Prints medians beside the limits; exits 1 beyond a limit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "crps_esketamine.yaml"
ENVIRONMENT = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(*arguments: str, folder: Path) -> tuple[float, str]:
    """Seconds a command took, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - start, done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    predictor = ("-m", "predictor")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(*predictor, "simulate", "crps.csv", "--published", folder=folder)
        run(*predictor, "simulate", "new.csv", "--patients", "1", folder=folder)
        training = (*predictor, "train", str(CONFIG), "--data", "crps.csv", "--json", "--quiet")
        run(*training, "--learner", "ridge", folder=folder)
        model = "models/crps-esketamine/latest/ridge"
        score = (*predictor, "score", model, "--data", "new.csv", "--out", "scores.csv")
        commands = {
            "predictor --help": ((*predictor, "--help"), 0.3, runs),
            "predictor score, one patient, saved ridge": (score, 0.8, runs),
            "predictor train, 4 learners": (training, 20.0, max(1, runs // 2)),
            "import mlflow": (("-c", "import mlflow"), None, runs),
        }
        beyond = False
        print(f"{'what':45s} {'median s':>9s} {'limit s':>9s}")
        for what, (command, limit, times) in commands.items():
            run(*command, folder=folder)
            results = [run(*command, folder=folder) for _ in range(times)]
            median = statistics.median(seconds for seconds, _ in results)
            beyond |= limit is not None and median > limit
            print(f"{what:45s} {median:9.2f} {'' if limit is None else f'{limit:9.1f}'}")
            if "train" in what:
                for learner, facts in json.loads(results[-1][1])["learners"].items():
                    seconds = facts["seconds"]
                    slow = learner == "ridge" and seconds > 3
                    beyond |= slow
                    print(f"{'  of these, ' + learner:45s} {seconds:9.2f}")
    return int(beyond)


if __name__ == "__main__":
    sys.exit(main())
