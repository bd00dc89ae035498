"""Mark what was begun in MLflow and not finished."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

WHY = "predictor.ended"  # tag of a run that says why it is not finished
_LONGEST = 1_000  # characters; MLflow keeps no more than 5,000


def models_of(client: MlflowClient, experiment_id: str, runs: Iterable[str]) -> list[str]:
    """Ids of the logged models that runs made."""
    return [
        str(model.model_id)
        for run_id in runs
        for model in client.search_logged_models(
            [experiment_id], filter_string=f"source_run_id = '{run_id}'"
        )
    ]


def delete_version(client: MlflowClient, version: ModelVersion) -> None:
    """Delete a version; a request that a server was asked twice finds none the second time."""
    from mlflow.exceptions import MlflowException

    try:
        client.delete_model_version(version.name, version.version)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise


def take_back(
    client: MlflowClient,
    runs: Iterable[str],
    models: Iterable[str],
    status: str,
    why: str,
) -> None:
    """Delete versions that runs registered, mark models as failed, and the runs with the status."""
    runs = list(runs)
    for run_id in runs:
        for version in client.search_model_versions(f"run_id = '{run_id}'"):
            delete_version(client, version)
    for model_id in models:
        client.finalize_logged_model(model_id, "FAILED")
    for run_id in reversed(runs):
        client.set_tag(run_id, WHY, why[:_LONGEST])
        client.set_terminated(run_id, status)
