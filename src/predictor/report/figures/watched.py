"""A model over time: observed and expected events, its charts, and its patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, Sheet, sheet
from predictor.results import MonitoringResult, NotedEstimate, OutcomeChart, WatchedPeriod
from predictor.results.words import percent

_BODY = 3.3
_OBSERVED = {"color": style.BLUE, "linestyle": "none", "marker": "o", "markersize": 6}
_EXPECTED = {
    "color": style.ORANGE, "linestyle": "none", "marker": "_", "markersize": 16,
    "markeredgewidth": 2.4,
}  # fmt: skip
_BEFORE = {"color": style.GREY, "linewidth": 1.2, "linestyle": (0, (5, 2))}
_BAND = {"color": style.FAINT, "linewidth": 0}
_CHARTS = {
    "more events": (style.ORANGE, "o", "-"),
    "fewer events": (style.BLUE, "s", (0, (5, 2))),
    "weaker": (style.GREEN, "^", (0, (3, 1.5, 1, 1.5))),
}
_LIMIT = {"color": style.INK, "linewidth": 1.4}


def outcomes_over_time(found: MonitoringResult) -> Figure:
    """Share with the event in each period with its interval, and what the model expected."""
    title = f"Observed and expected {found.outcome}"
    periods = found.periods
    rows = [(period, *_observed(period)) for period in periods]

    def draw() -> Any:
        paper = _paper(title, found, Key("observed (95 % interval)", _OBSERVED),
                       Key("expected", _EXPECTED))  # fmt: skip
        axes = _axes(paper, [period.name for period in periods], "patients with the event, %")
        for x, (period, share, low, high) in enumerate(rows):
            if low is not None and high is not None:
                axes.plot([x, x], [low, high], color=style.BLUE, linewidth=1.6)
            axes.plot([x], [period.expected], **_EXPECTED)
            axes.plot([x], [share], **_OBSERVED)
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20", "40", "60", "80", "100"])
        return paper.figure

    said = "; ".join(
        f"{period.name}: {percent(share)}, expected {percent(period.expected)}"
        for period, share, *_ in rows
    )
    return Figure(
        title=title,
        alt=f"{title}. {said}.",
        table=Table(
            ("period", "patients", "observed (95 % interval)", "expected"),
            tuple(
                (
                    period.name,
                    str(period.patients),
                    percent(share)
                    + (
                        ""
                        if low is None or high is None
                        else f" ({percent(low)} to {percent(high)})"
                    ),
                    percent(period.expected),
                )
                for period, share, low, high in rows
            ),
        ),
        drawing=draw,
    )


def aurocs_over_time(found: MonitoringResult) -> Figure:
    """AUROC in each period with its interval, beside what the training expected."""
    title = "AUROC over time"
    periods = found.periods
    each = [period.measures["auroc"] for period in periods]
    expected = found.measures["auroc"].expected
    before = None if expected is None else expected.estimate

    def draw() -> Any:
        keys = [Key("AUROC (95 % interval)", _OBSERVED)]
        keys += [] if before is None else [Key("expected by the training", _BEFORE)]
        paper = _paper(title, found, *keys)
        axes = _axes(paper, [period.name for period in periods], "AUROC")
        axes.axhline(0.5, color=style.GREY, linewidth=0.8, linestyle=":")
        if before is not None:
            axes.axhline(before, **_BEFORE)
        for x, auroc in enumerate(each):
            if auroc.low is not None and auroc.high is not None:
                axes.plot([x, x], [auroc.low, auroc.high], color=style.BLUE, linewidth=1.6)
            if auroc.estimate is not None:
                axes.plot([x], [auroc.estimate], **_OBSERVED)
        axes.set_ylim(0, 1.02)
        return paper.figure

    said = "; ".join(f"{p.name}: {_interval(a)}" for p, a in zip(periods, each, strict=True))
    return Figure(
        title=title,
        alt=f"{title}. {said}. Expected by the training: {style.decimals(before)}.",
        table=Table(
            ("period", "patients", "AUROC (95 % interval)"),
            tuple(
                (period.name, str(period.patients), _interval(auroc))
                for period, auroc in zip(periods, each, strict=True)
            ),
        ),
        drawing=draw,
    )


def outcome_charts(found: MonitoringResult) -> Figure:
    """Evidence that the model has gone wrong, as a share of the limit of each chart."""
    title = "Control charts of the outcomes"
    names = [period.name for period in found.periods]
    lines = {
        name: [_share(v, limit) for v, limit in zip(chart.values, chart.limits, strict=True)]
        for name, chart in found.charts.items()
    }

    def draw() -> Any:
        keys = [Key(found.charts[name].looks_for, _look(name)) for name in lines]
        paper = _paper(title, found, *keys, Key("limit: an alarm above it", _LIMIT))
        axes = _axes(paper, names, "evidence, share of its limit")
        axes.axhline(1, **_LIMIT)
        for name, line in lines.items():
            axes.plot(range(len(line)), line, **_look(name))
        axes.set_ylim(-0.04, max(1.3, *(1.1 * value for line in lines.values() for value in line)))
        return paper.figure

    alarms = [
        f"{chart.looks_for}: alarm in {chart.alarm}"
        for chart in found.charts.values()
        if chart.alarm is not None
    ]
    return Figure(
        title=title,
        alt=f"{title}. {'; '.join(alarms) if alarms else 'No chart is above its limit'}.",
        table=Table(
            ("period", *(f"{name} (limit)" for name in found.charts)),
            tuple(
                (
                    period,
                    *(_with_limit(chart, place) for chart in found.charts.values()),
                )
                for place, period in enumerate(names)
            ),
        ),
        drawing=draw,
    )


def patients_over_time(found: MonitoringResult) -> Figure | None:
    """Linear predictor of the scored patients of each period, beside the training's.

    None if there are not two periods of them.
    """
    drift = found.drift
    if drift is None:
        return None
    title = "Linear predictor of scored patients"
    each = [period.linear_predictor for period in drift.periods]
    before = drift.training

    def draw() -> Any:
        keys = [Key("mean and standard deviation", _OBSERVED)]
        if before is not None:
            keys += [Key("training: mean", _BEFORE)]
            keys += [Key("and standard deviation", _BAND, area=True)]
        paper = _paper(title, found, *keys)
        axes = _axes(paper, [period.name for period in drift.periods], "log-odds")
        if before is not None and before.mean is not None:
            deviation = before.standard_deviation or 0.0
            axes.axhspan(before.mean - deviation, before.mean + deviation, **_BAND)
            axes.axhline(before.mean, **_BEFORE)
        for x, predictor in enumerate(each):
            mean, deviation = predictor.mean or 0.0, predictor.standard_deviation or 0.0
            axes.plot([x, x], [mean - deviation, mean + deviation], color=style.BLUE, linewidth=1.6)
            axes.plot([x], [mean], **_OBSERVED)
        return paper.figure

    rows = tuple(
        (
            period.name,
            str(period.patients),
            style.decimals(predictor.mean),
            style.decimals(predictor.standard_deviation),
        )
        for period, predictor in zip(drift.periods, each, strict=True)
    )
    said = "; ".join(f"{name}: mean {mean}, SD {deviation}" for name, _, mean, deviation in rows)
    return Figure(
        title=title,
        alt=f"{title}. {said}.",
        table=Table(("period", "patients", "mean", "standard deviation"), rows),
        drawing=draw,
    )


def _paper(title: str, found: MonitoringResult, *keys: Key) -> Sheet:
    about = f"{found.model.learner} of {found.study}, {style.patients(found.patients.watched)}"
    return sheet(title, about, body=_BODY, keys=keys)


def _axes(paper: Sheet, names: Sequence[str], label: str) -> Any:
    """Axes with the periods below; as many of their names as there is room for."""
    in_order = all(name.startswith("patients ") for name in names)
    if in_order:
        said = [name.removeprefix("patients ") for name in names]
    else:
        said = [style.wrapped(name).replace(" to ", "\nto ") for name in names]
    room = (paper.width - 0.85) / len(said)
    step = max(1, -(-int(100 * max(map(style.width_of, said)) + 12) // int(100 * room)))
    lines = max(text.count("\n") for text in said)
    axes = paper.axes(left=0.68, below=0.55 + 0.15 * lines)
    shown = range(0, len(said), step)
    axes.set_xticks(list(shown), [said[place] for place in shown])
    axes.set_xlim(-0.5, len(said) - 0.5)
    axes.set_xlabel("patients, in the order in which they came" if in_order else "period")
    axes.set_ylabel(label)
    return axes


def _observed(period: WatchedPeriod) -> tuple[float, float | None, float | None]:
    ratio = period.measures["observed_expected"]
    ends = [
        None if end is None else min(1.0, end * period.expected) for end in (ratio.low, ratio.high)
    ]
    return period.events / period.patients, ends[0], ends[1]


def _interval(found: NotedEstimate) -> str:
    return style.interval(found.estimate, found.low, found.high)


def _share(value: float | None, limit: float | None) -> float:
    return 0.0 if not value or not limit else value / limit


def _with_limit(chart: OutcomeChart, place: int) -> str:
    return f"{style.decimals(chart.values[place])} ({style.decimals(chart.limits[place])})"


def _look(name: str) -> style.Look:
    colour, marker, dashes = _CHARTS[name]
    line = {"color": colour, "linestyle": dashes, "linewidth": 1.8}
    return {**line, "marker": marker, "markersize": 5}
