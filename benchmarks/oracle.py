"""The logistic learner against R, resample by resample.

    python benchmarks/oracle.py --oracle DIR --data DIR

DIR `oracle` holds, for each table, the resamples, R's results in each of them, `rms::validate` on
the same resamples and the coefficients of `glm`; DIR `data` holds the tables. Prints the largest
differences and exits 1 if one of them is beyond its tolerance.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from predictor.learners import make
from predictor.statistics.calibration import calibration_slope
from predictor.statistics.discrimination import auroc
from predictor.statistics.overall import brier

TABLES = {
    "birthwt": (
        "birthwt.csv",
        "low",
        ["age", "lwt", "race2", "race3", "smoke", "ptl", "ht", "ui", "ftv"],
    ),
    "dfbinary": ("dcurves_df_binary.csv", "cancer", ["marker", "age", "famhistory"]),
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--oracle", type=Path, required=True)
    options.add_argument("--data", type=Path, required=True)
    paths = options.parse_args()
    print(f"{'table':10} {'number':42} {'difference':>11} {'tolerance':>10}")
    bad = False
    for name, (file, outcome, columns) in TABLES.items():
        for what, difference, tolerance in differences(name, file, outcome, columns, paths):
            beyond = not difference <= tolerance
            bad |= beyond
            note = "  beyond" if beyond else ""
            print(f"{name:10} {what:42} {difference:11.1e} {tolerance:10.0e}{note}")
    return int(bad)


def differences(
    name: str, file: str, outcome: str, columns: list[str], paths: argparse.Namespace
) -> list[tuple[str, float, float]]:
    table = pd.read_csv(paths.data / file)
    for level in (2, 3):
        if f"race{level}" in columns:
            table[f"race{level}"] = table["race"] == level
    X = table[columns].to_numpy(dtype=np.float64)
    y = table[outcome].to_numpy(dtype=np.float64)

    def expected(part: str, **options: object) -> pd.DataFrame:
        return pd.read_csv(paths.oracle / f"{name}_{part}.csv", **options)

    resamples = expected("boot_idx_1based").to_numpy() - 1
    weights = np.stack([np.bincount(rows, minlength=len(y)) for rows in resamples.T])
    results = expected("boot_results")
    overlapping = results["separated"].to_numpy() == 0
    corrected = expected("rms_validate", index_col="index")["index.corrected"]

    full = make("logistic").fit(X, y)
    coefficient = np.append(full.scorers_.intercept, full.scorers_.coefficient)
    apparent = full.predict_proba(X)[:, 1]
    learner = make("logistic")
    p = learner.fit_replicates(X, y, weights.astype(np.float64))
    ours = {
        "C_train": auroc(y, p, weights=weights),
        "C_test": auroc(y, p),
        "brier_train": brier(y, p, weights=weights),
        "brier_test": brier(y, p),
    }
    slope = calibration_slope(y, p)
    corrected_c = auroc(y, apparent) - (ours["C_train"] - ours["C_test"]).mean()
    corrected_brier = brier(y, apparent) - (ours["brier_train"] - ours["brier_test"]).mean()

    def largest(ours: np.ndarray, theirs: pd.Series) -> float:
        return float(np.abs(ours - theirs.to_numpy()).max(initial=0.0))

    count, clear = len(p), int(overlapping.sum())
    return [
        ("failed replicates", float(learner.failed_.sum()), 0),
        ("coefficients of glm", largest(coefficient, expected("glm_coef")["Estimate"]), 1e-6),
        ("apparent probabilities", largest(apparent, expected("apparent_pred")["p"]), 1e-6),
        *(
            (f"{column}, {count} resamples", largest(values, results[column]), 1e-9)
            for column, values in ours.items()
        ),
        (
            f"slope, {clear} resamples without separation",
            largest(slope[overlapping], results["slope_test"][overlapping]),
            1e-5,
        ),
        (
            f"slope, {count - clear} separated, against lrm",
            largest(slope[~overlapping], results["lrm_slope_test"][~overlapping]),
            np.inf,
        ),
        ("rms::validate, corrected C", abs(corrected_c - (corrected["Dxy"] + 1) / 2), 1e-6),
        ("rms::validate, corrected Brier", abs(corrected_brier - corrected["B"]), 1e-6),
    ]


if __name__ == "__main__":
    sys.exit(main())
