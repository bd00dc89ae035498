"""Time points, from what the names of all columns say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from predictor.drafting.names import TimeHint, known_late, plain, time_hint

_ORDER = ("before", "during", "number", "days", "visit", "after", "follow_up")
_WORDS = {"before": "before the treatment", "after": "after the treatment"}


@dataclass(frozen=True)
class Timed:
    """When each column seems to become known.

    Attributes
    ----------
    points
        Time points and what they seem to be, in order of time; the first is that of the prediction.
    known_at
        Time point by column.
    told
        Columns whose name tells a time.
    presumed
        Columns of the first time point whose name says nothing about it.
    families
        Columns that measure the same at several time points, by what they share; by time point.
    """

    points: dict[str, str]
    known_at: dict[str, str]
    told: frozenset[str]
    presumed: tuple[str, ...]
    families: Mapping[str, dict[str, str]] = field(default_factory=dict)


def timed(columns: Sequence[str]) -> Timed:
    """When columns of these names seem to become known."""
    hints = {name: hint for name in columns if (hint := time_hint(name)) is not None}
    late = {name: known_late(name) for name in columns if name not in hints}
    bare = {plain(name) for name in columns if name not in hints}
    first = _first_is_baseline(hints, bare)
    stages = {name: (0, 0.0) if hint in first else _stage(hint) for name, hint in hints.items()}
    later = sorted({stage for stage in stages.values() if stage[0] > 0})
    if not later:
        later = [(len(_ORDER), 0.0)]
    names = _names(hints, stages, later)
    known_at = {}
    for name in columns:
        stage = stages.get(name) or {"during": later[0], "later": later[-1]}.get(late[name] or "")
        known_at[name] = names[stage or (0, 0.0)]
    meanings = {
        names[stage]: _meaning(
            [hints[name] for name, each in stages.items() if each == stage], stage == (0, 0.0)
        )
        for stage in ((0, 0.0), *later)
    }
    start = names[0, 0.0]
    return Timed(
        points=meanings,
        known_at=known_at,
        told=frozenset(hints),
        presumed=tuple(n for n in columns if n not in hints and known_at[n] == start),
        families=_families(columns, hints, known_at, start),
    )


def _stage(hint: TimeHint) -> tuple[int, float]:
    """Place in time: the kind of scale, then the number on it; the baseline of each is (0, 0)."""
    if hint.scale == "before" or (hint.scale in ("number", "days") and hint.number == 0):
        return 0, 0.0
    return _ORDER.index(hint.scale), hint.number


def _first_is_baseline(hints: Mapping[str, TimeHint], bare: set[str]) -> set[TimeHint]:
    """Hints of the lowest ``t1`` or ``visit 1``, where nothing else is a baseline."""
    if any(_stage(hint)[0] == 0 for hint in hints.values()):
        return set()
    for scale in ("number", "visit"):
        of_scale = [hint for hint in hints.values() if hint.scale == scale]
        lowest = min((hint.number for hint in of_scale), default=0.0)
        firsts = {hint for hint in of_scale if hint.number == lowest}
        several = len({hint.number for hint in of_scale}) > 1
        if firsts and several and not any(hint.stem in bare for hint in of_scale):
            return firsts
    return set()


def _names(
    hints: Mapping[str, TimeHint],
    stages: Mapping[str, tuple[int, float]],
    later: Sequence[tuple[int, float]],
) -> dict[tuple[int, float], str]:
    """``T0``, ``T1``, ...; as the table numbers them, where it does for all of them."""
    numbered = {stages[n]: int(h.number) for n, h in hints.items() if h.scale == "number"}
    if all(stage in numbered for stage in later):
        start = numbered.get((0, 0.0), 0)
        numbers = {(0, 0.0): start, **{stage: numbered[stage] for stage in later}}
        if len(set(numbers.values())) == len(numbers):
            return {stage: f"T{number}" for stage, number in numbers.items()}
    return {stage: f"T{place}" for place, stage in enumerate(((0, 0.0), *later))}


def _meaning(hints: Sequence[TimeHint], start: bool) -> str:
    if start or not hints:
        return _WORDS["before" if start else "after"]
    if hints[0].scale == "days":
        return _span(hints[0].number)
    written = Counter(hint.written.replace("_", " ") for hint in hints)
    return _WORDS.get(hints[0].scale, written.most_common(1)[0][0])


def _span(days: float) -> str:
    """Days after the beginning in the largest unit of which they are a whole number."""
    for unit, size in (
        ("year", 365.25),
        ("month", 30.4),
        ("week", 7),
        ("day", 1),
        ("hour", 1 / 24),
    ):
        number = round(days / size, 2)
        if number >= 1 and number.is_integer():
            return f"{unit} {number:.0f}"
    return f"minute {1440 * days:.0f}"


def _families(
    columns: Sequence[str], hints: Mapping[str, TimeHint], known_at: Mapping[str, str], start: str
) -> dict[str, dict[str, str]]:
    """Repeated measurements that begin at the first time point."""
    found: dict[str, dict[str, str]] = {}
    for name in columns:
        stem = hints[name].stem if name in hints else plain(name)
        if stem:
            found.setdefault(stem, {}).setdefault(known_at[name], name)
    return {stem: by for stem, by in found.items() if start in by and len(by) > 1}
