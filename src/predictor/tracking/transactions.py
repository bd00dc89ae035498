"""All of a training in MLflow, or visibly none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from predictor.disk import without_interrupts
from predictor.tracking.folders import as_folder
from predictor.tracking.names import model_name, renamed
from predictor.tracking.registry import CHAMPION, champion
from predictor.tracking.runs import LearnerRun
from predictor.tracking.taking_back import take_back
from predictor.tracking.time_limit import TooSlow, limit

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SECONDS = 15.0  # for taking back: whoever pressed Ctrl-C waits for it


class Transaction:
    """Creates runs, models and versions, and remembers them so that they can be taken back."""

    def __init__(self, client: MlflowClient, experiment_id: str, study: str) -> None:
        self._client = client
        self._experiment_id = experiment_id
        self._study = study
        self._runs: list[str] = []
        self._models: list[str] = []
        self._champion_before = champion(client, study)

    def start_run(self, name: str, tags: Mapping[str, str]) -> str:
        """Create a run; its id."""
        run = self._client.create_run(self._experiment_id, run_name=name, tags=dict(tags))
        self._runs.append(run.info.run_id)
        return self._runs[-1]

    def add_model(self, learner: LearnerRun, run_id: str) -> str:
        """Store the saved model of a learner, unchanged; its model id."""
        from mlflow.entities import LoggedModelOutput

        model_id = self._client.create_logged_model(
            self._experiment_id,
            name=model_name(learner.name),
            source_run_id=run_id,
            params=renamed(learner.parameters),
            tags={"learner": learner.name},
            model_type="predictor",
        ).model_id
        self._models.append(model_id)
        with as_folder(learner.model) as directory:
            self._client.log_model_artifacts(model_id, directory)
        self._client.finalize_logged_model(model_id, "READY")
        self._client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
        return model_id

    def register(self, model_id: str, run_id: str, learner: str) -> int:
        """Make the model a version of the study's registered model; the version's number."""
        version = self._client.create_model_version(
            self._study,
            source=f"models:/{model_id}",
            run_id=run_id,
            model_id=model_id,
            tags={"learner": learner},
        ).version
        # MLflow's page of a model finds its versions by this tag.
        link = json.dumps([{"name": self._study, "version": version}])
        self._client.set_logged_model_tags(model_id, {"mlflow.modelVersions": link})
        return int(version)

    def commit(self, alias: str, version: int) -> None:
        """Name the champion and mark every run as finished.

        The parent run, the first one, is marked last. Whatever finds it running knows by the
        champion whether everything is there: see `predictor.tracking.dead`.
        """
        for run_id in reversed(self._runs[1:]):
            self._client.set_terminated(run_id)
        self._client.set_registered_model_alias(self._study, alias, str(version))
        self._client.set_terminated(self._runs[0])

    def take_back(self, status: str, why: str) -> None:
        """Mark runs with the status and models as failed, delete versions; the champion is back."""
        take_back(self._client, self._study, self._runs, self._models, status, why)
        before, now = self._champion_before, champion(self._client, self._study)
        if before is not None and (now is None or now.version != before.version):
            self._client.set_registered_model_alias(self._study, CHAMPION, before.version)


@contextmanager
def transaction(client: MlflowClient, experiment_id: str, study: str) -> Iterator[Transaction]:
    """Take everything back when the block raises, Ctrl-C included; the error goes on."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    begun = Transaction(client, experiment_id, study)
    try:
        yield begun
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        try:
            with without_interrupts(), limit(_SECONDS):
                begun.take_back(
                    "KILLED" if stopped else "FAILED",
                    "interrupted" if stopped else f"{type(error).__name__}: {error}",
                )
        except (MlflowException, SQLAlchemyError, OSError, TooSlow):
            # it is marked by the next training, which finds runs of a dead process
            pass
        raise
