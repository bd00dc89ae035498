"""What would have been found under another definition of the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from predictor.cohort import thresholds, why_no_threshold
from predictor.cohort.labelled import FEWEST_EVENTS
from predictor.description import alternatives
from predictor.errors import DataError, StudyError
from predictor.report import sensitivity_result
from predictor.results import Sensitivity
from predictor.study import BootstrapSpec, LearnerSpec, Study
from predictor.validation import (
    Estimate,
    Executor,
    Metric,
    Trained,
    metrics,
    performance,
    serial,
)
from predictor.validation import train as train_learner
from predictor.workflows.planned import Planned, make_plan
from predictor.workflows.prepared import Prepared, relabelled

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

_NAMES = ("auroc", "scaled_brier")
_LABEL_ALONE = "the learner learns from the label alone"


def sensitivity(
    planned: Planned,
    trained: Mapping[str, Trained],
    champion: str,
    executor: Executor = serial,
) -> tuple[Sensitivity, ...]:
    """How well a learner does under every alternative definition that has enough patients.

    Where a definition is a threshold of the grade that the learner learned from, its models answer
    as they are, on the same samples; otherwise it is trained again on the labels.

    Parameters
    ----------
    planned
        The study, its patients, and its learners.
    trained
        Models of its learners, by name; of learners that need no grades they are not looked at.
    champion
        The learner that is kept; the one that is looked at if it is a quick one (others would
        double the time of a training), otherwise a quick one that is no comparator, if possible a
        tuned one with all covariates.
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
    estimator = estimators[spec.name]
    answered = thresholds(prepared.labelled) if estimator.needs_graded else {}
    found, counts = [], alternatives(prepared.labelled)
    for definition, labels in prepared.labelled.alternatives.items():
        events = int(np.nansum(labels))
        if min(events, int((labels == 0).sum())) < FEWEST_EVENTS:
            continue
        why: str | None = _LABEL_ALONE
        if estimator.needs_graded:
            why = why_no_threshold(prepared.labelled, definition)
        if why is None:
            other, number = answered[definition], list(answered).index(definition)
            same = trained[spec.name].of_threshold(number, other)
            plan = planned.plan.take(~np.isnan(other))
            estimates = performance(same, plan, _measures(prepared)).estimates
        else:
            estimates = _again(relabelled(prepared, labels), spec, estimator, executor)
        found.append(sensitivity_result(definition, counts[definition], spec.name, estimates, why))
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


def _measures(prepared: Prepared) -> tuple[Metric, ...]:
    return tuple(m for m in metrics(prepared.labelled.target.kind) if m.name in _NAMES)


def _again(
    prepared: Prepared, spec: LearnerSpec, estimator: Learner, executor: Executor
) -> Mapping[str, Estimate]:
    """Cross-validated performance, trained again; there is no use here for the plain bootstrap."""
    study = prepared.study
    few = study.validation.model_copy(update={"bootstrap": BootstrapSpec(replicates=20)})
    quick = replace(prepared, study=study.model_copy(update={"validation": few}))
    X = prepared.matrix.select(spec.covariates).X
    try:
        plan = make_plan(quick)
        target = prepared.labelled.target
        trained = train_learner(estimator, X, target.values, plan, executor, graded=target.graded)
    except (DataError, StudyError):
        # no model of these labels, or fewer clusters than folds, is an answer, and no reason to
        # lose the others
        return dict.fromkeys(_NAMES, Estimate.missing("no model"))
    return performance(trained, plan, _measures(prepared)).estimates
