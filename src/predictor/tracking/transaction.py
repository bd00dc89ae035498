"""All of a training in MLflow, or visibly none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from predictor.tracking.names import model_name, renamed
from predictor.tracking.runs import LearnerRun

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Transaction:
    """Creates runs, models and versions, and remembers them so that they can be taken back."""

    def __init__(self, client: MlflowClient, experiment_id: str) -> None:
        self._client = client
        self._experiment_id = experiment_id
        self._runs: list[str] = []
        self._models: list[str] = []
        self._versions: list[tuple[str, str]] = []

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
        self._client.log_model_artifacts(model_id, str(learner.model_directory))
        self._client.finalize_logged_model(model_id, "READY")
        self._client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
        return model_id

    def register(self, name: str, model_id: str, run_id: str, learner: str) -> int:
        """Make the model a version of the registered model ``name``; the version's number."""
        version = self._client.create_model_version(
            name,
            source=f"models:/{model_id}",
            run_id=run_id,
            model_id=model_id,
            tags={"learner": learner},
        ).version
        self._versions.append((name, version))
        # MLflow's page of a model finds its versions by this tag.
        link = json.dumps([{"name": name, "version": version}])
        self._client.set_logged_model_tags(model_id, {"mlflow.modelVersions": link})
        return int(version)

    def commit(self) -> None:
        """Mark every run as finished."""
        for run_id in reversed(self._runs):
            self._client.set_terminated(run_id)

    def take_back(self, status: str) -> None:
        """Mark runs with the status, models as failed; delete versions."""
        for run_id in reversed(self._runs):
            self._client.set_terminated(run_id, status)
        for model_id in self._models:
            self._client.finalize_logged_model(model_id, "FAILED")
        for name, version in self._versions:
            self._client.delete_model_version(name, version)


@contextmanager
def transaction(client: MlflowClient, experiment_id: str) -> Iterator[Transaction]:
    """Take everything back when the block raises, Ctrl-C included; the error goes on."""
    from mlflow.exceptions import MlflowException

    begun = Transaction(client, experiment_id)
    try:
        yield begun
    except BaseException as error:
        try:
            begun.take_back("KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
        except (MlflowException, OSError) as second:
            error.add_note(f"MLflow could not be told of the failure: {second}")
        raise
