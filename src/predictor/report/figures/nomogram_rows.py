"""Rows of a nomogram: answers on a line, with their names above and below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from predictor.portable.round_scale import round_numbers
from predictor.report.figures import style

Floats = npt.NDArray[np.float64]
Place = Callable[[float], float]
"""From points to inches from the left."""

# At 89 mm, the width of one column of most journals, letters of 9 points are 6.3 points high.
WIDTH, MARGIN = 5.0, 0.14
LINE = 0.155
TICK = 0.06
_PAD = 0.07  # between neighbouring names
_CLOSE = 0.055  # between ticks without a name
_SAME = 0.015  # levels so near to each other have one name
_WIGGLE = 0.03  # inches; a curve that turns by less is drawn as if it did not


@dataclass(frozen=True)
class Mark:
    """A tick at `x` inches, with a name or without."""

    x: float
    name: str = ""


@dataclass(frozen=True)
class Row:
    """A line from `start` to `end` with its ticks; names of the second kind stand above it.

    Attributes
    ----------
    lanes
        Per name how far from the line it stands: 1, 2, ... below, -1, -2, ... above.
    """

    start: float
    end: float
    marks: tuple[Mark, ...]
    lanes: tuple[int, ...]

    @property
    def above(self) -> float:
        """Room it takes above the line, in inches."""
        return self._room(-1)

    @property
    def below(self) -> float:
        """Room it takes below the line, in inches."""
        return self._room(1)

    def _room(self, side: int) -> float:
        depth = max((side * lane for lane in self.lanes), default=0)
        return TICK + 0.02 + self._offset(side * depth) if depth > 0 else TICK

    def _offset(self, lane: int) -> float:
        """Height of all names up to this lane."""
        side = 1 if lane > 0 else -1
        return sum(self._height(side * step) for step in range(1, abs(lane) + 1))

    def _height(self, lane: int) -> float:
        own = [m.name for m, at in zip(self.marks, self.lanes, strict=True) if at == lane]
        return LINE * max((1 + name.count("\n") for name in own if name), default=0)

    def draw(self, axes: Any, y: float, colour: str) -> None:
        """Draw it with the line at height `y`."""
        axes.hlines(y, self.start, self.end, color=colour, linewidth=1.3)
        for mark, lane in zip(self.marks, self.lanes, strict=True):
            side = 1 if lane >= 0 else -1
            inner = self._offset(lane - side) if lane else 0.0
            length = (TICK if mark.name else TICK / 2) + inner
            axes.vlines(mark.x, y - side * length, y, color=colour, linewidth=0.8)
            if mark.name:
                axes.text(
                    _middle(mark), y - side * (length + 0.02), mark.name,
                    ha="center", va="top" if side > 0 else "bottom", linespacing=1.1,
                )  # fmt: skip


def levels_row(names: Sequence[str], places: Sequence[float]) -> Row:
    """Names at places, each where it has room: below the line, above it, or further away."""
    together: dict[float, list[str]] = {}
    for name, x in zip(names, places, strict=True):
        together.setdefault(next((at for at in together if abs(at - x) < _SAME), x), []).append(
            name
        )
    taken: dict[int, float] = {}
    marks, lanes = [], []
    for x in sorted(together):
        name = style.wrapped(", ".join(together[x]))
        half, middle = style.width_of(name) / 2, _middle(Mark(x, name))
        lane = next(
            lane
            for step in range(1, len(names) + 2)
            for lane in (step, -step)
            if taken.get(lane, -np.inf) + _PAD <= middle - half
        )
        taken[lane] = middle + half
        marks.append(Mark(x, name))
        lanes.append(lane)
    return Row(float(min(places)), float(max(places)), tuple(marks), tuple(lanes))


def _middle(mark: Mark) -> float:
    """Where the middle of a name stands: at its tick, unless the paper ends."""
    half = style.width_of(mark.name) / 2
    return min(max(mark.x, MARGIN + half), WIDTH - MARGIN / 2 - half)


def scale_row(values: Floats, places: Floats) -> Row:
    """A scale of numbers whose places rise, or fall, all along."""
    least = float(np.diff(values)[1:-1].min()) if len(values) > 3 else float(np.ptp(values))
    low, high = float(values[0]), float(values[-1])

    def place(number: float) -> float:
        return float(np.interp(number, values, places))

    def named(a: float, b: float) -> bool:
        # as wide as the widest: numbers stand equally dense on an even scale
        room = max(style.width_of(_text(number)) for number in (a, b, low, high)) + _PAD
        return abs(place(b) - place(a)) >= room

    def close(a: float, b: float) -> bool:
        return abs(place(b) - place(a)) >= _CLOSE

    shown = round_numbers(low, high, named, least=least)
    # where a curve turns is seldom a round number
    most = max((_decimals(number) for number in shown[1:-1]), default=9)
    shown = [number for number in shown if _decimals(number) <= most]
    inner = [
        number
        for a, b in pairwise(sorted({low, *shown, high}))
        for number in round_numbers(a, b, close, least=least)
    ]
    marks = [Mark(place(number), _text(number)) for number in shown]
    marks += [Mark(place(number)) for number in {*inner} - {*shown}]
    lanes = tuple(1 if mark.name else 0 for mark in marks)
    return Row(float(places.min()), float(places.max()), tuple(marks), lanes)


def scale_rows(values: Floats, places: Floats) -> list[Row]:
    """A scale that may turn back: a row for every stretch on which it goes one way."""
    ends = [0, *_turns(places), len(values) - 1]
    return [
        scale_row(values[start : end + 1], places[start : end + 1]) for start, end in pairwise(ends)
    ]


def _turns(places: Floats) -> list[int]:
    """Where places turn back, by more than a wiggle."""
    found: list[int] = []
    extreme, way = 0, 0
    for row, x in enumerate(places.tolist()):
        moved = x - places[extreme]
        if way == 0:
            if abs(moved) > _WIGGLE:
                extreme, way = row, 1 if moved > 0 else -1
        elif way * moved > 0:
            extreme = row
        elif way * moved < -_WIGGLE:
            found.append(extreme)
            extreme, way = row, -way
    return found


def _text(number: float) -> str:
    return f"{number:.6g}".replace("-", "−")


def _decimals(number: float) -> int:
    return len(_text(number).partition(".")[2])
