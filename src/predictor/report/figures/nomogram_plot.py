"""A nomogram: the points of every answer, and the probability that their sum means."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from predictor.portable.axes import Axis
from predictor.portable.nomogram import Nomogram
from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.nomogram_rows import (
    LINE,
    MARGIN,
    WIDTH,
    Row,
    levels_row,
    scale_row,
    scale_rows,
)
from predictor.report.figures.paper import Key, sheet

Floats = npt.NDArray[np.float64]

_LEFT = _RIGHT = 0.24
_GAP = 0.1
_PERCENT = (50, 10, 90, 20, 80, 30, 70, 40, 60, 5, 95, 1, 99, 2, 98, 25, 75, 15, 85, 0.5, 99.5)
_UNKNOWN = {
    "color": style.ORANGE, "marker": "D", "markersize": 5.5, "markerfacecolor": "white",
    "linestyle": "none",
}  # fmt: skip


def nomogram(found: Nomogram, notice: str) -> Figure:
    """The nomogram of a model, with the sentence on what it may not be used for."""
    title = f"Probability of {found.outcome}: nomogram"
    low, high = found.ends
    return Figure(
        title=title,
        alt=(
            f"{title} of {found.model} with {len(found.axes)} axes: "
            + "; ".join(_said(found, place) for place in range(len(found.axes)))
            + f". Sums of {low:.0f} to {high:.0f} points mean "
            f"{style.percent(float(found.probability(np.array([low]))[0]))} to "
            f"{style.percent(float(found.probability(np.array([high]))[0]))}."
        ),
        table=Table(
            ("covariate", "fewest points", "most points"),
            tuple(
                (axis.title, f"{points.min():.1f}", f"{points.max():.1f}")
                for axis, points in zip(found.axes, _all_points(found), strict=True)
            ),
        ),
        drawing=lambda: _drawn(found, title, notice),
    )


def notes(found: Nomogram) -> list[str]:
    """What has to be said beside the axes."""
    said = [
        "Go up from each answer to its points, add them up, and read the probability below.",
        "Its range over other samples (low to high) cannot be read here: predictor score tells it.",
    ]
    untold = [axis.name for axis in found.axes if axis.unknown is None]
    if untold:
        said.append(
            f"There must be an answer to {', '.join(untold)}; predictor score says what the model "
            f"makes of a patient without one."
        )
    said += [
        f"{axis.name} is computed from {', '.join(axis.made_of)}; see the study's pipeline."
        for axis in found.axes
        if axis.made_of
    ]
    if any(axis.values is not None for axis in found.axes):
        said.append(
            "An axis ends where the data dictionary does, or where a patient is unlike the "
            "training patients."
        )
    if found.without_effect:
        said.append(f"Without effect in this model: {', '.join(found.without_effect)}.")
    return said


def _drawn(found: Nomogram, title: str, notice: str) -> Any:
    right = WIDTH - _RIGHT
    every = _all_points(found)
    least = min(float(points.min()) for points in every)
    most = max(float(points.max()) for points in every)

    def x(points: Floats) -> Floats:
        return _LEFT + (points - least) / (most - least) * (right - _LEFT)

    grid = _rounded(least, most)
    scale = scale_row(grid, x(grid))
    blocks: list[tuple[str, list[Row], float | None]] = [("Points", [scale], None)]
    for place, (axis, points) in enumerate(zip(found.axes, every, strict=True)):
        unknown = found.unknown(place)
        mark = None if unknown is None else float(x(np.array([unknown]))[0])
        blocks.append((axis.title, _rows(axis, x(points)), mark))
    blocks += [("Sum of points", [_sums(found, right)], None)]
    blocks += [(f"Probability of {found.outcome}, %", [_probabilities(found, right)], None)]
    names = [style.filled(name, WIDTH - 2 * MARGIN, style.TEXT, "bold") for name, _, _ in blocks]
    said = [style.filled(text, WIDTH - 2 * MARGIN, style.TEXT) for text in (*notes(found), notice)]
    heights = [
        LINE * (1 + name.count("\n")) + sum(row.above + row.below for row in rows) + _GAP
        for name, (_, rows, _) in zip(names, blocks, strict=True)
    ]
    foot = sum(LINE * (1 + text.count("\n")) + 0.04 for text in said) + 0.14
    marked = any(mark is not None for _, _, mark in blocks)
    paper = sheet(
        title,
        f"{found.model}, predicted at {found.predict_at}",
        body=sum(heights) + foot,
        width=WIDTH,
        keys=(Key("what an answer that is not known counts as", _UNKNOWN),) if marked else (),
    )
    axes = paper.axes(left=0.0, right=0.0, below=0.0)
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-(sum(heights) + foot), 0)
    guides = [mark.x for mark in scale.marks if mark.name]
    axes.vlines(
        guides, -sum(heights[:-2]), -(heights[0] - _GAP), color=style.FAINT, linewidth=0.6, zorder=0
    )
    y = 0.0
    for number, (name, (_, rows, unknown_at)) in enumerate(zip(names, blocks, strict=True)):
        axes.text(MARGIN, y, name, va="top", fontweight="bold", linespacing=1.2)
        y -= LINE * (1 + name.count("\n"))
        colour = style.BLUE if 0 < number < len(blocks) - 2 else style.INK
        for place, row in enumerate(rows):
            y -= row.above
            row.draw(axes, y, colour)
            if unknown_at is not None and place == 0:
                axes.plot(unknown_at, y, **_UNKNOWN)
            y -= row.below
        y -= _GAP
    for text in said:
        axes.text(MARGIN, y, text, va="top", linespacing=1.2, color=style.INK)
        y -= LINE * (1 + text.count("\n")) + 0.04
    return paper.figure


def _all_points(found: Nomogram) -> list[Floats]:
    return [found.points(place) for place in range(len(found.axes))]


def _rows(axis: Axis, places: Floats) -> list[Row]:
    if axis.values is None:
        return [levels_row(axis.labels, places.tolist())]
    return scale_rows(axis.values, places)


def _rounded(low: float, high: float) -> Floats:
    """Many numbers from end to end, the round ones among them."""
    step = 10.0 ** np.floor(np.log10((high - low) / 100))
    inner = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return np.unique([low, *inner, high])


def _sums(found: Nomogram, right: float) -> Row:
    low, high = _ends_of_sums(found)
    values = _rounded(low, high)
    return scale_row(values, _LEFT + (values - low) / (high - low) * (right - _LEFT))


def _ends_of_sums(found: Nomogram) -> tuple[float, float]:
    low, high = found.ends
    step = 10.0 ** np.floor(np.log10((high - low) / 3))
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)


def _probabilities(found: Nomogram, right: float) -> Row:
    low, high = _ends_of_sums(found)

    def x(total: float) -> float:
        return _LEFT + (total - low) / (high - low) * (right - _LEFT)

    if found.jumps is not None:
        edges = [low, *(jump for jump in found.jumps.tolist() if low < jump <= high)]
        shares = 100 * found.probability(np.array(edges))
        froms = [f"{share:.3g} from {edge:g}" for share, edge in zip(shares, edges, strict=True)]
        return levels_row(froms, [x(edge) for edge in edges])
    totals = np.linspace(low, high, 4001)
    percent = 100 * found.probability(totals.copy())
    if percent[0] > percent[-1]:
        totals, percent = totals[::-1], percent[::-1]
    names: list[str] = []
    places: list[float] = []
    for share in _PERCENT:
        if not percent[0] <= share <= percent[-1]:
            continue
        name, place = f"{share:g}", x(float(np.interp(share, percent, totals)))
        half = style.width_of(name) / 2
        others = zip(names, places, strict=True)
        if all(abs(place - at) > half + style.width_of(text) / 2 + 0.07 for text, at in others):
            names.append(name)
            places.append(place)
    if not names:  # a model that hardly tells patients apart
        names = [f"{percent[0]:.3g}", f"{percent[-1]:.3g}"]
        places = [x(float(totals[0])), x(float(totals[-1]))]
    row = levels_row(names, places)
    return Row(_LEFT, right, row.marks, row.lanes)


def _said(found: Nomogram, place: int) -> str:
    points = found.points(place)
    return f"{found.axes[place].name} {points.min():.0f} to {points.max():.0f} points"
