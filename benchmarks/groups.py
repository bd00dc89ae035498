"""Performance in groups of patients: what `predictor.validation.by_group` says, against the truth.

Cohorts with six covariates, of which two are informative (or none), and a group whose log-odds are
moved by a shift that no covariate tells. `ridge` is trained on each; what is said of either group
stands against the same model in 40,000 other patients.

    python benchmarks/groups.py --cohorts 250
"""

from __future__ import annotations

import argparse

import numpy as np

from predictor.cohort import Target
from predictor.learners import make
from predictor.statistics import auroc
from predictor.study.specs import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import by_group, draw_plan, train

# patients, share of them in the group, its shift and the two coefficients, in log-odds
CELLS = ((60, 0.5, 0, 0), (60, 0.5, 1, 0.7), (150, 0.3, 0, 0), (150, 0.3, 1, 0.7))
SPEC = ValidationSpec(
    cross_validation=CrossValidationSpec(folds=5, repeats=10),
    interval=IntervalSpec(resamples=60, repeats=2),
    bootstrap=BootstrapSpec(replicates=20),
)
MEASURES = ("auroc", "observed_minus_predicted", "auroc_minus_others")
Floats = np.ndarray


def drawn(
    n: int, share: float, shift: float, coefficient: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Covariates, outcomes and group of n patients."""
    group = (rng.random(n) < share).astype(np.int64)
    X = rng.normal(size=(n, 6))
    log_odds = coefficient * X[:, :2].sum(axis=1) + shift * group
    return X, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float), group


def truth(y: Floats, p: Floats, inside: Floats) -> tuple[float, float, float]:
    """The three numbers of a group, in very many patients."""
    here = float(auroc(y[inside], p[inside]))
    gap = float(y[inside].mean() - p[inside].mean())
    return here, gap, here - float(auroc(y[~inside], p[~inside]))


def main() -> None:
    """Print a row for each cell, group and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    for cell in CELLS:
        rows: dict[tuple[int, str], list[tuple[float, float, float]]] = {}
        for _ in range(given.cohorts):
            X, y, group = drawn(*cell, rng)
            plan = draw_plan(Target.binary(y), SPEC, rng)
            trained = train(make("ridge"), X, y, plan)
            found = by_group(trained, plan, group)
            others, outcomes, groups = drawn(40_000, *cell[1:], rng)
            p = 1 / (1 + np.exp(-trained.model.logit(others)[0]))
            for number, said in enumerate(found):
                for name, true in zip(MEASURES, truth(outcomes, p, groups == number), strict=True):
                    measured = getattr(said, name)
                    held = float(measured.low <= true <= measured.high)
                    row = (measured.estimate - true, held, measured.high - measured.low)
                    known = np.isfinite(measured.low)
                    rows.setdefault((number, name), []).append(row if known else (np.nan,) * 3)
        print(*cell)
        for (number, name), values in rows.items():
            table = np.array(values)
            bias, covered, width = np.nanmean(table, axis=0)
            told = np.isfinite(table[:, 1]).mean()
            print(f"  {number} {name}: told {told:.2f}, {bias:+.3f}, {covered:.3f}, {width:.2f}")


if __name__ == "__main__":
    main()
