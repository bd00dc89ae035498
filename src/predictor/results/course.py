"""The score over time, and how it changed within patients."""

from __future__ import annotations

from pydantic import Field

from predictor.results.base import Count, Named, Number, Result
from predictor.results.intervals import IntervalEstimate


class Point(Result):
    """The score at a time; `counts` by value, of a short scale only."""

    time: str
    n: int
    median: Number
    q1: Number
    q3: Number
    counts: Named[Count]


class Trajectories(Result):
    """The score over time.

    Attributes
    ----------
    score, unit, range
        What it is called; None where columns differ, or none is declared.
    """

    score: str
    unit: str | None
    range: tuple[float, float] | None
    points: tuple[Point, ...]


class Step(Result):
    """From one time to another."""

    start: str = Field(validation_alias="from", serialization_alias="from")
    end: str = Field(validation_alias="to", serialization_alias="to")


class Shift(IntervalEstimate):
    """Hodges-Lehmann pseudo-median of the differences, with the level its interval attains."""

    level: float


class SignedRank(Result):
    """Wilcoxon's signed-rank test; `v` is the sum of the ranks of positive differences."""

    p: Number
    method: str
    v: Number


class Change(Step):
    """Change of the score within patients.

    Attributes
    ----------
    patients, lower, same, higher
        Seen at both times, and how their score went.
    rank_biserial
        Matched-pairs rank-biserial correlation.
    """

    patients: int
    lower: Count
    same: Count
    higher: Count
    median: Number
    hodges_lehmann: Shift
    signed_rank: SignedRank
    rank_biserial: Number
