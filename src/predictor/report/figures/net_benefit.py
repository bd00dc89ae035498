"""Decision curves: is treating by the model better than treating all or nobody?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, sheet
from predictor.results import (
    CurveSpread,
    DecisionCurve,
    TrainingResult,
    TreatAll,
    ValidationResult,
)

_MODEL = {"color": style.BLUE, "linewidth": 2}
_BAND = {"color": "#c6dcec", "linewidth": 0}
_SPREAD = {"color": "#f6d5b5", "linewidth": 0}
_ALL = {"color": style.INK, "linewidth": 1.1}
_NONE = {"color": style.GREY, "linewidth": 1.1, "linestyle": ":"}
# beyond it, treat-all is far below and few models give a probability
_LAST = 0.95
_TABLE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def decision_curve(report: TrainingResult, learner: str) -> Figure | None:
    """Net benefit over the threshold probability, with its interval, against simple policies.

    Beside the model stand treating everybody, nobody, and by each learner that the study calls a
    comparator; one without covariates treats all or none itself.

    Returns
    -------
    Figure or None
        None when the report has no decision curve of this learner.

    References
    ----------
    Vickers and Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    """
    curve = report.learners[learner].decision_curve
    everybody = report.decision_curve
    others = {
        name: facts.decision_curve
        for name, facts in report.learners.items()
        if name != learner and facts.comparator and not facts.constant
    }
    subtitle = f"{style.who(report)}; probabilities from cross-validation"
    return _curves(learner, subtitle, curve, everybody, others)


def decision_curve_in_new_patients(report: ValidationResult) -> Figure:
    """The same of a finished model, in patients who had no part in making it."""
    others = {
        name: other.decision_curve
        for name, other in report.others.items()
        if other.measures["calibration_slope"].estimate is not None
    }
    subtitle = f"{report.data.labelled} new patients; the model as it stands"
    curve = report.decision_curve
    return _curves(report.model.name, subtitle, curve, report.treat_all, others)


def _curves(
    learner: str,
    subtitle: str,
    curve: DecisionCurve,
    everybody: TreatAll,
    others: Mapping[str, DecisionCurve],
) -> Figure:
    others = dict(list(others.items())[: len(style.OTHERS)])
    looks = [
        {"color": colour, "linestyle": dash, "linewidth": 1.4} for colour, dash in style.OTHERS
    ]
    title = f"Decision curve of {learner}"

    def draw() -> Any:
        paper = sheet(
            title,
            subtitle,
            body=3.9,
            keys=(
                Key(learner, _MODEL),
                Key("its 95 % interval", _BAND, area=True),
                *(Key(name, look) for name, look in zip(others, looks, strict=False)),
                Key("treat all", _ALL),
                Key("treat none", _NONE),
            ),
        )
        axes = paper.axes(left=0.72)
        _band(axes, curve, _BAND)
        axes.plot(everybody.threshold, everybody.treat_all, **_ALL)
        for other, look in zip(others.values(), looks, strict=False):
            axes.plot(other.threshold, style.known(other.net_benefit), **look)
        axes.plot(curve.threshold, style.known(curve.net_benefit), **_MODEL)
        _frame(axes, everybody.treat_all, curve)
        return paper.figure

    return Figure(
        title=title,
        alt=_alt(title, curve, everybody),
        table=_table(learner, curve, everybody, others),
        drawing=draw,
    )


def decision_curve_instability(report: TrainingResult, learner: str) -> Figure | None:
    """How far the decision curve moves when the model is made from other samples of patients.

    Returns
    -------
    Figure or None
        None when the report has no replicates of the curve.

    References
    ----------
    Riley and Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302.
    """
    facts = report.learners[learner]
    curve, everybody = facts.decision_curve, report.decision_curve
    stability = facts.stability
    spread = stability.decision_curve
    if not facts.parameters or not stability.replicates:
        return None
    title = f"Instability of the decision curve of {learner}"
    count = stability.replicates

    def draw() -> Any:
        paper = sheet(
            title,
            f"{style.who(report)}; {count} bootstrap models on the same patients",
            body=3.9,
            keys=(
                Key(f"{learner}, cross-validated", _MODEL),
                Key("95 % of the bootstrap models", _SPREAD, area=True),
                Key("treat all", _ALL),
                Key("treat none", _NONE),
            ),
        )
        axes = paper.axes(left=0.72)
        _band(axes, spread, _SPREAD)
        axes.plot(everybody.threshold, everybody.treat_all, **_ALL)
        axes.plot(curve.threshold, style.known(curve.net_benefit), **_MODEL)
        _frame(axes, everybody.treat_all, spread)
        return paper.figure

    rows = [
        (
            style.percent(threshold),
            f"{style.decimals(low)} to {style.decimals(high)}",
            style.decimals(everybody.treat_all[at]),
        )
        for at, threshold, low, high in _at(spread, spread.low, spread.high)
    ]
    return Figure(
        title=title,
        alt=f"{title}: net benefit of 95 % of {count} bootstrap models. "
        + "; ".join(f"at a threshold of {row[0]}, {row[1]}" for row in rows[2:7:2])
        + ".",
        table=Table(("threshold", "95 % of bootstrap models", "treat all"), tuple(rows)),
        drawing=draw,
    )


def _band(axes: Any, curve: DecisionCurve | CurveSpread, look: style.Look) -> None:
    axes.fill_between(curve.threshold, style.known(curve.low), style.known(curve.high), **look)


def _frame(axes: Any, treat_all: Sequence[float], curve: DecisionCurve | CurveSpread) -> None:
    """Axes as wide as policies differ; losses are cut where they say no more than 'worse'."""
    axes.axhline(0, **_NONE)
    # at a threshold of nothing everybody is treated: the share of events is all there is to gain
    most = max([treat_all[0], 0.05])
    highest = [
        high
        for threshold, high in zip(curve.threshold, curve.high, strict=True)
        if high is not None and threshold <= _LAST
    ]
    axes.set_ylim(-0.35 * most, 1.06 * max([most, *highest]))
    axes.set_xlim(0, _LAST)
    axes.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
    axes.set_xticks([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    axes.set_xlabel("threshold: probability from which one would treat")
    axes.set_ylabel("net benefit (true positives per patient)")


def _at(curve: DecisionCurve | CurveSpread, *values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a curve that stand in its table: position, threshold, values."""
    places = [
        min(range(len(curve.threshold)), key=lambda at: abs(curve.threshold[at] - wanted))
        for wanted in _TABLE
    ]
    return [
        (at, curve.threshold[at], *(each[at] for each in values)) for at in dict.fromkeys(places)
    ]


def _table(
    learner: str,
    curve: DecisionCurve,
    everybody: TreatAll,
    others: Mapping[str, DecisionCurve],
) -> Table:
    rows = _at(curve, curve.net_benefit, curve.low, curve.high)
    return Table(
        ("threshold", f"{learner} (95 % interval)", *others, "treat all", "treat none"),
        tuple(
            (
                style.percent(threshold),
                style.interval(benefit, low, high),
                *(style.decimals(other.net_benefit[at]) for other in others.values()),
                style.decimals(everybody.treat_all[at]),
                style.decimals(0.0),
            )
            for at, threshold, benefit, low, high in rows
        ),
    )


def _alt(title: str, curve: DecisionCurve, everybody: TreatAll) -> str:
    rows = _at(curve, curve.net_benefit, curve.low, curve.high)[2:7:2]
    each = "; ".join(
        f"at a threshold of {style.percent(threshold)}, {style.interval(benefit, low, high)}, "
        f"treat all {style.decimals(everybody.treat_all[at])}"
        for at, threshold, benefit, low, high in rows
    )
    return f"{title}. Net benefit with 95 % interval: {each}; treat none 0."
