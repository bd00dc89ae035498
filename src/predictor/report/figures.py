"""Figures of a training, as PNG."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from predictor.statistics import wilson
from predictor.validation import Performance, Plan, Trained

# Okabe and Ito, told apart with any kind of colour vision
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#767676"
# a group of fewer patients would show individuals
_SMALLEST_GROUP = 8


def comparison_figure(performances: Mapping[str, Performance], patients: int) -> bytes:
    """AUROC of every learner: honest estimate with its interval, apparent value beside it."""

    def draw(axes: Any) -> None:
        places = np.arange(len(performances))[::-1]
        for place, performance in zip(places, performances.values(), strict=True):
            auroc = performance.estimates["auroc"]
            axes.plot([auroc.low, auroc.high], [place, place], color=_BLUE, linewidth=2)
            axes.plot(auroc.estimate, place, "o", color=_BLUE, markersize=7)
            axes.plot(auroc.apparent, place, "D", color=_ORANGE, markersize=6, fillstyle="none")
        axes.plot([], [], "-o", color=_BLUE, label="cross-validated, 95 % interval")
        axes.plot([], [], "D", color=_ORANGE, fillstyle="none", label="apparent (too good)")
        axes.axvline(0.5, color=_GREY, linestyle=":", linewidth=1)
        axes.set_yticks(places, list(performances))
        axes.set_ylim(-0.6, len(performances) - 0.4)
        axes.set_xlim(0, 1)
        axes.set_xlabel(f"AUROC (0.5: no better than chance), {patients} patients")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=2, frameon=False)

    return _figure(draw, (7.0, 1.7 + 0.42 * len(performances)))


def calibration_figure(trained: Trained, plan: Plan) -> bytes | None:
    """Observed share of events against the cross-validated probability, in groups of patients.

    Returns
    -------
    bytes or None
        None when the probabilities do not differ enough to form groups.
    """
    probability = _out_of_fold(trained, plan)
    groups = min(10, len(probability) // _SMALLEST_GROUP)
    if groups < 2 or np.ptp(probability) < 1e-6:
        return None
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, groups)
    predicted = np.array([probability[part].mean() for part in parts])
    events = np.array([trained.y[part].sum() for part in parts])
    sizes = np.array([len(part) for part in parts])
    interval = wilson(events, sizes)
    observed = events / sizes

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", linewidth=1, label="ideal")
        axes.errorbar(
            predicted,
            observed,
            yerr=[observed - interval.low, interval.high - observed],
            fmt="o",
            color=_BLUE,
            capsize=3,
            label=f"{groups} groups of about {sizes.min()} patients, 95 % interval",
        )
        # room for a group without or with only responders
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_aspect("equal")
        axes.set_xlabel("predicted probability of response (cross-validated)")
        axes.set_ylabel("observed share of responders")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)

    return _figure(draw, (5.0, 5.6))


def _out_of_fold(trained: Trained, plan: Plan) -> Any:
    """Mean probability of each patient over the folds in which it was not trained on."""
    known = ~trained.folds.failed[:, None]
    tested = (plan.folds.testing > 0) & known
    total = np.where(tested, trained.folds.probability, 0.0).sum(axis=0)
    return total / np.maximum(tested.sum(axis=0), 1)


def _figure(draw: Callable[[Any], None], size: tuple[float, float]) -> bytes:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=size, dpi=150, layout="constrained")
    try:
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        png = io.BytesIO()
        figure.savefig(png, format="png")
    finally:
        plt.close(figure)
    return png.getvalue()
