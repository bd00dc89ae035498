"""The other definitions of the outcome, counted as they may be shared."""

from __future__ import annotations

from typing import Any

from predictor.cohort import LabelledCohort
from predictor.describe.characteristics import groups_of
from predictor.describe.disclosure import suppressed
from predictor.describe.response import definitions, share
from predictor.disclosure import Shown


def alternatives(labelled: LabelledCohort) -> dict[str, dict[str, Shown]]:
    """Labelled patients, events, and labels that differ from the rule's, by definition.

    What is hidden here is what the description of the same patients hides, so that neither tells
    what the other does not.
    """
    if not labelled.alternatives:
        return {}
    groups = groups_of(labelled.labels)
    outcome = labelled.eligible.study.outcome
    document: dict[str, Any] = {
        "characteristics": {
            "groups": {name: int(rows.sum()) for name, rows in groups.items()},
            "rows": [],
        },
        "trajectories": None,
        "changes": [],
        "responders": [{"time": outcome.known_at, **share(labelled.labels)}],
        "transitions": [],
        "mcnemar": [],
        "durations": [],
        "definitions": definitions(labelled),
        "labels": None,
        "by": None,
        "missing": {"patterns": []},
    }
    _, *others = suppressed(document)["definitions"]
    return {
        row["definition"]: {name: row[name] for name in ("labelled", "events", "differs")}
        for row in others
    }
