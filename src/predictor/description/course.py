"""The score over time: where it was, and how it changed within patients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from os.path import commonprefix

import numpy as np

from predictor.cohort import Cohort
from predictor.description.table_one import Values, as_numbers
from predictor.results import Change, Point, Shift, SignedRank, Trajectories
from predictor.statistics import wilcoxon_signed_rank
from predictor.study import Column

# with more different values than this, a value would stand for one patient
_STEPS = 25


def scores(eligible: Cohort) -> dict[str, Values]:
    """The repeated measurement of every eligible patient, by time point in order of time."""
    study = eligible.study
    return {
        point: as_numbers(eligible, study.column(name))
        for point in study.timepoints
        if (name := study.outcome.score.get(point)) is not None
    }


def trajectories(eligible: Cohort, found: dict[str, Values]) -> Trajectories | None:
    """Number of patients, median and quartiles per time point; of a short scale also its counts."""
    if not found:
        return None
    study = eligible.study
    columns = [study.column(study.outcome.score[time]) for time in found]
    known = {time: values[~np.isnan(values)] for time, values in found.items()}
    short = len(np.unique(np.concatenate(list(known.values())))) <= _STEPS
    name, unit = _score(columns)
    ranges = {column.limits for column in columns}
    return Trajectories(
        score=name,
        unit=unit,
        range=ranges.pop() if len(ranges) == 1 else None,
        points=tuple(_point(time, values, short) for time, values in known.items()),
    )


def _point(time: str, known: Values, short: bool) -> Point:
    q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75]).tolist() if len(known) else [None] * 3
    steps, counts = np.unique(known, return_counts=True)
    return Point(
        time=time,
        n=len(known),
        median=median,
        q1=q1,
        q3=q3,
        counts=(
            {f"{step:g}": int(n) for step, n in zip(steps, counts, strict=True)} if short else {}
        ),
    )


def _score(columns: Sequence[Column]) -> tuple[str, str | None]:
    """What the columns are together: the part of their names that they share, and their unit."""
    names = [column.name for column in columns]
    shared = commonprefix(names)  # noqa: RUF071 - names of columns, not paths
    if shared not in names:
        shared = shared.rpartition("_")[0]
    units = {column.unit for column in columns}
    unit = units.pop() if len(units) == 1 else None
    if unit is not None and unit.casefold() == shared.casefold():
        return unit, None
    return shared or names[0], unit


def changes(found: dict[str, Values]) -> tuple[Change, ...]:
    """Change from the first time to each later one, and from each to the next, within patients."""
    times = list(found)
    pairs = [(times[0], time) for time in times[1:]] if times else []
    pairs += [pair for pair in pairwise(times) if pair not in pairs]
    return tuple(_change(first, second, found[second] - found[first]) for first, second in pairs)


def _change(first: str, second: str, differences: Values) -> Change:
    known = differences[~np.isnan(differences)]
    test = wilcoxon_signed_rank(known)
    return Change(
        start=first,
        end=second,
        patients=len(known),
        lower=int((known < 0).sum()),
        same=test.zeros,
        higher=int((known > 0).sum()),
        median=float(np.median(known)) if len(known) else None,
        hodges_lehmann=Shift(
            estimate=_finite(test.pseudo_median),
            low=_finite(test.low),
            high=_finite(test.high),
            level=test.level,
        ),
        signed_rank=SignedRank(p=_finite(test.p), method=test.method, v=test.statistic),
        rank_biserial=test.rank_biserial if test.used else None,
    )


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
