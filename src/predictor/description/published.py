"""Published figures beside those found here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from predictor.description.disclosure import p_would_tell
from predictor.description.narrative import MCNEMAR, mcnemar_in_words
from predictor.disclosure import SMALL, WITHHELD
from predictor.results import Described, Flow, Published, PublishedFigure
from predictor.results.words import events_of, p_value, short

SOURCE, NOTE = "source", "note"
"""Names in a study's `published` that say something about the figures; all others are figures."""

_P = re.compile(r"p\s*=\s*(0?\.\d+)")


def figures(data: Flow, found: Described) -> dict[str, str]:
    """The results a paper would print, by the names a study's `published` may use."""
    named = {"patients": str(data.eligible)}
    for point in found.trajectories.points if found.trajectories else ():
        spread = None if point.q1 is None or point.q3 is None else point.q3 - point.q1
        named[f"score at {point.time}"] = f"median {short(point.median)} (IQR {short(spread)})"
    for change in found.changes:
        name = f"change of score from {change.start} to {change.end}"
        named[name] = p_value(change.signed_rank.p)
    for row in found.responders:
        named[f"responders at {row.time}"] = events_of(row)
    for move, tests in zip(found.transitions, found.mcnemar, strict=True):
        name = f"change of response from {tests.start} to {tests.end}"
        named[name] = (
            f"p: {WITHHELD if p_would_tell(move.lost, move.gained) else mcnemar_in_words(tests)}"
        )
    for defined in found.definitions:
        named[defined.definition] = events_of(defined)
    if found.by is not None:
        for parted in found.by.rows:
            for level, facts in parted.groups.items():
                named[f"{parted.definition}, {found.by.column} = {level}"] = events_of(facts)
    return named


def beside(
    published: Mapping[str, str], reproduced: Mapping[str, str], found: Described
) -> Published | None:
    """Every published figure with the one found here; None if nothing is published.

    A published p value of a change of response does not say which of McNemar's tests gave it, so
    those that round to it are named.
    """
    rows = [
        PublishedFigure(
            name=name,
            published=text,
            found=reproduced.get(name),
            remark=(
                _remark(name, text, reproduced[name], found)
                if name in reproduced
                else _absent(name)
            ),
        )
        for name, text in published.items()
        if name not in (SOURCE, NOTE)
    ]
    if not rows:
        return None
    return Published(source=published.get(SOURCE), note=published.get(NOTE), rows=tuple(rows))


def _absent(name: str) -> str:
    grouped = re.search(r", (\w+) = ", name)
    return f"needs --by {grouped[1]}" if grouped else "nothing of this name is computed"


def _remark(name: str, text: str, here: str, found: Described) -> str | None:
    if SMALL in here or WITHHELD in here:
        return "--individual shows it"
    printed = _P.search(text)
    for tests in found.mcnemar:
        if printed and name == f"change of response from {tests.start} to {tests.end}":
            digits = len(printed[1].partition(".")[2])
            wanted = f"{float(printed[1]):.{digits}f}"
            found_p = {words: getattr(tests.p, form) for form, words in MCNEMAR.items()}
            agree = [w for w, p in found_p.items() if p is not None and f"{p:.{digits}f}" == wanted]
            if not agree:
                return f"no form of McNemar's test gives {printed[0]}"
            return f"{printed[0]} is McNemar's {' and '.join(agree)} test"
    return None
