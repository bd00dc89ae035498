"""What a training needs of the place where it is tracked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from predictor.tracking.runs import LoggedTraining, TrainingRun


class Tracker(Protocol):
    """Where trainings are told of, and found again.

    Whatever fails there is a `PredictorError` that ends with a way out. After training it is no
    reason to lose the results: these are on the disk, and `tracking_error` says what failed.
    """

    def check_question(self, study: str, question: Mapping[str, str]) -> None:
        """Refuse, before hours are spent, what `log` would refuse afterwards.

        Parameters
        ----------
        study
            Its name.
        question
            What is predicted, from when, by which rule; see `TrainingRun`.

        Raises
        ------
        PredictorError
            If nothing could be logged now, or the last training of this name predicts something
            else.
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
            ``models:/<study>@champion``, ``models:/<study>/<version>``, ``models:/<study>/latest``
            or one of `LoggedTraining.model_uris`.

        Returns
        -------
        Path
            A copy of the saved model's directory, removed when Python ends.

        Raises
        ------
        ModelError
            If there is no such model; says which there are.
        """
