"""Figures of a report, for notebooks and papers.

>>> from predictor import figures
>>> report = figures.load("reports/crps-esketamine/latest/report.json")  # doctest: +SKIP
>>> figures.decision_curve(report, "ridge")  # doctest: +SKIP

A figure shows itself in a notebook; ``.svg`` is a vector graphic, ``.png(dpi=300)`` a picture,
``.alt`` a sentence with the numbers, ``.table`` all of them. The beeswarm alone needs the patients;
it is drawn by the `shap` package, as a picture or a vector graphic.
"""

from __future__ import annotations

from pathlib import Path

from predictor.explain.figures import beeswarm
from predictor.report.figures import (
    Figure,
    Table,
    calibration,
    chance_by_patients,
    clusters,
    coefficients,
    comparison,
    decision_curve,
    decision_curve_instability,
    flow,
    importance,
    instability,
    learner_figures,
    missing,
    report_figures,
    roc,
    shapes,
    training_figures,
    trainings,
    trajectories,
    transitions,
)
from predictor.results import TrainingResult, read_training

__all__ = [
    "Figure",
    "Table",
    "beeswarm",
    "calibration",
    "chance_by_patients",
    "clusters",
    "coefficients",
    "comparison",
    "decision_curve",
    "decision_curve_instability",
    "flow",
    "importance",
    "instability",
    "learner_figures",
    "load",
    "missing",
    "report_figures",
    "roc",
    "shapes",
    "training_figures",
    "trainings",
    "trajectories",
    "transitions",
]


def load(path: str | Path) -> TrainingResult:
    """Read the ``report.json`` that a training left behind.

    Raises
    ------
    PredictorError
        If there is no such file, or it is no report.
    """
    return read_training(Path(path))
