"""``predictor train``: the main job, from a table to tracked, explained, saved models."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from predictor.cohort import Design, pipeline_sql
from predictor.explain import explain, importance
from predictor.learners import REFERENCE, make
from predictor.report import (
    cohort_counts,
    compared,
    covariates,
    learner_result,
    model_in_words,
    planned,
    sample_size,
    treat_all_result,
)
from predictor.results import Comparison, DeliveredTraining, TrainingResult
from predictor.study import LearnerSpec, Study, dump_study
from predictor.validation import (
    NOT_SHOWN,
    DecisionCurve,
    Executor,
    Metric,
    Performance,
    Plan,
    Samples,
    audit,
    calibration,
    choose,
    comparisons,
    decision_curve,
    metrics,
    performance,
    stability,
    strength,
    threads,
    treat_all,
    verdict,
)
from predictor.validation import train as train_learner
from predictor.workflows import provenance
from predictor.workflows.auditing import evidence_after
from predictor.workflows.delivery import Delivery, Result, deliver, without_paths
from predictor.workflows.learner import make_learner
from predictor.workflows.places import check_places
from predictor.workflows.plan import make_plan
from predictor.workflows.prepared import Prepared, prepare
from predictor.workflows.sensitivity import sensitivity

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

Progress = Callable[[str, float], None]

EXPLAINED = 5_000  # patients whose contributions are computed, for every learner and replicate


def _silent(_step: str, _share: float) -> None:
    """No progress is shown."""


def train(
    config: Path | str,
    data: Path | str,
    *,
    learners: Sequence[str] = (),
    models: Path = Path("models"),
    out: Path | None = None,
    seed: int | None = None,
    jobs: int = -1,
    individual: bool = False,
    progress: Progress = _silent,
) -> DeliveredTraining:
    """Train, validate, explain, save and track the learners of a study.

    Parameters
    ----------
    config, data
        Study file and table of patients.
    learners
        Names of learners in the study file (or of the package) to train; all of the file if empty.
    models
        Where saved models go: ``models/<study>/<learner>/``.
    out
        Where figures and ``report.json`` go; ``reports/<study>`` if None.
    seed
        Instead of the seed of the study file.
    jobs
        Replicates fitted at the same time; -1 for all processors.
    individual
        Draw each learner's SHAP values with a point per patient: personal data.
    progress
        Called before each step with a few words and the share of steps that are done.

    Returns
    -------
    DeliveredTraining
        What was found, and where it is.

    Raises
    ------
    PredictorError
        If the study or the table is refused, a place cannot be written or belongs to something
        else, or the MLflow store cannot be reached; nothing is written then. If MLflow fails after
        the training, the results are written, and `tracking_error` says what failed.
    OSError
        If the disk is full; nothing is written then.
    """
    progress("reading", 0.0)
    prepared = prepare(config, data, learners=learners, seed=seed)
    study = prepared.study
    estimators = {spec.name: _estimator(spec, prepared) for spec in study.learners}
    executor = threads(jobs)
    plan = make_plan(prepared)
    out = Path("reports") / study.study if out is None else out
    check_places(study, models, out)
    reference = train_learner(make(REFERENCE), prepared.matrix.X, prepared.labelled.y, plan)
    prevalence = performance(reference, plan, _compared(study))
    results: dict[str, Result] = {}
    steps = len(study.learners) + 2  # reading before them, saving after
    for done, spec in enumerate(study.learners, start=1):
        progress(f"training {spec.name}", done / steps)
        results[spec.name] = _run(
            spec, estimators[spec.name], prepared, plan, executor, prevalence=prevalence
        )
    progress("saving", 1 - 1 / steps)
    return deliver(
        Delivery(
            study=study,
            plan=plan,
            results=results,
            result=_judged(
                prepared,
                plan,
                results,
                estimators,
                executor,
                prevalence=prevalence,
                everybody=treat_all(Samples(reference, plan)),
            ),
            data=Path(data).stem,
            models=models,
            out=out,
            pooled=prepared.pooled,
            individual=individual,
        )
    )


def _estimator(spec: LearnerSpec, prepared: Prepared) -> Learner:
    estimator = make_learner(spec, prepared.study, prepared.matrix)
    if "random_state" in estimator.get_params(deep=False) and "random_state" not in spec.parameters:
        estimator.set_params(random_state=prepared.study.seed)
    return estimator


def _run(
    spec: LearnerSpec,
    estimator: Learner,
    prepared: Prepared,
    plan: Plan,
    executor: Executor,
    *,
    prevalence: Performance,
) -> Result:
    start = time.perf_counter()
    study = prepared.study
    matrix = prepared.matrix.select(spec.covariates)
    trained = train_learner(estimator, matrix.X, prepared.labelled.y, plan, executor)
    thresholds = study.validation.thresholds
    found = performance(trained, plan, metrics(thresholds))
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
        covariates=[covariate.name for covariate in matrix.covariates],
        parameters=parameters,
        tuned=estimator.tuned,
        explained=len(shown.X),
        curve=decision_curve(samples),
        calibration=calibration(samples),
        stability=stability(trained, thresholds),
        model=model_in_words(
            trained.model, kept, matrix, study, constant=not estimator.learns_from_covariates
        ),
        sample_size=sample_size(
            prepared.labelled.flow.labelled,
            prepared.labelled.flow.events,
            parameters,
            strength(found, prevalence.estimates["log_loss"].estimate),
            learner=spec.name,
        )
        if parameters
        else None,
        seconds=time.perf_counter() - start,
    )
    explanation = explain(trained.model, shown)
    return Result(spec, matrix, shown, trained, found, explanation, importances, result)


def _shown(matrix: Design, seed: int) -> Design:
    """The patients on whom models are explained: all, or a random sample of very many."""
    patients = len(matrix.X)
    if patients <= EXPLAINED:
        return matrix
    chosen = np.random.default_rng(seed).choice(patients, EXPLAINED, replace=False)
    return matrix.take(np.sort(chosen))


def _judged(
    prepared: Prepared,
    plan: Plan,
    results: dict[str, Result],
    estimators: Mapping[str, Learner],
    executor: Executor,
    *,
    prevalence: Performance,
    everybody: DecisionCurve,
) -> TrainingResult:
    study = prepared.study
    performances = {name: result.performance for name, result in results.items()}
    champion = choose(performances)
    flow = prepared.labelled.flow
    evidence = evidence_after(
        prepared,
        results,
        estimators,
        champion=champion.name,
        prevalence_log_loss=prevalence.estimates["log_loss"].estimate,
    )
    findings = audit(evidence)
    said = verdict(evidence, findings)
    subject = None if evidence.subject is None else evidence.subject.name
    named = without_paths(study)
    sql, _ = pipeline_sql(named)
    return TrainingResult(
        study=study.study,
        title=study.title,
        predict_at=study.predict_at,
        outcome=study.outcome.name,
        timepoints=study.timepoints,
        outcome_known_at=study.outcome.known_at,
        rule=study.outcome.rule,
        eligible_rules=study.eligible,
        config=dump_study(named),
        sql=sql,
        pipeline_given=study.covariates is not None,
        cluster=study.cluster,
        covariates=covariates(prepared.matrix),
        plan=planned(named, plan),
        data=cohort_counts(prepared.labelled, prepared.fingerprint),
        sample_size=(subject is not None and results[subject].found.sample_size)
        or sample_size(flow.labelled, flow.events, prepared.matrix.X.shape[1], NOT_SHOWN),
        learners={name: result.found for name, result in results.items()},
        champion=champion.name,
        champion_reason=champion.reason,
        subject=subject,
        subject_reason=evidence.subject_reason,
        verdict_level=said.level,
        verdict=said.sentences,
        audits=findings,
        comparisons=_comparisons(study, estimators, performances, prevalence, champion.name),
        decision_curve=treat_all_result(everybody),
        sensitivity=sensitivity(prepared, estimators, champion.name, executor),
        seed=study.seed,
        versions=provenance.versions(),
        time=provenance.now(),
    )


def _compared(study: Study) -> tuple[Metric, ...]:
    """Measures in which learners are compared."""
    return tuple(
        metric
        for metric in metrics(study.validation.thresholds)
        if metric.name in ("auroc", "log_loss", "brier") or metric.name.startswith("net_benefit@")
    )


def _comparisons(
    study: Study,
    estimators: Mapping[str, Learner],
    performances: dict[str, Performance],
    prevalence: Performance,
    champion: str,
) -> tuple[Comparison, ...]:
    """Everybody against the prevalence (in the study or not), comparators and champion."""
    constant = [name for name, each in estimators.items() if not each.learns_from_covariates]
    references = constant[:1] or [REFERENCE]
    references += [spec.name for spec in study.learners if spec.comparator]
    found = comparisons(
        {references[0]: prevalence, **performances},
        references=references,
        champion=champion,
        measures=[metric.name for metric in _compared(study)],
    )
    return compared(found)
