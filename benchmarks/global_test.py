"""The global test on simulated cohorts: its size, its power, and what is said of nothing.

    python benchmarks/global_test.py size --cohorts 2000
    python benchmarks/global_test.py power --cohorts 300
    python benchmarks/global_test.py rule --cohorts 300     # beside the rule
    python benchmarks/global_test.py forecast               # the power that a report tells
    python benchmarks/global_test.py signs --cohorts 300    # directions, some of them wrong

Covariates, gaps and the direction of effects are those of `predictor simulate` (12 parameters of
``pipelines/crps_baseline.sql``); what differs is how the outcome comes about:

latent
    Covariates shift the fall of pain (normal, standard deviation 2); the label is a fall of 2.
hard
    Covariates act on the label, as `predictor simulate` has it; pain says nothing beyond it.
report
    Covariates act on reported success alone; pain falls by 2 in 28 % for no reason.
clusters
    Eight clusters at n = 48: patients of one are alike in outcome and covariates. Of equal size,
    or (``unequal``) of sizes from 2 to 12.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from honesty import SPEC, prevalence_loss
from scipy.special import expit, ndtr

from predictor.cohort import Target
from predictor.cohort.simulate.after_infusion import outcome
from predictor.cohort.simulate.before_infusion import baseline
from predictor.cohort.simulate.missing import missing_at_baseline
from predictor.cohort.simulate.noise import Noise
from predictor.cohort.simulate.signal import expected_auroc, score, true_probability
from predictor.cohort.simulate.table import LEVELS
from predictor.learners import make
from predictor.statistics import Exchangeable, Votes, global_test, graded_scores, power
from predictor.validation import draw_plan, metrics, performance, predicts, train

PREVALENCE = 0.48
NAMES = (
    "pain", "duration", "smp", "sip", "bmi", "allodynia", "cold", "distress", "intermittent",
    "interventions", "age", "male",
)  # fmt: skip
BLOCKS = [slice(0, 1), slice(1, 2), slice(2, 4), *(slice(j, j + 1) for j in range(4, 12))]
SIGNS = np.array([0.0, -1, 1, 0, 1, -1, -1, -1, 1, -1, 0, 0])
AUROCS = (0.60, 0.65, 0.70, 0.80)
MEMBERS = ("label", "graded", "T1", "expected")


@dataclass(frozen=True)
class Drawn:
    """A cohort: covariates, label, how much of it, the label at T1, clusters."""

    X: np.ndarray
    label: np.ndarray
    graded: np.ndarray
    t1: np.ndarray
    clusters: np.ndarray | None = None


def covariates(noise: Noise) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The design matrix of the CRPS pipeline, nan where missing, and the complete columns."""
    before = baseline(noise)
    gaps = missing_at_baseline(noise, before)

    def column(name: str) -> np.ndarray:
        gap = gaps.get(name, np.zeros(noise.patients, dtype=bool))
        return np.where(gap, np.nan, before[name].astype(float))

    def level(name: str, wanted: str) -> np.ndarray:
        value, levels = column(name), LEVELS[name]
        known = ~np.isnan(value)
        if "unknown" in levels:
            known &= value != levels.index("unknown")
        return np.where(known, value == levels.index(wanted), np.nan)

    sex = column("sex")
    X = np.column_stack(
        [
            column("nrs_t0"),
            np.log1p(column("disease_duration_years")),
            level("smp_status", "smp"),
            level("smp_status", "sip"),
            column("bmi_kg_m2"),
            column("allodynia_present"),
            level("temperature_phenotype", "cold"),
            column("hads_anxiety") + column("hads_depression"),
            level("pain_pattern", "intermittent"),
            np.log1p(column("n_prior_interventions")),
            column("age_years"),
            np.where(np.isin(sex, (0, 1)), sex, np.nan),
        ]
    )
    return X, before


@cache
def _standardised() -> tuple[float, float]:
    population = score(baseline(Noise(100_000, 0)))
    return float(population.mean()), float(population.std())


@cache
def _slope(auroc: float, kind: str) -> tuple[float, float]:
    """Intercept and slope on the standardised score, by bisection, for AUROC and prevalence."""
    mean, spread = _standardised()
    s = (score(baseline(Noise(20_000, 1))) - mean) / spread
    chance: Callable[[np.ndarray], np.ndarray]
    wanted = PREVALENCE
    if kind == "latent":

        def chance(eta: np.ndarray) -> np.ndarray:
            return ndtr(eta / 2)

        share = chance
    else:  # label by report, or by a fall that comes for no reason in 28 %

        def chance(eta: np.ndarray) -> np.ndarray:
            return expit(eta)

        def share(eta: np.ndarray) -> np.ndarray:
            return 1 - (1 - 0.28) * (1 - chance(eta))

    def intercept(slope: float) -> float:
        low, high = -40.0, 40.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if share(middle + slope * s).mean() < wanted else (low, middle)
            )
        return low

    low, high = 0.0, 30.0
    for _ in range(30 if auroc > 0.5 else 0):
        middle = (low + high) / 2
        reached = expected_auroc(share(intercept(middle) + middle * s))
        low, high = (middle, high) if reached < auroc else (low, middle)
    slope = low if auroc > 0.5 else 0.0
    return intercept(slope), slope


def draw(design: str, patients: int, auroc: float, seed: int, *, other_pain: bool = False) -> Drawn:
    """A cohort of a design; `seed` tells it from others.

    A fall can be the deeper the more pain there was, which is a covariate. With `other_pain` the
    pain that falls is not that of the covariates, so that there is nothing in the grade either.
    """
    rng, noise = np.random.default_rng([seed, *design.encode()]), Noise(patients, seed)
    X, before = covariates(noise)
    pain = before["nrs_t0"].astype(float)
    mean, spread = _standardised()
    s = (score(before) - mean) / spread
    if design in ("hard", "clusters", "unequal"):
        probability, clusters = true_probability(before, auroc), None
        if design != "hard":
            sizes = [6] * 8 if design == "clusters" else [2, 3, 4, 5, 6, 7, 9, 12]
            clusters = np.repeat(np.arange(8), np.array(sizes) * (patients // 48))
            X = X + (rng.normal(size=(8, X.shape[1])) * np.nanstd(X, axis=0))[clusters]
            shared = rng.normal(scale=1.5, size=8)[clusters]
            probability = expit(np.log(probability / (1 - probability)) + shared)
        responds = rng.random(patients) < probability
        if other_pain:
            pain = baseline(Noise(patients, seed + 1_000_000_000))["nrs_t0"].astype(float)
        after, _ = outcome(noise, pain.astype(np.int64), responds)
        t1 = (pain - after["nrs_t1"] >= 2) | after["success_t1"]
        return Drawn(X, responds.astype(float), pain - after["nrs_t2"], t1.astype(float), clusters)
    intercept, slope = _slope(auroc, design)
    errors = rng.multivariate_normal([0, 0], [[4, 2], [2, 4]], size=patients)
    if design == "latent":
        fall = np.round(intercept + slope * s + 1.5 + errors[:, 1])
        fall = pain - np.clip(pain - fall, 0, 10)
        early = intercept + slope * s + errors[:, 0] + 0.6 > 0
        return Drawn(X, (fall >= 2).astype(float), fall, early.astype(float))
    fall = np.where(
        rng.random(patients) < 0.28, rng.integers(2, 6, patients), rng.integers(-1, 2, patients)
    )
    said = rng.random(patients) < expit(intercept + slope * s)
    early = rng.random(patients) < expit(intercept + slope * s + 0.5)
    return Drawn(X, ((fall >= 2) | said).astype(float), fall.astype(float), early.astype(float))


def p_values(drawn: Drawn, rng: np.random.Generator, permutations: int = 999) -> dict[str, float]:
    """The p of every member, and that of all of them together."""
    outcomes = {
        "label": drawn.label,
        "graded": graded_scores(drawn.label, drawn.graded),
        "T1": np.where(rng.random(len(drawn.t1)) < 0.05, np.nan, drawn.t1),
        "expected": drawn.label,
    }
    votes = Votes.of(drawn.X, BLOCKS)
    exchangeable = Exchangeable.of(len(drawn.label), drawn.clusters)
    index = {"expected": SIGNS}
    two = {name: outcomes[name] for name in ("label", "graded")}
    p = global_test(votes, outcomes, exchangeable, rng, index=index, permutations=permutations)
    of_two = global_test(votes, two, exchangeable, rng, permutations=permutations)
    return {**p.p, "label, graded": of_two.combined, "all four": p.combined}


def shares(
    design: str, patients: int, auroc: float, cohorts: int, permutations: int = 199
) -> dict[str, float]:
    """How often each p is at most 0.05."""
    rows = []
    for number in range(cohorts):
        drawn = draw(design, patients, auroc, 10_000_000 + number, other_pain=auroc <= 0.5)
        p = p_values(drawn, np.random.default_rng([number, patients]), permutations)
        rows.append([value <= 0.05 for value in p.values()])
    return dict(zip(p, np.mean(rows, axis=0), strict=True))


def print_shares(designs: list[str], aurocs: tuple[float, ...], cohorts: int) -> None:
    """A row per cell."""
    heads = (*MEMBERS, "label, graded", "all four")
    print(f"| design | n | AUROC | {' | '.join(heads)} |\n|{'---|' * (3 + len(heads))}", flush=True)
    for design in designs:
        for patients in (48, 96 if design in ("clusters", "unequal") else 100):
            for auroc in aurocs:
                found = shares(design, patients, auroc, cohorts)
                cells = " | ".join(f"{found[head]:.3f}" for head in heads)
                print(f"| {design} | {patients} | {auroc:.2f} | {cells} |", flush=True)


def rule(cohorts: int) -> None:
    """The test beside what `predictor train` shows of ridge, on the same cohorts of 48."""
    heads = ("rule", "label", "all four", "rule or label", "rule or all four")
    print(f"| design | AUROC | cohorts | {' | '.join(heads)} |\n|{'---|' * 8}", flush=True)
    spec = SPEC.for_patients(48)
    measures = [m for m in metrics("binary", ()) if m.name in ("auroc", "log_loss")]
    cells = [("hard", 0.5, cohorts), ("hard", 0.7, cohorts // 3), ("latent", 0.7, cohorts // 3),
             ("report", 0.7, cohorts // 3)]  # fmt: skip
    for design, auroc, number_of_them in cells:
        rows = []
        for number in range(number_of_them):
            drawn = draw(design, 48, auroc, 20_000_000 + number)
            rng = np.random.default_rng([number, 48, 7])
            plan = draw_plan(Target.binary(drawn.label), spec, rng)
            found = performance(train(make("ridge"), drawn.X, drawn.label, plan), plan, measures)
            shown = predicts(found, prevalence_loss(drawn.label, plan))
            p = p_values(drawn, rng)
            one, four = p["label"] <= 0.05, p["all four"] <= 0.05
            rows.append([shown, one, four, shown or one, shown or four])
        numbers = " | ".join(f"{share:.3f}" for share in np.mean(rows, axis=0))
        print(f"| {design} | {auroc:.2f} | {len(rows)} | {numbers} |", flush=True)


def forecast(cohorts: int) -> None:
    """The power that a report tells, and the share of cohorts in which the label is found."""
    print("| design | n | AUROC | told, middle half | found |\n|---|---|---|---|---|", flush=True)
    for patients in (48, 100):
        told = []
        for number in range(40):
            drawn = draw("hard", patients, 0.5, 30_000_000 + number)
            rng = np.random.default_rng(number)
            votes, everybody = Votes.of(drawn.X, BLOCKS), Exchangeable.of(patients)
            critical = global_test(votes, {"label": drawn.label}, everybody, rng).critical
            told.append(power(votes, drawn.label.mean(), critical, AUROCS, everybody, rng))
        for place, auroc in enumerate(AUROCS):
            low, middle, high = np.quantile([row[place] for row in told], [0.25, 0.5, 0.75])
            for design in ("hard", "latent"):
                found = shares(design, patients, auroc, cohorts)["label"]
                print(
                    f"| {design} | {patients} | {auroc:.2f} | {middle:.2f} ({low:.2f} to "
                    f"{high:.2f}) | {found:.2f} |",
                    flush=True,
                )


def signs(cohorts: int) -> None:
    """How directions fare when some are wrong: their test, and the learner `expected`."""
    print("| n | wrong of 8 | AUROC, ridge | expected | log loss, ridge | expected | test of the "
          f"label | expected directions | both together |\n|{'---|' * 9}", flush=True)  # fmt: skip
    fresh_X, before = covariates(Noise(20_000, 9))
    truth = true_probability(before, 0.7)
    named = np.flatnonzero(SIGNS)
    for patients in (48, 100):
        for wrong in (0, 1, 2, 4):
            rows = []
            for number in range(cohorts):
                drawn = draw("hard", patients, 0.7, 40_000_000 + number)
                rng = np.random.default_rng([number, patients])
                turned = SIGNS.copy()
                turned[rng.choice(named, wrong, replace=False)] *= -1
                directions = {int(j): int(turned[j]) for j in named}
                votes, everybody = Votes.of(drawn.X, BLOCKS), Exchangeable.of(patients)
                outcomes = {"label": drawn.label, "expected": drawn.label}
                found = global_test(
                    votes, outcomes, everybody, rng, index={"expected": turned}, permutations=199
                )
                row = []
                for learner in (make("ridge"), make("expected", directions=directions)):
                    p = learner.fit(drawn.X, drawn.label).predict_proba(fresh_X)[:, 1]
                    order = np.argsort(p)
                    below = np.cumsum((1 - truth)[order]) - (1 - truth)[order] / 2
                    auroc = (truth[order] * below).sum() / (truth.sum() * (1 - truth).sum())
                    row += [auroc, -np.mean(truth * np.log(p) + (1 - truth) * np.log(1 - p))]
                row += [v <= 0.05 for v in (*found.p.values(), found.combined)]
                rows.append(row)
            ridge, ridge_loss, index, index_loss, *shares_ = np.mean(rows, axis=0)
            cells = [f"{v:.3f}" for v in (ridge, index, ridge_loss, index_loss)]
            cells += [f"{v:.2f}" for v in shares_]
            print(f"| {patients} | {wrong} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("what", choices=("size", "power", "rule", "forecast", "signs"))
    options.add_argument("--cohorts", type=int, default=300)
    chosen = options.parse_args()
    began = time.perf_counter()
    if chosen.what == "size":
        designs = ["latent", "hard", "report", "clusters", "unequal"]
        print_shares(designs, (0.5,), chosen.cohorts)
    elif chosen.what == "power":
        print_shares(["latent", "hard", "report"], AUROCS, chosen.cohorts)
    elif chosen.what == "rule":
        rule(chosen.cohorts)
    elif chosen.what == "forecast":
        forecast(chosen.cohorts)
    else:
        signs(chosen.cohorts)
    print(f"{time.perf_counter() - began:.0f} seconds")


if __name__ == "__main__":
    main()
