"""Seconds for 500 bootstrap replicates of the linear learners, on one core.

    python benchmarks/replicates_speed.py
    python benchmarks/replicates_speed.py --peer-r peers.R --peer-python peers.py

A peer is a script that is given a CSV file (columns y, x1, x2, ...), times what its users would
run and prints JSON in its last line, with some of `rms_validate_500_s`, `cv_glmnet_ridge_500_s`
and `sklearn_ridge_cv_500_s`. It runs on the same patients, in the same run, on one core as well.
Exits 1 if a peer is not as many times slower as it should be.
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
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from predictor.learners import make
from predictor.learners.learner import Fits
from predictor.statistics import auroc, brier, calibration_slope

REPLICATES = 500
COLUMNS = 12
FITS = f"{REPLICATES} replicates"
WITH_PERFORMANCE = f"{REPLICATES} replicates and their performance"
# What a peer is compared with, and how many times slower it has to be.
PEERS = (
    ("cv_glmnet_ridge_500_s", 48, f"ridge, {FITS}", 10),
    ("sklearn_ridge_cv_500_s", 48, f"ridge, {FITS}", 100),
    ("rms_validate_500_s", 5000, f"logistic, {FITS}", 10),
    ("rms_validate_500_s", 5000, f"logistic, {WITH_PERFORMANCE}", 10),
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--peer-r", type=Path, help="R script, run on both tables")
    options.add_argument("--peer-python", type=Path, help="Python script, run on the small table")
    options.add_argument("--repeats", type=int, default=5, help="runs of ours (the median counts)")
    options.add_argument("--peer-repeats", type=int, default=1, help="runs of each peer")
    chosen = options.parse_args()
    slow = False
    print(f"{'patients':>8}  {'what':44} {'seconds':>8}  {'times ours':>10}  compared with")
    with tempfile.TemporaryDirectory() as folder:
        for n in (48, 5000):
            X, y = patients(n)
            file = Path(folder) / f"patients_{n}.csv"
            header = ",".join(["y", *(f"x{j + 1}" for j in range(COLUMNS))])
            np.savetxt(file, np.column_stack([y, X]), "%.17g", ",", header=header, comments="")
            with threadpool_limits(1):
                seconds = ours(X, y, chosen.repeats)
            for what, value in seconds.items():
                print(f"{n:8}  {what:44} {value:8.3f}", flush=True)
            commands = [["Rscript", str(chosen.peer_r), str(file)]] if chosen.peer_r else []
            if chosen.peer_python and n == 48:
                commands.append([sys.executable, str(chosen.peer_python), str(file)])
            for command in commands:
                runs = [run_peer(command) for _ in range(chosen.peer_repeats)]
                for name, size, counterpart, wanted in PEERS:
                    if name in runs[0] and n == size:
                        value = statistics.median(run[name] for run in runs)
                        ratio = value / seconds[counterpart]
                        slow |= ratio < wanted
                        print(
                            f"{n:8}  {name:44} {value:8.3f}  {ratio:10.1f}  {counterpart}",
                            flush=True,
                        )
    return int(slow)


def patients(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20210707)
    X = np.sqrt(0.8) * rng.normal(size=(n, COLUMNS)) + np.sqrt(0.2) * rng.normal(size=(n, 1))
    logit = 0.7 * (X[:, 0] + X[:, 1])
    return X, (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)


def ours(X: np.ndarray, y: np.ndarray, repeats: int) -> dict[str, float]:
    n = len(y)
    rng = np.random.default_rng(1)
    seconds = {}
    for learner in ("ridge", "logistic"):
        for replicates in (REPLICATES, 1800) if n < 1000 else (REPLICATES,):
            weights = rng.multinomial(n, np.full(n, 1 / n), size=replicates).astype(float)
            fit = partial(make(learner).fit_replicates, X, y, weights)
            seconds[f"{learner}, {replicates} replicates"] = median_seconds(fit, repeats)
            if replicates == REPLICATES:
                both = partial(fit_and_judge, fit, y, weights)
                seconds[f"{learner}, {WITH_PERFORMANCE}"] = median_seconds(both, repeats)
    return seconds


def fit_and_judge(fit: Callable[[], Fits], y: np.ndarray, weights: np.ndarray) -> None:
    """Performance in the resamples and on the original patients, as `rms::validate`."""
    p = fit().probability
    for statistic in (auroc, brier):
        statistic(y, p, weights=weights)
        statistic(y, p)
    calibration_slope(y, p)


def median_seconds(action: Callable[[], object], repeats: int) -> float:
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run_peer(command: list[str]) -> dict[str, float]:
    one_core = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, **one_core}
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    sys.exit(main())
