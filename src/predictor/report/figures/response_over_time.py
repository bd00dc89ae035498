"""Who keeps a response, loses it, gains it late, or never has one."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.few import hidden, shown, size, total
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import sheet
from predictor.results import Transition

# what became of the response, its colour, and on which side of each time it stands
_PARTS = (
    ("kept", style.BLUE, True, True),
    ("lost", style.ORANGE, True, False),
    ("gained", style.GREEN, False, True),
    ("neither", "#8c8c8c", False, False),
)
_GAP, _BAR = 0.07, 0.035
# how far along its band a name stands; those of crossing bands keep apart
_PLACES = {"lost": 0.25, "gained": 0.75}


def transitions(data: Transition, *, individual: bool = False) -> Figure:
    """Responders at one time and what becomes of them at the next, as bands of patients.

    Parameters
    ----------
    data
        A count may be a text such as ``<5``.
    individual
        Whether counts below 5 may be read in the figure. Otherwise they are written ``<5``, their
        bands all have the same width, and no total gives them away.
    """
    before, after = data.start, data.end
    said = {name: shown(getattr(data, name), individual) for name, *_ in _PARTS}
    drawn = {name: size(said[name]) for name, *_ in _PARTS}
    title = f"Response from {before} to {after}"
    people = total([said[name] for name, *_ in _PARTS])
    unknown = f"; {shown(data.unknown, individual)} not known" if data.unknown else ""

    def draw() -> Any:
        paper = sheet(title, f"{people} patients{unknown}", body=3.4, width=6.0)
        axes = paper.axes(left=1.35, right=1.35, below=0.2, above=0.3)
        axes.axis("off")
        axes.set_xlim(0, 1)
        axes.set_ylim(-1 - _GAP, 0)
        all_of_them = max(sum(drawn.values()), 1)
        left = _stack([(n, drawn[n] / all_of_them, first) for n, _, first, _ in _PARTS])
        # after: those who respond above, kept before gained
        order = sorted(_PARTS, key=lambda part: not part[3])
        right = _stack([(n, drawn[n] / all_of_them, second) for n, _, _, second in order])
        for name, colour, *_ in _PARTS:
            if drawn[name]:
                _band(axes, left[name], right[name], colour, dashed=hidden(said[name]))
                x, y = _on_band(left[name], right[name], _PLACES.get(name, 0.5))
                axes.text(
                    x, y, f"{name} {said[name]}", ha="center", va="center_baseline",
                    fontweight="bold", fontsize=style.TEXT,
                    bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1.5},
                )  # fmt: skip
        for time, x, place, which in ((before, 0.0, left, 2), (after, 1.0, right, 3)):
            axes.text(x, 0.03, time, ha="center", va="bottom", fontweight="bold")
            for responds in (True, False):
                names = [part[0] for part in _PARTS if part[which] is responds and drawn[part[0]]]
                if not names:
                    continue
                top = max(place[name][0] for name in names)
                bottom = min(place[name][1] for name in names)
                word = "responders" if responds else "others"
                axes.fill_between([x - _BAR / 2, x + _BAR / 2], bottom, top, color=style.INK)
                axes.text(
                    x + (1 if x else -1) * 0.04, (top + bottom) / 2,
                    f"{word}\n{total([said[name] for name in names])}",
                    ha="left" if x else "right", va="center", clip_on=False,
                )  # fmt: skip
        return paper.figure

    parts = ", ".join(f"{name} {said[name]}" for name, *_ in _PARTS)
    return Figure(
        title=title,
        alt=f"{title}, {people} patients{unknown}: {parts}.",
        table=Table(
            ("response", before, after, "patients"),
            (
                *(
                    (name, _yes(first), _yes(second), said[name])
                    for name, _, first, second in _PARTS
                ),
                ("not known", "", "", shown(data.unknown, individual)),
            ),
        ),
        drawing=draw,
    )


def _yes(responds: bool) -> str:
    return "yes" if responds else "no"


def _stack(parts: list[tuple[str, float, bool]]) -> dict[str, tuple[float, float]]:
    """Top and bottom of each part, from 0 downward, with a gap between responders and others."""
    place, top, gap_done = {}, 0.0, False
    for name, share, responds in parts:
        if not responds and not gap_done:
            top, gap_done = top - _GAP, True
        place[name] = (top, top - share)
        top -= share
    return place


def _band(
    axes: Any, left: tuple[float, float], right: tuple[float, float], colour: str, *, dashed: bool
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    start, end = _BAR / 2, 1 - _BAR / 2
    (a, b), (c, d) = left, right
    curve = [(start, a), (0.5, a), (0.5, c), (end, c), (end, d), (0.5, d), (0.5, b), (start, b)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(
        PathPatch(
            Path([*curve, (start, a)], codes),
            facecolor="white" if dashed else colour,
            edgecolor=colour,
            linewidth=0.8 if dashed else 0,
            linestyle="--" if dashed else "-",
            alpha=1 if dashed else 0.55,
        )
    )


def _on_band(
    left: tuple[float, float], right: tuple[float, float], along: float
) -> tuple[float, float]:
    """The middle of a band, from 0 at its left end to 1."""
    first, last = (1 - along) ** 3, along**3
    second, third = 3 * along * (1 - along) ** 2, 3 * along**2 * (1 - along)
    start, end = sum(left) / 2, sum(right) / 2
    y = (first + second) * start + (third + last) * end
    return (second + third) / 2 + last, y
