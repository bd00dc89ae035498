"""What would have been found under another definition of the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from predictor.cohort.labelled import FEWEST_EVENTS
from predictor.description import alternatives
from predictor.errors import DataError, StudyError
from predictor.report import sensitivity_result
from predictor.results import Sensitivity
from predictor.study import BootstrapSpec, LearnerSpec, Study
from predictor.validation import Estimate, Executor, metrics, performance, serial
from predictor.validation import train as train_learner
from predictor.workflows.planned import Planned, make_plan
from predictor.workflows.prepared import Prepared, relabelled

if TYPE_CHECKING:
    from predictor.learners.learner import Learner


def sensitivity(
    planned: Planned,
    champion: str,
    executor: Executor = serial,
) -> tuple[Sensitivity, ...]:
    """Train a learner again under every alternative definition that has enough patients.

    Parameters
    ----------
    planned
        The study, its patients, and its learners.
    champion
        The learner that is kept; trained again if it is a quick one (others would double the time
        of a training), otherwise a quick one that is no comparator, if possible a tuned one with
        all covariates.
    executor
        Where replicates are fitted.

    Returns
    -------
    tuple of Sensitivity
        Empty when there is no quick learner. A definition under which there are fewer
        than 10 events or 10 patients without is left out.
    """
    prepared, estimators = planned.prepared, planned.estimators
    spec = quick_learner(prepared.study, estimators, champion)
    if spec is None:
        return ()
    found, counts = [], alternatives(prepared.labelled)
    for definition, labels in prepared.labelled.alternatives.items():
        again = relabelled(prepared, labels)
        flow = again.labelled.flow
        if min(flow.events, flow.labelled - flow.events) >= FEWEST_EVENTS:
            auroc = _auroc(again, spec, estimators[spec.name], executor)
            found.append(sensitivity_result(definition, counts[definition], spec.name, auroc))
    return tuple(found)


def quick_learner(
    study: Study, estimators: Mapping[str, Learner], champion: str
) -> LearnerSpec | None:
    """The champion if it is quick, or the quick learner that stands best for the others, if any."""
    quick = [
        spec
        for spec in study.learners
        if estimators[spec.name].quick and estimators[spec.name].learns_from_covariates
    ]
    ours = [spec for spec in quick if spec.name == champion]
    # of several, the one with all covariates, and one that suits itself to few patients
    others = sorted(
        (spec for spec in quick if not spec.comparator),
        key=lambda spec: (spec.covariates is not None, not estimators[spec.name].tuned),
    )
    return next(iter((*ours, *others)), None)


def _auroc(
    prepared: Prepared, spec: LearnerSpec, estimator: Learner, executor: Executor
) -> Estimate:
    """Cross-validated AUROC with its interval; there is no use here for the plain bootstrap."""
    study = prepared.study
    few = study.validation.model_copy(update={"bootstrap": BootstrapSpec(replicates=20)})
    quick = replace(prepared, study=study.model_copy(update={"validation": few}))
    (measure,) = (m for m in metrics(prepared.labelled.target.kind) if m.name == "auroc")
    X = prepared.matrix.select(spec.covariates).X
    try:
        plan = make_plan(quick)
        target = prepared.labelled.target
        trained = train_learner(estimator, X, target.values, plan, executor, graded=target.graded)
    except (DataError, StudyError):
        # no model of these labels, or fewer clusters than folds, is an answer, and no reason to
        # lose the others
        return Estimate.missing("no model")
    return performance(trained, plan, (measure,)).estimates["auroc"]
