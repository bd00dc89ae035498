"""Three outcome rules in the table's own columns, for people to choose from or be inspired by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from predictor.cohort.sql_names import as_written
from predictor.drafting import names
from predictor.drafting.kinds import Kind
from predictor.drafting.time_points import Timed

_MOST = 3
_SCORES = ("nrs", "vas", "pain", "score", "intensity", "total")


@dataclass(frozen=True)
class Examples:
    """What the outcome could be.

    Attributes
    ----------
    known_at
        The time point of the rules.
    rules
        SQL conditions, each with what it means.
    score
        The repeated measurement that seems to matter most: its columns by time point; empty if
        there is none.
    """

    known_at: str
    rules: tuple[tuple[str, str], ...]
    score: Mapping[str, str]


def examples(columns: Sequence[str], kinds: Mapping[str, Kind], timed: Timed) -> Examples:
    """Three rules that the columns of the table suggest."""
    points = list(timed.points)
    score = _score(columns, kinds, timed)
    measured = [point for point in points if point in score]
    later = [name for name in columns if timed.known_at[name] != points[0]]
    last = measured[-1] if measured else _latest(points, later, timed)
    rules = list(_of_score(score[measured[0]], score[last], kinds)) if measured else []
    used = set(score.values())
    known = [
        name
        for name in later
        if name not in used
        and _not_after(timed.known_at[name], last, points)
        and names.known_late(name) != "during"
    ]
    at_last = sorted(known, key=lambda name: (timed.known_at[name] != last, _rank(name, kinds)))
    single = [rule for name in at_last for rule in _of_one(name, kinds[name])]
    rules = [*rules[:2], *single, *rules[2:]][:_MOST]
    others = sorted((n for n in timed.presumed if n not in used), key=lambda n: _rank(n, kinds))
    moved = [
        (rule, f"{meaning}; if it is known_at: {last}")
        for name in others
        for rule, meaning in _of_one(name, kinds[name])
    ]
    rules = [*rules, *moved][:_MOST]
    return Examples(last, tuple(rules), {p: score[p] for p in measured})


def _score(columns: Sequence[str], kinds: Mapping[str, Kind], timed: Timed) -> Mapping[str, str]:
    """The repeated number that sounds most like a score of complaints."""
    families = [
        by
        for by in timed.families.values()
        if all(kinds[name].type in ("number", "integer") for name in by.values())
    ]

    def rank(by: Mapping[str, str]) -> tuple[int, int, int]:
        first = next(iter(by.values()))
        words = names.plain(first).split("_")
        place = next((i for i, word in enumerate(_SCORES) if word in words), len(_SCORES))
        return place, -len(by), columns.index(first)

    return min(families, key=rank, default={})


def _latest(points: Sequence[str], later: Sequence[str], timed: Timed) -> str:
    return max((timed.known_at[name] for name in later), key=points.index, default=points[-1])


def _not_after(point: str, last: str, points: Sequence[str]) -> bool:
    return points.index(point) <= points.index(last)


def _of_score(before: str, after: str, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    old, new = as_written(before), as_written(after)
    top = (kinds[before].range or (0.0, 10.0))[1]
    points = f"{top / 5:g}"
    yield f"{old} - {new} >= {points}", f"a fall of at least {points}"
    yield f"{new} <= 0.7 * {old}", "at least 30 % lower"
    yield f"{new} <= 0.5 * {old}", "at least 50 % lower"


def _rank(name: str, kinds: Mapping[str, Kind]) -> tuple[bool, int]:
    """What sounds like an outcome first, then flags, categories and numbers."""
    order = {"flag": 0, "category": 1, "integer": 2, "number": 2}
    return names.known_late(name) != "later", order.get(kinds[name].type or "", 3)


def _of_one(name: str, kind: Kind) -> Iterator[tuple[str, str]]:
    column = as_written(name)
    if kind.constant:
        return
    if kind.type == "flag":
        yield column, "as recorded"
    elif kind.type == "category":
        level = kind.levels[-1].replace("'", "''")
        yield f"{column} = '{level}'", "one level of it"
    elif kind.type in ("number", "integer") and kind.range is not None:
        middle = f"{(kind.range[0] + kind.range[1]) / 2:g}"
        yield f"{column} >= {middle}", "a threshold of your own"
