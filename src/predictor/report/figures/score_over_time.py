"""The score over time: its middle, its spread, and how many patients had which value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.few import hidden, shown
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, sheet
from predictor.results import Point, Trajectories

_MEDIAN = {"color": style.BLUE, "linewidth": 2.2, "marker": "o", "markersize": 6.5}
_QUARTILES = {"color": "#c6dcec", "linewidth": 0}
_COUNT = {
    "color": style.GREY, "linestyle": "none", "marker": "o", "markersize": 8, "alpha": 0.55,
    "markeredgewidth": 0,
}  # fmt: skip
_FEW = {
    "color": style.GREY, "linestyle": "none", "marker": "o", "markersize": 3.5,
    "markerfacecolor": "white", "markeredgewidth": 0.7,
}  # fmt: skip
_PERSON = {"color": style.GREY, "linewidth": 0.5, "alpha": 0.6}
# square points of a bubble's mark per patient, for the most frequent value
_LARGEST = 17.0


def trajectories(
    data: Trajectories,
    *,
    individual: Mapping[str, Sequence[float | None]] | None = None,
) -> Figure:
    """Median and quartiles of a score at each time, with how many patients had which value.

    Parameters
    ----------
    data
        Counts below 5, and those given as a text such as ``<5``, are drawn as a small ring.
    individual
        Values of each patient by time, in the same order of patients, None or nan where missing.
        Each patient becomes a line instead of a part of a count: personal data.
    """
    score, points = data.score, data.points
    title = f"{score} over time"

    def draw() -> Any:
        marks: tuple[Key, ...] = ()
        if individual is not None:
            marks = (Key("one patient", _PERSON),)
        elif any(point.counts for point in points):
            marks = (Key("patients with this value (area)", _COUNT), Key("few, not told", _FEW))
        paper = sheet(
            title,
            ", ".join(f"{point.time}: {style.patients(point.n)}" for point in points),
            body=4.0,
            width=5.6,
            keys=(
                Key("median", _MEDIAN),
                Key("quartiles", {"color": _QUARTILES["color"]}, area=True),
                *marks,
            ),
        )
        axes = paper.axes(left=0.7, right=0.2, below=0.35)
        known = [(x, p) for x, p in enumerate(points) if p.median is not None]
        places = [x for x, _ in known]
        axes.fill_between(places, [p.q1 for _, p in known], [p.q3 for _, p in known], **_QUARTILES)
        if individual is not None:
            _draw_persons(axes, points, individual)
        else:
            _draw_counts(axes, points)
        axes.plot(places, [p.median for _, p in known], **_MEDIAN)
        axes.set_xticks(range(len(points)), [p.time for p in points])
        axes.set_xlim(-0.35, len(points) - 0.65)
        low, high = _range(data, individual)
        axes.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        axes.set_ylabel(f"{score} ({data.unit})" if data.unit else score)
        return paper.figure

    rows = tuple(
        (
            p.time,
            str(p.n),
            style.decimals(p.median, 1),
            f"{style.decimals(p.q1, 1)} to {style.decimals(p.q3, 1)}",
        )
        for p in points
    )
    each = "; ".join(f"{t}: median {m}, quartiles {q}, {n} patients" for t, n, m, q in rows)
    changes = [
        f"{style.decimals(b.median - a.median, 1)} from {a.time} to {b.time}"
        for a, b in pairwise(points)
        if a.median is not None and b.median is not None
    ]
    return Figure(
        title=title,
        alt=f"{title}. {each}. The median changes by {', '.join(changes)}."
        if changes
        else f"{title}. {each}.",
        table=Table(("time", "patients", f"median {score}", "quartiles"), rows),
        drawing=draw,
    )


def _draw_counts(axes: Any, points: Sequence[Point]) -> None:
    bubbles: list[tuple[float, float, int]] = []
    rings: list[tuple[float, float]] = []
    for x, point in enumerate(points):
        for value, number in point.counts.items():
            if hidden(shown(number)):
                rings.append((x, float(value)))
            elif number:
                bubbles.append((x, float(value), int(number)))
    most = max((number for *_, number in bubbles), default=1)
    axes.scatter(
        [x for x, _, _ in bubbles],
        [y for _, y, _ in bubbles],
        s=[_LARGEST**2 * number / most for *_, number in bubbles],
        color=style.GREY,
        alpha=0.55,
        linewidths=0,
    )
    axes.plot([x for x, _ in rings], [y for _, y in rings], **_FEW)
    for at, height, patients in bubbles:
        axes.annotate(
            str(patients), (at, height), xytext=(12, 0), textcoords="offset points",
            va="center_baseline", fontsize=style.SMALL, color=style.GREY,
            bbox={"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.5},
        )  # fmt: skip


def _draw_persons(
    axes: Any, points: Sequence[Point], individual: Mapping[str, Sequence[Any]]
) -> None:
    from matplotlib.collections import LineCollection

    series = [individual[point.time] for point in points]
    lines = []
    for number, values in enumerate(zip(*series, strict=True)):
        # patients with the same values stand beside each other, a fiftieth of a step apart
        aside = 0.16 * ((number * 0.618) % 1 - 0.5)
        line = [
            (x + aside / 2, v + aside) for x, v in enumerate(values) if v is not None and v == v
        ]
        if len(line) > 1:
            lines.append(line)
    axes.add_collection(
        LineCollection(lines, colors=style.GREY, linewidths=0.5, alpha=0.6), autolim=False
    )


def _range(
    data: Trajectories, individual: Mapping[str, Sequence[Any]] | None
) -> tuple[float, float]:
    if data.range:
        low, high = data.range
        return float(low), float(high)
    seen = [float(v) for p in data.points for v in p.counts]
    seen += [end for p in data.points for end in (p.q1, p.q3) if end is not None]
    if individual is not None:
        seen += [v for values in individual.values() for v in values if v is not None and v == v]
    return min([0.0, *seen]), max([1.0, *seen])
