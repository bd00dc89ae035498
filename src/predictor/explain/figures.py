"""SHAP figures, drawn by the `shap` package."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from predictor.cohort import Design
from predictor.explain.contributions import Explanation, Importance

_MOST = 20
_DPI = 150
# in log-odds: probabilities beyond 0.00005 and 0.99995. Replicates in which a covariate separates
# the outcomes go on to thousands; lines that lead there end in an arrow
_CERTAIN = 10.0


def beeswarm(
    explanation: Explanation, design: Design, *, form: Literal["png", "svg"] = "png"
) -> bytes:
    """One point per training patient and covariate; colour is the covariate's value.

    Points carry no identifier and stand in an order of their own, but each shows one patient: the
    figure is as personal as the cohort is small.
    """
    import shap

    shown = _largest(np.abs(explanation.values).mean(axis=0))

    def draw(axes: Any) -> None:
        shap.plots.beeswarm(
            shap.Explanation(
                values=explanation.values[:, shown],
                base_values=np.full(len(explanation.values), explanation.baseline),
                data=_colours(design)[:, shown],
                feature_names=[explanation.covariates[index] for index in shown],
            ),
            max_display=len(shown),
            show=False,
            ax=axes,
            plot_size=None,
            color_bar_label="value",
        )
        what = "SHAP value: change in log-odds of response"
        axes.set_xlabel(_labelled(what, len(shown), len(explanation.covariates)), fontsize=11)

    return _figure(draw, len(shown), form)


def bar(importances: Sequence[Importance]) -> bytes:
    """Mean absolute SHAP value per covariate with its spread over replicates, as PNG."""
    import shap

    shown = _largest(np.array([item.mean_absolute for item in importances]))
    items = [importances[index] for index in shown]

    def draw(axes: Any) -> None:
        means = np.array([item.mean_absolute for item in items])
        shap.plots.bar(
            shap.Explanation(values=means, feature_names=[item.covariate for item in items]),
            max_display=len(items),
            show=False,
            ax=axes,
            show_data=False,
        )
        for text in list(axes.texts):
            text.remove()  # the numbers would stand on the intervals
        end = 1.05 * min(max(item.high for item in items), max(_CERTAIN, 2 * means.max()))
        axes.set_xlim(0, max(end, 1e-6))
        # read from the axis, because the package has its own order of bars of the same length
        labels = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
        places = {text.get_text(): round(tick) for tick, text in labels}
        for item in items:
            place = places[item.covariate]
            axes.plot([item.low, item.high], [place, place], color="black", linewidth=1.2)
            if item.high > end > 0:
                axes.plot(end, place, ">", color="black", markersize=6, clip_on=False)
        what = "mean |SHAP value| in log-odds; line: 95 % of replicates"
        axes.set_xlabel(_labelled(what, len(items), len(importances)), fontsize=11)

    return _figure(draw, len(items), "png")


def _largest(means: Any) -> list[int]:
    """Positions of the largest means, the largest first."""
    return [int(index) for index in np.argsort(-means, kind="stable")[:_MOST]]


def _labelled(what: str, shown: int, there_are: int) -> str:
    return what if shown == there_are else f"{what}\n({shown} of {there_are} covariates)"


def _colours(design: Design) -> Any:
    """One number per covariate to colour points by: the value, or the position of the level."""
    columns = []
    for covariate in design.covariates:
        block = design.X[:, covariate.start : covariate.stop]
        codes = np.arange(1, block.shape[1] + 1)
        columns.append(block @ codes if covariate.kind == "category" else block[:, 0])
    return np.column_stack(columns)


def _figure(draw: Any, rows: int, form: str) -> bytes:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    # the colour bar needs the height of three rows for its words
    size = (7.5, 1.4 + 0.38 * max(rows, 3))
    figure, axes = plt.subplots(figsize=size, dpi=_DPI, layout="constrained")
    try:
        draw(axes)
        drawn = io.BytesIO()
        figure.savefig(drawn, format=form)
    finally:
        plt.close(figure)
    return drawn.getvalue()
