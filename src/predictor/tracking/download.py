"""Fetch a registered or logged model, or the report of a training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from predictor.errors import ModelError, PredictorError
from predictor.study import folder_name
from predictor.tracking.folders import new_folder
from predictor.tracking.registry import full_uri, registered_models
from predictor.tracking.store import open_store, reason
from predictor.tracking.uri import missing_store, shown

if TYPE_CHECKING:
    from mlflow import MlflowClient


def download_model(uri: str) -> Path:
    """Copy a model out of MLflow.

    Parameters
    ----------
    uri
        ``models:/<name>@champion``, ``models:/<name>/<version>`` or ``models:/<name>/latest`` of a
        registered model (or of a study that asks one question), or ``models:/<model id>``.

    Returns
    -------
    Path
        A copy of the saved model's directory, removed when Python ends.

    Raises
    ------
    ModelError
        If there is no such model; says which there are.
    StudyError
        If the store fails.
    """
    if missing := missing_store():
        raise ModelError(f"{uri}: {missing}")
    with open_store() as (client, store):
        from mlflow.artifacts import download_artifacts
        from mlflow.exceptions import MlflowException

        full = full_uri(uri, registered_models(client))
        try:
            copy = Path(
                download_artifacts(full, dst_path=str(new_folder("model")), tracking_uri=store)
            )
        except MlflowException as error:
            raise ModelError(
                f"{uri}: {reason(error, store)}. "
                f"The MLflow store {shown(store)} has {_registered(client)}."
            ) from error
    # MLflow adds this file; without it the copy is the directory that was saved.
    (copy / "registered_model_meta").unlink(missing_ok=True)
    return copy


def download_report(run_id: str) -> Path:
    """Copy the report of a training and its figures out of MLflow.

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
        If there is no such run, or it is not one of ``predictor train``.
    StudyError
        If the store fails.
    """
    if missing := missing_store():
        raise PredictorError(f"{run_id}: there is no such folder, and {missing}")
    with open_store() as (client, store):
        from mlflow.exceptions import MlflowException

        try:
            run = client.get_run(run_id)
        except MlflowException as error:
            raise PredictorError(
                f"{run_id}: there is no such folder, and no such run: {reason(error, store)}"
            ) from error
        parent = run.data.tags.get("mlflow.parentRunId", run_id)
        if not any(file.path == "report.json" for file in client.list_artifacts(parent)):
            raise PredictorError(f"{run_id}: is not a run of `predictor train`")
        folder = new_folder("report")
        client.download_artifacts(parent, "", str(folder))
        children = client.search_runs(
            [run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{parent}'"
        )
        for child in children:
            name = child.data.tags["learner"]
            place = folder / folder_name(name)
            place.mkdir()
            client.download_artifacts(child.info.run_id, "", str(place))
    return folder


def _registered(client: MlflowClient) -> str:
    """Registered models, their newest version and aliases, in words."""
    models = []
    for model in client.search_registered_models():
        newest = max((int(version.version) for version in model.latest_versions), default=0)
        if newest:
            models.append(f"models:/{model.name}/{newest}")
        models += [f"models:/{model.name}@{alias}" for alias in sorted(model.aliases)]
    return ", ".join(models) or "no registered model yet: train one first"
