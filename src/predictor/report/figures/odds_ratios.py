"""Coefficients of a linear model as odds ratios."""

from __future__ import annotations

import math
from typing import Any

from predictor.report.effect_steps import IQR
from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.report.labels import column_title, label_of
from predictor.results import Coefficient, TrainingResult, words

# nobody reads an odds ratio of a million; lines that lead beyond end in an arrow
_FURTHEST = 32.0
_FURTHEST_ESTIMATE = 1000.0
_MOST = 20
_RATIO = {"color": style.BLUE, "marker": "o", "markersize": 5.5, "linewidth": 1.6}


def coefficients(report: TrainingResult, learner: str) -> Figure | None:
    """Odds ratio of each column of a linear model, with percentiles over bootstrap models.

    Returns
    -------
    Figure or None
        None for a model that is not linear or has no column.
    """
    rows = report.learners[learner].description.coefficients
    if not rows:
        return None
    title = f"Odds ratios of {learner}"
    everything = [(row, row.odds_ratios) for row in rows]
    far = sorted(everything, key=lambda each: -abs((each[0].coefficient or 0) * each[0].step))[
        :_MOST
    ]
    # in the order of the model
    cut = [each for each in everything if each in far]
    names = [style.labelled(_label(report, row), row.column) + _unit(row) for row, _ in cut]
    ratios = [ratio for _, ratio in cut]
    said = [words.odds_ratio(*ratio) for ratio in ratios]

    key = "odds ratio, with 95 % of the bootstrap models"
    if any(IQR in (row.per or "") for row, _ in cut):
        key += "; IQR: interquartile range"

    def draw() -> Any:
        places, height = row_places(names, row=0.28)
        subtitle = style.who(report)
        if len(cut) < len(rows):
            subtitle += f"; the {len(cut)} of {len(rows)} furthest from 1"
        paper = sheet(
            title,
            subtitle,
            body=height + 0.52,
            keys=(Key(key, _RATIO),),
        )
        right = 0.25 + max(style.width_of(text) for text in said)
        axes = paper.axes(left=names_margin(names), right=right)
        finite = [math.log(value) for ratio in ratios for value in ratio if value]
        reach = min(max([abs(value) for value in finite] + [math.log(1.5)]), math.log(_FURTHEST))
        # estimates stand on the axis where it can hold them; lines are cut before
        own = [abs(math.log(ratio)) for ratio, *_ in ratios if ratio]
        reach = max([reach, *(far for far in own if far < math.log(_FURTHEST_ESTIMATE))])
        end = math.exp(1.06 * reach)
        axes.set_xscale("log", base=2)
        axes.axvline(1, color=style.GREY, linestyle=":", linewidth=1)
        across = axes.get_yaxis_transform()
        for place, (ratio, low, high), text in zip(places, ratios, said, strict=True):
            if low is not None and high is not None:
                axes.hlines(
                    place, max(low, 1 / end), min(high, end), color=style.BLUE, linewidth=1.6
                )
                look = {"color": style.BLUE, "markersize": 5, "clip_on": False}
                if low < 1 / end:
                    axes.plot(1 / end, place, "<", **look)
                if high > end:
                    axes.plot(end, place, ">", **look)
            if ratio is not None and 1 / end <= ratio <= end:
                axes.plot(ratio, place, **_RATIO)
            axes.text(1.03, place, text, transform=across, va="center_baseline")
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
        axes.set_xlim(1 / end, end)
        ticks = [tick for tick in _ticks(reach) if 1 / end <= tick <= end]
        axes.set_xticks(ticks, [f"{tick:g}" if tick >= 1 else f"1/{1 / tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel("odds ratio (log axis)")
        return paper.figure

    first = "; ".join(
        f"{column_title(report, row)}{_per(row)} {words.odds_ratio(*ratio)}"
        for row, ratio in far[:3]
    )
    return Figure(
        title=title,
        alt=f"{title} with 95 % of bootstrap models. The furthest from 1 of {len(rows)}: {first}.",
        table=Table(
            ("column", "per", "odds ratio (95 % of bootstrap models)", "coefficient"),
            tuple(
                (
                    column_title(report, row),
                    str(row.per or ""),
                    words.odds_ratio(*ratio),
                    style.decimals(row.coefficient, 3),
                )
                for row, ratio in everything
            ),
        ),
        drawing=draw,
    )


def _unit(row: Coefficient) -> str:
    return f"\n{style.wrapped(_per(row).strip().replace(IQR, 'IQR'))}" if row.per else ""


def _label(report: TrainingResult, row: Coefficient) -> str:
    label = label_of(report, row.covariate)
    return row.column if label == row.covariate else label


def _per(row: Coefficient) -> str:
    return f" per {row.per}" if row.per else ""


def _ticks(reach: float) -> list[float]:
    """Powers of two, every second where they are many, parts of them where they are few."""
    if reach < math.log(2.2):
        return [1 / 2, 1 / 1.5, 1, 1.5, 2]
    steps = [2.0**k for k in range(0, 6, 2 if reach > math.log(6) else 1)]
    return sorted({1 / step for step in steps} | set(steps))
