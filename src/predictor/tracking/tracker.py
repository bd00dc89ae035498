"""What a training needs of the place where it is tracked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from predictor.tracking.registry import Promotion
from predictor.tracking.runs import (
    Attempt,
    FailedRun,
    ListedRun,
    LoggedTraining,
    LoggedValidation,
    TrainingRun,
    ValidationRun,
)


class Tracker(Protocol):
    """Where trainings are told of, and found again.

    Whatever fails there is a `PredictorError` that ends with a way out. After training it is no
    reason to lose the results: these are on the disk, and `tracking_error` says what failed.
    """

    def check(self) -> None:
        """Refuse, before hours are spent, what `log` would refuse afterwards.

        Raises
        ------
        PredictorError
            If nothing could be logged now.
        """

    def get_ready(self) -> None:
        """Do ahead what `log` would do first, in another thread, while replicates are fitted.

        It leaves nothing behind that can be seen: the training may still fail. An error in it is
        not told to anybody; it is to come again in `log`.
        """

    def log(self, run: TrainingRun) -> LoggedTraining:
        """Keep a finished training, all of it or nothing, once however often it is told.

        Returns
        -------
        LoggedTraining
            Where it is; if it had been logged before, where it was, with `already`.

        Raises
        ------
        PredictorError
            If it is not kept.
        """

    def log_validation(self, run: ValidationRun) -> LoggedValidation:
        """Keep that a model was measured or watched in new patients, once however often told.

        It is linked to the run of the model, and to its version, if they are here.

        Returns
        -------
        LoggedValidation
            Where it is; if it had been logged before, where it was, with `already`.

        Raises
        ------
        PredictorError
            If it is not kept.
        """

    def log_failure(self, attempt: Attempt, status: str, why: str) -> None:
        """Keep that a training failed or was stopped, without a model.

        Parameters
        ----------
        attempt
            What is known of it.
        status
            ``FAILED``, or ``KILLED`` where somebody stopped it.
        why
            The reason.

        Raises
        ------
        PredictorError
            If it is not kept.
        """

    def promote(self, name: str, version: int, reason: str) -> Promotion:
        """Make a version the champion of its question.

        Parameters
        ----------
        name
            Of the registered model, or of a study that asks one question only.
        version, reason
            Which one, and why; the reason is kept.

        Raises
        ------
        ModelError
            If there is no such model or version, or the study asks several questions; says which.
        """

    def trainings(self, study: str) -> tuple[str, tuple[ListedRun, ...]]:
        """The trainings of a study that ended well, of whoever logged them.

        Returns
        -------
        tuple
            What the store is called, and its trainings from the first to the last; none if it has
            none.

        Raises
        ------
        PredictorError
            If the store fails, or there is none.
        """

    def fetch_files(self, run_id: str, names: Sequence[str]) -> dict[str, bytes]:
        """Some files of a training, by name.

        Raises
        ------
        PredictorError
            If there is no such run, or it lacks one of them.
        """

    def failed_runs(self, study: str) -> tuple[FailedRun, ...]:
        """Runs of trainings that failed or were killed, and have nothing that is registered.

        Returns
        -------
        tuple
            None if there is no store yet.

        Raises
        ------
        PredictorError
            If the store fails.
        """

    def forget(self, study: str, run_ids: Sequence[str]) -> None:
        """Delete failed runs with their models; whatever is not one of `failed_runs` stays.

        Raises
        ------
        PredictorError
            If the store fails.
        """

    def fetch_report(self, run_id: str) -> Path:
        """Copy the report of a training and its figures.

        Parameters
        ----------
        run_id
            Of the training, or of one of its learners.

        Returns
        -------
        Path
            A folder laid out as ``reports/<study>``, removed when Python ends.

        Raises
        ------
        PredictorError
            If there is no such run.
        """

    def fetch_model(self, uri: str) -> Path:
        """Copy a saved model.

        Parameters
        ----------
        uri
            ``models:/<name>@champion``, ``models:/<name>/<version>`` or ``models:/<name>/latest``
            of a registered model (or of a study that asks one question), or one of
            `LoggedTraining.model_uris`.

        Returns
        -------
        Path
            A copy of the saved model's directory, removed when Python ends.

        Raises
        ------
        ModelError
            If there is no such model; says which there are.
        """
