"""200 tuned LightGBM replicates, beside the loop of `GridSearchCV` that users write.

    python benchmarks/lightgbm_speed.py

Both tune leaves 2, 3, 4 and the number of trees by 5 folds in bootstrap samples of the same 48
patients and 12 covariates. Runs alternate and medians are printed; the loop is run a few times and
scaled up. Exits 1 if ours is not at least five times faster.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import lightgbm
import numpy as np
from scipy.special import expit
from sklearn.model_selection import GridSearchCV

from predictor.learners import make
from predictor.validation import threads

PATIENTS, COVARIATES, REPLICATES = 48, 12, 200


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=5, help="runs of each, the median counts")
    options.add_argument("--jobs", type=int, default=1, help="our threads; the loop has one")
    chosen = options.parse_args()

    rng = np.random.default_rng(1)
    X = rng.normal(size=(PATIENTS, COVARIATES))
    y = (rng.random(PATIENTS) < expit(0.7 * X[:, 0] - 0.7 * X[:, 1])).astype(float)
    weights = rng.multinomial(PATIENTS, np.full(PATIENTS, 1 / PATIENTS), size=REPLICATES)
    learner = make("lightgbm")
    executor = threads(chosen.jobs)
    chunks = [weights[k : k + learner.batch] for k in range(0, REPLICATES, learner.batch)]

    def grid(weight: np.ndarray) -> None:
        rows = np.repeat(np.arange(PATIENTS), weight)
        model = lightgbm.LGBMClassifier(
            min_child_samples=5, learning_rate=0.05, verbose=-1, n_jobs=1
        )
        sizes = {"num_leaves": [2, 3, 4], "n_estimators": [25, 50, 100]}
        search = GridSearchCV(model, sizes, cv=5, scoring="neg_log_loss")
        search.fit(X[rows], y[rows]).predict_proba(X)

    learner.fit_replicates(X, y, weights[:2])
    grid(weights[0])
    ours, loop = [], []
    for run in range(chosen.runs):
        ours.append(seconds(lambda: executor(partial(learner.fit_replicates, X, y), chunks)))
        loop.append(REPLICATES * seconds(lambda weight=weights[run % REPLICATES]: grid(weight)))
    fast, slow = statistics.median(ours), statistics.median(loop)
    print(f"{REPLICATES} tuned replicates, n = {PATIENTS}, p = {COVARIATES}")
    print(f"  {'predictor':22} {fast:8.2f} s  ({1000 * fast / REPLICATES:.1f} ms each)")
    print(
        f"  {'GridSearchCV in a loop':22} {slow:8.2f} s  ({1000 * slow / REPLICATES:.1f} ms each)"
    )
    print(f"  {'times faster':22} {slow / fast:8.1f}")
    return int(slow < 5 * fast)


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
