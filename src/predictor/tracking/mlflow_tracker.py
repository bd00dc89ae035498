"""MLflow as a tracker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from predictor.errors import ModelError
from predictor.tracking.download import download_model, download_report
from predictor.tracking.failed import failed_runs, forget
from predictor.tracking.listing import download_files, list_trainings
from predictor.tracking.registry import Promotion, promote_version
from predictor.tracking.runs import (
    Attempt,
    FailedRun,
    ListedRun,
    LoggedTraining,
    LoggedValidation,
    TrainingRun,
    ValidationRun,
)
from predictor.tracking.store import get_ready, open_store
from predictor.tracking.time_limit import SECONDS
from predictor.tracking.tracker import Tracker
from predictor.tracking.training import check_store, log_failure, log_training
from predictor.tracking.uri import missing_store
from predictor.tracking.validation import log_validation


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

    def check(self) -> None:
        """See `predictor.tracking.training.check_store`."""
        check_store()

    def get_ready(self) -> None:
        """See `predictor.tracking.store.get_ready`."""
        get_ready()

    def log(self, run: TrainingRun) -> LoggedTraining:
        """See `predictor.tracking.training.log_training`."""
        return log_training(run, seconds=self.seconds)

    def log_validation(self, run: ValidationRun) -> LoggedValidation:
        """See `predictor.tracking.validation.log_validation`."""
        return log_validation(run, seconds=self.seconds)

    def log_failure(self, attempt: Attempt, status: str, why: str) -> None:
        """See `predictor.tracking.training.log_failure`."""
        log_failure(attempt, status, why)

    def promote(self, name: str, version: int, reason: str) -> Promotion:
        """See `predictor.tracking.registry.promote_version`."""
        if missing := missing_store():
            raise ModelError(f"{name}: {missing}")
        with open_store() as (client, _):
            return promote_version(client, name, version, reason)

    def trainings(self, study: str) -> tuple[str, tuple[ListedRun, ...]]:
        """See `predictor.tracking.listing.list_trainings`."""
        return list_trainings(study)

    def fetch_files(self, run_id: str, names: Sequence[str]) -> dict[str, bytes]:
        """See `predictor.tracking.listing.download_files`."""
        return download_files(run_id, names)

    def failed_runs(self, study: str) -> tuple[FailedRun, ...]:
        """See `predictor.tracking.failed.failed_runs`."""
        return failed_runs(study)

    def forget(self, study: str, run_ids: Sequence[str]) -> None:
        """See `predictor.tracking.failed.forget`."""
        forget(study, run_ids)

    def fetch_report(self, run_id: str) -> Path:
        """See `predictor.tracking.download.download_report`."""
        return download_report(run_id)

    def fetch_model(self, uri: str) -> Path:
        """See `predictor.tracking.download.download_model`."""
        return download_model(uri)
