"""MLflow: runs, artifacts, registered models. The only part that speaks it.

Importing this package does not import mlflow; the first call does.
"""

from __future__ import annotations

from predictor.tracking.download import download_model, download_report
from predictor.tracking.limit import SECONDS
from predictor.tracking.names import metric_name
from predictor.tracking.runs import LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.store import prepare_store
from predictor.tracking.training import check_question, log_training
from predictor.tracking.ui import run_ui, ui_command
from predictor.tracking.uri import folder_of_new_store, missing_store

__all__ = [
    "SECONDS",
    "LearnerRun",
    "LoggedTraining",
    "TrainingRun",
    "check_question",
    "download_model",
    "download_report",
    "folder_of_new_store",
    "log_training",
    "metric_name",
    "missing_store",
    "prepare_store",
    "run_ui",
    "ui_command",
]
