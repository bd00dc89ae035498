"""Flow of patients: from rows read to patients analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import sheet
from predictor.results import Flow
from predictor.results.cohort import FlowStep

_BOX, _SIDE, _GAP, _LINE = 2.3, 2.9, 0.3, 0.17


def flow(data: Flow, outcome: str = "the outcome") -> Figure:
    """Who was read, excluded by which rule, left without outcome, analysed.

    Parameters
    ----------
    data
        Counts of them.
    outcome
        Its name.
    """
    *way, last, _ = data.steps
    steps: list[tuple[str, list[str]]] = []
    for step in way:
        if not step.left_out:
            steps.append((f"{step.patients} {step.words}", []))
        elif step.patients:
            steps[-1][1].append(_left_out(step))
    if not data.exclusions:  # nobody was asked whether they are eligible
        (_, lost), steps = steps[-1], steps[:-1]
        steps[-1][1].extend(lost)
    analysed = f"{last.patients} {last.words}"
    ends = [f"{data.events} with {outcome}", f"{data.labelled - data.events} without"]

    def draw() -> Any:
        half = (_BOX + _GAP + _SIDE - _GAP) / 2
        boxes = [style.filled(text, _BOX - 0.2, style.TEXT) for text, _ in steps]
        sides = [_side(lines) for _, lines in steps]
        finish = [style.filled(text, half - 0.2, style.TEXT) for text in ends]
        heights = [
            max(_height(box), _height(side) if side else 0)
            for box, side in zip(boxes, sides, strict=True)
        ]
        last = max(_height(text) for text in finish)
        body = sum(heights) + _height(analysed) + last + _GAP * (len(steps) + 1) + 0.15
        paper = sheet("Flow of patients", "", body=body, width=_BOX + _GAP + _SIDE + 0.28)
        left = 0.14
        middle = left + _BOX / 2
        y = paper.height - paper.top
        bottom = y
        for number, (box, side, height) in enumerate(zip(boxes, sides, heights, strict=True)):
            centre = y - height / 2
            if number:
                _arrow(paper.figure, (middle, bottom), (middle, centre + _height(box) / 2))
            bottom = centre - _height(box) / 2
            _box(paper.figure, left, centre, _BOX, box)
            if side:
                _arrow(paper.figure, (left + _BOX, centre), (left + _BOX + _GAP, centre))
                _box(paper.figure, left + _BOX + _GAP, centre, _SIDE, side, aside=True)
            y -= height + _GAP
        _arrow(paper.figure, (middle, bottom), (middle, y))
        centre = y - _height(analysed) / 2
        _box(paper.figure, left, centre, _BOX, analysed, bold=True)
        bottom = centre - _height(analysed) / 2
        for number, text in enumerate(finish):
            start = left + number * (half + _GAP)
            target = middle if number == 0 else start + half / 2
            _arrow(paper.figure, (middle, bottom), (target, bottom - _GAP), bend=number == 1)
            _box(paper.figure, start, bottom - _GAP - _height(text) / 2, half, text)
        return paper.figure

    reasons = "; ".join(line for _, lines in steps for line in lines)
    return Figure(
        title="Flow of patients",
        alt=f"Flow of patients: {steps[0][0]}"
        + (f"; left out: {reasons}" if reasons else "")
        + f"; {analysed}, {ends[0]}, {ends[1]}.",
        table=Table(
            ("step", "patients"),
            (
                *(
                    row
                    for step in data.steps
                    for row in (
                        (step.words, str(step.patients)),
                        ("  of them for want of a value", str(step.undecided)),
                    )[: 2 if step.undecided else 1]
                ),
            ),
        ),
        drawing=draw,
    )


def _left_out(step: FlowStep) -> str:
    undecided = f", {step.undecided} of them for want of a value" if step.undecided else ""
    return f"{step.words}: {step.patients}{undecided}"


def _side(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    return "\n".join(style.filled(text, _SIDE - 0.2, style.SMALL) for text in ("left out:", *lines))


def _height(text: str) -> float:
    return 0.22 + _LINE * (1 + text.count("\n"))


def _box(
    figure: Any, left: float, centre: float, width: float, text: str, *,
    aside: bool = False, bold: bool = False,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    inches, height = figure.dpi_scale_trans, _height(text)
    figure.add_artist(
        Rectangle(
            (left, centre - height / 2), width, height, transform=inches, linewidth=0.9,
            facecolor="#f5f5f5" if aside else "white",
            edgecolor=style.GREY if aside else style.BLUE,
        )
    )  # fmt: skip
    figure.text(
        left + 0.1 if aside else left + width / 2, centre, text, transform=inches,
        ha="left" if aside else "center", va="center", linespacing=1.35,
        fontsize=style.SMALL if aside else style.TEXT, fontweight="bold" if bold else "normal",
    )  # fmt: skip


def _arrow(
    figure: Any, start: tuple[float, float], end: tuple[float, float], *, bend: bool = False
) -> None:
    from matplotlib.lines import Line2D

    inches = figure.dpi_scale_trans
    look = {"transform": inches, "color": style.GREY, "linewidth": 0.9}
    between = (start[1] + end[1]) / 2
    corners = [start, (start[0], between), (end[0], between), end] if bend else [start, end]
    figure.add_artist(Line2D([x for x, _ in corners], [y for _, y in corners], **look))
    across = start[1] == end[1]
    tip = (end[0] - 0.04, end[1]) if across else (end[0], end[1] + 0.04)
    figure.add_artist(
        Line2D([tip[0]], [tip[1]], marker=">" if across else "v", markersize=5, **look)
    )
