"""Who responded at each time, who kept and who lost it, and under which definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite

import numpy as np

from predictor.cohort import LabelledCohort, condition
from predictor.description.table_one import Values, as_numbers, levels_of
from predictor.disclosure import exact
from predictor.results import (
    ByGroup,
    DefinitionByGroup,
    DefinitionShare,
    Duration,
    McNemar,
    McNemarP,
    Responders,
    Share,
    Transition,
)
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


def share(labels: Values) -> Share:
    """Events among the labelled, with Wilson's interval."""
    known = int((~np.isnan(labels)).sum())
    events = int(np.nansum(labels))
    interval = wilson(events, known)
    return Share(
        labelled=known,
        events=events,
        share=events / known if known else None,
        low=float(interval.low) if known else None,
        high=float(interval.high) if known else None,
    )


def responders(found: Mapping[str, Values]) -> tuple[Responders, ...]:
    """Responders at each time."""
    return tuple(Responders(time=time, **dict(share(labels))) for time, labels in found.items())


def transitions(found: Mapping[str, Values]) -> tuple[Transition, ...]:
    """From each time to the next: how many kept, lost, gained the response, or neither."""
    return tuple(
        Transition(
            start=first,
            end=second,
            kept=int(((before == 1) & (after == 1)).sum()),
            lost=int(((before == 1) & (after == 0)).sum()),
            gained=int(((before == 0) & (after == 1)).sum()),
            neither=int(((before == 0) & (after == 0)).sum()),
            unknown=int((np.isnan(before) | np.isnan(after)).sum()),
        )
        for (first, before), (second, after) in pairwise(found.items())
    )


def change_tests(moves: Sequence[Transition]) -> tuple[McNemar, ...]:
    """McNemar's tests of each transition, each under its own name."""
    return tuple(
        McNemar(start=move.start, end=move.end, p=_p(exact(move.lost), exact(move.gained)))
        for move in moves
    )


def _p(lost: int, gained: int) -> McNemarP:
    tests = mcnemar(lost, gained)
    forms = {name: getattr(tests, name) for name in McNemarP.model_fields}
    return McNemarP(**{name: p if isfinite(p) else None for name, p in forms.items()})


def durations(moves: Sequence[Transition]) -> tuple[Duration, ...]:
    """Of those who responded, how many still did the next time."""
    return tuple(
        _duration(move.start, move.end, exact(move.kept), exact(move.lost)) for move in moves
    )


def _duration(start: str, end: str, kept: int, lost: int) -> Duration:
    followed = kept + lost
    interval = wilson(kept, followed)
    return Duration(
        start=start,
        end=end,
        responders=followed,
        kept=kept,
        share=kept / followed if followed else None,
        low=float(interval.low) if followed else None,
        high=float(interval.high) if followed else None,
    )


def definitions(labelled: LabelledCohort) -> tuple[DefinitionShare, ...]:
    """The rule and every alternative: events, and how often they disagree with the rule."""
    rule = DefinitionShare(
        definition=labelled.eligible.study.outcome.name,
        compared=None,
        differs=None,
        **dict(share(labelled.labels)),
    )
    return (
        rule,
        *(
            _definition(name, labels, labelled.labels)
            for name, labels in labelled.alternatives.items()
        ),
    )


def _definition(name: str, labels: Values, rule: Values) -> DefinitionShare:
    both = ~np.isnan(labels) & ~np.isnan(rule)
    return DefinitionShare(
        definition=name,
        compared=int(both.sum()),
        differs=int((labels[both] != rule[both]).sum()),
        **dict(share(labels)),
    )


def by_group(labelled: LabelledCohort, column: Column) -> ByGroup:
    """Every definition in every group of patients, by a category or flag."""
    groups = as_numbers(labelled.eligible, column)
    members = {level: groups == code for code, level in enumerate(levels_of(column))}
    defined = {labelled.eligible.study.outcome.name: labelled.labels, **labelled.alternatives}
    return ByGroup(
        column=column.name,
        meaning=column.meaning,
        sizes={level: int(rows.sum()) for level, rows in members.items()},
        missing=int(np.isnan(groups).sum()),
        rows=tuple(
            DefinitionByGroup(
                definition=name,
                groups={level: share(labels[rows]) for level, rows in members.items()},
            )
            for name, labels in defined.items()
        ),
    )
