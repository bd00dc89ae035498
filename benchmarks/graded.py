"""When does a graded outcome help, and when does it hurt?

    OMP_NUM_THREADS=1 python benchmarks/graded.py --cohorts 200

Covariates are those of `predictor simulate` (12 parameters of `crps_baseline.sql`); how pain and
report come about is what the designs differ by:

latent   covariates shift the fall of pain; a fall of 2 points is response
soft     they raise the chance of a class of responders, whose falls overlap with those of others
hard     they raise the chance of response; how far pain falls says nothing more
report   they act on a report of success only; 28 % fall by 2 points for no reason
cutanti  they act on response, and with the opposite sign on how far pain falls in either group

Performance is that on 8,000 other patients with their true probabilities: AUROC and log loss,
times 1000, of the graded outcome and of the weighted mean, less those of the label alone. With
`--tables FOLDER` the same of real tables: trained on 48 drawn patients, tried on the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from predictor.cohort import Cohort, covariates, design
from predictor.cohort.labelled import eligible_rows
from predictor.cohort.simulate import simulate
from predictor.cohort.simulate.before_infusion import baseline
from predictor.cohort.simulate.files import write
from predictor.cohort.simulate.noise import Noise
from predictor.cohort.simulate.signal import expected_auroc, score
from predictor.learners.ridge import Ridge
from predictor.statistics import auroc, log_loss
from predictor.study import load_study
from predictor.workflows import prepare

CONFIG = Path(__file__).parents[1] / "configs" / "crps_esketamine.yaml"
POOL, FRESH, SEED, PREVALENCE, BY_CHANCE = 24_000, 8_000, 17, 0.48, 0.28
DESIGNS = ("latent", "soft", "hard", "report", "cutanti")
WAYS = (False, True, "mean")
REAL = {
    "ashar_backpain": ("ashar_backpain.csv", "1 - bpi_intensity_T1 / nullif(bpi_intensity, 0)"),
    "cdystonia": ("cdystonia.csv", "1 - twstrs_w4 / nullif(twstrs_w0, 0)"),
    "cdystonia_week16": ("cdystonia.csv", "1 - twstrs_w16 / nullif(twstrs_w0, 0)"),
}


def pool() -> tuple[np.ndarray, np.ndarray]:
    """Covariates of many patients, and the direction of the effects, standardised."""
    study = load_study(CONFIG)
    with TemporaryDirectory() as folder:
        table = Path(folder) / "pool.parquet"
        write(simulate(POOL, seed=SEED), table)
        cohort = Cohort.read(table, study)
    rows, _ = eligible_rows(cohort)
    direction = score(baseline(Noise(POOL, SEED)))[np.asarray(cohort.take(rows).rows)]
    matrix = design(covariates(cohort.take(rows))).X
    return matrix, (direction - direction.mean()) / direction.std()


def probability(kind: str, s: np.ndarray, best: float) -> np.ndarray:
    """True probability of response, by the direction of the effects."""
    if best <= 0.5:
        return np.full(len(s), PREVALENCE)

    def reached(slope: float) -> np.ndarray:
        return _with_prevalence(kind, s, slope)

    highest = 12.0
    if expected_auroc(reached(highest)) < best:
        return reached(highest)
    return reached(brentq(lambda slope: expected_auroc(reached(slope)) - best, 0.0, highest))


def _with_prevalence(kind: str, s: np.ndarray, slope: float) -> np.ndarray:
    def p(intercept: float) -> np.ndarray:
        if kind == "latent":
            return norm.cdf(intercept + slope * s)
        chance = expit(intercept + slope * s)
        if kind == "soft":
            return RESPONDS[1] * chance + RESPONDS[0] * (1 - chance)
        return BY_CHANCE + (1 - BY_CHANCE) * chance if kind == "report" else chance

    return p(brentq(lambda intercept: p(intercept).mean() - PREVALENCE, -60, 60))


# share of either class whose fall is rounded to 2 points or more
FALLS = ((0.1, 1.2), (3.8, 1.5))
RESPONDS = tuple(1 - norm.cdf((1.5 - mean) / sd) for mean, sd in FALLS)


def outcomes(
    kind: str, s: np.ndarray, p: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Label and fall of pain of patients with these true probabilities."""
    e = rng.normal(size=len(s))
    if kind == "latent":
        # p = P(mean + 2 e >= 1.5): falls are normal, sd 2
        fall = np.round(1.5 + 2 * norm.ppf(np.clip(p, 1e-12, 1 - 1e-12)) + 2 * e)
        return (fall >= 2).astype(float), fall
    if kind == "soft":
        member = rng.random(len(s)) < (p - RESPONDS[0]) / (RESPONDS[1] - RESPONDS[0])
        fall = np.round(np.where(member, 3.8 + 1.5 * e, 0.1 + 1.2 * e))
        return (fall >= 2).astype(float), fall
    if kind == "report":
        far = rng.random(len(s)) < BY_CHANCE
        fall = _within(far, np.where(far, 3.8 + 1.5 * e, 0.1 + 1.2 * e))
        reported = rng.random(len(s)) < (p - BY_CHANCE) / (1 - BY_CHANCE)
        return (far | reported).astype(float), fall
    label = rng.random(len(s)) < p
    against = 1.2 * s if kind == "cutanti" else 0.0
    fall = np.where(label, 3.8 + 1.5 * e, 0.1 + 1.2 * e) - against
    return label.astype(float), _within(label, fall)


def _within(responder: np.ndarray, fall: np.ndarray) -> np.ndarray:
    return np.where(responder, np.maximum(np.round(fall), 2), np.minimum(np.round(fall), 1))


def performance(p: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Expected AUROC and log loss of probabilities where the true ones are known."""
    order = np.argsort(p, kind="stable")
    values, place = np.unique(p[order], return_inverse=True)
    events = np.bincount(place, truth[order], minlength=len(values))
    others = np.bincount(place, 1 - truth[order], minlength=len(values))
    below = np.cumsum(others) - others / 2
    area = float(events @ below / (events.sum() * others.sum()))
    return area, float(-(truth * np.log(p) + (1 - truth) * np.log1p(-p)).mean())


def real(folder: Path, draws: int) -> None:
    """Print the lines of the table for real patients."""
    for name, (table, graded) in REAL.items():
        study = load_study(CONFIG.parent / f"{name}.yaml")
        outcome = study.outcome.model_copy(update={"graded": graded})
        prepared = prepare(study.model_copy(update={"outcome": outcome}), folder / table)
        X, target, rng = prepared.matrix.X, prepared.labelled.target, np.random.default_rng(1)
        weights = np.zeros((draws, len(target)))
        for row in weights:
            row[rng.choice(len(target), 48, replace=False)] = 1
        found = []
        for way in WAYS:
            fits = Ridge(graded=way).fit_replicates(X, target.values, weights, target.graded)
            of = {"weights": 1 - weights}
            p = fits.probability
            found.append([auroc(target.values, p, **of), log_loss(target.values, p, **of)])
        values = np.moveaxis(np.array(found), 2, 0)
        values = values[~np.isnan(values).any(axis=(1, 2))]
        print(line(f"{name}, {int(target.values.sum())} of {len(target)}", "", values), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cohorts", type=int, default=200)
    options.add_argument("--patients", type=int, default=48)
    options.add_argument("--auroc", type=float, nargs="*", default=[0.5, 0.7])
    options.add_argument("--tables", type=Path)
    chosen = options.parse_args()
    print("| design | AUROC | label alone: AUROC, log loss | graded adds (se) | mean adds (se) |")
    print("|---|---|---|---|---|")
    if chosen.tables is not None:
        real(chosen.tables, chosen.cohorts)
        return
    X, s = pool()
    for best in chosen.auroc:
        for kind in DESIGNS:
            truth = probability(kind, s, best)
            found = []
            for number in range(chosen.cohorts):
                rng = np.random.default_rng([number, round(100 * best), DESIGNS.index(kind)])
                rows = rng.choice(len(s) - FRESH, chosen.patients, replace=False)
                y, fall = outcomes(kind, s[rows], truth[rows], rng)
                if 0.2 <= y.mean() <= 0.8:
                    models = [Ridge(graded=way).fit(X[rows], y, graded=fall) for way in WAYS]
                    fresh = [model.predict_proba(X[-FRESH:])[:, 1] for model in models]
                    found.append([performance(p, truth[-FRESH:]) for p in fresh])
            print(line(kind, f"{best}", np.array(found)), flush=True)


def line(kind: str, best: str, found: np.ndarray) -> str:
    """A line of the table from (cohorts, ways, 2)."""
    cells = [kind, best, ", ".join(f"{value:.3f}" for value in found[:, 0].mean(axis=0))]
    for way in (1, 2):
        added = 1000 * (found[:, way] - found[:, 0])
        error = added.std(axis=0) / np.sqrt(len(added))
        cells.append(
            ", ".join(f"{m:+.0f} ({e:.1f})" for m, e in zip(added.mean(axis=0), error, strict=True))
        )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
