"""What the numbers say, in sentences."""

from __future__ import annotations

from predictor.description.disclosure import p_would_tell
from predictor.description.table_one import UNLABELLED
from predictor.disclosure import hidden
from predictor.results import (
    Change,
    Characteristics,
    Described,
    Duration,
    LabelPaths,
    McNemar,
    Transition,
)
from predictor.results.words import bare_p, p_value, percent, percent_interval, short

MCNEMAR = {
    "exact": "exact",
    "mid_p": "mid-p",
    "uncorrected": "uncorrected",
    "corrected": "continuity-corrected",
}
"""What the four forms of McNemar's test are called."""

# a standardised difference that two groups drawn from one population seldom reach, were they large
_NOTABLE = 0.25
_NAMED = 3


def sentences(found: Described) -> list[str]:
    """Change of the score, responders, duration of response, who has no label."""
    said = [_change(change) for change in found.changes]
    moves = zip(found.durations, found.transitions, found.mcnemar, strict=True)
    for duration, move, tests in moves:
        said += [_duration(duration), _mcnemar(move, tests)]
    return [*said, *_lost(found.characteristics), *_unrecorded(found.labels)]


def mcnemar_in_words(tests: McNemar) -> str:
    """The four p values, each with its name."""
    return ", ".join(f"{words} {bare_p(getattr(tests.p, name))}" for name, words in MCNEMAR.items())


def _change(change: Change) -> str:
    shift = change.hodges_lehmann
    where = f"From {change.start} to {change.end} ({change.patients} patients)"
    if shift.estimate is None or change.signed_rank.p is None:
        return f"{where}: too few changes of the score to say anything."
    way, turn = ("fell", -1) if shift.estimate < 0 else ("rose", 1)
    size = short(abs(shift.estimate))
    if size == "0":
        way, turn = "did not shift", 1
    interval = "no interval"
    if shift.low is not None and shift.high is not None:
        # a fall is told as a positive short, and so is its interval
        low, high = sorted((turn * shift.low, turn * shift.high))
        interval = f"{100 * shift.level:.0f} % interval {short(low)} to {short(high)}"
    moved = way if size == "0" else f"{way} by {size}"
    return (
        f"{where} the score {moved} (Hodges-Lehmann; {interval}), "
        f"{p_value(change.signed_rank.p)} (signed rank, {_method(change)}), rank-biserial "
        f"{short(change.rank_biserial)}."
    )


def _method(change: Change) -> str:
    return "exact" if change.signed_rank.method == "exact" else "normal approximation"


def _duration(row: Duration) -> str:
    if not row.responders:
        return f"Nobody who responded at {row.start} was followed to {row.end}."
    kept = f"{row.kept} still responded at {row.end}"
    if not hidden(row.kept):
        kept += f" ({percent(row.share)}; 95 % interval {percent_interval(row)})"
    return f"Of {row.responders} responders at {row.start} seen again, {kept}."


def _mcnemar(move: Transition, tests: McNemar) -> str:
    if p_would_tell(move.lost, move.gained):
        return (
            f"McNemar's p of the change of response from {tests.start} to {tests.end} is not "
            "shown, for it would tell a small count."
        )
    if tests.p.uncorrected is None:
        return f"Nobody's response changed from {tests.start} to {tests.end}."
    return (
        f"Change of response from {tests.start} to {tests.end}, McNemar's p: "
        f"{mcnemar_in_words(tests)}."
    )


def _lost(table: Characteristics) -> list[str]:
    lost = table.groups.get(UNLABELLED)
    if lost is None:
        return []
    of = sum(table.groups.values())
    said = f"{lost} of {of} patients have no label"
    differences = [
        (row.name, row.standardised_difference_unlabelled)
        for row in table.rows
        if row.standardised_difference_unlabelled is not None
    ]
    notable = sorted((d for d in differences if abs(d[1]) >= _NOTABLE), key=lambda d: -abs(d[1]))[
        :_NAMED
    ]
    if notable:
        named = ", ".join(f"{name} {short(value)}" for name, value in notable)
        said += f"; they differ most from the labelled in {named}"
        return [f"{said} (standardised difference, without minus with)."]
    return [f"{said}."]


def _unrecorded(labels: LabelPaths | None) -> list[str]:
    if labels is None:
        return []
    return [
        f"Of the labelled, {count} have no {name} on record; the other criteria decided."
        for name, count in labels.decided_without.items()
        if count
    ]
