"""How each label came about: which criteria held, and where they contradict each other."""

from __future__ import annotations

from collections import Counter

import numpy as np

from predictor.cohort import LabelledCohort
from predictor.description.table_one import OTHERS, RESPONDERS, UNLABELLED
from predictor.results import Conflict, LabelPath, LabelPaths

_WORDS = {1.0: "yes", 0.0: "no"}


def label_paths(labelled: LabelledCohort) -> LabelPaths | None:
    """Cross-table of the criteria's truth against the label; None without criteria.

    There is a row for every combination of criteria that occurs.
    """
    outcome = labelled.eligible.study.outcome
    if not labelled.criteria:
        return None
    truths = list(labelled.criteria.values())
    states = [
        tuple(_WORDS.get(truth, "unknown") for truth in patient)
        for patient in np.stack(truths, axis=1).tolist()
    ]
    named = {1.0: RESPONDERS, 0.0: OTHERS}
    labels = [named.get(label, UNLABELLED) for label in labelled.labels.tolist()]
    counted = Counter(zip(states, labels, strict=True))
    order = {"yes": 0, "no": 1, "unknown": 2}
    seen = sorted(set(states), key=lambda state: [order[word] for word in state])
    names = list(labelled.criteria)
    patients = {
        state: {label: counted[state, label] for label in (RESPONDERS, OTHERS, UNLABELLED)}
        for state in seen
    }
    return LabelPaths(
        criteria=tuple(names),
        reported=outcome.reported,
        rows=tuple(
            LabelPath(
                criteria=dict(zip(names, state, strict=True)),
                holds=_holds(names, state),
                patients=patients[state],
            )
            for state in seen
        ),
        conflicts=tuple(
            Conflict(
                criteria=dict(zip(names, state, strict=True)),
                patients=sum(patients[state].values()),
            )
            for state in seen
            if {"yes", "no"} <= set(state)
        ),
        decided_without={
            name: sum(
                counted[state, label]
                for state in seen
                for label in (RESPONDERS, OTHERS)
                if state[place] == "unknown"
            )
            for place, name in enumerate(names)
        },
    )


def _holds(names: list[str], state: tuple[str, ...]) -> str:
    """Which criteria hold, in words: one of them only, both (all), none, or unknown."""
    true = [name for name, word in zip(names, state, strict=True) if word == "yes"]
    if not true:
        return "unknown" if "unknown" in state else "none"
    if len(names) > 1 and len(true) == len(names):
        return "both" if len(names) == 2 else "all"
    return f"{' and '.join(true)} only" if len(names) > 1 else true[0]
