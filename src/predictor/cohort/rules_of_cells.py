"""The rules for one cell of a column as plain data, for a form that has no Python behind it."""

from __future__ import annotations

import math

from predictor.cohort.dates import IN_THE_FUTURE, OTHER_DATE, outside_days
from predictor.cohort.dictionary import REQUIRED
from predictor.cohort.numbers import (
    EXACT_BELOW,
    NOT_EXACT,
    NOT_WHOLE,
    NUMBER,
    OTHER,
    OTHERS,
    SCALE_FACTOR,
    TOO_LARGE,
    outside_range,
)
from predictor.study import CLUSTERS, Column, Study

Rules = dict[str, object]


def cell_rules(column: Column, study: Study) -> Rules:
    """What a cell may hold, and what is said if it does not, in the words of `check_cells`.

    Returns
    -------
    dict
        ``missing``: texts and numbers that mean "no value"; ``required``: what is said of none,
        None if there may be none. Of numbers also ``written``, ``others`` (pattern, its flags and
        the rule; the first that fits is said), ``other``, ``large``, ``whole`` and ``exact`` (None
        unless whole numbers are asked), ``exact_below``, ``low``, ``high``, ``outside``, ``far``
        (where it begins, and what is said up to 100). Of dates ``other``, ``first``, ``last``,
        ``outside`` and ``future`` (None where the range decides). Patterns are those of JavaScript.
    """
    required = column.required or column.role in CLUSTERS
    rules: Rules = {
        "missing": list(study.missing_in(column)),
        "required": REQUIRED if required else None,
    }
    if column.type in ("number", "integer"):
        return rules | _of_number(column)
    if column.type == "date":
        return rules | _of_date(column)
    return rules


def _of_number(column: Column) -> Rules:
    whole = column.type == "integer"
    rules: Rules = {
        "written": NUMBER,
        "others": [[*_in_javascript(pattern), rule] for pattern, rule in OTHERS.items()],
        "other": OTHER,
        "large": TOO_LARGE,
        "whole": NOT_WHOLE if whole else None,
        "exact": NOT_EXACT if whole else None,
        "exact_below": EXACT_BELOW,
    }
    if column.limits is None:
        return rules
    low, high = column.limits
    return rules | {
        "low": low if math.isfinite(low) else None,
        "high": high if math.isfinite(high) else None,
        "outside": outside_range(column),
        "far": [SCALE_FACTOR * high if high == 10 else None, outside_range(column, far=True)],
    }


def _of_date(column: Column) -> Rules:
    first, last = column.days or (None, None)
    return {
        "other": OTHER_DATE,
        "first": None if first is None else first.isoformat(),
        "last": None if last is None else last.isoformat(),
        "outside": None if first is None or last is None else outside_days(first, last),
        "future": IN_THE_FUTURE if first is None else None,
    }


def _in_javascript(pattern: str) -> tuple[str, str]:
    """A pattern of Arrow's and its flags; letters of either case are asked for inside of it."""
    return pattern.replace("(?i:", "(?:"), "iu" if "(?i:" in pattern else "u"
