"""What is said of a training as a whole: champion, audits, verdict, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from predictor.cohort import pipeline_sql
from predictor.description import describe, label_limits, suppressed
from predictor.learners import REFERENCE
from predictor.report import (
    cohort_counts,
    comparison_results,
    covariates,
    repeated_choice_result,
    sample_size,
    treat_all_result,
)
from predictor.results import Comparison, TrainingResult
from predictor.study import Study, dump_study
from predictor.validation import (
    Executor,
    Performance,
    Samples,
    audit,
    choose,
    comparisons,
    serial,
    treat_all,
    verdict,
)
from predictor.workflows import provenance
from predictor.workflows.association import global_test
from predictor.workflows.auditing import evidence_after
from predictor.workflows.estimated import Estimated, compared_in
from predictor.workflows.expectations import expected_directions
from predictor.workflows.later_patients import forward
from predictor.workflows.other_definitions import sensitivity

if TYPE_CHECKING:
    from predictor.learners.learner import Learner


@dataclass(frozen=True, repr=False)
class Judged(Estimated):
    """A training that is over; `result` is what becomes ``report.json``."""

    result: TrainingResult


def judge(estimated: Estimated, executor: Executor = serial) -> Judged:
    """Ask whether there is anything, choose the champion, run the audits, give the verdict.

    Parameters
    ----------
    estimated
        The learners and what was found of each.
    executor
        Where a quick learner is trained again under the other definitions of the outcome.
    """
    prepared, learners = estimated.prepared, estimated.learners
    study, flow = prepared.study, prepared.labelled.flow
    association = global_test(prepared)
    performances = {name: learner.performance for name, learner in learners.items()}
    champion = choose(performances)
    evidence = evidence_after(estimated, champion=champion.name, global_test=association)
    findings = audit(evidence)
    said = verdict(evidence, findings)
    subject = evidence.subject
    learned = subject if subject is not None and subject.parameters else None
    named = study.without_paths()
    sql, _ = pipeline_sql(named)
    result = TrainingResult(
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
        covariates=covariates(prepared.matrix, study),
        plan=estimated.plan_told,
        data=cohort_counts(prepared.labelled, prepared.fingerprint),
        table_one=suppressed(describe(prepared.labelled)).characteristics,
        label_limits=label_limits(prepared.labelled),
        sample_size=sample_size(
            flow.labelled,
            flow.events,
            prepared.matrix.X.shape[1] if learned is None else learned.parameters,
            evidence.strength,
            learner=None if learned is None else learned.name,
        ),
        learners={name: learner.result for name, learner in learners.items()},
        champion=champion.name,
        champion_reason=champion.reason,
        subject=None if subject is None else subject.name,
        subject_reason=evidence.subject_reason,
        repeated_choice=repeated_choice_result(evidence.repeated_choice),
        verdict_level=said.level,
        verdict=said.sentences,
        global_test=association,
        expected=expected_directions(prepared),
        forward=forward(estimated),
        audits=findings,
        comparisons=_comparisons(estimated, champion.name),
        decision_curve=treat_all_result(treat_all(Samples(estimated.reference, estimated.plan))),
        sensitivity=sensitivity(estimated, estimated.trained, champion.name, executor),
        seed=study.seed,
        versions=provenance.versions(),
        time=provenance.now(),
    )
    return Judged(**vars(estimated), result=result)


def _comparisons(estimated: Estimated, champion: str) -> tuple[Comparison, ...]:
    return compared(
        estimated.prepared.study,
        estimated.estimators,
        {name: learner.performance for name, learner in estimated.learners.items()},
        estimated.prevalence,
        champion,
        [metric.name for metric in compared_in(estimated.prepared)],
    )


def compared(
    study: Study,
    estimators: Mapping[str, Learner],
    performances: Mapping[str, Performance],
    prevalence: Performance,
    champion: str,
    measures: Sequence[str],
) -> tuple[Comparison, ...]:
    """Everybody against the prevalence (in the study or not), comparators and champion."""
    constant = [name for name, each in estimators.items() if not each.learns_from_covariates]
    references = constant[:1] or [REFERENCE]
    references += [spec.name for spec in study.learners if spec.comparator]
    found = comparisons(
        {references[0]: prevalence, **performances},
        references=references,
        champion=champion,
        measures=measures,
    )
    return comparison_results(found)
