"""In which form cells seem to be written, as keys of a column that would declare it.

A suspicion is for a person to confirm: a line that is offered, or a draft. What is told is out of
closed lists (words for yes and no, ends of scales, orders of dates); never another text of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from predictor.cohort.flags import FLAGS, FOUND, NO, NOT_FOUND, YES
from predictor.cohort.numbers import NUMBER
from predictor.cohort.plain_cells import PERCENT, SHARE, SIGN, is_below
from predictor.cohort.plain_dates import ORDERED, TIME
from predictor.study import DateFormat

Forms = Mapping[str, object]
"""Keys of a column and their values, as in a study file."""


_YES, _NO = YES | FOUND, NO | NOT_FOUND
_ENDS = frozenset((3, 4, 5, 6, 7, 10, 20, 21, 24, 27, 28, 30, 40, 50, 52, 60, 63, 80, 100))
SCALES = tuple(
    tuple(scale.split(", "))
    for scale in (
        "none, minimal, mild, moderate, severe, very severe, extreme",
        "no, slight, mild, moderate, severe, very severe",
        "none, slight, moderate, severe",
        "never, rarely, sometimes, often, always",
        "never, seldom, sometimes, often, always",
        "very low, low, medium, high, very high",
        "low, moderate, high",
        "very poor, poor, fair, good, very good, excellent",
        "strongly disagree, disagree, neutral, agree, strongly agree",
        # patients' global impression of change
        (
            "very much worse, much worse, minimally worse, no change, minimally improved, "
            "much improved, very much improved"
        ),
        "much worse, worse, unchanged, better, much better",
        "geen, minimaal, licht, mild, matig, ernstig, zeer ernstig",
        "nooit, zelden, soms, vaak, altijd",
        "laag, midden, hoog",
        "keine, leicht, mittel, schwer",
        "keine, leicht, mäßig, schwer",
        "nie, selten, manchmal, oft, immer",
        "aucune, légère, modérée, sévère",
        "jamais, rarement, parfois, souvent, toujours",
        "ninguno, leve, moderado, grave",
        "nunca, rara vez, a veces, a menudo, siempre",
    )
)
"""Levels that everybody puts into the same order, from low to high."""
_FEWEST_STEPS = 3


def of_flags(texts: Iterable[str]) -> dict[str, list[str]]:
    """Words for yes and no that are not read without being declared."""
    words = [text for text in texts if text.lower() not in FLAGS]
    found = {
        "true": sorted(word for word in words if word.lower() in _YES),
        "false": sorted(word for word in words if word.lower() in _NO),
    }
    return {key: _one_case(said) for key, said in found.items() if said}


def are_flags(texts: Iterable[str]) -> bool:
    """Whether texts are words for yes and no and nothing else."""
    return {text.lower() for text in texts} <= {*_YES, *_NO, *FLAGS}


def _one_case(words: Sequence[str]) -> list[str]:
    """Each word once, whatever the case of its letters: Ja rather than JA, if both are there."""
    shouted = sorted(words, key=lambda word: (not (len(word) > 1 and word.isupper()), word))
    return sorted({word.lower(): word for word in shouted}.values())


def of_numbers(texts: Iterable[str]) -> Forms:
    """Limits of detection, percent signs, and one highest score behind a slash."""
    found: dict[str, object] = {}
    ends = set()
    for text in texts:
        if sign := SIGN.match(text):
            text = text[sign.end() :]
            if not re.match(NUMBER, text.rstrip("% ")):
                continue
            below = is_below(sign[1])
            found["below" if below else "above"] = "limit/2" if below else "limit"
        if percent := PERCENT.fullmatch(text):
            if re.match(NUMBER, percent[1]):
                found["percent"] = True
        elif (share := SHARE.fullmatch(text)) and re.match(NUMBER, share[1]):
            ends.add((int(share[2]), float(share[1]) <= int(share[2])))
    if len(ends) == 1 and not found.get("percent"):
        (end, within) = ends.pop()
        if end in _ENDS and within:
            found["out_of"] = end
    return found


def of_dates(texts: Iterable[str]) -> Forms:
    """A time of day, and the order of day and month if some date can be read in no other."""
    found: dict[str, object] = {}
    parts = []
    for text in texts:
        day = re.sub(TIME, "", text)
        if day != text:
            found["time_of_day"] = "ignore"
        if ordered := re.match(ORDERED, day):
            parts.append((int(ordered[1]), int(ordered[2])))
    if order := _proven(parts):
        found = {"format": order, **found}
    return found


def _proven(parts: Sequence[tuple[int, int]]) -> DateFormat | None:
    """The only order in which the first two numbers of every date are a day and a month."""
    day_first = all(0 < day <= 31 and 0 < month <= 12 for day, month in parts)
    month_first = all(0 < day <= 31 and 0 < month <= 12 for month, day in parts)
    if day_first == month_first:
        return None
    return "day-month-year" if day_first else "month-day-year"


def in_order(levels: Iterable[str]) -> tuple[str, ...] | None:
    """Levels from low to high, if everybody would put them so; None if not.

    Examples
    --------
    >>> in_order(["moderate", "None", "severe", "mild"])
    ('None', 'mild', 'moderate', 'severe')
    >>> in_order(["mild", "left", "severe"]) is None
    True
    """
    words = {re.sub(r"[_\s]+", " ", level).casefold(): level for level in levels}
    if len(words) < _FEWEST_STEPS:
        return None
    scale = next((each for each in SCALES if words.keys() <= set(each)), None)
    return None if scale is None else tuple(words[step] for step in scale if step in words)
