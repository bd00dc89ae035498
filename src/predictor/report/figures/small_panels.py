"""How the log-odds of a model move with each covariate: a small panel for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, sheet
from predictor.report.labels import label_of, title_of
from predictor.results import Shape, TrainingResult

MOST = 9
_BESIDE, _HEIGHT, _ROOM, _LEFT, _GAP = 3, 1.0, 0.62, 0.45, 0.2
_CERTAIN = 5.0  # in log-odds: 0.7 and 99.3 %; beyond, nobody reads a curve
_BAND = {"color": style.SKY, "alpha": 0.35, "linewidth": 0}
_LINE = {"color": style.BLUE, "linewidth": 1.6}


def shapes(report: TrainingResult, learner: str) -> Figure | None:
    """Partial effect of each covariate in log-odds, with 95 % of the bootstrap models.

    Returns
    -------
    Figure or None
        None for a learner whose coefficients say it, or that has no shapes.
    """
    found = sorted(report.learners[learner].shapes, key=lambda shape: -_height(shape))
    cut = found[:MOST]
    if not cut:
        return None
    title = f"Shapes of {learner}"
    body = -(-len(cut) // _BESIDE) * (_HEIGHT + _ROOM)

    def draw() -> Any:
        subtitle = f"{style.who(report)}; log-odds against the average patient"
        if len(cut) < len(found):
            subtitle += f"; the {len(cut)} of {len(found)} that move most"
        paper = sheet(
            title,
            subtitle,
            body=body,
            keys=(
                Key("the model", _LINE),
                Key("95 % of the bootstrap models", _BAND, area=True),
            ),
        )
        reach = min(_CERTAIN, max(0.5, *(_furthest(shape) for shape in cut)))
        axes = paper.axes(left=0, right=0, below=0)
        axes.axis("off")
        axes.set_xlim(0, paper.width)
        axes.set_ylim(-body, 0)
        width = (paper.width - _LEFT - 0.14 - _GAP * (_BESIDE - 1)) / _BESIDE
        for place, shape in enumerate(cut):
            _panel(axes, shape, label_of(report, shape.covariate), place, width, reach)
        return paper.figure

    said = "; ".join(
        f"{title_of(report, shape.covariate)} moves it by {_height(shape):.1f}" for shape in cut[:3]
    )
    return Figure(
        title=title,
        alt=f"{title}: log-odds against each of {len(found)} covariates, with 95 % of bootstrap "
        f"models. {said}.",
        table=Table(
            ("covariate", "value", "log-odds (95 % of bootstrap models)"),
            tuple(
                (
                    title_of(report, shape.covariate),
                    _said(point.at),
                    style.interval(point.effect, point.low, point.high),
                )
                for shape in found
                for point in shape.points
            ),
        ),
        drawing=draw,
    )


def _said(at: float | str) -> str:
    return at if isinstance(at, str) else f"{at:g}"


def _height(shape: Shape) -> float:
    known = [point.effect for point in shape.points if point.effect is not None]
    return max(known, default=0.0) - min(known, default=0.0)


def _furthest(shape: Shape) -> float:
    ends = (end for point in shape.points for end in (point.effect, point.low, point.high))
    return max((abs(end) for end in ends if end is not None), default=0.0) * 1.05


@dataclass(frozen=True)
class _Panel:
    """Where a panel stands on the sheet, in inches from its left and from the heading's end."""

    left: float
    top: float
    width: float
    first: float
    last: float
    reach: float

    def x(self, value: float) -> float:
        return self.left + self.width * (value - self.first) / (self.last - self.first)

    def y(self, effect: float) -> float:
        return self.top - _HEIGHT * (1 - min(max(effect / self.reach, -1.0), 1.0)) / 2

    def xs(self, values: Sequence[float]) -> list[float]:
        return [self.x(value) for value in values]

    def ys(self, effects: Sequence[float]) -> list[float]:
        return [self.y(effect) for effect in effects]


def _panel(axes: Any, shape: Shape, label: str, place: int, width: float, reach: float) -> None:
    """Draw a panel on axes in inches: nine axes of their own would take ten times as long."""
    row, column = divmod(place, _BESIDE)
    levels = [point.at for point in shape.points if isinstance(point.at, str)]
    values = [point.at for point in shape.points if not isinstance(point.at, str)]
    points = values or [float(place) for place in range(len(levels))]
    room = 0.6 if levels else 0.03 * (points[-1] - points[0])
    panel = _Panel(
        _LEFT + column * (width + _GAP),
        -(row * (_HEIGHT + _ROOM) + 0.18),
        width,
        points[0] - room,
        points[-1] + room,
        reach,
    )
    effect, low, high = (
        style.known([getattr(point, name) for point in shape.points])
        for name in ("effect", "low", "high")
    )
    right, below = panel.left + width, panel.top - _HEIGHT
    axes.plot([panel.left, right], [panel.y(0)] * 2, color=style.GREY, linestyle=":", linewidth=1)
    if levels:
        at = points
        axes.vlines(
            panel.xs(at), panel.ys(low), panel.ys(high), color=style.SKY, linewidth=4, alpha=0.6
        )
        axes.plot(
            panel.xs(at), panel.ys(effect), color=style.BLUE, marker="o", linestyle="none",
            markersize=5,
        )  # fmt: skip
        longest = 14 if len(at) < 3 else 26 // len(at)
        said = [_cut(level, longest) for level in levels]
    else:
        axes.fill_between(panel.xs(points), panel.ys(low), panel.ys(high), **_BAND)
        axes.plot(panel.xs(points), panel.ys(effect), **_LINE)
        at = sorted({points[0], points[len(points) // 2], points[-1]})
        said = [f"{tick:g}" for tick in at]
    step = 0.25 if reach < 0.8 else 0.5 if reach < 1.2 else 1.0 if reach < 2.5 else 2.0
    heights = [-step, 0.0, step]
    ticks = [[(x, below), (x, below - 0.04)] for x in panel.xs(at)]
    ticks += [[(panel.left, y), (panel.left - 0.04, y)] for y in panel.ys(heights)]
    frame = [(panel.left, panel.top), (panel.left, below), (right, below)]
    axes.plot(*zip(*frame, strict=True), color=style.GREY, linewidth=0.8)
    for (x, y), (x_end, y_end) in ticks:
        axes.plot([x, x_end], [y, y_end], color=style.GREY, linewidth=0.8)
    for x, text in zip(panel.xs(at), said, strict=True):
        axes.text(x, below - 0.08, text, ha="center", va="top", fontsize=style.SMALL)
    for height in heights if column == 0 else ():
        axes.text(
            panel.left - 0.08, panel.y(height), f"{height:g}".replace("-", "−"), ha="right",
            va="center_baseline", fontsize=style.SMALL,
        )  # fmt: skip
    axes.text(panel.left, panel.top + 0.06, _cut(label, 28), fontsize=style.SMALL)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
