"""Whether what is said of the best of several learners is honest: cohorts whose truth is known.

    python benchmarks/best_of_several.py run --cohorts 200     # goes on where it stopped
    python benchmarks/best_of_several.py table
    python benchmarks/best_of_several.py said      # how often anything is said at all

In each cohort eight learners are trained and validated as `predictor train` does it; the first two
and the first four of them stand for studies with fewer. The truth is the AUROC, in 20,000 fresh
patients, of the very model of the learner that the study would name. Something is said if a model
is shown to predict or the global test of the label is positive.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from populations import Population

from predictor.cohort import Target
from predictor.learners import make
from predictor.results.global_test import LEVEL
from predictor.statistics import Exchangeable, Votes, auroc, global_test, log_loss
from predictor.study import BootstrapSpec, ValidationSpec
from predictor.validation import (
    Estimate,
    Performance,
    bootstrap,
    choose,
    draw_plan,
    metrics,
    performance,
    predicts,
    repeat_choice,
    subject_of,
    train,
)
from predictor.validation.pooling import pool

SEED, PATIENTS, FRESH = 20260401, 48, 20_000
MEASURES = tuple(m for m in metrics("binary") if m.name in ("auroc", "log_loss"))
# the bootstrap of the models has no part in it
SPEC = ValidationSpec(bootstrap=BootstrapSpec(replicates=20))
NUMBERS = (2, 4, 8)
# what a group might try on ten covariates of which the first three tell something; in an order in
# which the first two, and the first four, are a study of their own
LEARNERS = (
    ("logistic", {}, (0, 3, 4)),
    ("ridge", {}, tuple(range(10))),
    ("ridge", {}, (1, 5, 6)),
    ("firth", {}, (2, 7)),
    ("logistic", {}, (8, 9)),
    ("firth", {}, (3, 4, 5, 6)),
    ("ridge", {"splines": {0: 4, 1: 4}}, (0, 1, 8, 9)),
    ("ridge", {}, (0, 1, 2)),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("what", choices=("run", "table", "said"))
    options.add_argument("--results", type=Path, default=Path("work/best_of_several"))
    options.add_argument("--cohorts", type=int, default=200, help="with and without a signal")
    chosen = options.parse_args()
    if chosen.what == "run":
        run(chosen.cohorts, chosen.results)
    elif chosen.what == "table":
        table(chosen.results)
    else:
        anything_said(chosen.results)


def run(cohorts: int, results: Path) -> None:
    """Both strengths in turns, so that they are known equally well at any time."""
    results.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    for number in range(cohorts):
        for strength in (0.5, 0.7):
            place = results / f"{strength}.{number:04d}.npz"
            if not place.exists():
                with place.with_suffix(".part").open("wb") as file:
                    np.savez_compressed(file, **one_cohort(strength, number))
                place.with_suffix(".part").rename(place)
        print(f"{number + 1}/{cohorts} {time.perf_counter() - began:.0f} s", flush=True)


def one_cohort(strength: float, number: int) -> dict[str, np.ndarray]:
    """What was found of every learner and of the prevalence, which comes last, and the truth."""
    rng = randomness(strength, number)
    population = Population(strength)
    X, y, _ = population.draw(PATIENTS, rng)
    fresh_X, fresh_y, _ = population.draw(FRESH, rng)
    plan = draw_plan(Target.binary(y), SPEC, rng)
    said: dict[str, list[np.ndarray]] = {}
    for name, settings, columns in (*LEARNERS, ("prevalence", {}, (0,))):
        trained = train(make(name, **settings), X[:, columns], y, plan)
        found = performance(trained, plan, MEASURES)
        fresh = trained.model.probability(fresh_X[:, columns])[0]
        row = {
            "true": auroc(fresh_y, fresh),
            "outside": pool(trained.folds, plan.folds).probability,
        }
        for m in MEASURES:
            e = found.estimates[m.name]
            row |= {
                f"{m.name}/printed": np.array([e.estimate, e.low, e.high]),
                f"{m.name}/folds": found.cross_validated[m.name],
                f"{m.name}/resampled": found.resampled[m.name],
            }
        for key, value in row.items():
            said.setdefault(key, []).append(np.asarray(value))
    widest = {key: max(value.size for value in values) for key, values in said.items()}
    # the prevalence has no AUROC
    return {"y": y, "testing": plan.folds.testing > 0} | {
        key: np.array(
            [v if v.size == widest[key] else np.full(values[0].shape, np.nan) for v in values]
        )
        for key, values in said.items()
    }


def randomness(strength: float, number: int) -> np.random.Generator:
    """What a cohort is drawn from."""
    return np.random.default_rng([SEED, round(100 * strength), number])


def anything_said(results: Path) -> None:
    """Shares of cohorts with a model shown to predict, a positive test, or either, in Markdown."""
    print("| true AUROC | learners | cohorts | shown alone | choice counted in | global test "
          "| test or alone | test or choice counted in |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for strength in (0.5, 0.7):
        rows: dict[int, list[list[bool]]] = {number: [] for number in (1, *NUMBERS)}
        for file in sorted(results.glob(f"{strength}.*.npz")):
            found, number = dict(np.load(file)), int(file.stem.split(".")[-1])
            X, y, _ = Population(strength).draw(PATIENTS, randomness(strength, number))
            votes = Votes.of(X, [slice(j, j + 1) for j in range(X.shape[1])])
            rng, everybody = np.random.default_rng([number, 7]), Exchangeable.of(PATIENTS)
            test = global_test(votes, {"label": y}, everybody, rng).combined <= LEVEL
            loss = performed(found, len(LEARNERS)).estimates["log_loss"].estimate
            for learners, said in rows.items():
                alone = counted = predicts(performed(found, 0), loss)
                if learners > 1:
                    ways = said_of(found, learners, ("learner's own", "choice counted in"))
                    alone, counted = (bool(way[3]) for way in ways.values())
                said.append([alone, counted, test, test or alone, test or counted])
        for learners, said in rows.items():
            cells = " | ".join(f"{share:.3f}" for share in np.mean(said, axis=0))
            print(f"| {strength} | {learners} | {len(said)} | {cells} |", flush=True)


def table(results: Path) -> None:
    """What each way says of the learner that is named, in Markdown."""
    print(
        "| true AUROC | learners | cohorts | AUROC of the named | way | bias (se) | rmse | "
        "covers | width | says something |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for strength in (0.5, 0.7):
        files = sorted(results.glob(f"{strength}.*.npz"))
        for number in NUMBERS:
            rows = [said_of(dict(np.load(file)), number) for file in files]
            true = np.array([row["true"][0] for row in rows])
            for way in rows[0]:
                estimate, low, high, found = np.array([row[way] for row in rows]).T
                if way == "true":
                    continue
                error = estimate - true
                print(
                    f"| {strength} | {number} | {len(rows)} | {true.mean():.3f} | {way} | "
                    f"{error.mean():+.3f} ({error.std() / len(rows) ** 0.5:.3f}) | "
                    f"{np.sqrt((error**2).mean()):.3f} | "
                    f"{((low <= true) & (true <= high)).mean():.2f} | {(high - low).mean():.2f} | "
                    f"{found.mean():.2f} |",
                    flush=True,
                )


def said_of(
    found: dict[str, np.ndarray],
    learners: int,
    ways: tuple[str, ...] = ("true", "learner's own", "choice counted in", "BBC-CV"),
) -> dict[str, tuple[float, ...]]:
    """Estimate, ends and whether the rule finds something, by way; of the first learners."""
    prevalence = performed(found, len(LEARNERS))
    candidates = {str(k): performed(found, k) for k in range(learners)}
    everybody = {"prevalence": prevalence, **candidates}
    loss = prevalence.estimates["log_loss"].estimate
    subject = subject_of(candidates, choose(everybody).name, loss).name
    own = candidates[subject].estimates["auroc"]
    again = repeat_choice(everybody, frozenset(candidates), prevalence)
    alone = predicts(candidates[subject], loss)
    said = {
        "true": (found["true"][int(subject)], np.nan, np.nan, np.nan),
        "learner's own": (own.estimate, own.low, own.high, alone),
        "choice counted in": (again.estimate, again.low, again.high, alone and again.low > 0.5),
    }
    if "BBC-CV" in ways:
        bagged = bootstrap_bias_corrected(found, everybody)
        better = candidates[subject].estimates["log_loss"].estimate < loss
        said["BBC-CV"] = (*bagged, better and bagged[1] > 0.5)
    return {way: said[way] for way in ways}


def performed(found: dict[str, np.ndarray], learner: int) -> Performance:
    nan = float("nan")
    names = [m.name for m in MEASURES]
    return Performance(
        {name: Estimate(*found[f"{name}/printed"][learner], nan, nan, nan) for name in names},
        {name: found[f"{name}/folds"][learner] for name in names},
        {name: found[f"{name}/resampled"][learner] for name in names},
        SPEC.cross_validation.repeats,
    )


def bootstrap_bias_corrected(
    found: dict[str, np.ndarray], learners: dict[str, Performance]
) -> tuple[float, float, float]:
    """Tsamardinos 2018: choose by the predictions of patients in a bag, look at those outside."""
    y, bags, repeats = found["y"], 200, 4
    weights = bootstrap(len(y), bags, np.random.default_rng(SEED))
    place = {name: len(LEARNERS) if name == "prevalence" else int(name) for name in learners}

    def measured(statistic, name: str, of: np.ndarray) -> np.ndarray:
        """Mean over some of the deals of the folds, whose predictions are pooled."""
        dealt = found["outside"][place[name]][:repeats]
        values = [statistic(y, np.broadcast_to(p, of.shape), weights=of) for p in dealt]
        return np.mean(values, axis=0)

    inside = {
        name: (measured(auroc, name, weights), measured(log_loss, name, weights))
        for name in learners
    }
    outside = {name: measured(auroc, name, (weights == 0).astype(float)) for name in learners}
    values = []
    for bag in range(bags):
        in_bag = {
            name: inside_bag(p, *(values[bag] for values in inside[name]))
            for name, p in learners.items()
        }
        reference = in_bag["prevalence"].estimates["log_loss"].estimate
        champion = choose(in_bag).name
        candidates = {name: p for name, p in in_bag.items() if name != "prevalence"}
        values.append(outside[subject_of(candidates, champion, reference).name][bag])
    known = np.array(values)[~np.isnan(values)]
    return float(known.mean()), *map(float, np.quantile(known, [0.025, 0.975]))


def inside_bag(p: Performance, ranked: float, loss: float) -> Performance:
    """What the choice looks at in a bag; an interval reaches as far below as in the cohort."""
    nan, own = float("nan"), p.estimates["auroc"]
    estimates = {
        "auroc": Estimate(ranked, ranked - own.estimate + own.low, nan, nan, nan, nan),
        "log_loss": Estimate(loss, nan, nan, nan, nan, nan),
    }
    return Performance(estimates, {"log_loss": np.array([loss])}, p.resampled, p.repeats)


if __name__ == "__main__":
    main()
