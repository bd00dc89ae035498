"""What should a missing value be taken as: the mean, what others say, or several draws?

    python benchmarks/imputation.py --minutes 20            # simulated patients
    python benchmarks/imputation.py --tables FOLDER --draws 200

Simulated: 12 normal covariates with one common correlation; some values are missing, in the cohort
and in 2,000 fresh patients, whom the models of all ways predict. Gaps are

at random
    whatever the patient is like;
explained
    more frequent the higher the last column, which is always known and says nothing by itself;
informative
    more frequent the higher the missing value itself.

The log loss is that expected from the true probabilities, so that it does not hang on how fresh
patients happened to fare. Printed after every round of cohorts, by signal: the log loss with the
mean, and what regression and multiple add to it, with the standard errors. Real tables: trained on
patients drawn from them, tried on all others, as found and with gaps made at random in the columns
that have more than two values.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
from caution import real
from scipy.optimize import brentq
from scipy.special import expit
from threadpoolctl import threadpool_limits

from predictor.learners import make
from predictor.learners.imputation import WAYS
from predictor.statistics import log_loss

COLUMNS, FRESH, STEEP = 12, 2000, 1.5
TABLES = ("ashar_backpain", "cdystonia", "licorice_gargle", "birthwt", "dcurves")
# Correlation of the columns, and log-odds per standard deviation of the first of them.
SIGNALS = {
    "none": (0.5, ()),
    "two, weakly correlated": (0.2, (0.7, 0.7)),
    "two, strongly": (0.6, (0.7, 0.7)),
    "three, one against": (0.6, (0.9, 0.9, -0.9)),
}
DESIGNS = tuple(product((48, 150), (0.1, 0.3), ("at random", "explained", "informative")))
# cohorts of a design and signal in a round; the slow learner has fewer, and fewer designs
ROUND = {"ridge": 6, "logistic": 2, "elastic_net": 1}
Cell = tuple[str, int, float, str]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=20, help="of one processor")
    options.add_argument("--tables", type=Path)
    options.add_argument("--draws", type=int, default=200)
    chosen = options.parse_args()
    if chosen.tables is not None:
        tables(chosen.tables, chosen.draws)
        return
    found: dict[tuple[Cell, str], list[list[float]]] = defaultdict(list)
    seconds: dict[tuple[str, int], np.ndarray] = defaultdict(lambda: np.zeros(1 + len(WAYS)))
    rounds = 0
    while time.process_time() < 60 * chosen.minutes:
        for learner, cohorts in ROUND.items():
            for (n, missing, gaps), signal in product(DESIGNS, SIGNALS):
                if learner == "elastic_net" and (missing == 0.1 or gaps == "explained"):
                    continue
                for number in range(rounds * cohorts, (rounds + 1) * cohorts):
                    rng = np.random.default_rng([n, round(10 * missing), number, *signal.encode()])
                    losses, took = compare(rng, n, missing, gaps, signal, learner)
                    found[(learner, n, missing, gaps), signal].append(losses)
                    seconds[learner, n] += [1, *took]
        rounds += 1
        print(f"\nafter {time.process_time():.0f} s")
        table(found)
        for (learner, n), (fits, *total) in seconds.items():
            times = ", ".join(
                f"{way} {1000 * t / fits:.0f} ms" for way, t in zip(WAYS, total, strict=True)
            )
            print(f"one fit of {learner}, {n} patients: {times}", flush=True)


def table(found: dict[tuple[Cell, str], list[list[float]]]) -> None:
    """A row for each design, a column for each signal."""
    print(f"| learner | patients | missing | gaps | cohorts | {' | '.join(SIGNALS)} |")
    print(f"{'|---' * (5 + len(SIGNALS))}|")
    for cell in dict.fromkeys(cell for cell, _ in found):
        rows = [np.array(found[cell, signal]) for signal in SIGNALS]
        cells = [*map(str, cell), str(len(rows[0])), *map(added, rows)]
        print(f"| {' | '.join(cells)} |")
    for learner, n in dict.fromkeys(cell[:2] for cell, _ in found):
        cells = [np.array(each) for (cell, _), each in found.items() if cell[:2] == (learner, n)]
        print(f"{learner}, {n} patients, all designs: {added(np.mean(cells, axis=0))}")


def added(losses: np.ndarray) -> str:
    """Log loss with the mean, and what the other ways add to it, with their standard errors."""
    said = [f"{losses[:, 0].mean():.3f}"]
    for way in range(1, len(WAYS)):
        more = losses[:, way] - losses[:, 0]
        said.append(f"{more.mean():+.4f} ({more.std() / np.sqrt(len(more)):.4f})")
    return "; ".join(said)


def compare(
    rng: np.random.Generator, n: int, missing: float, gaps: str, signal: str, learner: str
) -> tuple[list[float], list[float]]:
    """Log loss expected in fresh patients, and seconds to fit, of each way."""
    X, true = patients(rng, n, missing, gaps, signal)
    y = (rng.random(n) < true).astype(float)
    fresh, truth = patients(rng, FRESH, missing, gaps, signal)
    losses, seconds = [], []
    for way in WAYS:
        began = time.process_time()
        model = make(learner, impute=way).fit(X, y)
        seconds.append(time.process_time() - began)
        p = np.clip(model.predict_proba(fresh)[:, 1], 1e-15, 1 - 1e-15)
        losses.append(float(-np.mean(truth * np.log(p) + (1 - truth) * np.log(1 - p))))
    return losses, seconds


def patients(
    rng: np.random.Generator, n: int, missing: float, gaps: str, signal: str
) -> tuple[np.ndarray, np.ndarray]:
    """Covariates with gaps (n, p) and true probabilities (n,)."""
    correlation, slopes = SIGNALS[signal]
    shared = np.sqrt(correlation) * rng.normal(size=(n, 1))
    X = shared + np.sqrt(1 - correlation) * rng.normal(size=(n, COLUMNS))
    true = expit(X[:, : len(slopes)] @ np.array(slopes))
    reason = {"at random": np.zeros_like(X), "explained": X[:, -1:], "informative": X}[gaps]
    gap = rng.random(X.shape) < share(missing, reason)
    if gaps == "explained":
        gap[:, -1] = False
    return np.where(gap, np.nan, X), true


def share(missing: float, reason: np.ndarray) -> np.ndarray:
    """The chance of a gap, so often on average, where a standard normal reason is given."""
    if not reason.any():
        return np.full(reason.shape, missing)
    grid = np.linspace(-6, 6, 601)
    density = np.exp(-(grid**2) / 2) / np.exp(-(grid**2) / 2).sum()
    start = brentq(lambda a: density @ expit(a + STEEP * grid) - missing, -20, 20)
    return np.asarray(expit(start + STEEP * reason))


def tables(folder: Path, draws: int) -> None:
    """Real tables: what ways other than the mean add to the log loss on patients not drawn."""
    print("| table | own gaps | gaps made | learner | trained on | log loss |")
    print("|---|---|---|---|---|---|")
    for number, (name, X, y) in enumerate(real(folder)):
        if name not in TABLES:
            continue
        numbers = np.array([len(np.unique(c[~np.isnan(c)])) > 2 for c in X.T])
        for made, learner in product((0.0, 0.1, 0.3), ("ridge", "logistic")):
            if not made and not np.isnan(X).any():
                continue
            for n in sorted({48, min(150, len(y) // 2)}):
                rng = np.random.default_rng([number, n, round(10 * made)])
                # new gaps for every tenth of the draws
                losses = np.concatenate(
                    [tried(rng, X, y, n, numbers * made, learner, draws // 10) for _ in range(10)]
                )
                own = f"{np.isnan(X).mean():.1%}"
                cells = [name, own, f"{made:g}", learner, str(n), added(losses)]
                print(f"| {' | '.join(cells)} |", flush=True)


def tried(
    rng: np.random.Generator,
    X: np.ndarray,
    y: np.ndarray,
    n: int,
    made: np.ndarray,
    learner: str,
    draws: int,
) -> np.ndarray:
    """Log loss (draws, ways) on the patients who were not drawn."""
    X = np.where(rng.random(X.shape) < made, np.nan, X)
    weights = np.zeros((draws, len(y)))
    for row in weights:
        row[rng.choice(len(y), n, replace=False)] = 1
    losses = np.array(
        [
            log_loss(y, make(learner, impute=way).fit_replicates(X, y, weights).probability,
                     weights=1 - weights)
            for way in WAYS
        ]
    ).T  # fmt: skip
    return losses[~np.isnan(losses).any(axis=1)]


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
