"""What does it gain, and cost, to start from another model?

    OMP_NUM_THREADS=1 python benchmarks/priors.py --cohorts 200

Patients, covariates and effects are those of `predictor simulate` (see `benchmarks/graded.py`). The
other model has the coefficients of the truth, half of it (correlation 0.7, 0.7 as long), none of it
(unrelated, of the same length), or its opposite. Printed are AUROC and log loss on 8,000 other
patients, times 1000, less those of a ridge that starts from none.
"""

from __future__ import annotations

import argparse

import numpy as np
from graded import FRESH, performance, pool, probability

from predictor.learners import tuning
from predictor.learners.ridge import Ridge

PRIORS = ("right", "half right", "wrong", "opposite")


def coefficients(kind: str, right: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Of the other model, per standard deviation of a column."""
    length = np.linalg.norm(right)
    other = rng.normal(size=len(right))
    other -= right * (right @ other) / length**2
    other *= length / np.linalg.norm(other)
    return {
        "right": right,
        "half right": 0.7 * (0.7 * right + np.sqrt(1 - 0.7**2) * other),
        "wrong": other,
        "opposite": -right,
    }[kind]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, default=200)
    options.add_argument("--patients", type=int, default=48)
    options.add_argument("--weights", type=float, nargs="*", default=list(tuning.WEIGHTS))
    chosen = options.parse_args()
    tuning.WEIGHTS = tuple(chosen.weights)
    X, s = pool()
    deviation = np.nanstd(X, axis=0)
    deviation[deviation == 0] = 1
    many = slice(0, 6000)
    large = Ridge(penalties=1, largest=1e-6, caution=1.0)
    print("| true AUROC | no other model: AUROC, log loss | " + " | ".join(PRIORS) + " |")
    print("|" + "---|" * (2 + len(PRIORS)))
    for auroc in (0.7, 0.5):
        truth = probability("hard", s, auroc)
        # without an effect, the other model has those of a truth of 0.7
        believed = probability("hard", s, 0.7)[many]
        drawn = (np.random.default_rng(0).random(len(believed)) < believed).astype(float)
        right = large.fit(X[many], drawn).scorers_.coefficient[0] * deviation
        found = []
        for number in range(chosen.cohorts):
            rng = np.random.default_rng([number, round(100 * auroc)])
            rows = rng.choice(len(s) - FRESH, chosen.patients, replace=False)
            y = (rng.random(len(rows)) < truth[rows]).astype(float)
            ways = [None, *(coefficients(kind, right, rng) / deviation for kind in PRIORS)]
            models = [
                Ridge(prior=None if way is None else dict(enumerate(way))).fit(X[rows], y)
                for way in ways
            ]
            fresh = [model.predict_proba(X[-FRESH:])[:, 1] for model in models]
            found.append([performance(p, truth[-FRESH:]) for p in fresh])
        values = np.array(found)
        cells = [f"{auroc}", ", ".join(f"{value:.3f}" for value in values[:, 0].mean(axis=0))]
        for way in range(1, 1 + len(PRIORS)):
            added = 1000 * (values[:, way] - values[:, 0])
            error = added.std(axis=0) / np.sqrt(len(added))
            pairs = zip(added.mean(axis=0), error, strict=True)
            cells.append(", ".join(f"{mean:+.0f} ({e:.1f})" for mean, e in pairs))
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
