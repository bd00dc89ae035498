"""The ROC curve: how many events are found, at every share of false alarms."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, sheet
from predictor.results import RocCurve, TrainingResult, words

_WIDTH, _SQUARE = 4.9, 4.0
_MODEL = {"color": style.BLUE, "linewidth": 2}
_BAND = {"color": "#c6dcec", "linewidth": 0}
_CHANCE = {"color": style.GREY, "linestyle": ":", "linewidth": 1.2}
_MOST_ROWS = 16


def roc(report: TrainingResult, learner: str) -> Figure | None:
    """Sensitivity over the false-positive rate with a pointwise band, beside the comparators.

    Returns
    -------
    Figure or None
        None of a learner without a curve, and in reports of before there were any.
    """
    facts = report.learners[learner]
    curve = facts.roc
    if curve is None or any(value is None for value in curve.sensitivity):
        return None
    found = {
        name: other.roc
        for name, other in report.learners.items()
        if name != learner and other.comparator and other.roc is not None
    }
    others = dict(list(found.items())[: len(style.OTHERS)])
    looks = [
        {"color": colour, "linestyle": dash, "linewidth": 1.4} for colour, dash in style.OTHERS
    ]
    auroc = words.with_interval(facts.metrics["auroc"])
    title = f"ROC curve of {learner}"
    banded = any(end is not None for end in curve.low)

    def draw() -> Any:
        keys = [Key(learner, _MODEL)]
        if banded:
            keys.append(Key("95 % interval at each rate", _BAND, area=True))
        keys += [Key(name, look) for name, look in zip(others, looks, strict=False)]
        paper = sheet(
            title,
            f"{style.who(report)}; mean over the folds; AUROC {auroc}",
            width=_WIDTH,
            body=_SQUARE + 0.52,
            keys=[*keys, Key("chance", _CHANCE)],
        )
        axes = paper.axes(left=0.75, right=0.15)
        axes.plot([0, 1], [0, 1], **_CHANCE)
        if banded:
            low, high = style.known(curve.low), style.known(curve.high)
            axes.fill_between(curve.false_positive_rate, low, high, **_BAND)
        for other, look in zip(others.values(), looks, strict=False):
            axes.plot(*_line(other), **look)
        axes.plot(*_line(curve), **_MODEL)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel("false-positive rate (1 - specificity)")
        axes.set_ylabel("sensitivity")
        return paper.figure

    every = -(-len(curve.false_positive_rate) // _MOST_ROWS)
    rows = tuple(_row(curve, at) for at in range(0, len(curve.false_positive_rate), every))
    return Figure(
        title=title,
        alt=f"{title}, AUROC {auroc}. Sensitivity "
        + "; ".join(
            f"{found} at a false-positive rate of {rate}"
            for rate, found in rows[:: max(1, len(rows) // 4)]
        )
        + ".",
        table=Table(("false-positive rate", "sensitivity (95 % interval at this rate)"), rows),
        drawing=draw,
    )


def _line(curve: RocCurve) -> tuple[list[float], list[float]]:
    """From nobody called positive to everybody."""
    return [0, *curve.false_positive_rate, 1], [0, *style.known(curve.sensitivity), 1]


def _row(curve: RocCurve, at: int) -> tuple[str, str]:
    rate, sensitivity = curve.false_positive_rate[at], style.percent(curve.sensitivity[at])
    low, high = curve.low[at], curve.high[at]
    if low is None or high is None:
        return style.percent(rate), sensitivity
    return style.percent(rate), f"{sensitivity} ({style.percent(low)} to {style.percent(high)})"
