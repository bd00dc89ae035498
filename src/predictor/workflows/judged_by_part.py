"""What is found in a training by part, and what is said of it as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from predictor import results
from predictor.cohort import pipeline_sql
from predictor.cohort.parted import PartedCohort
from predictor.report import (
    cohort_counts,
    covariates,
    repeated_choice_result,
    sample_size,
    treat_all_result,
)
from predictor.results import ByPart, TrainingResult
from predictor.results.words import listed
from predictor.study import Study, dump_study
from predictor.validation import (
    AUDITS,
    Contender,
    Evidence,
    audit,
    choose,
    metrics,
    treat_all,
    verdict,
)
from predictor.validation.cells import CellPlan
from predictor.validation.estimates import performance_in
from predictor.validation.parted_plan import PartedPlan
from predictor.workflows import provenance
from predictor.workflows.afforded_samples import Sizes
from predictor.workflows.estimated_by_part import (
    EstimatedByPart,
    LearnedByPart,
    estimate_by_part,
)
from predictor.workflows.judged import Judged
from predictor.workflows.judged import compared as compared_between
from predictor.workflows.patients_of_parts import Columns, Drawn
from predictor.workflows.prepared import Prepared

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

_TABLE_ONE = (
    "Table 1 and the limits of the label: `predictor describe` on a random sample of the patients "
    "has them."
)
_KEPT = (
    "Models of resampled cohorts: intervals are of resampled patients that the models of the folds "
    "are tested on, as in a training in memory of more than 10,000 patients."
)
_NOT_DONE = (
    _TABLE_ONE,
    "The global test, which shuffles patients over all of the table.",
    "Audits that look at the rows of all patients; each says so.",
    "Performance under other definitions, in centres, in groups and in later patients.",
    _KEPT,
)
_NO_BOOTSTRAP = (
    "Bootstrap models of {}, each of which would take as long as the model itself: no optimism, no "
    "stability, no range of a new patient's probability."
)
_DRAWN = (
    "Explanations, the steps of odds ratios, how far probabilities move over other samples, the "
    "range of a new patient's probability, the spread of the linear predictor and how values go "
    "together are of {} patients, drawn at random."
)


@dataclass(frozen=True, repr=False)
class JudgedByPart(Judged):
    """A training by part that is over.

    Attributes
    ----------
    sizes
        Of its samples.
    of_samples
        What it shares with another training of the same samples.
    """

    sizes: Sizes
    of_samples: str

    @property
    def plan_told(self) -> results.Plan:
        """The samples in numbers and in words."""
        return _plan(self.sizes)

    @property
    def digest(self) -> str:
        """What two trainings share if their samples are of the same patients."""
        return self.of_samples


def judge_by_part(
    cohort: PartedCohort,
    prepared: Prepared,
    plan: CellPlan,
    sizes: Sizes,
    estimators: Mapping[str, Learner],
    learned: Mapping[str, LearnedByPart],
    reference: LearnedByPart,
    *,
    drawn: Drawn,
    columns: Columns,
) -> JudgedByPart:
    """Measure and explain every learner, choose the champion, run audits, give the verdict.

    Parameters
    ----------
    cohort, prepared
        The table, and what is known here of its patients.
    plan, sizes
        The samples, and why so many.
    estimators, learned
        Of the study, by name.
    reference
        The prevalence, trained like a learner.
    drawn, columns
        Some patients, and the columns of all.
    """
    study = cohort.study
    measures = metrics("binary", study.validation.thresholds)
    compared = tuple(metric for metric in measures if metric.compared)
    prevalence = performance_in(reference.samples, compared)
    estimated = {
        spec.name: estimate_by_part(
            spec,
            study,
            estimators[spec.name],
            learned[spec.name],
            measures,
            prevalence,
            drawn=drawn,
            nobody=cohort.nobody.select(spec.covariates),
            columns=columns.some(learned[spec.name].columns),
            flow=cohort.flow,
        )
        for spec in study.learners
    }
    performances = {name: each.performance for name, each in estimated.items()}
    champion = choose(performances)
    evidence = Evidence(
        study,
        prepared.labelled,
        cohort.nobody,
        contenders={
            name: _contender(each, estimators[name], plan.samples)
            for name, each in estimated.items()
        },
        champion=champion.name,
        prevalence=prevalence,
    )
    findings = audit(evidence, by_part=True)
    undone = tuple(each.code for each in AUDITS if each.of_rows)
    said = verdict(evidence, findings, undone=len(undone))
    subject = evidence.subject
    taught = subject if subject is not None and subject.parameters else None
    named = study.without_paths()
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
        sql=pipeline_sql(named)[0],
        pipeline_given=study.covariates is not None,
        cluster=None,
        covariates=_covariates(prepared, study, columns),
        plan=_plan(sizes),
        data=cohort_counts(prepared.labelled, prepared.fingerprint),
        sample_size=sample_size(
            cohort.flow.labelled,
            cohort.flow.events,
            len(cohort.nobody.columns) if taught is None else taught.parameters,
            evidence.strength,
            learner=None if taught is None else taught.name,
        ),
        learners={name: each.result for name, each in estimated.items()},
        champion=champion.name,
        champion_reason=champion.reason,
        subject=None if subject is None else subject.name,
        subject_reason=evidence.subject_reason,
        repeated_choice=repeated_choice_result(evidence.repeated_choice),
        verdict_level=said.level,
        verdict=said.sentences,
        by_part=ByPart(
            parts=len(cohort.sizes),
            passes={name: each.passes for name, each in estimated.items()},
            drawn=len(drawn.y),
            bins=len(plan.bins),
            errors={name: each.errors for name, each in estimated.items()},
            audits_not_done=undone,
            not_done=_not_done(estimated, sizes, len(drawn.y)),
        ),
        audits=findings,
        comparisons=compared_between(
            study,
            estimators,
            performances,
            prevalence,
            champion.name,
            [metric.name for metric in compared],
        ),
        decision_curve=treat_all_result(treat_all(reference.samples)),
        sensitivity=(),
        seed=study.seed,
        versions=provenance.versions(),
        time=provenance.now(),
    )
    return JudgedByPart(
        prepared=prepared,
        plan=reference.samples.plan,
        estimators=estimators,
        trained={name: each.samples.trained for name, each in learned.items()},
        seconds={name: each.seconds for name, each in learned.items()},
        reference=reference.samples.trained,
        centre_left_out={},
        learners=estimated,
        prevalence=prevalence,
        result=result,
        sizes=sizes,
        of_samples=_digest(plan, cohort),
    )


def _not_done(
    estimated: Mapping[str, EstimatedByPart], sizes: Sizes, drawn: int
) -> tuple[str, ...]:
    without = [n for n, each in estimated.items() if not len(each.trained.bootstrap_models)]
    if not sizes.replicates or not without:
        return (*_NOT_DONE, _DRAWN.format(drawn))
    return (*_NOT_DONE, _NO_BOOTSTRAP.format(listed(without)), _DRAWN.format(drawn))


def _contender(found: EstimatedByPart, estimator: Learner, samples: PartedPlan) -> Contender:
    moved = found.result.instability_mape
    return Contender(
        spec=found.spec,
        estimator=estimator,
        X=found.matrix.X,
        performance=found.performance,
        parameters=found.result.parameters,
        instability=float("nan") if moved is None else moved,
        failed=found.trained.failed,
        replicates=samples.folds + samples.replicates,
    )


def _covariates(
    prepared: Prepared, study: Study, columns: Columns
) -> tuple[results.Covariate, ...]:
    """What the learners are given; how much of it is missing, of all patients."""
    told = covariates(prepared.matrix, study)
    starts = [covariate.start for covariate in prepared.matrix.covariates]
    return tuple(
        each.model_copy(update={"missing": int(columns.patients - columns.count[start])})
        for each, start in zip(told, starts, strict=True)
    )


def _plan(sizes: Sizes) -> results.Plan:
    replicates = ", a plain bootstrap for optimism and stability" if sizes.replicates else ""
    return results.Plan(
        folds=sizes.folds,
        repeats=1,
        interval_resamples=sizes.cohorts,
        interval_repeats=1,
        interval_refit=False,
        bootstrap=sizes.replicates,
        how="the whole procedure, tuning included where there is any, is run again in every "
        "sample, which each part draws of its own patients (resamples by Poisson numbers): "
        "cross-validation for the estimate, for the interval resampled patients that the models of "
        f"its folds are tested on{replicates}",
        why=sizes.why,
    )


def _digest(plan: CellPlan, cohort: PartedCohort) -> str:
    """Of samples and patients: what decides them, and the entropy, without which nobody can try."""
    study, samples = cohort.study, plan.samples
    patients = [cohort.fingerprint, study.predict_at, dict(study.eligible), cohort.sizes]
    label = [study.outcome.known_at, study.outcome.rule, cohort.flow.events]
    said = json.dumps([patients, label, samples.seed, samples.folds, plan.cohorts])
    return sha256(samples.entropy.to_bytes(32, "big") + said.encode()).hexdigest()[:32]
