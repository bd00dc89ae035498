"""The samples a study trains its learners on."""

from __future__ import annotations

import numpy as np

from predictor.validation import Plan, draw_plan
from predictor.workflows.prepared import Prepared


def make_plan(prepared: Prepared) -> Plan:
    """The samples every learner is trained on, from the study's seed and the patients.

    Not from the seed alone: a saved model holds the seed, the number of patients, and coefficients
    and means of its bootstrap models. Who could draw their samples again would have as many
    equations as there are replicates for the values of each column, and solve them.

    Raises
    ------
    StudyError
        If the study names a file of resamples that is not one.
    """
    place_in_table = np.argsort(np.argsort(prepared.labelled.labelled.rows))
    return draw_plan(
        prepared.labelled.y,
        prepared.study.validation,
        np.random.default_rng([prepared.study.seed, prepared.entropy]),
        clusters=prepared.clusters,
        rows=place_in_table,
    )
