"""Colours, sizes and words that all figures have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from predictor.results import TrainingResult, words

# Okabe and Ito, told apart with any kind of colour vision and in print without colour
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, INK, GREY, FAINT = "#56B4E9", "#1a1a1a", "#6b6b6b", "#d9d9d9"
# of lines that are compared with the one in question; each has a dash of its own too
OTHERS = ((ORANGE, (0, (5, 2))), (GREEN, (0, (3, 1.5, 1, 1.5))), (PURPLE, (0, (1.5, 1.5))))

Look = Mapping[str, Any]
"""Arguments or parameters of matplotlib, which says what each may be."""

# points
TITLE, TEXT, SMALL = 11.0, 9.0, 8.0

# what differs from matplotlib's defaults; a matplotlibrc of the user changes nothing
SETTINGS: Look = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.facecolor": "white",    # a white card, in dark pages too
    "font.family": ["DejaVu Sans"],    # comes with matplotlib: the same everywhere
    "font.size": TEXT,
    "hatch.linewidth": 0.6,
    "lines.solid_capstyle": "butt",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "text.color": INK,
    "text.hinting": "none",    # the same shapes at every size, and faster
    "text.parse_math": False,    # a dollar sign in a name is a dollar sign
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "xtick.labelsize": TEXT,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.labelsize": TEXT,
}  # fmt: skip

_LONGEST_LINE, _MOST_LINES = 28, 3


@cache
def settings() -> Look:
    """Every parameter of matplotlib that could change a figure."""
    from matplotlib import rcParamsDefault

    # which backend draws is not a matter of looks
    ours = {str(k): v for k, v in rcParamsDefault.items() if not k.startswith("backend")}
    return {**ours, **SETTINGS}


@cache
def width_of(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Width of a text of one or more lines, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
    lines = text.split("\n")
    return float(
        max(text_to_path.get_text_width_height_descent(t, font, ismath=False)[0] for t in lines)
        / 72
    )


def wrapped(name: str) -> str:
    """A name in up to three lines, broken after ``_``, ``=``, ``.``, ``/``, ``-`` or a space."""
    lines = [""]
    for part in re.findall(rf"[^\s_=./-]{{1,{_LONGEST_LINE - 1}}}[\s_=./-]?|[\s_=./-]", name):
        if len(lines[-1]) + len(part.rstrip()) > _LONGEST_LINE:
            lines.append("")
        lines[-1] += part
    lines = [line.strip() for line in lines]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES]]
        lines[-1] = lines[-1][: _LONGEST_LINE - 1] + "…"
    return "\n".join(lines)


def labelled(label: str, name: str) -> str:
    """What people call something, and in a line below the name by which it is found in files."""
    return wrapped(name) if label == name else f"{wrapped(label)}\n{wrapped(name)}"


def filled(text: str, width: float, size: float, weight: str = "normal") -> str:
    """A sentence in as many lines as it needs to stay within `width` inches.

    Only a word that has no room on a line of its own is broken, as in `wrapped`.
    """
    lines: list[str] = []
    for word in text.split():
        fits = width_of(word, size, weight) <= width
        for number, part in enumerate([word] if fits else re.findall(r"[^_=./-]*[_=./-]?", word)):
            longer = f"{lines[-1]}{'' if number else ' '}{part}" if lines else part
            if lines and width_of(longer, size, weight) <= width:
                lines[-1] = longer
            else:
                lines.append(part)
    return "\n".join(lines)


decimals, percent = words.number, words.percent


def interval(estimate: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """``0.62 (0.39 to 0.84)``, with dashes where there is nothing."""
    if estimate is None:
        return "not estimable"
    if low is None or high is None:
        return f"{decimals(estimate, digits)} (no interval)"
    return f"{decimals(estimate, digits)} ({decimals(low, digits)} to {decimals(high, digits)})"


def patients(count: float | str) -> str:
    """``1 patient``, ``48 patients``."""
    return f"{count} patient" if count == 1 else f"{count} patients"


def who(report: TrainingResult) -> str:
    """How many patients a report is about, and how many of them had the outcome."""
    data = report.data
    return f"{patients(data.labelled)}, {data.events} with {report.outcome}"


def known(values: Sequence[float | None]) -> list[float]:
    """Numbers, with gaps where there are none."""
    return [float("nan") if value is None else value for value in values]
