"""What folds with equal shares of events hide from the Brier score and the log loss.

    python benchmarks/equal_shares.py --jobs 2

Simulated cohorts, each cross-validated with folds of equal shares of events, as `predictor train`
does, and with folds that are dealt out whoever had the event.
"""

from __future__ import annotations

import argparse

import executors
import numpy as np
from populations import Population

from predictor.learners import make
from predictor.statistics import brier, log_loss
from predictor.validation.resamples import cross_validation

CELLS = [
    ("prevalence", 48, 0.5),
    ("ridge", 48, 0.5),
    ("ridge", 48, 0.7),
    ("lightgbm", 48, 0.5),
    ("lightgbm", 48, 0.7),
    ("ridge", 100, 0.5),
    ("ridge", 100, 0.7),
    ("ridge", 300, 0.5),
    ("ridge", 300, 0.7),
]
COHORTS = 300
FOLDS, REPEATS = 10, 4
FRESH = 20_000
LOSSES = (brier, log_loss)


def one_cohort(chosen: tuple[str, int, float, int]) -> np.ndarray:
    """Bias (2, 2) of Brier score and log loss, by folds with equal shares and by others."""
    learner, n, auroc, number = chosen
    rng = np.random.default_rng([26, n, round(10 * auroc), number])
    population = Population(auroc, covariates=(5, 10, 20)[number % 3])
    X, y, _ = population.draw(n, rng)
    fresh_X, fresh_y, _ = population.draw(FRESH, rng)
    model = make(learner).fit_replicates(X, y, np.ones((1, n))).scorers
    true = losses(fresh_y, model.probability(fresh_X)[0])
    found = []
    for strata in (y, np.zeros(n)):
        folds = cross_validation(strata, folds=FOLDS, repeats=REPEATS, rng=rng)
        fits = make(learner).fit_replicates(X, y, folds.training, models=False)
        repeats = [
            (fits.probability * folds.testing)[folds.repeat == repeat].sum(axis=0)
            for repeat in range(REPEATS)
        ]
        found.append(np.mean([losses(y, p) for p in repeats], axis=0))
    return np.array(found) - true


def losses(y: np.ndarray, p: np.ndarray) -> list[float]:
    return [float(loss(y, p)) for loss in LOSSES]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    executors.add_options(options)
    print("| learner | Brier score | 2 p (1 - p) / n | log loss | 1 / n |")
    print("|---|---|---|---|---|")
    with executors.executor(options.parse_args()) as executor:
        for learner, n, auroc in CELLS:
            work = [(learner, n, auroc, number) for number in range(COHORTS)]
            bias = np.array(list(executor(one_cohort, work)))
            mean, error = bias.mean(axis=0), bias.std(axis=0, ddof=1) / np.sqrt(COHORTS)
            told = [
                f"{mean[0, k]:+.4f}; {mean[1, k]:+.4f} (standard error {error[0, k]:.4f})"
                for k in range(len(LOSSES))
            ]
            share = Population(auroc).prevalence
            print(
                f"| {learner}, n={n}, AUROC {auroc} | {told[0]} | {2 * share * (1 - share) / n:.4f}"
                f" | {told[1]} | {1 / n:.4f} |",
                flush=True,
            )


if __name__ == "__main__":
    import equal_shares  # under a name that workers can import

    equal_shares.main()
