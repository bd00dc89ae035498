"""The samples a study trains its learners on, and the learners, not yet trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from predictor.study import LearnerSpec
from predictor.validation import Plan, draw_plan
from predictor.workflows.learner import make_learner
from predictor.workflows.prepared import Prepared

if TYPE_CHECKING:
    from predictor.learners.learner import Learner


@dataclass(frozen=True, repr=False)
class Planned:
    """A training that can begin.

    Attributes
    ----------
    prepared
        The study and its patients.
    plan
        The samples every learner is trained on.
    estimators
        Unfitted learners by name, in the order of the study.
    """

    prepared: Prepared
    plan: Plan
    estimators: Mapping[str, Learner]


def plan(prepared: Prepared) -> Planned:
    """Draw the samples, and make the learners as the study file wants them.

    Raises
    ------
    StudyError
        If a learner or one of its settings is unknown, or the study names a file of resamples that
        is not one.
    """
    estimators = {spec.name: _estimator(spec, prepared) for spec in prepared.study.learners}
    return Planned(prepared, make_plan(prepared), estimators)


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
        prepared.labelled.target,
        prepared.study.validation,
        np.random.default_rng([prepared.study.seed, prepared.entropy]),
        clusters=prepared.clusters,
        rows=place_in_table,
    )


def _estimator(spec: LearnerSpec, prepared: Prepared) -> Learner:
    estimator = make_learner(spec, prepared.study, prepared.matrix)
    if "random_state" in estimator.get_params(deep=False) and "random_state" not in spec.parameters:
        estimator.set_params(random_state=prepared.study.seed)
    return estimator
