"""What is to be done to a model when new patients come: cohorts whose truth is known.

    python benchmarks/update.py size --cohorts 1000     # changes what is right
    python benchmarks/update.py methods --cohorts 100   # what each method gains in new patients
    python benchmarks/update.py gain --cohorts 100      # whether the interval of the gain covers
    python benchmarks/update.py tables --draws 100      # on splits of real tables

Ten normal covariates with a common correlation of 0.3 and a true AUROC of about 0.70. The old
model is a ridge of 48 or 150 patients (or the truth itself); in the new population nothing is
changed, or the intercept, the slope, half of the coefficients or all of them. Losses are expected
ones, over the true probabilities of 4,000 fresh patients.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from predictor import statistics
from predictor.cohort import Target
from predictor.learners.logistic import Logistic
from predictor.learners.ridge import Ridge
from predictor.learners.updating import CLOSED_TEST, METHODS, OldModel, Update, update
from predictor.scorers import LinearScorers
from predictor.statistics.recalibration import closed_test, recalibrate
from predictor.study import BootstrapSpec, ValidationSpec
from predictor.validation import compare, cross_validation, draw_plan, metrics, performance, train
from predictor.workflows.updated import without_strata

Floats = NDArray[np.float64]

COLUMNS, CORRELATION, SIZE, FRESH = 10, 0.3, 0.8, 4000
CHANGES = ("nothing", "intercept", "slope", "half", "all")
PATIENTS = (48, 100, 300)
# the bootstrap of the models has no part in the interval
SPEC = ValidationSpec(bootstrap=BootstrapSpec(replicates=20))
_COVARIANCE = CORRELATION + (1 - CORRELATION) * np.eye(COLUMNS)
_ROOT = np.linalg.cholesky(_COVARIANCE)


@dataclass(frozen=True)
class World:
    """Intercept and coefficients of the truth."""

    intercept: float
    coefficient: Floats

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> World:
        return cls(0.0, _of_size(rng.normal(size=COLUMNS)))

    def changed(self, change: str, rng: np.random.Generator) -> World:
        """The truth among the new patients."""
        other = rng.normal(size=COLUMNS)
        if change == "intercept":
            return World(self.intercept + 0.7, self.coefficient)
        if change == "slope":
            return World(self.intercept, self.coefficient / 2)
        if change == "half":
            which = rng.permutation(COLUMNS) < COLUMNS // 2
            size = np.linalg.norm(self.coefficient) / np.linalg.norm(other)
            return World(0.0, _of_size(np.where(which, other * size, self.coefficient)))
        if change == "all":
            return World(0.0, _of_size(other))
        return self

    def patients(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        X = rng.normal(size=(n, COLUMNS)) @ _ROOT.T
        return X, (rng.random(n) < self.probability(X)).astype(float)

    def probability(self, X: Floats) -> Floats:
        truth: Floats = expit(self.intercept + X @ self.coefficient)
        return truth

    def model(self) -> LinearScorers:
        zero = np.zeros((1, COLUMNS))
        return LinearScorers(np.array([self.intercept]), self.coefficient[None], zero, zero)

    def trained(self, n: int | str, rng: np.random.Generator) -> LinearScorers:
        """An old model: the truth, or a ridge of n patients."""
        if n == "right":
            return self.model()
        found = Ridge().fit(*self.patients(int(n), rng)).scorers_
        assert isinstance(found, LinearScorers)
        return found


def _of_size(direction: Floats) -> Floats:
    length: Floats = direction / np.sqrt(direction @ _COVARIANCE @ direction)
    return SIZE * length


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("what", choices=("size", "methods", "gain", "tables"))
    options.add_argument("--cohorts", type=int, default=100)
    options.add_argument("--draws", type=int, default=100)
    options.add_argument("--data", type=Path, default=Path("data"), help="folder of real tables")
    chosen = options.parse_args()
    if chosen.what == "size":
        size(chosen.cohorts)
    elif chosen.what == "methods":
        methods(chosen.cohorts)
    elif chosen.what == "gain":
        gain(chosen.cohorts)
    else:
        tables(chosen.data, chosen.draws)


def size(cohorts: int) -> None:
    """How often nothing is changed where the old model is the truth, by both kinds of statistic."""
    print("| patients | columns | score: nothing | likelihood ratio: nothing |\n|---|---|---|---|")
    for n in (48, 100, 300, 1000):
        kept = []
        for number in range(cohorts):
            rng = np.random.default_rng([1, n, number])
            world = World.drawn(rng)
            X, y = world.patients(n, rng)
            old = OldModel.of(world.model(), X)
            score = update(old, y, np.ones((1, n))).method[0] == "keep"
            kept.append((score, ratio_test(old, y) == 0))
        print(f"| {n} | {COLUMNS} | {' | '.join(f'{k:.3f}' for k in np.mean(kept, axis=0))} |")


def ratio_test(old: OldModel, y: Floats) -> int:
    """Step of the closed test by likelihood ratios, as it was published."""
    ones = np.ones((1, len(y)))
    found = recalibrate(y, old.logit, ones)
    logits = [
        old.logit,
        found.in_the_large[0] + old.logit,
        found.intercept[0] + found.slope[0] * old.logit,
        Logistic().fit_replicates(old.terms, y, ones).scorers.logit(old.terms)[0],
    ]
    deviances = [2 * np.logaddexp(0, -(2 * y - 1) * logit).sum() for logit in logits]
    statistic = np.array([deviances[:3]]) - deviances[3]
    return int(closed_test(statistic, np.array([1.0 + COLUMNS])).step[0])


def methods(cohorts: int) -> None:
    """Expected loss of every method less that of the old model."""
    names = (*METHODS[1:], "new", CLOSED_TEST, "by loss", "within 1 SE")
    heads = ["change", "n", "old", "loss", "AUROC", *names]
    heads += ["AUROC gain: refit", "closed test", "closed test took", "by loss took"]
    print(f"| {' | '.join(heads)} |\n" + "|---" * len(heads) + "|")
    for change in CHANGES:
        for n in PATIENTS:
            for of in (48, 150):
                rows, took, chose = [], [], []
                for number in range(cohorts):
                    rng = np.random.default_rng([2, CHANGES.index(change), n, of, number])
                    found, steps = _of_cohort(rng, change, n, of)
                    rows.append(found)
                    took.append(steps[0])
                    chose.append(steps[1])
                print(_row(change, n, of, np.array(rows), took, chose), flush=True)


def _of_cohort(
    rng: np.random.Generator, change: str, n: int, of: int
) -> tuple[list[tuple[float, float]], tuple[str, str]]:
    """Expected loss and AUROC of the old model and each method, and what was chosen."""
    before = World.drawn(rng)
    after, model = before.changed(change, rng), before.trained(of, rng)
    X, y = after.patients(n, rng)
    fresh, _ = after.patients(FRESH, rng)
    truth = after.probability(fresh)
    fits = {name: Update(model=model, method=name).fit(X, y) for name in (*METHODS, CLOSED_TEST)}
    logit = {name: fit.scorers_.logit(fresh)[0] for name, fit in fits.items()}
    best, careful = by_loss(model, X, y, rng)
    logit |= {"new": Ridge().fit(X, y).scorers_.logit(fresh)[0], "by loss": logit[best]}
    logit["within 1 SE"] = logit[careful]
    order = ("keep", *METHODS[1:], "new", CLOSED_TEST, "by loss", "within 1 SE")
    return (
        [(_loss(truth, logit[name]), _auroc(truth, logit[name])) for name in order],
        (str(fits[CLOSED_TEST].method_[0]), best),
    )


def by_loss(
    model: LinearScorers, X: Floats, y: Floats, rng: np.random.Generator
) -> tuple[str, str]:
    """Method of the smallest cross-validated loss, and the least within a standard error of it."""
    folds = cross_validation(np.zeros(len(y)), folds=10, repeats=1, rng=rng)
    losses = {}
    for name in METHODS:
        p = Update(model=model, method=name).fit_replicates(X, y, folds.training).probability
        p = np.clip((p * folds.testing).sum(axis=0), 1e-12, 1 - 1e-12)
        losses[name] = -(y * np.log(p) + (1 - y) * np.log1p(-p))
    best = min(METHODS, key=lambda name: losses[name].mean())
    for name in METHODS:
        apart = losses[name] - losses[best]
        if apart.mean() <= apart.std(ddof=1) / np.sqrt(len(y)):
            return best, name
    return best, best


def _loss(truth: Floats, logit: Floats) -> float:
    return float(np.mean(np.logaddexp(0, logit) - truth * logit))


def _auroc(truth: Floats, logit: Floats) -> float:
    """Expected AUROC: every patient is an event with its true probability."""
    y = np.concatenate([np.ones(len(truth)), np.zeros(len(truth))])
    weights = np.concatenate([truth, 1 - truth])
    return float(statistics.auroc(y, np.tile(expit(logit), 2), weights=weights))


def _row(change: str, n: int, of: int, found: Floats, took: list[str], chose: list[str]) -> str:
    gain = found[:, 1:, 0] - found[:, :1, 0]
    error = gain.std(axis=0, ddof=1) / np.sqrt(len(gain))
    cells = [change, n, of, f"{found[:, 0, 0].mean():.3f}", f"{found[:, 0, 1].mean():.3f}"]
    cells += [
        f"{1000 * g:+.0f} ({1000 * e:.0f})" for g, e in zip(gain.mean(axis=0), error, strict=True)
    ]
    auroc = 1000 * (found[:, 1:, 1] - found[:, :1, 1]).mean(axis=0)
    cells += [f"{auroc[2]:+.0f}", f"{auroc[4]:+.0f}", _shares(took), _shares(chose)]
    return f"| {' | '.join(map(str, cells))} |"


def gain(cohorts: int) -> None:
    """Share of cohorts in which the interval of the difference holds that of the very model."""
    print("| change | n | way | true gain | estimated | covered | interval, median width |")
    print("|---|---|---|---|---|---|---|")
    measures = tuple(metric for metric in metrics("binary") if metric.name == "log_loss")
    for change, n in (("nothing", 48), ("intercept", 48), ("half", 100)):
        for way in (CLOSED_TEST, "refit"):
            rows = []
            for number in range(cohorts):
                rng = np.random.default_rng([3, CHANGES.index(change), n, number])
                before = World.drawn(rng)
                after, model = before.changed(change, rng), before.trained(150, rng)
                X, y = after.patients(n, rng)
                fresh, _ = after.patients(FRESH, rng)
                plan = draw_plan(without_strata(Target.binary(y)), SPEC, rng)
                found, losses = {}, []
                for name in ("keep", way):
                    trained = train(Update(model=model, method=name), X, y, plan)
                    found[name] = performance(trained, plan, measures)
                    losses.append(_loss(after.probability(fresh), trained.model.logit(fresh)[0]))
                apart = compare(found, way, "keep", "log_loss")
                true = losses[1] - losses[0]
                inside = apart.low - 1e-12 <= true <= apart.high + 1e-12
                rows.append((true, apart.difference, inside, apart.high - apart.low))
            true, estimated, covered, width = np.array(rows, dtype=float).T
            cells = [1000 * true.mean(), 1000 * estimated.mean(), 100 * covered.mean()]
            text = " | ".join(f"{cell:+.0f}" for cell in cells)
            print(
                f"| {change} | {n} | {way} | {text} | {1000 * np.median(width):.0f} |", flush=True
            )


def tables(folder: Path, draws: int) -> None:
    """Of one table a first cohort, a second one of 48, and all others to be predicted."""
    ways = ("new", "rows pooled", "intercept", "slope", "refit", CLOSED_TEST)
    heads = ["table", "first", "old: loss, AUROC", *ways]
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for name, (X, y) in _real(folder).items():
        for first in (48, 150):
            if len(y) < first + 48 + 30:
                continue
            rows = []
            for number in range(draws):
                rng = np.random.default_rng([4, first, number])
                order = rng.permutation(len(y))
                a, b, rest = np.split(order, [first, first + 48])
                if min(y[a].sum(), (1 - y[a]).sum(), y[b].sum(), (1 - y[b]).sum()) < 5:
                    continue
                model = Ridge().fit(X[a], y[a]).scorers_
                both = np.concatenate([a, b])
                made = [
                    model,
                    Ridge().fit(X[b], y[b]).scorers_,
                    Ridge().fit(X[both], y[both]).scorers_,
                ]
                made += [
                    Update(model=model, method=way).fit(X[b], y[b]).scorers_ for way in ways[2:]
                ]
                logits = [each.logit(X[rest])[0] for each in made]
                rows.append(
                    [
                        (_loss(y[rest], z), float(statistics.auroc(y[rest], expit(z))))
                        for z in logits
                    ]
                )
            found = np.array(rows)
            old, apart = found[:, 0].mean(axis=0), 1000 * (found[:, 1:] - found[:, :1]).mean(axis=0)
            cells = [f"{loss:+.0f}, {auroc:+.0f}" for loss, auroc in apart]
            said = [name, str(first), f"{old[0]:.3f}, {old[1]:.3f}", *cells]
            print(f"| {' | '.join(said)} |", flush=True)


def _real(folder: Path) -> dict[str, tuple[Floats, Floats]]:
    """Columns and outcomes of public tables; they are not part of the project."""
    import pandas as pd

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / f"{name}.csv")

    birth, sore, curves = read("birthwt"), read("licorice_gargle"), read("calibrationcurves")
    back, cancer = read("ashar_backpain"), read("dcurves_df_binary")
    birth = pd.get_dummies(birth, columns=["race"], drop_first=True, dtype=float)
    sore = sore[sore["sore30"].notna()]
    back = back[back["bpi_intensity_T1"].notna()]
    responded = back["bpi_intensity_T1"] <= 0.7 * back["bpi_intensity"]
    base = [c for c in back.columns[2:31] if back[c].notna().mean() > 0.8]
    back = pd.get_dummies(back[["group", *base]], columns=["group"], drop_first=True, dtype=float)
    found = {
        "birthwt": (birth.drop(columns=["low", "bwt"]), birth["low"]),
        "licorice": (sore.loc[:, "preOp_gender":"intraOp_surgerySize"], sore["sore30"]),
        "ashar": (back, responded),
        "calibrationcurves": (curves.loc[:, "x1":"x4"], curves["y"]),
        "dcurves": (cancer[["age", "famhistory", "marker"]], cancer["cancer"]),
    }
    return {
        name: (X.to_numpy(dtype=float), y.to_numpy(dtype=float)) for name, (X, y) in found.items()
    }


def _shares(steps: list[str]) -> str:
    return " ".join(f"{100 * steps.count(name) / len(steps):.0f}" for name in METHODS)


if __name__ == "__main__":
    main()
