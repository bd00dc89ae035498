"""Other outcomes that are thresholds of the graded one, as the patients show it."""

from __future__ import annotations

import numpy as np

from predictor.cohort.expressions import Labels
from predictor.cohort.labelled import LabelledCohort

NO_GRADE = "there is no graded outcome"
OTHER_PATIENTS = "it has a label for patients whom the rule has none for"
NO_THRESHOLD = "it is no threshold of the grade"


def why_no_threshold(labelled: LabelledCohort, name: str) -> str | None:
    """Why an alternative outcome is no threshold of the order by label and grade, or None.

    It is one if every patient who has it could stand above every patient who has it not. A patient
    with a label and no grade could stand anywhere among those of the same label.

    Parameters
    ----------
    labelled
        The cohort, with its grades.
    name
        Of the alternative.
    """
    if labelled.graded is None:
        return NO_GRADE
    other, label, graded = labelled.alternatives[name], labelled.labels, labelled.graded
    if (np.isnan(label) & ~np.isnan(other)).any():
        return OTHER_PATIENTS
    has, lacks, unknown = other == 1, other == 0, np.isnan(graded)
    # by label, then by grade
    above = zip(label[has], np.where(unknown, np.inf, graded)[has], strict=True)
    below = zip(label[lacks], np.where(unknown, -np.inf, graded)[lacks], strict=True)
    nobody = (np.inf, np.inf), (-np.inf, -np.inf)
    apart = min(above, default=nobody[0]) > max(below, default=nobody[1])
    return None if apart else NO_THRESHOLD


def thresholds(labelled: LabelledCohort) -> dict[str, Labels]:
    """Alternatives that are thresholds, by name: their labels of the labelled patients, (n,)."""
    known = ~np.isnan(labelled.labels)
    return {
        name: labels[known]
        for name, labels in labelled.alternatives.items()
        if why_no_threshold(labelled, name) is None
    }
