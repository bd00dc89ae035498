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
from predictor.learners.logistic import Logistic
from predictor.learners.ridge import Ridge
from predictor.learners.updating import CLOSED_TEST, METHODS, OldModel, Update, update
from predictor.scorers import LinearScorers
from predictor.statistics.recalibration import closed_test, recalibrate
from predictor.validation.resamples import cross_validation

Floats = NDArray[np.float64]

COLUMNS, CORRELATION, SIZE, FRESH = 10, 0.3, 0.8, 4000
CHANGES = ("nothing", "intercept", "slope", "half", "all")
PATIENTS = (48, 100, 300)
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
    folds = cross_validation(y, folds=10, repeats=1, rng=rng)
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


def _shares(steps: list[str]) -> str:
    return " ".join(f"{100 * steps.count(name) / len(steps):.0f}" for name in METHODS)


if __name__ == "__main__":
    main()
