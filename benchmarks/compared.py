"""Whether intervals of the difference of two trainings cover the true difference.

Usage: python benchmarks/compared.py [--cohorts N] [--patients N]

Two variants of a study on the same patients, with three covariates and with six, of which the last
three tell something or nothing. The truth is the difference of the two very models in 20,000 fresh
patients. Prints the share of cohorts whose interval holds it and its mean width: in pairs (same
samples), and as two trainings with other seeds are compared.
"""

from __future__ import annotations

import argparse

import numpy as np

from predictor.cohort import Target
from predictor.learners import make
from predictor.statistics.resampled_cohorts import paired_interval, unpaired_interval
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import Performance, draw_plan, metrics, performance, train

MEASURES = tuple(m for m in metrics("binary") if m.name in ("auroc", "log_loss", "brier"))
SPEC = ValidationSpec(
    cross_validation=CrossValidationSpec(folds=5, repeats=10),
    interval=IntervalSpec(resamples=100, repeats=2),
    bootstrap=BootstrapSpec(replicates=20),
)
FRESH, SEED = 20_000, 20260101
WEIGHTS = {
    "tell something": [1, -0.7, 0.4, 0.6, -0.6, 0.5],
    "tell nothing": [1, -0.7, 0.4, 0, 0, 0],
}


def draw(patients: int, weights: list[float], rng: np.random.Generator):
    X = rng.normal(size=(patients, len(weights)))
    return X, (rng.random(patients) < 1 / (1 + np.exp(-(X @ weights)))).astype(float)


def one_cohort(patients: int, weights: list[float], number: int) -> dict[str, tuple[float, ...]]:
    """Truth, and both intervals, of every measure."""
    rng = np.random.default_rng([SEED, number])
    X, y = draw(patients, weights, rng)
    fresh_X, fresh_y = draw(FRESH, weights, rng)
    plan, other_plan = (draw_plan(Target.binary(y), SPEC, each) for each in rng.spawn(2))

    def run(columns: int, of_plan) -> tuple[Performance, np.ndarray]:
        trained = train(make("ridge"), X[:, :columns], y, of_plan)
        probability = trained.model.probability(fresh_X[:, :columns])[0]
        return performance(trained, of_plan, MEASURES), probability

    (few, p_few), (many, p_many) = run(3, plan), run(6, plan)
    apart, _ = run(3, other_plan)
    found = {}
    for m in MEASURES:
        a, b, c = (each.estimates[m.name] for each in (many, few, apart))
        resampled = many.resampled[m.name], few.resampled[m.name]
        found[m.name] = (
            float(m.measure(fresh_y, p_many) - m.measure(fresh_y, p_few)),
            *paired_interval(a.estimate - b.estimate, *resampled, many.repeats),
            *unpaired_interval((a.estimate, a.low, a.high), (c.estimate, c.low, c.high)),
        )
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, default=200)
    options.add_argument("--patients", type=int, default=80)
    chosen = options.parse_args()
    print("| the other covariates | measure | paired: covers | width | unpaired: covers | width |")
    print("|---|---|---|---|---|---|")
    for name, weights in WEIGHTS.items():
        rows = [one_cohort(chosen.patients, weights, k) for k in range(chosen.cohorts)]
        for measure in rows[0]:
            true, low, high, low_apart, high_apart = np.array([row[measure] for row in rows]).T
            covers = [
                f"{((a <= true) & (true <= b)).mean():.2f} | {(b - a).mean():.3f}"
                for a, b in ((low, high), (low_apart, high_apart))
            ]
            print(f"| {name} | {measure} | {' | '.join(covers)} |", flush=True)


if __name__ == "__main__":
    main()
