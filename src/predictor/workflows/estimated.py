"""What is found of each learner: performance, stability, explanation, the model in words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from predictor.cohort import Design
from predictor.disclosure import FEWEST
from predictor.explain import Explanation, Importance, explain, importance, shapes
from predictor.report import by_groups_result, learner_result, model_in_words, sample_size
from predictor.results import CentresSummary, LearnerResult
from predictor.saved import Usual
from predictor.scorers import Scorers
from predictor.scorers.keeping import kept
from predictor.study import LearnerSpec
from predictor.validation import (
    Metric,
    Performance,
    Samples,
    Trained,
    by_group,
    calibration,
    decision_curve,
    metrics,
    performance,
    performance_by_centre,
    roc_curve,
    stability,
    strength,
)
from predictor.workflows.fitted import Fitted
from predictor.workflows.learner import remarks, settings
from predictor.workflows.prepared import Prepared

EXPLAINED = 5_000  # patients whose contributions are computed, for every learner and replicate


@dataclass(frozen=True, repr=False)
class EstimatedLearner:
    """Everything about one learner.

    Attributes
    ----------
    spec, matrix, trained
        What it is, the patients it was given, and its models.
    shown
        The patients on whom it is explained: all of them, or some of very many.
    performance, explanation, importances
        What was found.
    result
        All of it in numbers and words.
    """

    spec: LearnerSpec
    matrix: Design
    shown: Design
    trained: Trained
    performance: Performance
    explanation: Explanation
    importances: tuple[Importance, ...]
    result: LearnerResult

    @property
    def kept(self) -> Scorers:
        """The model as it may be saved."""
        return kept(self.trained.model, self.matrix.X, fewest=FEWEST)

    @property
    def usual(self) -> Usual:
        """What its patients were like."""
        return Usual.of(self.matrix)


@dataclass(frozen=True, repr=False)
class Estimated(Fitted):
    """A training whose learners are measured.

    Attributes
    ----------
    learners
        By name.
    prevalence
        Performance of the reference, in the measures in which learners are compared.
    """

    learners: Mapping[str, EstimatedLearner]
    prevalence: Performance


def estimate(fitted: Fitted) -> Estimated:
    """Measure every learner, and explain it."""
    study = fitted.prepared.study
    prevalence = performance(fitted.reference, fitted.plan, compared_in(fitted.prepared))
    learners = {spec.name: _estimated(spec, fitted, prevalence) for spec in study.learners}
    return Estimated(**vars(fitted), learners=learners, prevalence=prevalence)


def compared_in(prepared: Prepared) -> tuple[Metric, ...]:
    """Measures in which learners are compared."""
    return tuple(metric for metric in _metrics(prepared) if metric.compared)


def _metrics(prepared: Prepared) -> tuple[Metric, ...]:
    return metrics(prepared.labelled.target.kind, prepared.study.validation.thresholds)


def _estimated(spec: LearnerSpec, fitted: Fitted, prevalence: Performance) -> EstimatedLearner:
    start = time.perf_counter()
    prepared, plan, trained = fitted.prepared, fitted.plan, fitted.trained[spec.name]
    study, estimator, flow = prepared.study, fitted.estimators[spec.name], prepared.labelled.flow
    matrix = prepared.matrix.select(spec.covariates)
    found = performance(trained, plan, _metrics(prepared))
    samples = Samples(trained, plan)
    kept = trained.bootstrap_models[: trained.model.kept]
    shown = _shown(matrix, study.seed)
    importances = importance(trained.model, kept, shown)
    parameters = estimator.number_of_parameters(matrix.X.shape[1])
    result = learner_result(
        spec,
        trained,
        found,
        importances,
        shapes(trained.model, kept, shown),
        covariates=[covariate.name for covariate in matrix.covariates],
        settings=settings(spec, study, estimator),
        parameters=parameters,
        tuned=estimator.tuned,
        explained=len(shown.X),
        roc=roc_curve(samples) if parameters else None,
        curve=decision_curve(samples),
        calibration=calibration(samples),
        stability=stability(trained, study.validation.thresholds),
        model=model_in_words(
            trained.model,
            kept,
            matrix,
            study,
            constant=not estimator.learns_from_covariates,
            remarks=remarks(spec, study, estimator),
        ),
        sample_size=sample_size(
            flow.labelled,
            flow.events,
            parameters,
            strength(found, prevalence.estimates["log_loss"].estimate),
            learner=spec.name,
        )
        if parameters
        else None,
        centres=_by_centre(spec.name, fitted),
        groups=[
            by_groups_result(
                grouping, trained.y, by_group(trained, plan, grouping.which, prepared.clusters)
            )
            for grouping in prepared.groupings
        ],
        seconds=fitted.seconds[spec.name] + time.perf_counter() - start,
    )
    explanation = explain(trained.model, shown)
    return EstimatedLearner(spec, matrix, shown, trained, found, explanation, importances, result)


def _by_centre(name: str, fitted: Fitted) -> CentresSummary | None:
    """How a learner does in centres that it was trained without; None where there are none."""
    prepared = fitted.prepared
    if prepared.centres is None or prepared.clusters is None:
        return None
    return performance_by_centre(
        fitted.centre_left_out[name],
        prepared.labelled.target.values,
        prepared.clusters,
        prepared.centres,
        prepared.entropy,
    )


def _shown(matrix: Design, seed: int) -> Design:
    """The patients on whom models are explained: all, or a random sample of very many."""
    patients = len(matrix.X)
    if patients <= EXPLAINED:
        return matrix
    chosen = np.random.default_rng(seed).choice(patients, EXPLAINED, replace=False)
    return matrix.take(np.sort(chosen))
