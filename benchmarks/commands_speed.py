"""Seconds from process start to end of what people type: help, one patient, the whole training.

Usage: python benchmarks/commands_speed.py [--runs N]

Makes its own cohort in a temporary folder, with the study in ``configs/``. Byte code is compiled in
a run that is not counted. Prints medians by the clock beside the limits, and of the processor;
exits 1 beyond a limit.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "crps_esketamine.yaml"
ENVIRONMENT = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(*arguments: str, folder: Path) -> tuple[float, float, str]:
    """Seconds a command took, by the clock and of processors, and what it printed."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, processor, done.stdout


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
            "predictor score, one patient, saved ridge": (score, 0.7, runs),
            "predictor train, 4 learners": (training, 20.0, max(1, runs // 2)),
            "import mlflow": (("-c", "import mlflow"), None, runs),
        }
        beyond = False
        print(f"{'what':45s} {'median s':>9s} {'limit s':>9s} {'processor s':>12s}")
        for what, (command, limit, times) in commands.items():
            run(*command, folder=folder)
            results = [run(*command, folder=folder) for _ in range(times)]
            median, processor = (statistics.median(each[i] for each in results) for i in (0, 1))
            beyond |= limit is not None and median > limit
            limited = "" if limit is None else f"{limit:.1f}"
            print(f"{what:45s} {median:9.2f} {limited:>9s} {processor:12.2f}")
            if "train" in what:
                for learner, facts in json.loads(results[-1][2])["learners"].items():
                    seconds = facts["seconds"]
                    slow = learner == "ridge" and seconds > 3
                    beyond |= slow
                    print(f"{'  of these, ' + learner:45s} {seconds:9.2f}")
    return int(beyond)


if __name__ == "__main__":
    sys.exit(main())
