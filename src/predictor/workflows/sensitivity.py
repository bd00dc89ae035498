"""What would have been found under another definition of the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from predictor.cohort.label import FEWEST_EVENTS
from predictor.errors import DataError, StudyError
from predictor.report import sensitivity_facts
from predictor.study import BootstrapSpec, LearnerSpec, Study
from predictor.validation import Estimate, metrics, performance
from predictor.validation import train as train_learner
from predictor.workflows.plan import make_plan
from predictor.workflows.prepared import Prepared, relabelled

# fitted to thousands of samples in about a second; others would double the time of a training
_FAST = ("ridge", "logistic", "firth")


def sensitivity(
    prepared: Prepared, study: Study, estimators: Mapping[str, Any], champion: str
) -> list[dict[str, Any]]:
    """Train a learner again under every alternative definition that has enough patients.

    Parameters
    ----------
    prepared, study
        The patients; the study with the learners and the seed that were used.
    estimators
        By name of the learner.
    champion
        The learner that is kept; trained again if it is a fast one, otherwise a fast one that is
        no comparator, if possible a ridge with all covariates.

    Returns
    -------
    list of dict
        Plain data; empty when there is no fast learner. A definition under which there are fewer
        than 10 events or 10 patients without is left out.
    """
    spec = _fast_learner(study, champion)
    if spec is None:
        return []
    found = []
    for definition, labels in prepared.labelled.alternatives.items():
        again = relabelled(prepared, labels)
        flow = again.labelled.flow
        if min(flow.events, flow.labelled - flow.events) >= FEWEST_EVENTS:
            auroc = _auroc(again, study, spec, estimators[spec.name])
            found.append(sensitivity_facts(definition, flow, spec.name, auroc))
    return found


def _fast_learner(study: Study, champion: str) -> LearnerSpec | None:
    fast = [spec for spec in study.learners if spec.learner in _FAST]
    ours = [spec for spec in fast if spec.name == champion]
    # of several, the one with all covariates, and ridge, which always has a model
    others = sorted(
        (spec for spec in fast if not spec.comparator),
        key=lambda spec: (spec.covariates is not None, spec.learner != "ridge"),
    )
    return next(iter((*ours, *others)), None)


def _auroc(prepared: Prepared, study: Study, spec: LearnerSpec, estimator: Any) -> Estimate:
    """Cross-validated AUROC with its interval; there is no use here for the plain bootstrap."""
    few = study.validation.model_copy(update={"bootstrap": BootstrapSpec(replicates=20)})
    (measure,) = (m for m in metrics(()) if m.name == "auroc")
    X = prepared.matrix.select(spec.covariates).X
    try:
        plan = make_plan(prepared, study.model_copy(update={"validation": few}))
        trained = train_learner(estimator, X, prepared.labelled.y, plan)
    except (DataError, StudyError):
        # no model of these labels, or fewer clusters than folds, is an answer, and no reason to
        # lose the others
        return Estimate.missing("no model")
    return performance(trained, plan, (measure,)).estimates["auroc"]
