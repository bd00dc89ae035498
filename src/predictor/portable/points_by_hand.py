"""A nomogram in whole points, and how far they are from the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.portable.axes import Axis
from predictor.portable.nomogram import Nomogram
from predictor.portable.round_scale import round_numbers

Floats = npt.NDArray[np.float64]

_APART = 2.0  # points between neighbouring numbers of a table, at least
_FEWEST_APART = 25  # a table has no more numbers than this of one axis
_FEW = 31  # numbers of a scale, such as 0 to 21, that all stand in the table
_JUMP = 10.0  # times as far as neighbours usually are
_ROUNDING = 1e-9
_PATIENTS = 20_000


@dataclass(frozen=True)
class Answer:
    """A row of the table: what is asked, an answer, and its points as they are written."""

    asked: str
    answer: str
    points: str


@dataclass(frozen=True)
class PointsTable:
    """Points that can be added up by hand.

    Attributes
    ----------
    answers
        In the order of the axes; a number between two is taken as the nearer one.
    sums
        Sum of points, and the probability it means from there on: in whole per cent, at least 0.005
        and at most 0.995; of a points score with a table its own.
    largest, mean
        Absolute difference between this probability and that of the model, over 20,000 made-up
        patients.
    """

    answers: tuple[Answer, ...]
    sums: tuple[tuple[float, float], ...]
    largest: float
    mean: float


def points_table(nomogram: Nomogram) -> PointsTable:
    """Whole points for round values.

    The difference to the model is that of patients made up from the means and standard deviations
    of the training patients, each answer drawn by itself within its axis: nothing of a patient is
    in them.
    """
    rng = np.random.default_rng(0)
    exact, rounded = np.zeros(_PATIENTS), np.zeros(_PATIENTS)
    answers: list[Answer] = []
    for place, axis in enumerate(nomogram.axes):
        points = nomogram.points(place)
        shown = _shown(axis, points)
        written = points if nomogram.own_points else np.rint(points)
        answers += [Answer(axis.title, axis.labels[row], f"{written[row]:g}") for row in shown]
        if (unknown := nomogram.unknown(place)) is not None:
            whole = unknown if nomogram.own_points else round(unknown)
            answers.append(Answer(axis.title, "not known", f"{whole:.3g}"))
        drawn = rng.choice(len(points), size=_PATIENTS, p=axis.usual)
        exact += points[drawn]
        rounded += written[shown][_nearest(axis, shown)[drawn]]
    sums = _sums(nomogram)
    means = np.array([probability for _, probability in sums])
    read = means[_place_of_sum(np.array([total for total, _ in sums]), rounded)]
    away = np.abs(read - nomogram.probability(exact))
    return PointsTable(tuple(answers), sums, float(away.max()), float(away.mean()))


def _shown(axis: Axis, points: Floats) -> list[int]:
    """Which answers stand in the table."""
    if axis.values is None or len(axis.values) <= _FEW:
        return list(range(len(points)))
    values = axis.values
    least = float(np.diff(values)[1:-1].min()) if len(values) > 3 else float(values[1] - values[0])
    apart = max(_APART, float(np.abs(np.diff(points)).sum()) / _FEWEST_APART)
    travelled = np.append(0.0, np.abs(np.diff(points)).cumsum())

    def fits(a: float, b: float) -> bool:
        one, other = np.interp([a, b], values, travelled)
        return bool(other - one >= apart)

    chosen = round_numbers(float(values[0]), float(values[-1]), fits, least=least)
    # the ends always, for beyond them nothing is known; and both sides of a jump
    moved = np.abs(np.diff(points))
    jumps = np.flatnonzero(moved > np.maximum(_APART, _JUMP * np.median(moved)))
    wanted = (*chosen, values[0], values[-1], *values[jumps], *values[jumps + 1])
    return sorted({int(np.abs(values - number).argmin()) for number in wanted})


def _nearest(axis: Axis, shown: list[int]) -> npt.NDArray[np.int64]:
    """For every answer of an axis the place in `shown` it is taken as."""
    if axis.values is None:
        return np.arange(len(axis.parts))
    away = np.abs(axis.values[:, None] - axis.values[shown])
    return np.asarray(away.argmin(axis=1), dtype=np.int64)


def _sums(nomogram: Nomogram) -> tuple[tuple[float, float], ...]:
    low, high = nomogram.ends
    if nomogram.jumps is not None:
        totals = np.array([low, *(jump for jump in nomogram.jumps if low < jump <= high)])
        return tuple(zip(totals.tolist(), nomogram.probability(totals).tolist(), strict=True))
    totals = np.arange(np.floor(low), np.ceil(high) + 1)
    shares = np.clip(np.round(nomogram.probability(totals), 2), 0.005, 0.995)
    first = np.append(True, shares[1:] != shares[:-1])
    return tuple(zip(totals[first].tolist(), shares[first].tolist(), strict=True))


def _place_of_sum(totals: Floats, sums: Floats) -> npt.NDArray[np.int64]:
    places = np.searchsorted(totals, sums + _ROUNDING, side="right") - 1
    return np.maximum(places, 0).astype(np.int64)
