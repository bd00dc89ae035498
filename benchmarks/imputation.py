"""Does imputing by regression predict better than imputing the mean?

    python benchmarks/imputation.py --cohorts 200

Normal covariates with one common correlation, 12 of them, of which 15 % of the values are missing
at random, in the cohort and in 2,000 fresh patients, whom the models of both ways predict. Prints
the performance with the mean, and what regression adds (with its standard error).
"""

from __future__ import annotations

import argparse

import numpy as np
from threadpoolctl import threadpool_limits

from predictor.learners import make
from predictor.statistics import auroc, log_loss

COLUMNS, MISSING, FRESH = 12, 0.15, 2000
# What the log-odds are made of, each per standard deviation of the first columns.
SIGNALS = {"two alike": (0.7, 0.7), "three, one against": (0.9, 0.9, -0.9)}
DESIGNS = (
    (48, 0.5, "two alike"),
    (48, 0.5, "three, one against"),
    (48, 0.2, "two alike"),
    (300, 0.5, "two alike"),
    (300, 0.5, "three, one against"),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, default=200)
    options.add_argument("--learner", default="ridge")
    chosen = options.parse_args()
    print("| patients | correlation | signal | AUROC, mean | regression adds "
          "| log loss, mean | regression adds |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for number, (n, correlation, signal) in enumerate(DESIGNS):
        found = np.array(
            [
                compare(np.random.default_rng([number, c]), n, correlation, signal, chosen.learner)
                for c in range(chosen.cohorts)
            ]
        )
        mean, added = found[:, 0], found[:, 1] - found[:, 0]
        error = added.std(axis=0) / np.sqrt(chosen.cohorts)
        cells = [
            f"{value:.3f} | {change:+.4f} ({spread:.4f})"
            for value, change, spread in zip(mean.mean(0), added.mean(0), error, strict=True)
        ]
        print(f"| {n} | {correlation} | {signal} | {' | '.join(cells)} |", flush=True)


def compare(
    rng: np.random.Generator, n: int, correlation: float, signal: str, learner: str
) -> list[list[float]]:
    """AUROC and log loss on fresh patients, of the mean and of regression."""
    X, y = patients(rng, n, correlation, signal)
    fresh, truth = patients(rng, FRESH, correlation, signal)
    rows = []
    for way in ("mean", "regression"):
        p = make(learner, impute=way).fit(X, y).predict_proba(fresh)[:, 1]
        rows.append([float(auroc(truth, p)), float(log_loss(truth, p))])
    return rows


def patients(
    rng: np.random.Generator, n: int, correlation: float, signal: str
) -> tuple[np.ndarray, np.ndarray]:
    shared = np.sqrt(correlation) * rng.normal(size=(n, 1))
    X = shared + np.sqrt(1 - correlation) * rng.normal(size=(n, COLUMNS))
    slopes = np.array(SIGNALS[signal])
    y = rng.random(n) < 1 / (1 + np.exp(-X[:, : len(slopes)] @ slopes))
    X[rng.random(X.shape) < MISSING] = np.nan
    return X, y.astype(float)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
