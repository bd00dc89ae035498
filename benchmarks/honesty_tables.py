"""Tables of what `honesty.py` has run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

Cohorts = dict[str, np.ndarray]
ESTIMATORS = {
    "apparent": "apparent",
    "optimism_corrected": "optimism bootstrap",
    "632plus": ".632+",
    "out_of_bag": "out-of-bag",
    "estimate": "**nested 5-fold x 20**",
}
TODAY = (
    "today/single 75/25 split",
    "today/5-fold, tuning outside",
    "today/GridSearchCV.best_score_",
    "today/pooled leave-one-out",
)
CURVE = ("ici", "e50", "e90")
HARD = ("calibration_slope", "calibration_intercept", "observed_expected")


def load(results: Path, names: Iterable[str]) -> dict[str, Cohorts]:
    """Results by cell; cells that were not run are left out."""
    cells = {}
    for name in names:
        parts = [dict(np.load(file)) for file in sorted(results.glob(f"{name}.*.npz"))]
        if parts:
            cells[name] = {key: np.concatenate([p[key] for p in parts]) for key in parts[0]}
    return cells


def print_all(results: Path, grid: list[str], further: list[str]) -> None:
    cells, others = load(results, grid), load(results, further)
    measures = [key.split("/")[0] for key in next(iter(cells.values())) if key.endswith("/true")]
    curved = {n: c for n, c in (cells | others).items() if not np.isnan(c["curve/inside"]).all()}
    compared = {n: c for n, c in others.items() if "difference/auroc/true" in c}
    title("AUROC, estimate minus true: bias (root mean squared error)")
    heading = ["cell", "cohorts", "true", *ESTIMATORS.values(), *(k.split("/")[1] for k in TODAY)]
    table(heading, ([name, *auroc_row(c)] for name, c in cells.items()))
    title("AUROC, coverage (mean width) of the 95 % interval")
    heading = ["cell", "**printed**", "optimism bootstrap", *(k.split("/")[1] for k in TODAY)]
    table(heading, ([name, *auroc_intervals(c)] for name, c in cells.items()))
    title("Every measure: bias of the estimate, estimate minus true")
    table(
        ["cell", *measures], ([name, *(bias(c, m) for m in measures)] for name, c in cells.items())
    )
    title("Every measure: coverage (mean width) of the 95 % interval that is printed")
    table(
        ["cell", *measures],
        ([name, *(coverage(c, m, "printed") for m in measures)] for name, c in cells.items()),
    )
    title("Other cohorts, learners and plans: AUROC bias; coverage (width) of every measure")
    table(
        ["cell", "cohorts", "AUROC bias", *measures],
        (
            [name, str(len(c["found"])), bias(c, "auroc")]
            + [coverage(c, m, "printed") for m in measures]
            for name, c in others.items()
        ),
    )
    title("Smooth curve: bias; coverage (width) of the 95 % interval")
    table(
        ["cell", "cohorts", "curve", *CURVE],
        ([name, str(len(c["found"])), *curve_row(c)] for name, c in curved.items()),
    )
    title("Differences: true, bias; coverage (width), share of cohorts not within noise")
    table(
        ["cell", "cohorts", *(key.split("/")[1] for key in difference_keys(compared))],
        (
            [name, str(len(c["found"])), *(difference(c, key) for key in difference_keys(compared))]
            for name, c in compared.items()
        ),
    )
    title("Other forms of the interval of the AUROC: coverage (mean width)")
    forms = [key for key in next(iter(cells.values())) if key.startswith("interval/")]
    table(
        ["cell", *(key.split("/")[1] for key in forms)],
        ([name, *(covered(c["auroc/true"], c[f]) for f in forms)] for name, c in cells.items()),
    )
    title("Other intervals that are not used: bootstrap of the apparent value, shifted")
    table(
        ["cell", *measures],
        ([n, *(coverage(c, m, "optimism_bootstrap") for m in measures)] for n, c in cells.items()),
    )
    title("Calibration: the bootstrap of the cross-validation, which is not used")
    table(
        ["cell", *HARD],
        ([n, *(covered(c[f"{m}/true"], shifted(c, m)) for m in HARD)] for n, c in cells.items()),
    )
    title("By number of covariates and gaps: AUROC bias; coverage")
    table(["cell", *(label for label, _ in PARTS)], ([n, *by_part(c)] for n, c in cells.items()))
    title("Share of cohorts in which ...")
    table(
        [
            "cell",
            "mean AUROC shown",
            "shown at 0.70 or more",
            "interval above 0.5",
            "nothing found",
        ],
        ([name, *found_row(c)] for name, c in cells.items()),
    )


PARTS: list[tuple[str, Callable[[Cohorts], np.ndarray]]] = [
    *((f"{p} covariates", lambda c, p=p: c["covariates"] == p) for p in (5, 10, 20)),
    ("no gaps", lambda c: c["missing"] == 0),
    ("10 % missing", lambda c: c["missing"] > 0),
]


def auroc_row(c: Cohorts) -> list[str]:
    true = c["auroc/true"]
    errors = [c[f"auroc/{key}"] - true for key in ESTIMATORS]
    errors += [c[key][:, 0] - true for key in TODAY]
    return [
        str(len(true)),
        f"{true.mean():.3f}",
        *(f"{np.nanmean(e):+.3f} ({np.sqrt(np.nanmean(e**2)):.3f})" for e in errors),
    ]


def auroc_intervals(c: Cohorts) -> list[str]:
    true = c["auroc/true"]
    return [
        coverage(c, "auroc", "printed"),
        coverage(c, "auroc", "optimism_bootstrap"),
        *(covered(true, c[key][:, 1:]) for key in TODAY),
    ]


def bias(c: Cohorts, measure: str) -> str:
    error = c[f"{measure}/estimate"] - c[f"{measure}/true"]
    return "-" if np.isnan(error).all() else f"{np.nanmean(error):+.3f}"


def curve_row(c: Cohorts) -> list[str]:
    band = f"{np.nanmean(c['curve/inside']):.2f} ({np.nanmean(c['curve/width']):.2f})"
    return [band, *(f"{bias(c, m)}; {coverage(c, m, 'printed')}" for m in CURVE)]


def difference_keys(compared: dict[str, Cohorts]) -> list[str]:
    first: Cohorts = next(iter(compared.values()), {})
    return [
        key[: -len("/true")]
        for key in first
        if key.startswith("difference/") and key.endswith("/true")
    ]


def difference(c: Cohorts, key: str) -> str:
    low, high = c[f"{key}/printed"].T
    shown = ((low > 0) | (high < 0)).mean()
    true = np.nanmean(c[f"{key}/true"])
    return f"{true:+.3f}, {bias(c, key)}; {coverage(c, key, 'printed')}, {shown:.0%}"


def coverage(c: Cohorts, measure: str, interval: str) -> str:
    return covered(c[f"{measure}/true"], c[f"{measure}/{interval}"])


def covered(true: np.ndarray, ends: np.ndarray) -> str:
    """Share of the intervals that were given which hold the truth, and their mean width."""
    low, high = ends.T
    given = ~np.isnan(low) & ~np.isnan(true)
    if not given.any():
        return "-"
    inside = ((low <= true) & (true <= high))[given].mean()
    some = "" if given.mean() > 0.95 else f", in {given.mean():.0%}"
    return f"{inside:.2f} ({(high - low)[given].mean():.2f}{some})"


def shifted(c: Cohorts, measure: str) -> np.ndarray:
    again = c[f"{measure}/resampled"]
    enough = (~np.isnan(again)).sum(axis=1) > 1
    ends = np.full((len(again), 2), np.nan)
    if not enough.any():
        return ends
    values = again[enough]
    ends[enough] = (
        np.nanquantile(values, [0.025, 0.975], axis=1, method="median_unbiased")
        - np.nanmean(values, axis=1)
        + c[f"{measure}/cross_validated"][enough]
    ).T
    return ends


def by_part(c: Cohorts) -> list[str]:
    cells = []
    for _, which in PARTS:
        part = {key: values[which(c)] for key, values in c.items()}
        cells.append(f"{bias(part, 'auroc')}; {coverage(part, 'auroc', 'printed')}")
    return cells


def found_row(c: Cohorts) -> list[str]:
    estimate = c["auroc/estimate"]
    return [
        f"{np.nanmean(estimate):.3f}",
        f"{(estimate >= 0.7).mean():.3f}",
        f"{(c['auroc/printed'][:, 0] > 0.5).mean():.3f}",
        f"{1 - c['found'].mean():.3f}",
    ]


def title(text: str) -> None:
    print(f"{text}\n")


def table(heading: list[str], rows: Iterable[list[str]]) -> None:
    for row in (heading, ["---"] * len(heading), *rows):
        print(f"| {' | '.join(row)} |")
    print()
