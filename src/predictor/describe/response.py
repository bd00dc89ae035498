"""Who responded at each time, who kept and who lost it, and under which definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from predictor.cohort import LabelledCohort, condition
from predictor.describe.characteristics import Values, as_numbers, levels_of
from predictor.statistics import mcnemar, wilson
from predictor.study import Column


def responses(labelled: LabelledCohort) -> dict[str, Values]:
    """The label of every eligible patient at each time that has a rule, in order of time."""
    eligible = labelled.eligible
    study = eligible.study
    rules = study.outcome.earlier
    found = {
        time: condition(eligible.as_of(time), rules[time], f"{study.file}: outcome.earlier.{time}")
        for time in study.timepoints
        if time in rules
    }
    return {**found, study.outcome.known_at: labelled.labels}


def share(labels: Values) -> dict[str, Any]:
    """Events among the labelled, with Wilson's interval."""
    known = int((~np.isnan(labels)).sum())
    events = int(np.nansum(labels))
    interval = wilson(events, known)
    return {
        "labelled": known,
        "events": events,
        "share": events / known if known else None,
        "low": float(interval.low) if known else None,
        "high": float(interval.high) if known else None,
    }


def responders(found: Mapping[str, Values]) -> list[dict[str, Any]]:
    """Responders at each time."""
    return [{"time": time, **share(labels)} for time, labels in found.items()]


def transitions(found: Mapping[str, Values]) -> list[dict[str, Any]]:
    """From each time to the next: how many kept, lost, gained the response, or neither."""
    counted = []
    for (first, before), (second, after) in pairwise(found.items()):
        counted.append(
            {
                "from": first,
                "to": second,
                "kept": int(((before == 1) & (after == 1)).sum()),
                "lost": int(((before == 1) & (after == 0)).sum()),
                "gained": int(((before == 0) & (after == 1)).sum()),
                "neither": int(((before == 0) & (after == 0)).sum()),
                "unknown": int((np.isnan(before) | np.isnan(after)).sum()),
            }
        )
    return counted


def change_tests(moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """McNemar's tests of each transition, each under its own name."""
    names = ("exact", "mid_p", "uncorrected", "corrected")
    found = []
    for move in moves:
        tests = asdict(mcnemar(move["lost"], move["gained"]))
        p = {name: tests[name] if isfinite(tests[name]) else None for name in names}
        found.append({"from": move["from"], "to": move["to"], "p": p})
    return found


def durations(moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of those who responded, how many still did the next time."""
    found = []
    for move in moves:
        followed = move["kept"] + move["lost"]
        interval = wilson(move["kept"], followed)
        found.append(
            {
                "from": move["from"],
                "to": move["to"],
                "responders": followed,
                "kept": move["kept"],
                "share": move["kept"] / followed if followed else None,
                "low": float(interval.low) if followed else None,
                "high": float(interval.high) if followed else None,
            }
        )
    return found


def definitions(labelled: LabelledCohort) -> list[dict[str, Any]]:
    """The rule and every alternative: events, and how often they disagree with the rule."""
    outcome = labelled.eligible.study.outcome
    found = [{"definition": outcome.name, **share(labelled.labels), "compared": None,
              "differs": None}]  # fmt: skip
    for name, labels in labelled.alternatives.items():
        both = ~np.isnan(labels) & ~np.isnan(labelled.labels)
        differs = int((labels[both] != labelled.labels[both]).sum())
        found.append(
            {
                "definition": name,
                **share(labels),
                "compared": int(both.sum()),
                "differs": differs,
            }
        )
    return found


def by_group(labelled: LabelledCohort, column: Column) -> dict[str, Any]:
    """Every definition in every group of patients, by a category or flag."""
    groups = as_numbers(labelled.eligible, column)
    members = {level: groups == code for code, level in enumerate(levels_of(column))}
    defined = {labelled.eligible.study.outcome.name: labelled.labels, **labelled.alternatives}
    return {
        "column": column.name,
        "meaning": column.meaning,
        "sizes": {level: int(rows.sum()) for level, rows in members.items()},
        "missing": int(np.isnan(groups).sum()),
        "rows": [
            {
                "definition": name,
                "groups": {level: share(labels[rows]) for level, rows in members.items()},
            }
            for name, labels in defined.items()
        ],
    }
