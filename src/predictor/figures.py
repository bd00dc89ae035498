"""Figures of a report, for notebooks and papers.

>>> from predictor import figures
>>> report = figures.load("reports/crps-esketamine/report.json")  # doctest: +SKIP
>>> figures.decision_curve(report, "ridge")  # doctest: +SKIP

A figure shows itself in a notebook; ``.svg`` is a vector graphic, ``.png(dpi=300)`` a picture,
``.alt`` a sentence with the numbers, ``.table`` all of them. The beeswarm alone needs the patients;
it is drawn by the `shap` package, as a picture or a vector graphic.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from predictor.errors import PredictorError
from predictor.explain.figures import beeswarm
from predictor.report.figures import (
    Figure,
    Table,
    calibration,
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
    training_figures,
    trajectories,
    transitions,
)

__all__ = [
    "Figure",
    "Table",
    "beeswarm",
    "calibration",
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
    "training_figures",
    "trajectories",
    "transitions",
]


def load(path: str | Path) -> dict[str, Any]:
    """Read the ``report.json`` that a training left behind.

    Raises
    ------
    PredictorError
        If there is no such file, or it is no report.
    """
    path = Path(path)
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PredictorError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        report = None
    if not isinstance(report, dict) or "learners" not in report:
        raise PredictorError(f"{path}: expected the report.json of a training")
    return report
