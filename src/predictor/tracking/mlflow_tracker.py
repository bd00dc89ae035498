"""MLflow as a tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from predictor.tracking.download import download_model, download_report
from predictor.tracking.runs import LoggedTraining, TrainingRun
from predictor.tracking.time_limit import SECONDS
from predictor.tracking.tracker import Tracker
from predictor.tracking.training import check_question, log_training


@dataclass(frozen=True)
class MLflowTracker(Tracker):
    """The MLflow store that ``MLFLOW_TRACKING_URI`` names, else MLflow's default, a local one.

    Both are looked up, and MLflow imported, when a method is called.

    Parameters
    ----------
    seconds
        How long it may take to log a training.
    """

    seconds: float = SECONDS

    def check_question(self, study: str, question: Mapping[str, str]) -> None:
        """See `predictor.tracking.training.check_question`."""
        check_question(study, question)

    def log(self, run: TrainingRun) -> LoggedTraining:
        """See `predictor.tracking.training.log_training`."""
        return log_training(run, seconds=self.seconds)

    def fetch_report(self, run_id: str) -> Path:
        """See `predictor.tracking.download.download_report`."""
        return download_report(run_id)

    def fetch_model(self, uri: str) -> Path:
        """See `predictor.tracking.download.download_model`."""
        return download_model(uri)
