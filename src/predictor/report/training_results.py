"""The samples of a training, and what holds for all learners, as results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor import results
from predictor.report.plain_numbers import known_row, plain, plain_row
from predictor.results import AlternativeCounts, IntervalEstimate, Sensitivity, TreatAll
from predictor.study import Study
from predictor.validation import Comparison, DecisionCurve, Estimate, Plan, RepeatedChoice

_CHOSEN = ("cross_validation", "interval", "bootstrap")


def plan_result(study: Study, plan: Plan) -> results.Plan:
    """The samples the learners were trained on, in numbers and in words."""
    patients = plan.bootstrap.shape[1]
    spec = study.validation.for_patients(patients)
    together = "" if study.cluster is None else "; patients of one cluster stay together"
    interval = (
        "a bootstrap of it for the interval"
        if spec.interval.refit
        else "for the interval resampled patients that the models of its folds are tested on"
    )
    given = [name for name in _CHOSEN if name in study.validation.model_fields_set]
    return results.Plan(
        folds=spec.cross_validation.folds,
        repeats=spec.cross_validation.repeats,
        interval_resamples=spec.interval.resamples,
        interval_repeats=spec.interval.repeats,
        interval_refit=spec.interval.refit,
        bootstrap=len(plan.bootstrap),
        how="the whole procedure, tuning included where there is any, is run again in every "
        f"sample: cross-validation for the estimate, {interval}, a plain bootstrap for optimism "
        f"and stability{together}",
        why=_why(given, patients),
    )


def _why(given: Sequence[str], patients: int) -> str:
    default = f"the default for {patients} patients"
    if not given:
        return default
    rest = "" if len(given) == len(_CHOSEN) else f"; the rest is {default}"
    return f"given in the study file: {', '.join(given)}{rest}"


def comparison_results(comparisons: Sequence[Comparison]) -> tuple[results.Comparison, ...]:
    """Paired differences between learners."""
    return tuple(
        results.Comparison(
            first=found.first,
            second=found.second,
            measure=found.measure,
            difference=plain(found.difference),
            low=plain(found.low),
            high=plain(found.high),
            within_noise=found.within_noise,
        )
        for found in comparisons
    )


def repeated_choice_result(found: RepeatedChoice) -> results.RepeatedChoice:
    """AUROC of the subject with the choice among the learners counted in."""
    return results.RepeatedChoice(
        estimate=plain(found.estimate),
        low=plain(found.low),
        high=plain(found.high),
        optimism=plain(found.optimism),
        chosen=found.chosen,
        note=found.note,
    )


def sensitivity_result(
    definition: str,
    counts: AlternativeCounts,
    learner: str,
    estimates: Mapping[str, Estimate],
    why_trained_again: str | None,
) -> Sensitivity:
    """Performance of a learner under another definition of the outcome.

    Parameters
    ----------
    counts
        Patients labelled and events, as they may be shared.
    estimates
        ``auroc`` and ``scaled_brier``.
    why_trained_again
        None if the models of the rule answered.
    """
    return Sensitivity(
        definition=definition,
        labelled=counts.labelled,
        events=counts.events,
        learner=learner,
        same_model=why_trained_again is None,
        why_trained_again=why_trained_again,
        **{
            name: IntervalEstimate(
                estimate=plain(found.estimate), low=plain(found.low), high=plain(found.high)
            )
            for name, found in estimates.items()
        },
    )


def treat_all_result(curve: DecisionCurve) -> TreatAll:
    """Net benefit of treating everybody."""
    return TreatAll(
        threshold=known_row(curve.threshold),
        treat_all=known_row(curve.net_benefit),
        low=plain_row(curve.low),
        high=plain_row(curve.high),
    )
