"""Results as plain data and as figures."""

from __future__ import annotations

from predictor.report.figures import Figure, report_figures
from predictor.report.learner_facts import flat_metrics, learner_facts
from predictor.report.model_facts import model_facts
from predictor.report.study_facts import (
    comparison_facts,
    sensitivity_facts,
    study_facts,
    treat_all_facts,
)
from predictor.report.summary import check_facts, data_facts, sample_size_facts

__all__ = [
    "Figure",
    "check_facts",
    "comparison_facts",
    "data_facts",
    "flat_metrics",
    "learner_facts",
    "model_facts",
    "report_figures",
    "sample_size_facts",
    "sensitivity_facts",
    "study_facts",
    "treat_all_facts",
]
