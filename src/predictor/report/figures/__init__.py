"""Figures drawn from plain data, as a report holds it; each can also be read as a table."""

from __future__ import annotations

from predictor.report.figures.calibration import calibration
from predictor.report.figures.coefficients import coefficients
from predictor.report.figures.collect import learner_figures, report_figures, training_figures
from predictor.report.figures.comparison import comparison
from predictor.report.figures.decision_curve import decision_curve, decision_curve_instability
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.flow import flow
from predictor.report.figures.importance import importance
from predictor.report.figures.instability import instability
from predictor.report.figures.missing import missing
from predictor.report.figures.trajectories import trajectories
from predictor.report.figures.transitions import transitions

__all__ = [
    "Figure",
    "Table",
    "calibration",
    "coefficients",
    "comparison",
    "decision_curve",
    "decision_curve_instability",
    "flow",
    "importance",
    "instability",
    "learner_figures",
    "missing",
    "report_figures",
    "training_figures",
    "trajectories",
    "transitions",
]
