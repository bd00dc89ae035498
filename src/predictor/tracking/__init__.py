"""MLflow: runs, artifacts, registered models. The only part that speaks it.

Importing this package does not import mlflow; the first call does.
"""

from __future__ import annotations

from predictor.tracking.download import download_model, download_report
from predictor.tracking.names import metric_name
from predictor.tracking.runs import LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.store import prepare_store
from predictor.tracking.training import log_training
from predictor.tracking.ui import run_ui, ui_command

__all__ = [
    "LearnerRun",
    "LoggedTraining",
    "TrainingRun",
    "download_model",
    "download_report",
    "log_training",
    "metric_name",
    "prepare_store",
    "run_ui",
    "ui_command",
]
