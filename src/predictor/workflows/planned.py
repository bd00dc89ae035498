"""The samples a study trains its learners on, and the learners, not yet trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from predictor import results
from predictor.errors import StudyError
from predictor.report import plan_result
from predictor.results.words import count
from predictor.study import LearnerSpec
from predictor.validation import Plan, draw_plan
from predictor.workflows.learner import make_seeded
from predictor.workflows.prepared import Prepared

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

# cdystonia at week 16, with 11 % responders, lost 0.15 of AUROC; seen before this rule was made
_RAREST = 0.2


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

    @property
    def plan_told(self) -> results.Plan:
        """The samples in numbers and in words."""
        return plan_result(self.prepared.study.without_paths(), self.plan)

    @property
    def digest(self) -> str:
        """What two trainings share if their samples are of the same patients; see `Plan.digest`."""
        prepared = self.prepared
        labelled = ~np.isnan(prepared.labelled.labels)
        patients = [prepared.ranks[labelled], prepared.labelled.target.values]
        return self.plan.digest(patients, prepared.entropy)


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
        If the study names a file of resamples that is not one, or has fewer centres than folds.
    """
    _check_centres(prepared)
    place_in_table = np.argsort(np.argsort(prepared.labelled.labelled.rows))
    return draw_plan(
        prepared.labelled.target,
        prepared.study.validation,
        np.random.default_rng([prepared.study.seed, prepared.entropy]),
        clusters=prepared.clusters,
        rows=place_in_table,
    )


def _check_centres(prepared: Prepared) -> None:
    """Refuse more folds than there are centres, which folds cannot part."""
    study, centres = prepared.study, prepared.centres
    folds = study.validation.for_patients(len(prepared.labelled.target)).cross_validation.folds
    if centres is None or len(centres) >= folds:
        return
    way_out = (
        f"write validation: {{cross_validation: {{folds: {len(centres)}}}}}"
        if len(centres) > 1
        else f"one centre is none to be left out: give {study.centre} another role"
    )
    raise StudyError(
        f"{study.file}: {study.centre} has {count(len(centres), 'centre')}, and {folds} folds need "
        f"as many; {way_out}"
    )


def _estimator(spec: LearnerSpec, prepared: Prepared) -> Learner:
    estimator = make_seeded(spec, prepared.study, prepared.matrix)
    if estimator.needs_graded:
        _check_graded(spec, prepared)
    return estimator


def _check_graded(spec: LearnerSpec, prepared: Prepared) -> None:
    """Refuse to learn from grades where that was seen to do harm, or where there are none."""
    study, flow = prepared.study, prepared.labelled.flow
    where = f"{study.file}: learners.{spec.name}.parameters.graded"
    graded = prepared.labelled.target.graded
    if graded is None:
        raise StudyError(
            f"{where}: there is no graded outcome; say in `outcome.graded` how much of the event a "
            f"patient shows, or leave this out"
        )
    if np.isnan(graded).all():
        raise StudyError(f"{where}: `outcome.graded` is unknown for all labelled patients")
    share = flow.events / flow.labelled
    if not _RAREST <= share <= 1 - _RAREST:
        raise StudyError(
            f"{where}: {100 * share:.0f} % of the patients have the event. Outside of "
            f"{100 * _RAREST:.0f} to {100 - 100 * _RAREST:.0f} % the label is about the ends of "
            f"the grades, and most of what is learned comes from their middle (docs/learners.md); "
            f"use `graded: false`"
        )
