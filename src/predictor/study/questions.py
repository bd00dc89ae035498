"""What a study predicts, and whether another one predicts the same."""

from __future__ import annotations

import re
from collections.abc import Mapping

from predictor.study.study import Study

# texts, quoted names, what has no meaning (blanks, comments), words and numbers, any other sign
_PART = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|"(?:[^"]|"")*"|(?P<silent>(?:\s|--[^\n]*|/\*.*?\*/)+)|[\w.]+|.""",
    re.DOTALL,
)


def question(study: Study) -> dict[str, str]:
    """What a study predicts, from when, by which rule: what all its trainings share."""
    return {
        "outcome": study.outcome.name,
        "predict_at": study.predict_at,
        "rule": on_one_line(study.outcome.rule),
    }


def on_one_line(rule: str) -> str:
    """A rule without comments and line ends; texts in it stay as they are.

    Examples
    --------
    >>> on_one_line("pain_t0 - pain_t2 >= 2  -- points")
    'pain_t0 - pain_t2 >= 2'
    """
    parts = _PART.finditer(rule)
    return "".join(" " if part["silent"] else part.group() for part in parts).strip()


def differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[str]:
    """Names under which two questions differ; what one of them does not say does not count.

    Rules are the same whatever their blanks, and the case of what SQL does not tell apart by case.

    Examples
    --------
    >>> differences({"rule": "A-b>=2 or C = 'Yes'"}, {"rule": "a - b >= 2 OR c = 'Yes'"})
    []
    >>> differences({"rule": "c = 'Yes'"}, {"rule": "c = 'yes'"})
    ['rule']
    """
    return [
        name
        for name, text in ours.items()
        if name in theirs and _words(name, theirs[name]) != _words(name, text)
    ]


def _words(name: str, text: str) -> list[str]:
    if name != "rule":
        return [text]
    return [
        part.group() if part["text"] else part.group().casefold()
        for part in _PART.finditer(text)
        if not part["silent"]
    ]
