"""Whether the honest numbers are honest: simulated cohorts whose truth is known.

    python benchmarks/honesty.py --cohorts 200 --jobs 2

Each cohort is trained and validated as `predictor train` does it, with the default plan, and
compared with the performance of the very model it gave on 20,000 fresh patients. Prints, as one
Markdown table per question: bias and root mean squared error of the AUROC by estimator, coverage
and width of the intervals, and how often something is said to be found.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

# one thread per process: the arrays are small, and threads of two processes would wait
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from scipy.special import expit

from predictor.learners import make
from predictor.statistics import shifted_percentiles
from predictor.study import ValidationSpec
from predictor.validation import (
    Performance,
    Plan,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    instability_mape,
    metrics,
    performance,
    train,
    verdict,
)

FRESH = 20_000
INTERCEPT = -0.08  # a prevalence of 0.48
CORRELATION = 0.2


@dataclass(frozen=True)
class Cohorts:
    """Normal covariates, the first two with this effect on the log-odds."""

    patients: int
    covariates: int
    effect: float

    def draw(self, patients: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        own = rng.normal(size=(patients, self.covariates))
        shared = rng.normal(size=(patients, 1))
        X = np.sqrt(1 - CORRELATION) * own + np.sqrt(CORRELATION) * shared
        event = rng.random(patients) < expit(INTERCEPT + self.effect * X[:, :2].sum(axis=1))
        return X, event.astype(float)


NO_SIGNAL = "n=48, 8, no signal"
DESIGNS = {
    "n=48, 8 covariates": Cohorts(48, 8, 0.55),
    NO_SIGNAL: Cohorts(48, 8, 0.0),
    "n=48, 3": Cohorts(48, 3, 0.55),
    "n=48, 8, strong": Cohorts(48, 8, 0.95),
    "n=48, 20": Cohorts(48, 20, 0.55),
    "n=100, 8": Cohorts(100, 8, 0.55),
}
SPEC = ValidationSpec()
MEASURES = metrics(SPEC.thresholds)
ESTIMATORS = {
    "apparent": "apparent",
    "optimism_corrected": "optimism bootstrap (Harrell)",
    "bootstrap_632plus": ".632+",
    "out_of_bag": "out-of-bag bootstrap",
    "estimate": "nested 5-fold x 20",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, default=200, help="cohorts per design")
    options.add_argument("--jobs", type=int, default=2, help="processes")
    options.add_argument("--seed", type=int, default=20210707)
    chosen = options.parse_args()
    tasks = [(design, number) for number in range(chosen.cohorts) for design in DESIGNS]
    with ProcessPoolExecutor(chosen.jobs) as processes:
        results = list(processes.map(partial(one_cohort, chosen.seed), tasks))
    rows = {
        design: [r for r, (name, _) in zip(results, tasks, strict=True) if name == design]
        for design in DESIGNS
    }
    print(f"{chosen.cohorts} cohorts per design, seed {chosen.seed}, learner ridge\n")
    print("AUROC, estimate minus true: bias (root mean squared error)\n")
    print_table(["design", "true", *ESTIMATORS.values()], map(auroc_row, rows.items()))
    for interval, title in (
        ("reported", "as reported"),
        ("cross_validation", "bootstrap of the cross-validation, also where not reported"),
        ("optimism", "bootstrap of the apparent value shifted by the optimism"),
    ):
        print(f"Coverage (mean width) of nominal 95 % intervals: {title}\n")
        print_table(
            ["design", *(m.name for m in MEASURES)],
            (
                [design, *(coverage(cohorts, m.name, interval) for m in MEASURES)]
                for design, cohorts in rows.items()
            ),
        )
    print("Share of cohorts in which ...\n")
    print_table(
        ["design", "verdict 'Nothing found'", "AUROC shown at 0.70 or more", "interval above 0.5"],
        map(found_row, rows.items()),
    )


def one_cohort(seed: int, task: tuple[str, int]) -> dict[str, Any]:
    """The truth and everything that is said about one cohort."""
    design, number = task
    rng = np.random.default_rng([seed, list(DESIGNS).index(design), number])
    cohorts = DESIGNS[design]
    X, y = cohorts.draw(cohorts.patients, rng)
    fresh_X, fresh_y = cohorts.draw(FRESH, rng)
    folds, interval = SPEC.cross_validation, SPEC.interval
    plan = Plan(
        folds=cross_validation(y, folds=folds.folds, repeats=folds.repeats, rng=rng),
        interval=bootstrap_of_cross_validation(
            y, resamples=interval.resamples, folds=folds.folds, repeats=interval.repeats, rng=rng
        ),
        bootstrap=bootstrap(len(y), SPEC.bootstrap.replicates, rng),
    )
    trained = train(make("ridge"), X, y, plan)
    found = performance(trained, plan, MEASURES)
    probability = trained.model.probability(fresh_X)[0]
    replicates = trained.bootstrap
    result: dict[str, Any] = {
        "nothing": nothing_found(found, instability_mape(trained), X, y, plan)
    }
    for m in MEASURES:
        estimate = found.estimates[m.name]
        inside = m.statistic(y, replicates.probability, weights=replicates.weights)
        outside = m.statistic(y, replicates.probability)
        left_out = m.statistic(y, replicates.probability, weights=(replicates.weights == 0) * 1.0)
        around = shifted_percentiles(
            np.nanmean(found.cross_validated[m.name]), found.resampled[m.name]
        )
        result[m.name] = {
            "true": m.statistic(fresh_y, probability),
            "estimate": estimate.estimate,
            "apparent": estimate.apparent,
            "optimism_corrected": estimate.optimism_corrected,
            "bootstrap_632plus": estimate.bootstrap_632plus,
            "out_of_bag": np.nanmean(left_out),
            "reported": (estimate.low, estimate.high),
            "cross_validation": (around.low, around.high),
            "optimism": np.nanquantile(inside, [0.025, 0.975]) - np.nanmean(inside - outside),
        }
    return result


def nothing_found(
    found: Performance, instability: float, X: np.ndarray, y: np.ndarray, plan: Plan
) -> bool:
    """Whether the verdict on the ridge learner beside the prevalence is that nothing was found."""
    prevalence = performance(train(make("prevalence"), X, y, plan), plan, MEASURES)
    said = verdict(
        {"ridge": found},
        "ridge",
        prevalence_log_loss=prevalence.estimates["log_loss"].estimate,
        events=int(y.sum()),
        patients=len(y),
        parameters={"ridge": X.shape[1]},
        instability={"ridge": instability},
    )
    return said[0].startswith("Nothing found")


def column(cohorts: list[dict[str, Any]], measure: str, key: str) -> np.ndarray:
    return np.array([cohort[measure][key] for cohort in cohorts], dtype=float)


def auroc_row(item: tuple[str, list[dict[str, Any]]]) -> list[str]:
    design, cohorts = item
    true = column(cohorts, "auroc", "true")
    errors = [column(cohorts, "auroc", key) - true for key in ESTIMATORS]
    shown = [f"{e.mean():+.3f} ({np.sqrt((e**2).mean()):.3f})" for e in errors]
    return [design, f"{true.mean():.3f}", *shown]


def coverage(cohorts: list[dict[str, Any]], measure: str, interval: str) -> str:
    true = column(cohorts, measure, "true")
    low, high = column(cohorts, measure, interval).T
    if np.isnan(low).all():
        return "none"
    covered = ((low <= true) & (true <= high)).mean()
    return f"{covered:.2f} ({np.nanmean(high - low):.2f})"


def found_row(item: tuple[str, list[dict[str, Any]]]) -> list[str]:
    design, cohorts = item
    shares = (
        np.mean([cohort["nothing"] for cohort in cohorts]),
        (column(cohorts, "auroc", "estimate") >= 0.7).mean(),
        (column(cohorts, "auroc", "reported")[:, 0] > 0.5).mean(),
    )
    return [design, *(f"{share:.3f}" for share in shares)]


def print_table(heading: list[str], rows: Iterable[list[str]]) -> None:
    for row in (heading, ["---"] * len(heading), *rows):
        print(f"| {' | '.join(row)} |")
    print()


if __name__ == "__main__":
    main()
