"""What the intervals of ``predictor validate`` cover: 95 % intervals of a finished model.

Patients are drawn whose truth is known, a model that is right or overfitted (logits twice too
large, and 0.4 too high) is measured in them by `measure_in`, and it is counted how often the value
that it has in two million such patients lies inside. Beside it, the forms that were not chosen.

    python benchmarks/validation.py            # table for docs/validating.md, about an hour
    python benchmarks/validation.py --quick    # fewer cohorts
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import expit, stdtrit

from predictor import statistics
from predictor.measures import measures_of
from predictor.statistics import influence
from predictor.validation.interval_forms import FORMS
from predictor.validation.new_patients import NewPatients, measure_in

SIZES = (50, 100, 300, 1000)
INTERCEPT = {0.2: -1.62, 0.5: 0.0}
Z = 1.959963984540054
COHORTS, RESAMPLED_COHORTS = 1000, 120
POPULATION = 2_000_000


def draw(rng, n, prevalence, kind, clustered):
    """Outcomes, probabilities and clusters: of 5 patients at 50, of 10 above."""
    lp = INTERCEPT[prevalence] + rng.normal(size=n)
    clusters, true = None, lp
    if clustered:
        clusters = np.arange(n) // (5 if n <= 50 else 10)
        true = lp + 0.5 * rng.normal(size=clusters.max() + 1)[clusters]
    y = (rng.random(n) < expit(true)).astype(float)
    return y, expit(lp) if kind == "right" else expit(0.4 + 2 * lp), clusters


def population(measures, prevalence, kind, clustered):
    """The value of each measure in many patients."""
    rng = np.random.default_rng(1)
    y, p, _ = draw(rng, POPULATION, prevalence, kind, clustered)
    return {measure.name: float(measure(y, p)) for measure in measures}


def others(y, p):
    """Forms that were tried and not taken, patients independent; without resampling."""
    n = len(y)
    student = float(stdtrit(n - 1, 0.975))
    area, error = float(statistics.auroc(y, p)), float(statistics.delong_error(y, p))
    found = {"auroc, DeLong": (area - Z * error, area + Z * error)}
    intercept = float(statistics.calibration_intercept(y, p))
    wald = Z * float(statistics.calibration_intercept_error(y, p))
    found["calibration_intercept, Wald"] = (intercept - wald, intercept + wald)
    slope = float(statistics.calibration_slope(y, p))
    each = influence.influence_on_calibration_slope(y, p)
    half = Z * float(influence.standard_error(each))
    found["calibration_slope, sandwich"] = (slope - half, slope + half)
    for name, values in (
        ("brier", influence.squared_errors(y, p)),
        ("log_loss", influence.log_losses(y, p)),
    ):
        half = student * values.std(ddof=1) / np.sqrt(n)
        found[f"{name}, Student"] = (values.mean() - half, values.mean() + half)
        counts = np.random.default_rng(3).multinomial(n, np.ones(n) / n, size=400)
        found[f"{name}, percentiles"] = tuple(np.quantile(counts @ values / n, [0.025, 0.975]))
    return found


def coverage(prevalence, kind, n, clustered, cohorts, *, resampled):
    measures = [
        m for m in measures_of("binary", [prevalence]) if (m.stem not in FORMS) == resampled
    ]
    truth = population(measures, prevalence, kind, clustered)
    rng = np.random.default_rng([n, int(10 * prevalence), kind == "right", clustered, resampled])
    inside: dict[str, list[bool]] = {}
    for cohort in range(cohorts):
        y, p, clusters = draw(rng, n, prevalence, kind, clustered)
        if min(y.sum(), n - y.sum()) < 5:
            continue
        patients = NewPatients(y, clusters, cohort, 200 if resampled else 400)
        for name, found in measure_in(patients, p, measures).items():
            if np.isfinite(found.low):
                inside.setdefault(name, []).append(found.low <= truth[name] <= found.high)
        if not clustered and not resampled:
            for name, (low, high) in others(y, p).items():
                if np.isfinite(low):
                    held = low <= truth[name.partition(",")[0]] <= high
                    inside.setdefault(name, []).append(held)
    return {name: float(np.mean(held)) for name, held in inside.items()}


def main(quick: bool) -> None:
    cells = [
        (prevalence, kind, n)
        for prevalence in INTERCEPT
        for kind in ("right", "overfitted")
        for n in SIZES
    ]
    divide = 10 if quick else 1
    for clustered in (False, True):
        table: dict[str, list[str]] = {}
        for prevalence, kind, n in cells:
            found = coverage(prevalence, kind, n, clustered, COHORTS // divide, resampled=False)
            if n >= 300:
                found |= coverage(
                    prevalence, kind, n, clustered, RESAMPLED_COHORTS // divide, resampled=True
                )
            for name, share in found.items():
                row = table.setdefault(name.replace(f"@{prevalence:g}", ""), ["-"] * len(cells))
                row[cells.index((prevalence, kind, n))] = f"{100 * share:.0f}"
            print(prevalence, kind, n, clustered, found, file=sys.stderr, flush=True)
        print("clusters" if clustered else "independent")
        print("| measure |", " | ".join(f"{p:g} {k} {n}" for p, k, n in cells), "|")
        print("|---" * (len(cells) + 1) + "|")
        for name, row in table.items():
            print(f"| {name} |", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    main("--quick" in sys.argv)
