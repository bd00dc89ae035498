"""What should a missing value be taken as: the mean, what others say, or several draws?

    python benchmarks/imputation.py --cohorts 400

Normal covariates with one common correlation, 12 of them, of which some values are missing at
random, in the cohort and in 2,000 fresh patients, whom the models of all ways predict. Prints the
performance with the mean, and what the other ways add (with its standard error); of the calibration
slope the median.
"""

from __future__ import annotations

import argparse

import numpy as np
from threadpoolctl import threadpool_limits

from predictor.learners import make
from predictor.learners.imputation import WAYS
from predictor.statistics import auroc, calibration_slope, log_loss

COLUMNS, FRESH = 12, 2000
# What the log-odds are made of, each per standard deviation of the first columns.
SIGNALS = {"two alike": (0.7, 0.7), "three, one against": (0.9, 0.9, -0.9)}
DESIGNS = tuple(
    (n, missing, 0.5, signal) for signal in SIGNALS for n in (48, 100) for missing in (0.1, 0.3)
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, default=400)
    options.add_argument("--learner", default="ridge")
    chosen = options.parse_args()
    print("| patients | missing | correlation | signal | log loss, mean | regression adds "
          "| multiple adds | AUROC, mean | regression adds | multiple adds "
          "| slope, mean | regression | multiple |\n" + "|---" * 13 + "|")  # fmt: skip
    for number, design in enumerate(DESIGNS):
        found = np.array(
            [
                compare(np.random.default_rng([number, c]), *design, chosen.learner)
                for c in range(chosen.cohorts)
            ]
        )
        cells = []
        for measure in (0, 1):
            mean = found[:, 0, measure]
            cells.append(f"{mean.mean():.3f}")
            for way in (1, 2):
                added = found[:, way, measure] - mean
                error = added.std() / np.sqrt(chosen.cohorts)
                cells.append(f"{added.mean():+.4f} ({error:.4f})")
        cells += [f"{slope:.2f}" for slope in np.nanmedian(found[:, :, 2], axis=0)]
        print(f"| {' | '.join(map(str, design))} | {' | '.join(cells)} |", flush=True)


def compare(
    rng: np.random.Generator, n: int, missing: float, correlation: float, signal: str, learner: str
) -> list[list[float]]:
    """Log loss, AUROC and calibration slope on fresh patients, of each way."""
    X, y = patients(rng, n, missing, correlation, signal)
    fresh, truth = patients(rng, FRESH, missing, correlation, signal)
    rows = []
    for way in WAYS:
        p = make(learner, impute=way).fit(X, y).predict_proba(fresh)[:, 1]
        measures = (log_loss, auroc, calibration_slope)
        rows.append([float(measure(truth, p)) for measure in measures])
    return rows


def patients(
    rng: np.random.Generator, n: int, missing: float, correlation: float, signal: str
) -> tuple[np.ndarray, np.ndarray]:
    shared = np.sqrt(correlation) * rng.normal(size=(n, 1))
    X = shared + np.sqrt(1 - correlation) * rng.normal(size=(n, COLUMNS))
    slopes = np.array(SIGNALS[signal])
    y = rng.random(n) < 1 / (1 + np.exp(-X[:, : len(slopes)] @ slopes))
    X[rng.random(X.shape) < missing] = np.nan
    return X, y.astype(float)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
