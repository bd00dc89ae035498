"""Seconds and peak memory of training and validating, from 48 patients to a million.

    python benchmarks/growth.py --learner ridge --patients 48 --patients 1000000

Each row is a process of its own, with the plan that so many patients get by default.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
from populations import Population

from predictor.cohort import Target
from predictor.learners import make
from predictor.study import ValidationSpec
from predictor.validation import (
    Samples,
    decision_curve,
    draw_plan,
    metrics,
    performance,
    stability,
    threads,
    train,
)

COVARIATES = 12
PATIENTS = (48, 200, 1_000, 10_000, 100_000, 1_000_000)
LEARNERS = ("logistic", "ridge", "lightgbm")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--learner", action="append", choices=LEARNERS)
    options.add_argument("--patients", action="append", type=int)
    options.add_argument("--here", action="store_true", help="one learner, in this process")
    chosen = options.parse_args()
    learners, sizes = chosen.learner or LEARNERS, chosen.patients or PATIENTS
    if chosen.here:
        print(measured(learners[0], sizes[0]), flush=True)
        return
    print("| learner | patients | models trained | seconds | peak memory |\n|---|---|---|---|---|")
    for learner in learners:
        for patients in sizes:
            row = ("--here", "--learner", learner, "--patients", str(patients))
            subprocess.run([sys.executable, __file__, *row], check=True)


def measured(learner: str, patients: int) -> str:
    rng = np.random.default_rng(1)
    X, y, _ = Population(0.7, COVARIATES).draw(patients, rng)
    spec = ValidationSpec().for_patients(patients)
    start = time.perf_counter()
    plan = draw_plan(Target.binary(y), spec, rng)
    trained = train(make(learner), X, y, plan, threads(-1))
    performance(trained, plan, metrics("binary", spec.thresholds))
    decision_curve(Samples(trained, plan))
    stability(trained, spec.thresholds)
    seconds = time.perf_counter() - start
    models = 1 + len(trained.folds) + len(trained.interval) + len(trained.bootstrap)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return f"| {learner} | {patients:,} | {models:,} | {seconds:.1f} | {peak:.1f} GB |"


if __name__ == "__main__":
    main()
