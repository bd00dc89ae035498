"""The SHAP figure with a point per patient, drawn by the `shap` package."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from predictor.cohort import Design
from predictor.explain.contributions import Explanation

_MOST = 20
_DPI = 150


def beeswarm(
    explanation: Explanation,
    design: Design,
    *,
    labels: Mapping[str, str] | None = None,
    form: Literal["png", "svg"] = "png",
) -> bytes:
    """One point per training patient and covariate; colour is the covariate's value.

    `labels` has what people call a covariate, by its name; None for the names.

    Points carry no identifier and stand in an order of their own, but each shows one patient: the
    figure is as personal as the cohort is small.
    """
    import matplotlib
    import shap

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = [(labels or {}).get(name, name) for name in explanation.covariates]
    there_are = len(explanation.covariates)
    means = np.abs(explanation.values).mean(axis=0)
    shown = np.argsort(-means, kind="stable")[:_MOST].tolist()
    # the colour bar needs the height of three rows for its words
    size = (7.5, 1.4 + 0.38 * max(len(shown), 3))
    figure, axes = plt.subplots(figsize=size, dpi=_DPI, layout="constrained")
    try:
        shap.plots.beeswarm(
            shap.Explanation(
                values=explanation.values[:, shown],
                base_values=np.full(len(explanation.values), explanation.baseline),
                data=_colours(design)[:, shown],
                feature_names=[names[index] for index in shown],
            ),
            max_display=len(shown),
            show=False,
            ax=axes,
            plot_size=None,
            color_bar_label="value",
        )
        what = "SHAP value: change in log-odds of response"
        if len(shown) < there_are:
            what += f"\n({len(shown)} of {there_are} covariates)"
        axes.set_xlabel(what, fontsize=11)
        drawn = io.BytesIO()
        figure.savefig(drawn, format=form)
    finally:
        plt.close(figure)
    return drawn.getvalue()


def _colours(design: Design) -> Any:
    """One number per covariate to colour points by: the value, or the position of the level."""
    columns = []
    for covariate in design.covariates:
        block = design.X[:, covariate.start : covariate.stop]
        codes = np.arange(1, block.shape[1] + 1)
        columns.append(block @ codes if covariate.kind == "category" else block[:, 0])
    return np.column_stack(columns)
