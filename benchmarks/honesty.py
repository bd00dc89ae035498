"""Whether the honest numbers are honest: simulated cohorts whose truth is known.

    python benchmarks/honesty.py run --jobs 2       # hours; goes on where it stopped
    python benchmarks/honesty.py run --cluster tcp://HOST:8786
    python benchmarks/honesty.py table              # Markdown tables of what was run
    python benchmarks/honesty.py figure docs/pictures/honesty.png

Each cohort is trained and validated as `predictor train` does it, with the default plan, and
compared with the performance of the very model it gave on 20,000 fresh patients or more. Beside
that stands what people do today for the same cohort.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

# one thread per process: the arrays are small, and threads of two processes would wait
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import executors
import honesty_figure
import honesty_tables
import numpy as np
from interval_forms import TAILS, from_resamples, jackknife_after_bootstrap, two_stage
from populations import Population
from today import grid_search, pooled_leave_one_out, single_split

from predictor.cohort import Target
from predictor.learners import make
from predictor.statistics import calibration_curve, coarse, log_loss
from predictor.statistics.resampled_cohorts import of_cohorts
from predictor.study import ValidationSpec
from predictor.validation import (
    Performance,
    Plan,
    Trained,
    calibration,
    compare,
    draw_plan,
    metrics,
    performance,
    predicts,
    train,
)
from predictor.validation.samples import Samples

SEED = 20210707
# fresh patients: so many that the truth is known far better than any cohort of n can tell it
FRESH, FRESH_FOR_EACH = 20_000, 40
SPEC = ValidationSpec()
MEASURES = metrics("binary", SPEC.thresholds)
BATCH = 12  # cohorts per file of results
SLOW = 36  # cohorts of a cell on which a grid search and a bootstrap of bootstraps are tried
GAPPY = 204  # cohorts of which every other three have gaps; they take three times as long
ESTIMATES = (
    *("true", "estimate", "cross_validated", "apparent"),
    *("optimism_corrected", "632plus", "out_of_bag"),
)
INTERVALS = ("printed", "optimism_bootstrap")
COMPARED = tuple(m.name for m in MEASURES if m.compared)

NOTHING = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Cell:
    """Cohorts of one kind; what is asked of them.

    Parameters
    ----------
    name
        For tables and files.
    patients
        In each cohort.
    population
        Where they come from; in a mixed cell, the number of covariates is 5, 10 or 20 in turn and
        half of the first `GAPPY` cohorts miss 10 % of their cells.
    cohorts
        How many.
    learner
        Which one is trained.
    resamples
        Of the bootstrap of the cross-validation.
    mixed
        Whether covariates and gaps vary.
    against
        What is trained on the same plan, to see the difference: another learner, or ``one
        covariate``, logistic regression on the first of them.
    today
        Whether to do what people do today, too.
    """

    name: str
    patients: int
    population: Population
    cohorts: int = 504
    learner: str = "ridge"
    resamples: int = SPEC.interval.resamples
    mixed: bool = True
    against: str | None = None
    today: bool = True

    @property
    def validation(self) -> ValidationSpec:
        """What is drawn: as by default, but for the resamples."""
        spec = SPEC.for_patients(self.patients)
        interval = spec.interval.model_copy(update={"resamples": self.resamples})
        return spec.model_copy(update={"interval": interval}) if spec.interval.refit else spec

    def drawn_from(self, number: int) -> Population:
        """The population of one of its cohorts."""
        if not self.mixed:
            return self.population
        return replace(
            self.population,
            covariates=(5, 10, 20)[number % 3],
            missing=0.1 if number < GAPPY and number // 3 % 2 else 0.0,
        )


GRID = [
    Cell(f"n={n}, AUROC {auroc}", n, Population(auroc))
    for n in (48, 100, 300)
    for auroc in (0.5, 0.6, 0.7, 0.8)
]
FURTHER = [
    *(
        Cell(
            f"{learner}, AUROC {auroc}",
            48,
            Population(auroc),
            cohorts,
            learner,
            against="ridge",
            today=False,
        )
        for learner, cohorts in (
            ("logistic", 204),
            ("firth", 96),
            ("elastic_net", 60),
            ("lightgbm", 204),
        )
        for auroc in (0.5, 0.7)
    ),
    *(
        Cell(
            f"n={n}, AUROC {auroc}, against one covariate",
            n,
            Population(auroc),
            cohorts=204,
            against="one covariate",
            today=False,
        )
        for n in (48, 300)
        for auroc in (0.5, 0.7)
    ),
    *(
        Cell(name, n, replace(Population(0.7, 8), **changes), 204, mixed=False, today=False)
        for name, n, changes in (
            ("prevalence 0.25", 100, {"prevalence": 0.25}),
            ("prevalence 0.80", 100, {"prevalence": 0.8}),
            ("clusters of 5", 100, {"clusters": 5}),
            ("heavy tails", 48, {"heavy_tails": True}),
            ("interaction", 48, {"interaction": True}),
            ("30 % missing", 48, {"missing": 0.3}),
        )
    ),
    *(
        Cell(f"n={n}", n, Population(0.7), cohorts, mixed=False, today=False)
        for n, cohorts in ((1500, 204), (12_000, 108))
    ),
    *(
        Cell(f"{r} resamples", 48, Population(0.7), 204, resamples=r, today=False)
        for r in (30, 120, 240)
    ),
]
CELLS = {cell.name: cell for cell in (*GRID, *FURTHER)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("what", choices=("run", "table", "figure"))
    options.add_argument("picture", nargs="?", type=Path, help="where the figure goes")
    options.add_argument("--results", type=Path, default=Path("work/honesty"))
    executors.add_options(options)
    options.add_argument("--share", type=float, default=1.0, help="of the cohorts of each cell")
    options.add_argument("--cell", action="append", choices=CELLS, help="only this one")
    chosen = options.parse_args()
    cells = [CELLS[name] for name in chosen.cell or CELLS]
    if chosen.what == "run":
        with executors.executor(chosen) as executor:
            run(cells, chosen.share, executor, chosen.results)
    elif chosen.what == "table":
        honesty_tables.print_all(chosen.results, [c.name for c in GRID], [c.name for c in FURTHER])
    else:
        honesty_figure.draw(chosen.results, [c.name for c in GRID], chosen.picture)


def run(cells: list[Cell], share: float, executor: executors.Executor, results: Path) -> None:
    """Every cell in turns, so that all of them are known about equally well at any time."""
    results.mkdir(parents=True, exist_ok=True)
    batches = [
        (cell.name, start)
        for start in range(0, max(cell.cohorts for cell in cells), BATCH)
        for cell in cells
        if start < share * cell.cohorts and not place(results, cell.name, start).exists()
    ]
    began = time.perf_counter()
    for done, arrays in enumerate(executor(one_batch, batches)):
        # written here: a worker may have another disk
        finished = place(results, *batches[done])
        unfinished = finished.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez_compressed(file, **arrays)
        unfinished.rename(finished)
        print(f"{done + 1}/{len(batches)} {time.perf_counter() - began:.0f} s", flush=True)


def place(results: Path, name: str, start: int) -> Path:
    return results / f"{name}.{start:04d}.npz"


def one_batch(batch: tuple[str, int]) -> dict[str, np.ndarray]:
    """By flat name, what is said of `BATCH` cohorts of a cell."""
    name, start = batch
    rows = [one_cohort(CELLS[name], number) for number in range(start, start + BATCH)]
    return {key: np.array([row[key] for row in rows], dtype=float) for key in rows[0]}


def one_cohort(cell: Cell, number: int) -> dict[str, Any]:
    """The truth and everything that is said about one cohort, each under a flat name."""
    # numbered by name, so that a cell's cohorts stay the same when other cells come and go
    rng = np.random.default_rng([SEED, *cell.name.encode(), number])
    population = cell.drawn_from(number)
    X, y, clusters = population.draw(cell.patients, rng)
    fresh_X, fresh_y, _ = population.draw(max(FRESH, FRESH_FOR_EACH * cell.patients), rng)
    plan = draw_plan(Target.binary(y), cell.validation, rng, clusters=clusters)
    trained = train(make(cell.learner), X, y, plan)
    found, samples = performance(trained, plan, MEASURES), Samples(trained, plan)
    said = {"covariates": X.shape[1], "missing": population.missing}
    said |= numbers(found, samples, fresh_X, fresh_y) | curve(samples, fresh_X, fresh_y)
    loss = found.estimates["log_loss"].estimate
    said["auroc/repeats"] = found.resampled["auroc"]
    said["better loss"] = loss < prevalence_loss(y, plan)
    said["found"] = predicts(found, prevalence_loss(y, plan))
    if cell.against is not None:
        said |= differences(cell.against, X, trained, found, plan, fresh_X, fresh_y)
    if cell.today:
        said |= as_today(X, y, trained, found, rng, slow=number < SLOW)
    return said


def numbers(
    found: Performance, samples: Samples, fresh_X: np.ndarray, fresh_y: np.ndarray
) -> dict[str, Any]:
    """Truth, estimates and intervals of every measure; nan for those that do not apply."""
    probability = samples.trained.model.probability(fresh_X)[0]
    said: dict[str, Any] = {}
    for m in MEASURES:
        e = found.estimates[m.name]
        if np.isnan(found.resampled[m.name]).all() and np.isnan(e.apparent):
            said |= {f"{m.name}/{key}": np.nan for key in ESTIMATES}
            said |= {f"{m.name}/{key}": (np.nan, np.nan) for key in INTERVALS}
            said |= {f"{m.name}/resampled": np.full(len(found.resampled["auroc"]), np.nan)}
            said |= {f"{m.name}/outside": np.full(len(samples.plan.bootstrap), np.nan)}
            continue
        shift = known(samples.optimism(m)).mean()
        said |= {
            f"{m.name}/true": float(m.measure(fresh_y, probability)),
            f"{m.name}/estimate": e.estimate,
            f"{m.name}/cross_validated": known(found.cross_validated[m.name]).mean(),
            f"{m.name}/apparent": e.apparent,
            f"{m.name}/optimism_corrected": e.optimism_corrected,
            f"{m.name}/632plus": e.bootstrap_632plus,
            f"{m.name}/out_of_bag": e.out_of_bag,
            f"{m.name}/printed": (e.low, e.high),
            f"{m.name}/optimism_bootstrap": np.quantile(known(samples.inside(m)), TAILS) - shift,
            f"{m.name}/resampled": of_cohorts(found.resampled[m.name], found.repeats),
            f"{m.name}/outside": samples.outside(m),
        }
    return said


def curve(samples: Samples, fresh_X: np.ndarray, fresh_y: np.ndarray) -> dict[str, float]:
    """Share of the calibration curve of fresh patients inside the printed interval; its width."""
    printed = calibration(samples).curve
    if printed is None or np.isnan(printed.low).all():
        return {"curve/inside": np.nan, "curve/width": np.nan}
    probability = samples.trained.model.probability(fresh_X)[0]
    y, p, weights = coarse(fresh_y, probability, None)
    true = calibration_curve(y, p, printed.predicted, weights=weights)
    given = ~np.isnan(true) & ~np.isnan(printed.low)
    inside = (printed.low <= true) & (true <= printed.high)
    return {
        "curve/inside": float(known(inside[given].astype(float)).mean()),
        "curve/width": float(known((printed.high - printed.low)[given]).mean()),
    }


def differences(
    against: str,
    X: np.ndarray,
    trained: Trained,
    found: Performance,
    plan: Plan,
    fresh_X: np.ndarray,
    fresh_y: np.ndarray,
) -> dict[str, Any]:
    """How much better the learner is than another; truth, estimate and interval."""
    alone = against == "one covariate"
    columns = slice(1) if alone else slice(None)
    other = train(make("logistic" if alone else against), X[:, columns], trained.y, plan)
    both = {"ours": found, "theirs": performance(other, plan, MEASURES)}
    ours = trained.model.probability(fresh_X)[0]
    theirs = other.model.probability(fresh_X[:, columns])[0]
    said: dict[str, Any] = {}
    for m in MEASURES:
        if m.name in COMPARED:
            c = compare(both, "ours", "theirs", m.name)
            true = float(m.measure(fresh_y, ours) - m.measure(fresh_y, theirs))
            said[f"difference/{m.name}/true"] = true
            said[f"difference/{m.name}/estimate"] = c.difference
            said[f"difference/{m.name}/printed"] = (c.low, c.high)
    return said


def known(values: np.ndarray) -> np.ndarray:
    """Those that are defined; one nan if none is."""
    values = values[~np.isnan(values)]
    return values if len(values) else np.array([np.nan])


def prevalence_loss(y: np.ndarray, plan: Plan) -> float:
    """Cross-validated log loss of the prevalence."""
    testing = plan.folds.testing
    share = (plan.folds.training @ y / plan.folds.training.sum(axis=1))[:, None]
    return float(log_loss(y, np.broadcast_to(share, testing.shape), weights=testing).mean())


def as_today(
    X: np.ndarray,
    y: np.ndarray,
    trained: Trained,
    found: Performance,
    rng: np.random.Generator,
    *,
    slow: bool,
) -> dict[str, Any]:
    """What else could be said of the AUROC; `slow` whether to do what takes long."""
    seed = int(rng.integers(2**31))
    best, plain = grid_search(X, y, seed) if slow else (NOTHING, NOTHING)
    said = {
        "today/single 75/25 split": single_split(X, y, seed),
        "today/GridSearchCV.best_score_": best,
        "today/5-fold, tuning outside": plain,
        "today/pooled leave-one-out": pooled_leave_one_out(X, y),
    }
    estimate = float(known(found.cross_validated["auroc"]).mean())
    again = known(of_cohorts(found.resampled["auroc"], found.repeats))
    events = y.sum()
    tried = from_resamples(estimate, again, events, len(y) - events)
    tried["jackknife after bootstrap"] = jackknife_after_bootstrap(estimate, trained.bootstrap)
    tried["two-stage bootstrap (Noma)"] = NOTHING[1:]
    if slow and len(y) == 48:
        tried["two-stage bootstrap (Noma)"] = two_stage(X, y, SPEC.interval.resamples, rng)
    return said | {f"interval/{name}": ends for name, ends in tried.items()}


if __name__ == "__main__":
    import honesty  # under a name that workers can import

    honesty.main()
