"""What each way of validating says about the same cohorts, as one figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from honesty_tables import Cohorts, load
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

WAYS = {
    "auroc/estimate": ("predictor: nested 5-fold x 20", "auroc/printed"),
    "auroc/optimism_corrected": ("optimism bootstrap (rms::validate)", "auroc/optimism_bootstrap"),
    "today/pooled leave-one-out": ("pooled leave-one-out", None),
    "today/5-fold, tuning outside": ("5-fold, tuning outside", None),
    "today/single 75/25 split": ("single 75/25 split", None),
    "today/GridSearchCV.best_score_": ("GridSearchCV.best_score_", None),
    "auroc/apparent": ("apparent", None),
}
BLUE, GREY = "#0072B2", "#767676"


def draw(results: Path, names: list[str], place: Path) -> None:
    """Left: mean and middle 95 % of estimate minus true; right: coverage of the 95 % interval."""
    cells = load(results, names)
    figure = Figure(figsize=(11, 9), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    rows = [48, 100, 300]
    axes = figure.subplots(len(rows), 2, sharex="col", sharey="row", width_ratios=[3, 2])
    for (left, right), n in zip(axes, rows, strict=True):
        chosen = [c for name, c in cells.items() if name.startswith(f"n={n},")]
        for place_on_axis, (key, (_, interval)) in enumerate(reversed(WAYS.items())):
            colour = BLUE if key == "auroc/estimate" else GREY
            errors(left, place_on_axis, [first(c[key]) - c["auroc/true"] for c in chosen], colour)
            ends = [
                c[interval] if interval else c[key][:, 1:] for c in chosen if has(c, key, interval)
            ]
            coverages(right, place_on_axis, chosen, ends, colour)
        left.set_yticks(range(len(WAYS)), [label for label, _ in reversed(WAYS.values())])
        left.axvline(0, color="black", linewidth=1)
        left.set_xlim(-0.35, 0.55)
        left.set_title(f"{n} patients", loc="left", fontweight="bold")
        right.tick_params(left=False, labelleft=False)
        left.set_ylim(-0.6, len(WAYS) - 0.4)
        right.axvline(0.95, color="black", linewidth=1)
        right.set_xlim(0, 1.0)
        for axis in (left, right):
            axis.spines[["top", "right"]].set_visible(False)
    axes[-1][0].set_xlabel("AUROC: estimate minus true (mean and middle 95 % of cohorts)")
    axes[-1][1].set_xlabel("share of 95 % intervals that hold the true AUROC")
    figure.suptitle(
        "Four marks per row, from above: true probabilities with an AUROC of 0.5, 0.6, 0.7, 0.8",
        fontsize=10,
    )
    figure.savefig(place)


def first(values: np.ndarray) -> np.ndarray:
    return values if values.ndim == 1 else values[:, 0]


def has(c: Cohorts, key: str, interval: str | None) -> bool:
    return interval is not None or (c[key].ndim == 2 and not np.isnan(c[key][:, 1]).all())


def errors(axis, place: int, all_errors: list[np.ndarray], colour: str) -> None:
    for offset, error in zip(np.linspace(0.3, -0.3, len(all_errors)), all_errors, strict=True):
        low, high = np.nanquantile(error, [0.025, 0.975])
        axis.plot([low, high], [place + offset] * 2, color=colour, linewidth=1.2, alpha=0.6)
        axis.plot(np.nanmean(error), place + offset, "o", color=colour, markersize=4.5)


def coverages(
    axis, place: int, cohorts: list[Cohorts], ends: list[np.ndarray], colour: str
) -> None:
    if not ends:
        axis.text(0.02, place, "no interval is given", color=colour, va="center", fontsize=8)
        return
    for offset, c, (low, high) in zip(
        np.linspace(0.3, -0.3, len(cohorts)), cohorts, (e.T for e in ends), strict=True
    ):
        given = ~np.isnan(low)
        share = ((low <= c["auroc/true"]) & (c["auroc/true"] <= high))[given].mean()
        axis.plot(share, place + offset, "o", color=colour, markersize=4.5)
