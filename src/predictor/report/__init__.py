"""Results as plain data and as figures."""

from __future__ import annotations

from predictor.report.figures import calibration_figure, comparison_figure
from predictor.report.summary import (
    check_facts,
    data_facts,
    flat_metrics,
    learner_facts,
    sample_size_facts,
)

__all__ = [
    "calibration_figure",
    "check_facts",
    "comparison_figure",
    "data_facts",
    "flat_metrics",
    "learner_facts",
    "sample_size_facts",
]
