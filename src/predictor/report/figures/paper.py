"""The paper a figure is drawn on: heading, key, axes; all measured in inches.

Nothing is laid out by trial, which is what takes matplotlib's own layouts their time: the room that
words need is measured before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from predictor.report.figures import style

WIDTH = 6.6
_EDGE, _TITLE_LINE, _TEXT_LINE, _KEY_LINE, _SAMPLE = 0.14, 0.19, 0.17, 0.2, 0.3
# between names and the axes they stand beside
_GAP = 0.1


@dataclass(frozen=True)
class Key:
    """What a line, a mark or a patch means.

    Attributes
    ----------
    label
        In words.
    look
        Arguments of matplotlib's ``Line2D``, or of ``Rectangle`` for an area.
    area
        Whether it is one.
    """

    label: str
    look: style.Look = field(default_factory=dict)
    area: bool = False


@dataclass(frozen=True)
class Sheet:
    """An empty figure with its heading.

    Attributes
    ----------
    figure
        Of matplotlib.
    width, height
        In inches.
    top
        Where the heading ends, in inches from above.
    """

    figure: Any
    width: float
    height: float
    top: float

    def axes(
        self,
        *,
        left: float = 0.65,
        right: float = _EDGE,
        above: float = 0.0,
        below: float = 0.52,
        **how: Any,
    ) -> Any:
        """Axes that fill what is left of the sheet, but for margins in inches."""
        bottom = below / self.height
        top = 1 - (self.top + above) / self.height
        return self.figure.add_axes(
            (left / self.width, bottom, 1 - (left + right) / self.width, top - bottom), **how
        )


def sheet(
    title: str,
    subtitle: str,
    *,
    body: float,
    width: float = WIDTH,
    keys: Sequence[Key] = (),
) -> Sheet:
    """Paper for a figure with its title, what it is about, and the meaning of its marks.

    Parameters
    ----------
    title, subtitle
        Broken into lines where they are too long.
    body
        Height of everything below the heading, in inches.
    width
        Of the whole sheet, in inches.
    keys
        Written in rows below the heading.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    inside = width - 2 * _EDGE
    title = style.filled(title, inside, style.TITLE, "bold")
    subtitle = style.filled(subtitle, inside, style.TEXT)
    rows = _rows(keys, inside)
    title_height = _TITLE_LINE * (1 + title.count("\n"))
    text_height = _TEXT_LINE * (1 + subtitle.count("\n")) if subtitle else 0.0
    top = _EDGE + title_height + text_height + 0.06
    head = top + _KEY_LINE * len(rows) + 0.1
    height = head + body
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    inches = figure.dpi_scale_trans
    figure.text(
        _EDGE, height - _EDGE, title, transform=inches, va="top", linespacing=1.2,
        fontsize=style.TITLE, fontweight="bold",
    )  # fmt: skip
    figure.text(
        _EDGE, height - _EDGE - title_height, subtitle, transform=inches, va="top",
        linespacing=1.25, color=style.GREY,
    )  # fmt: skip
    for number, row in enumerate(rows):
        _write(figure, row, height - top - _KEY_LINE * (number + 0.5))
    return Sheet(figure, width, height, head)


def _rows(keys: Sequence[Key], inside: float) -> list[list[Key]]:
    rows: list[list[Key]] = []
    used = inside
    for key in keys:
        width = _width(key)
        if used + width > inside:
            rows.append([])
            used = 0.0
        rows[-1].append(key)
        used += width
    return rows


def _width(key: Key) -> float:
    return _SAMPLE + 0.08 + style.width_of(key.label, style.SMALL) + 0.2


def _write(figure: Any, row: Sequence[Key], y: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    inches = figure.dpi_scale_trans
    x = _EDGE
    for key in row:
        mark: Any
        if key.area:
            mark = Rectangle((x, y - 0.055), _SAMPLE, 0.11, transform=inches, **key.look)
        else:
            # a mark stands once, in the middle of its line
            mark = Line2D(
                [x, x + _SAMPLE / 2, x + _SAMPLE], [y, y, y],
                transform=inches, markevery=[1], **key.look,
            )  # fmt: skip
        figure.add_artist(mark)
        figure.text(
            x + _SAMPLE + 0.08, y, key.label, transform=inches, va="center_baseline",
            fontsize=style.SMALL,
        )  # fmt: skip
        x += _width(key)


def names_margin(names: Sequence[str]) -> float:
    """Room that the longest of some wrapped names needs left of an axis, in inches."""
    return _EDGE + _GAP + max((style.width_of(name) for name in names), default=0.0)


def names_axis(axes: Any, names: Sequence[str], places: Sequence[float]) -> None:
    """Names from above to below at `places`, left of the axes, without a line or ticks."""
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    inches = axes.get_position().width * axes.figure.get_figwidth()
    # texts: labels of ticks look the same and take five times as long to draw
    for name, place in zip(names, places, strict=True):
        axes.text(
            -_GAP / inches, place, name, transform=axes.get_yaxis_transform(), ha="right",
            va="center" if "\n" in name else "center_baseline", linespacing=1.2,
        )  # fmt: skip


def row_places(
    names: Sequence[str], row: float = 0.3, line: float = 0.165
) -> tuple[list[float], float]:
    """Where rows of names stand, counted downward as negative inches, and the height of all.

    A name of several lines gets the room it needs.
    """
    places, height = [], 0.0
    for name in names:
        room = max(row, line * (1 + name.count("\n")) + 0.06)
        places.append(-(height + room / 2))
        height += room
    return places, height
