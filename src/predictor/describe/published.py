"""Published figures beside those found here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from predictor.describe.disclosure import p_would_tell
from predictor.describe.sentences import MCNEMAR, mcnemar_in_words
from predictor.describe.wording import events_of, number, p_value
from predictor.disclosure import SMALL, WITHHELD

SOURCE, NOTE = "source", "note"
"""Names in a study's `published` that say something about the figures; all others are figures."""

_P = re.compile(r"p\s*=\s*(0?\.\d+)")


def figures(data: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """The results a paper would print, by the names a study's `published` may use."""
    named = {"patients": str(data["eligible"])}
    for point in (found["trajectories"] or {"points": []})["points"]:
        spread = None if point["median"] is None else point["q3"] - point["q1"]
        named[f"score at {point['time']}"] = (
            f"median {number(point['median'])} (IQR {number(spread)})"
        )
    for change in found["changes"]:
        name = f"change of score from {change['from']} to {change['to']}"
        named[name] = p_value(change["signed_rank"]["p"])
    for row in found["responders"]:
        named[f"responders at {row['time']}"] = events_of(row)
    for move, tests in zip(found["transitions"], found["mcnemar"], strict=True):
        name = f"change of response from {tests['from']} to {tests['to']}"
        named[name] = f"p: {WITHHELD if p_would_tell(move) else mcnemar_in_words(tests)}"
    for row in found["definitions"]:
        named[row["definition"]] = events_of(row)
    if found["by"] is not None:
        for row in found["by"]["rows"]:
            for level, facts in row["groups"].items():
                named[f"{row['definition']}, {found['by']['column']} = {level}"] = events_of(facts)
    return named


def beside(
    published: Mapping[str, str], reproduced: Mapping[str, str], found: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Every published figure with the one found here; None if nothing is published.

    A published p value of a change of response does not say which of McNemar's tests gave it, so
    those that round to it are named.
    """
    rows = [
        {
            "name": name,
            "published": text,
            "found": reproduced.get(name),
            "remark": (
                _remark(name, text, reproduced[name], found)
                if name in reproduced
                else _absent(name)
            ),
        }
        for name, text in published.items()
        if name not in (SOURCE, NOTE)
    ]
    if not rows:
        return None
    return {"source": published.get(SOURCE), "note": published.get(NOTE), "rows": rows}


def _absent(name: str) -> str:
    grouped = re.search(r", (\w+) = ", name)
    return f"needs --by {grouped[1]}" if grouped else "nothing of this name is computed"


def _remark(name: str, text: str, here: str, found: Mapping[str, Any]) -> str | None:
    if SMALL in here or WITHHELD in here:
        return "--individual shows it"
    printed = _P.search(text)
    for tests in found["mcnemar"]:
        if printed and name == f"change of response from {tests['from']} to {tests['to']}":
            digits = len(printed[1].partition(".")[2])
            wanted = f"{float(printed[1]):.{digits}f}"
            found_p = {words: tests["p"][form] for form, words in MCNEMAR.items()}
            agree = [w for w, p in found_p.items() if p is not None and f"{p:.{digits}f}" == wanted]
            if not agree:
                return f"no form of McNemar's test gives {printed[0]}"
            return f"{printed[0]} is McNemar's {' and '.join(agree)} test"
    return None
