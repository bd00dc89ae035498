"""Importance of covariates: mean absolute SHAP values and how sure they are."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.report.labels import label_of, title_of
from predictor.results import Rank, TrainingResult

MOST = 20
# in log-odds: probabilities beyond 0.00005 and 0.99995. Replicates in which a covariate separates
# the outcomes go on to thousands; lines that lead there end in an arrow
_CERTAIN = 10.0
_BAR = {"color": style.SKY, "linewidth": 0}
_SPREAD = {"color": style.INK, "linewidth": 1.3}


def importance(report: TrainingResult, learner: str) -> Figure | None:
    """Mean absolute SHAP value of each covariate, with its spread over bootstrap models.

    Returns
    -------
    Figure or None
        None when the learner uses no covariate.
    """
    facts = report.learners[learner]
    items = sorted(facts.importance.items(), key=lambda item: -(item[1].mean_absolute or 0))
    shown = items[:MOST]
    if not shown or not facts.parameters:
        return None
    title = f"Importance of the covariates in {learner}"
    names = [style.labelled(label_of(report, name), name) for name, _ in shown]
    ranks = {row.covariate: row for row in facts.stability.importance_ranks or ()}
    said = [_rank(ranks.get(name)) for name, _ in shown]

    def draw() -> Any:
        places, height = row_places(names, row=0.27)
        subtitle = style.who(report)
        if len(items) > len(shown):
            subtitle += f"; the first {len(shown)} of {len(items)} covariates"
        paper = sheet(
            title,
            subtitle,
            body=height + 0.52 + (0.2 if ranks else 0),
            keys=(
                Key("mean |SHAP value| of the model", _BAR, area=True),
                Key("95 % of the bootstrap models", _SPREAD),
            ),
        )
        right = 0.25 + max(style.width_of(text) for text in said) if ranks else 0.2
        axes = paper.axes(
            left=names_margin(names),
            right=max(right, 0.9 if ranks else 0),
            above=0.2 if ranks else 0,
        )
        means = [row.mean_absolute or 0 for _, row in shown]
        axes.barh(places, means, 0.17, **_BAR)
        tops = [row.high or 0 for _, row in shown]
        end = max(1.05 * min(max([*tops, *means]), max(_CERTAIN, 2 * max(means))), 1e-3)
        axes.hlines(
            places, [row.low or 0 for _, row in shown], [min(high, end) for high in tops],
            **_SPREAD,
        )  # fmt: skip
        beyond = [place for place, high in zip(places, tops, strict=True) if high > end]
        axes.plot([end] * len(beyond), beyond, ">", color=style.INK, markersize=5, clip_on=False)
        if ranks:
            across = axes.get_yaxis_transform()
            axes.text(1.03, 0.06, "rank (95 %)", transform=across, color=style.GREY)
            for place, text in zip(places, said, strict=True):
                axes.text(1.03, place, text, transform=across, va="center_baseline")
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
        axes.set_xlim(0, end)
        axes.set_xlabel("mean |SHAP value|: change in log-odds")
        return paper.figure

    rows = tuple(
        (
            title_of(report, name),
            style.interval(row.mean_absolute, row.low, row.high),
            _rank(ranks.get(name)),
        )
        for name, row in items
    )
    first = "; ".join(f"{name} {text}" for name, text, _ in rows[:3])
    return Figure(
        title=title,
        alt=f"{title}: mean absolute SHAP value in log-odds, with 95 % of bootstrap models. "
        f"The largest of {len(items)}: {first}.",
        table=Table(
            ("covariate", "mean |SHAP value| (95 % of bootstrap models)", "rank (95 %)")[
                : 3 if ranks else 2
            ],
            tuple(row[: 3 if ranks else 2] for row in rows),
        ),
        drawing=draw,
    )


def _rank(row: Rank | None) -> str:
    if row is None or row.rank is None or row.low is None or row.high is None:
        return "–"
    return f"{row.rank:.0f} ({row.low:.0f} to {row.high:.0f})"
