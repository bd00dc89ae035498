"""Learners side by side: what is honest, and what only looks good."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.aurocs import HONEST, draw_intervals
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.results import TrainingResult

_APPARENT = {
    "color": style.ORANGE, "linestyle": "none", "marker": "D", "markersize": 5.5,
    "markerfacecolor": "white", "markeredgewidth": 1.3,
}  # fmt: skip


def comparison(report: TrainingResult) -> Figure:
    """AUROC of every learner, cross-validated with its interval, and the apparent value beside it.

    Parameters
    ----------
    report
        Content of ``report.json``; read are ``learners``, ``data`` and ``outcome``.
    """
    learners = report.learners
    rows = {name: facts.metrics["auroc"] for name, facts in learners.items()}
    names = [style.wrapped(name) for name in rows]
    said = [style.interval(m.estimate, m.low, m.high) for m in rows.values()]

    def draw() -> Any:
        places, height = row_places(names, row=0.36)
        right = 0.2 + max(style.width_of(text) for text in said)
        paper = sheet(
            "AUROC of the learners",
            style.who(report),
            body=height + 0.52,
            keys=(
                HONEST,
                Key("apparent: on the patients it learned from, too good", _APPARENT),
            ),
        )
        axes = paper.axes(left=names_margin(names), right=right)
        draw_intervals(axes, list(rows.values()), said, places)
        for place, m in zip(places, rows.values(), strict=True):
            if m.apparent is not None:
                axes.plot(m.apparent, place, clip_on=False, **_APPARENT)
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
        return paper.figure

    each = "; ".join(
        f"{name} {text}, apparent {style.decimals(m.apparent)}"
        for name, text, m in zip(rows, said, rows.values(), strict=True)
    )
    return Figure(
        title="AUROC of the learners",
        alt=f"AUROC with 95 % interval, {style.who(report)}. {each}.",
        table=Table(
            ("learner", "AUROC (95 % interval)", "apparent"),
            tuple(
                (name, text, style.decimals(m.apparent))
                for name, text, m in zip(rows, said, rows.values(), strict=True)
            ),
        ),
        drawing=draw,
    )
