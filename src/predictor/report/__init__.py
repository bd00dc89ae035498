"""Results, and the figures drawn of them."""

from __future__ import annotations

from predictor.report.cohort_results import (
    checked_cohort,
    checked_covariates,
    cohort_counts,
    covariates,
    flow,
    sample_size,
)
from predictor.report.figures import Figure, Workers, drawn_figures, report_figures
from predictor.report.group_results import by_groups_result
from predictor.report.learner_results import headline_metrics, learner_result
from predictor.report.models_in_words import model_in_words
from predictor.report.training_results import (
    comparison_results,
    plan_result,
    repeated_choice_result,
    sensitivity_result,
    treat_all_result,
)

__all__ = [
    "Figure",
    "Workers",
    "by_groups_result",
    "checked_cohort",
    "checked_covariates",
    "cohort_counts",
    "comparison_results",
    "covariates",
    "drawn_figures",
    "flow",
    "headline_metrics",
    "learner_result",
    "model_in_words",
    "plan_result",
    "repeated_choice_result",
    "report_figures",
    "sample_size",
    "sensitivity_result",
    "treat_all_result",
]
