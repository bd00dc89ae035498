"""The logistic learner against R, resample by resample, and the statistics against R's tables.

    python benchmarks/oracle.py --oracle DIR --data DIR

DIR `oracle` holds, for each table, the resamples, R's results in each of them, `rms::validate` on
the same resamples, the coefficients of `glm` and what `rms::val.prob` and pROC say of the fitted
probabilities; also the decision curves of R's dcurves. DIR `data` holds the tables. Published
figures (CalibrationCurves, pmsampsize) are below. Prints the largest differences and exits 1 if
one of them is beyond its tolerance.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from predictor.learners import make
from predictor.statistics import (
    auroc,
    brier,
    calibration_intercept,
    calibration_slope,
    decision_curve,
    delong_interval,
    ici_e50_e90,
    net_benefit,
    required_patients,
    scaled_brier,
    treat_all,
)

Difference = tuple[str, float, float]

TABLES = {
    "birthwt": (
        "birthwt.csv",
        "low",
        ["age", "lwt", "race2", "race3", "smoke", "ptl", "ht", "ui", "ftv"],
    ),
    "dfbinary": ("dcurves_df_binary.csv", "cancer", ["marker", "age", "famhistory"]),
}

# Tables of dcurves: the variable in each, and whether it is a probability already.
DECISION_CURVES = {
    "dca_famhistory": ("famhistory", True),
    "case1_results": ("famhistory", True),
    "simple_binary_dca_result_df": ("age", False),
    "case3_results": ("marker", False),
}

# Vignette of CalibrationCurves 2.0.7: glm on the training rows, scored on the test rows.
EXTERNAL_COEFFICIENTS = [0.08915, 0.60585, 1.38035, -0.75109, 0.82757]
EXTERNAL_FIGURES = {
    auroc: 0.81426731,
    brier: 0.17703339,
    scaled_brier: 0.28730517,
    calibration_intercept: 0.22404680,
    calibration_slope: 0.82278297,
}

# Tests of pmsampsize 1.1.3: Cox-Snell R2, parameters, prevalence; patients by criteria 1, 2, 3.
SAMPLE_SIZES = [((0.288, 24, 0.174), (623, 662, 221)), ((0.55, 24, 0.174), (255, 532, 221))]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--oracle", type=Path, required=True)
    options.add_argument("--data", type=Path, required=True)
    paths = options.parse_args()
    topics = {
        **{name: differences(name, *table, paths) for name, table in TABLES.items()},
        "dcurves": decision_curve_differences(paths),
        "external": external_differences(paths),
        "pmsampsize": sample_size_differences(),
    }
    print(f"{'table':10} {'number':42} {'difference':>11} {'tolerance':>10}")
    bad = False
    for name, rows in topics.items():
        for what, difference, tolerance in rows:
            beyond = not difference <= tolerance
            bad |= beyond
            note = "  beyond" if beyond else ""
            print(f"{name:10} {what:42} {difference:11.1e} {tolerance:10.0e}{note}")
    return int(bad)


def differences(
    name: str, file: str, outcome: str, columns: list[str], paths: argparse.Namespace
) -> list[Difference]:
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
    fits = learner.fit_replicates(X, y, weights.astype(np.float64))
    p = fits.probability
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
        ("failed replicates", float(fits.failed.sum()), 0),
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
        *apparent_differences(expected("apparent_pred"), expected("apparent_valprob")),
    ]


def apparent_differences(fitted: pd.DataFrame, valprob: pd.DataFrame) -> list[Difference]:
    """rms::val.prob and pROC::ci.auc of R's own probabilities."""
    y, p = fitted["y"].to_numpy(dtype=np.float64), fitted["p"].to_numpy()
    theirs = valprob.set_index("stat")["value"]
    errors, interval = ici_e50_e90(y, p), delong_interval(y, p)
    ours = {
        "AUC": auroc(y, p),
        "AUC_DeLong_lo": interval.low,
        "AUC_DeLong_hi": interval.high,
        "Brier": brier(y, p),
        "Eavg": errors.ici,
        "E90": errors.e90,
    }
    # val.prob stops a little before the maximum likelihood of the slope.
    slope = abs(calibration_slope(y, p) - theirs["Slope"])
    return [
        *((f"val.prob, {name}", abs(value - theirs[name]), 1e-12) for name, value in ours.items()),
        ("val.prob, Slope", float(slope), 1e-6),
    ]


def decision_curve_differences(paths: argparse.Namespace) -> list[Difference]:
    table = pd.read_csv(paths.data / "dcurves_df_binary.csv")
    y = table["cancer"].to_numpy(dtype=np.float64)
    rows: list[Difference] = []
    for name, (variable, is_probability) in DECISION_CURVES.items():
        curves = pd.read_csv(paths.oracle / f"dcurves_r_{name}.csv").set_index("variable")
        model, everybody = curves.loc[variable], curves.loc["all"]
        x = table[[variable]].to_numpy(dtype=np.float64)
        p = x[:, 0] if is_probability else make("logistic").fit(x, y).predict_proba(x)[:, 1]
        # At t = 0 R counts only those with the marker as positive.
        model = model[model["threshold"] > 0] if is_probability else model
        t, theirs = model["threshold"].to_numpy(), model["net_benefit"].to_numpy()
        harm = float(model["harm"].iloc[0])
        each = np.abs(net_benefit(y, p, t, harm=harm) - theirs).max()
        at_once = np.abs(decision_curve(y, p, t, harm=harm) - theirs).max()
        treated = treat_all(y, everybody["threshold"]) - everybody["net_benefit"]
        rows += [
            (f"{name}, {variable}", float(max(each, at_once)), 1e-12),
            (f"{name}, treat all", float(np.abs(treated).max()), 1e-12),
        ]
    return rows


def external_differences(paths: argparse.Namespace) -> list[Difference]:
    table = pd.read_csv(paths.data / "calibrationcurves.csv")
    columns = ["x1", "x2", "x3", "x4"]
    (X, y), (X_test, y_test) = (
        (rows[columns].to_numpy(), rows["y"].to_numpy(dtype=np.float64))
        for rows in (table[table["split"] == part] for part in ("train", "test"))
    )
    model = make("logistic").fit(X, y)
    p = model.predict_proba(X_test)[:, 1]
    coefficient = np.append(model.scorers_.intercept, model.scorers_.coefficient)
    return [
        ("coefficients", float(np.abs(coefficient - EXTERNAL_COEFFICIENTS).max()), 5e-6),
        *(
            (measure.__name__, abs(float(measure(y_test, p)) - value), 6e-9)
            for measure, value in EXTERNAL_FIGURES.items()
        ),
    ]


def sample_size_differences() -> list[Difference]:
    rows: list[Difference] = []
    for (r2, parameters, prevalence), theirs in SAMPLE_SIZES:
        needed = required_patients(parameters, prevalence, r2)
        ours = needed.shrinkage, needed.optimism, needed.prevalence
        rows.append((f"patients at R2 {r2:g}", float(np.abs(np.subtract(ours, theirs)).max()), 0))
    return rows


if __name__ == "__main__":
    sys.exit(main())
