"""Where trainings are tracked: a boundary, MLflow behind it, and a tracker in memory.

The only part that speaks MLflow, but for `predictor.saved.pyfunc_loader`, which MLflow calls.
Importing this package does not import it; the first call does.
"""

from __future__ import annotations

from predictor.tracking.mlflow_tracker import MLflowTracker
from predictor.tracking.names import metric_name, registered_name
from predictor.tracking.recording import RecordingTracker
from predictor.tracking.registry import Promotion
from predictor.tracking.runs import (
    Attempt,
    FailedRun,
    LearnerRun,
    ListedRun,
    LoggedTraining,
    LoggedValidation,
    Made,
    TrainingRun,
    ValidationRun,
)
from predictor.tracking.tracker import Tracker
from predictor.tracking.ui import run_ui, ui_command

__all__ = [
    "Attempt",
    "FailedRun",
    "LearnerRun",
    "ListedRun",
    "LoggedTraining",
    "LoggedValidation",
    "MLflowTracker",
    "Made",
    "Promotion",
    "RecordingTracker",
    "Tracker",
    "TrainingRun",
    "ValidationRun",
    "metric_name",
    "registered_name",
    "run_ui",
    "ui_command",
]
