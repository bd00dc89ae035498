"""The question of a training, its samples, and what holds for all learners, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from predictor.cohort import Design, pipeline_sql
from predictor.disclosure import Shown
from predictor.report.summary import covariate_facts, plain, plain_row
from predictor.study import Study, dump_study
from predictor.validation import Comparison, DecisionCurve, Estimate, Plan

_CHOSEN = ("cross_validation", "interval", "bootstrap")


def study_facts(study: Study, matrix: Design, plan: Plan) -> dict[str, Any]:
    """Rules, covariates and samples.

    Parameters
    ----------
    study
        Without paths of this machine.
    matrix
        Covariates of the labelled patients.
    plan
        The samples the learners were trained on.
    """
    sql, _ = pipeline_sql(study)
    return {
        "timepoints": dict(study.timepoints),
        "outcome_known_at": study.outcome.known_at,
        "rule": study.outcome.rule,
        "eligible_rules": dict(study.eligible),
        "config": dump_study(study),
        "sql": sql,
        "pipeline_given": study.covariates is not None,
        "cluster": study.cluster,
        "covariates": covariate_facts(matrix),
        "plan": _plan(study, plan),
    }


def _plan(study: Study, plan: Plan) -> dict[str, Any]:
    patients = plan.bootstrap.shape[1]
    spec = study.validation.for_patients(patients)
    together = "" if study.cluster is None else "; patients of one cluster stay together"
    interval = (
        "a bootstrap of it for the interval"
        if spec.interval.refit
        else "for the interval resampled patients that the models of its folds are tested on"
    )
    given = [name for name in _CHOSEN if name in study.validation.model_fields_set]
    return {
        "folds": spec.cross_validation.folds,
        "repeats": spec.cross_validation.repeats,
        "interval_resamples": spec.interval.resamples,
        "interval_repeats": spec.interval.repeats,
        "interval_refit": spec.interval.refit,
        "bootstrap": len(plan.bootstrap),
        "how": "the whole procedure, tuning included where there is any, is run again in every "
        f"sample: cross-validation for the estimate, {interval}, a plain bootstrap for optimism "
        f"and stability{together}",
        "why": _why(given, patients),
    }


def _why(given: Sequence[str], patients: int) -> str:
    default = f"the default for {patients} patients"
    if not given:
        return default
    rest = "" if len(given) == len(_CHOSEN) else f"; the rest is {default}"
    return f"given in the study file: {', '.join(given)}{rest}"


def comparison_facts(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Paired differences between learners."""
    return [
        {
            **asdict(comparison),
            "low": plain(comparison.low),
            "high": plain(comparison.high),
            "within_noise": comparison.within_noise,
        }
        for comparison in comparisons
    ]


def sensitivity_facts(
    definition: str, counts: Mapping[str, Shown], learner: str, auroc: Estimate
) -> dict[str, Any]:
    """AUROC of a learner under another definition of the outcome.

    Parameters
    ----------
    counts
        Patients labelled and events, as they may be shared.
    """
    return {
        "definition": definition,
        "labelled": counts["labelled"],
        "events": counts["events"],
        "learner": learner,
        "auroc": {
            "estimate": plain(auroc.estimate),
            "low": plain(auroc.low),
            "high": plain(auroc.high),
        },
    }


def treat_all_facts(curve: DecisionCurve) -> dict[str, Any]:
    """Net benefit of treating everybody."""
    return {
        "threshold": plain_row(curve.threshold),
        "treat_all": plain_row(curve.net_benefit),
        "low": plain_row(curve.low),
        "high": plain_row(curve.high),
    }
