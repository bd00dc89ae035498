"""Prediction instability: what would a patient be told, had other patients been sampled?"""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, sheet
from predictor.results import TrainingResult

_WIDTH, _SQUARE = 4.9, 4.0
_MIDDLE = {"color": style.BLUE, "linestyle": "none", "marker": "o", "markersize": 5}
_SPREAD = {"color": style.SKY, "linewidth": 3.5}
_SAME = {"color": style.GREY, "linestyle": ":", "linewidth": 1.2}


def instability(report: TrainingResult, learner: str) -> Figure | None:
    """Probabilities of bootstrap models against the probability of the model itself.

    Each line is a group of patients with about the same probability.

    Returns
    -------
    Figure or None
        None when the report has no replicates of this learner, or it tells no patients apart.

    References
    ----------
    Riley and Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302.
    """
    stability = report.learners[learner].stability
    groups = stability.by_probability
    if len(groups) < 2:
        return None
    title = f"Instability of the predictions of {learner}"
    count, mape = stability.replicates, stability.mape
    moved = f"; a probability moves by {100 * mape:.0f} points on average" if mape else ""

    def draw() -> Any:
        paper = sheet(
            title,
            f"{style.who(report)}; {count} bootstrap models{moved}",
            width=_WIDTH,
            body=_SQUARE + 0.52,
            keys=(
                Key("95 % of bootstrap models", _SPREAD),
                Key("median", _MIDDLE),
                Key("no change", _SAME),
            ),
        )
        axes = paper.axes(left=0.75, right=0.15)
        axes.plot([0, 1], [0, 1], **_SAME)
        x = [group.probability for group in groups]
        axes.vlines(
            x, [g.low for g in groups], [g.high for g in groups],
            color=style.SKY, linewidth=3.5,
        )  # fmt: skip
        axes.plot(x, [g.median for g in groups], **_MIDDLE)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel("predicted probability: the model")
        axes.set_ylabel("predicted probability: models of other samples")
        return paper.figure

    rows = tuple(
        (
            style.percent(g.probability),
            style.percent(g.median),
            f"{style.percent(g.low)} to {style.percent(g.high)}",
            str(g.patients),
        )
        for g in groups
    )
    widest = max(groups, key=lambda g: (g.high or 0) - (g.low or 0))
    return Figure(
        title=title,
        alt=f"{title}, {count} bootstrap models{moved}. The widest band: patients given "
        f"{style.percent(widest.probability)} by the model get "
        f"{style.percent(widest.low)} to {style.percent(widest.high)} from 95 % of them.",
        table=Table(
            ("probability of the model", "median of bootstrap models", "95 % of them", "patients"),
            rows,
        ),
        drawing=draw,
    )
