"""Labels that would flip and the highest AUROC: what `describe` says, against what is true.

Patients with known true scores are measured twice. The share of labels that differ between the
two, and the AUROC of the chance of an event given the true scores, are taken from 200,000 of them;
what is said of cohorts of them, measured once, stands beside it. "naive" adds the error to what
was measured.

    python benchmarks/label_noise.py --cohorts 100
"""

from __future__ import annotations

import argparse

import numpy as np
import pyarrow as pa

from predictor.cohort import Cohort, label
from predictor.description.measurement import label_noise
from predictor.statistics import auroc
from predictor.study import parse_study

STUDY = """\
study: simulated
timepoints: {{T0: before, T2: after}}
predict_at: T0
columns:
  pid: {{role: id}}
  nrs_t0: {{known_at: T0, type: number, range: [0, 10]}}
  nrs_t2: {{known_at: T2, type: number, range: [0, 10]}}
  success: {{known_at: T2, type: flag}}
outcome:
  name: responder
  known_at: T2
  rule: {rule}
  score: {{T0: nrs_t0, T2: nrs_t2}}
  measurement_error: {{standard_error: {error}}}
"""
FALL = "nrs_t0 - nrs_t2 >= 2"
REPORT = f"{FALL} OR coalesce(success, false)"
SHARE = "nrs_t2 <= 0.7 * nrs_t0"


def true(design: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """True scores before and after, and who reports success."""
    before = np.clip(rng.normal(7, 1.3, n), 3, 10)
    if design == "classes":
        fall = np.where(rng.random(n) < 0.45, rng.normal(3.8, 1.5, n), rng.normal(0.1, 1.2, n))
    elif design == "spike":
        fall = np.where(rng.random(n) < 0.5, 0.0, rng.exponential(3.0, n))
    else:
        fall = rng.normal(1.8, 2.0, n)
    after = np.clip(before - fall, 0, 10)
    success = rng.random(n) < 1 / (1 + np.exp(-(before - after - 2)))
    return np.stack([before, after], axis=-1), success


def measured(scores: np.ndarray, error: float, whole: bool, rng: np.random.Generator) -> np.ndarray:
    spread = np.sqrt(error**2 - 1 / 12) if whole else error
    found = scores + spread * rng.standard_normal(scores.shape)
    return np.clip(np.round(found, 0 if whole else 2), 0, 10)


def labels(rule: str, scores: np.ndarray, success: np.ndarray) -> np.ndarray:
    before, after = np.moveaxis(scores, -1, 0)
    if rule == SHARE:
        return (after <= 0.7 * before + 1e-9).astype(float)
    fell = before - after >= 2 - 1e-9
    return (fell | success if rule == REPORT else fell).astype(float)


def cohort(rule: str, error: float, scores: np.ndarray, success: np.ndarray):
    study = parse_study(STUDY.format(rule=rule, error=error), file="study.yaml", pipeline=None)
    cells = {
        "pid": [f"P{row}" for row in range(len(scores))],
        "nrs_t0": [f"{score:g}" for score in scores[:, 0]],
        "nrs_t2": [f"{score:g}" for score in scores[:, 1]],
        "success": ["yes" if said else "no" for said in success],
    }
    table, faults = Cohort.check(
        pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()}),
        study,
        study.columns,
    )
    assert not faults
    return label(table)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cohorts", type=int, default=100)
    options.add_argument("--patients", type=int, nargs="+", default=[48, 200])
    chosen = options.parse_args()
    print("| design | scale | rule | error | n | flip: true | said (sd) | naive "
          "| AUROC: true | said (sd) |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for design, whole, rule, error in (
        ("normal", False, FALL, 0.9), ("normal", True, FALL, 0.9), ("normal", True, FALL, 0.6),
        ("classes", True, FALL, 0.9), ("spike", True, FALL, 0.9), ("normal", True, REPORT, 0.9),
        ("normal", True, SHARE, 0.9),
    ):  # fmt: skip
        rng = np.random.default_rng(20260712)
        scores, success = true(design, 200_000, rng)
        once, twice = (labels(rule, measured(scores, error, whole, rng), success) for _ in range(2))
        many, said = scores[:5_000], success[:5_000]
        chance = np.mean(
            [labels(rule, measured(many, error, whole, rng), said) for _ in range(400)], axis=0
        )
        flips, ceiling = np.mean(once != twice), float(auroc(once[:5_000], chance))
        for n in chosen.patients:
            found, naive = [], []
            for number in range(chosen.cohorts):
                rng = np.random.default_rng((number, n))
                scores, success = true(design, n, rng)
                seen = measured(scores, error, whole, rng)
                found.append(label_noise(cohort(rule, error, seen, success)))
                first = labels(rule, seen, success)
                naive += [
                    np.mean(first != labels(rule, measured(seen, error, whole, rng), success))
                    for _ in range(20)
                ]
            flipped = [each.flipped for each in found]
            aurocs = [each.auroc_of_true_scores for each in found]
            name = {FALL: "fall", REPORT: "fall or report", SHARE: "30 %"}[rule]
            print(
                f"| {design} | {'whole' if whole else '0.01'} | {name} | {error} | {n} "
                f"| {flips:.3f} | {np.mean(flipped):.3f} ({np.std(flipped):.3f}) "
                f"| {np.mean(naive):.3f} | {ceiling:.3f} "
                f"| {np.mean(aurocs):.3f} ({np.std(aurocs):.3f}) |",
                flush=True,
            )


if __name__ == "__main__":
    main()
