"""The other definitions of the outcome, counted as they may be shared."""

from __future__ import annotations

from predictor.cohort import LabelledCohort
from predictor.description.disclosure import suppressed
from predictor.description.response import definitions, responders
from predictor.description.table_one import groups_of, sizes_of
from predictor.results import AlternativeCounts, Characteristics, Described, Missing


def alternatives(labelled: LabelledCohort) -> dict[str, AlternativeCounts]:
    """Labelled patients, events, and labels that differ from the rule's, by definition.

    What is hidden here is what the description of the same patients hides, so that neither tells
    what the other does not.
    """
    if not labelled.alternatives:
        return {}
    outcome = labelled.eligible.study.outcome
    counted = Described(
        characteristics=Characteristics(groups=sizes_of(groups_of(labelled.labels)), rows=()),
        trajectories=None,
        changes=(),
        responders=responders({outcome.known_at: labelled.labels}),
        transitions=(),
        mcnemar=(),
        durations=(),
        definitions=definitions(labelled),
        labels=None,
        by=None,
        missing=Missing(columns=(), patterns=()),
        few=(),
    )
    return {
        row.definition: AlternativeCounts(
            labelled=row.labelled, events=row.events, differs=row.differs
        )
        for row in suppressed(counted).definitions
        if row.differs is not None  # the rule itself
    }
