"""Figures drawn from plain data, as a report holds it; each can also be read as a table."""

from __future__ import annotations

from predictor.report.figures.calibration_plot import calibration, calibration_in_new_patients
from predictor.report.figures.collect import (
    Workers,
    drawn_figures,
    learner_figures,
    report_figures,
    training_figures,
)
from predictor.report.figures.dendrogram import clusters
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.flow_diagram import flow
from predictor.report.figures.forest_plots import DRAWN, forest
from predictor.report.figures.importance_bars import importance
from predictor.report.figures.instability_plot import instability
from predictor.report.figures.learners_compared import comparison
from predictor.report.figures.missing_values import missing
from predictor.report.figures.net_benefit import (
    decision_curve,
    decision_curve_in_new_patients,
    decision_curve_instability,
)
from predictor.report.figures.odds_ratios import coefficients
from predictor.report.figures.response_over_time import transitions
from predictor.report.figures.roc_plot import roc
from predictor.report.figures.score_over_time import trajectories
from predictor.report.figures.small_panels import shapes
from predictor.report.figures.studies_planned import chance_by_patients
from predictor.report.figures.trainings_over_time import trainings
from predictor.report.figures.watched import (
    aurocs_over_time,
    outcome_charts,
    outcomes_over_time,
    patients_over_time,
)

__all__ = [
    "DRAWN",
    "Figure",
    "Table",
    "Workers",
    "aurocs_over_time",
    "calibration",
    "calibration_in_new_patients",
    "chance_by_patients",
    "clusters",
    "coefficients",
    "comparison",
    "decision_curve",
    "decision_curve_in_new_patients",
    "decision_curve_instability",
    "drawn_figures",
    "flow",
    "forest",
    "importance",
    "instability",
    "learner_figures",
    "missing",
    "outcome_charts",
    "outcomes_over_time",
    "patients_over_time",
    "report_figures",
    "roc",
    "shapes",
    "training_figures",
    "trainings",
    "trajectories",
    "transitions",
]
