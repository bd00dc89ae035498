"""The whole description of a cohort, exact to the patient."""

from __future__ import annotations

from predictor.cohort import LabelledCohort
from predictor.description.course import changes, scores, trajectories
from predictor.description.labels import label_paths
from predictor.description.missing_values import missing
from predictor.description.response import (
    by_group,
    change_tests,
    definitions,
    durations,
    responders,
    responses,
    transitions,
)
from predictor.description.table_one import characteristics
from predictor.errors import StudyError
from predictor.results import ByGroup, Described


def describe(labelled: LabelledCohort, *, by: str | None = None) -> Described:
    """Describe the eligible patients of a study.

    Parameters
    ----------
    labelled
        Eligible patients with their labels.
    by
        A category or flag of the dictionary: every definition is also counted in its groups.

    Returns
    -------
    Described
        With every count as it is; `predictor.description.suppressed` makes it fit to share.

    Raises
    ------
    StudyError
        If a rule is refused, or there is no category or flag `by`.
    """
    eligible = labelled.eligible
    found = responses(labelled)
    moves = transitions(found)
    measured = scores(eligible)
    return Described(
        characteristics=characteristics(labelled),
        trajectories=trajectories(eligible, measured),
        changes=changes(measured),
        responders=responders(found),
        transitions=moves,
        mcnemar=change_tests(moves),
        durations=durations(moves),
        definitions=definitions(labelled),
        labels=label_paths(labelled),
        by=None if by is None else _by(labelled, by),
        missing=missing(eligible),
        few=(),
    )


def _by(labelled: LabelledCohort, by: str) -> ByGroup:
    study = labelled.eligible.study
    choices = {
        column.name.casefold(): column
        for column in labelled.eligible.columns
        if column.role != "id" and column.type in ("category", "flag")
    }
    column = choices.get(by.casefold())
    if column is None:
        raise StudyError(
            f"--by {by}: not a category or flag of {study.file}; it has "
            f"{', '.join(choice.name for choice in choices.values()) or 'none'}"
        )
    return by_group(labelled, column)
