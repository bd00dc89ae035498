"""Fetch a registered or logged model."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from predictor.errors import ModelError
from predictor.tracking.store import missing_store, open_store, reason, shown

if TYPE_CHECKING:
    from mlflow import MlflowClient


def download_model(uri: str) -> Path:
    """Copy a model out of MLflow.

    Parameters
    ----------
    uri
        ``models:/<study>@champion``, ``models:/<study>/<version>``, ``models:/<study>/latest``
        or ``models:/<model id>``.

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

        directory = tempfile.mkdtemp(prefix="predictor-model-")
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        try:
            copy = Path(download_artifacts(uri, dst_path=directory, tracking_uri=store))
        except MlflowException as error:
            raise ModelError(
                f"{uri}: {reason(error, store)}. "
                f"The MLflow store {shown(store)} has {_registered(client)}."
            ) from error
    # MLflow adds this file; without it the copy is the directory that was saved.
    (copy / "registered_model_meta").unlink(missing_ok=True)
    return copy


def _registered(client: MlflowClient) -> str:
    """Registered models, their newest version and aliases, in words."""
    models = []
    for model in client.search_registered_models():
        newest = max((int(version.version) for version in model.latest_versions), default=0)
        if newest:
            models.append(f"models:/{model.name}/{newest}")
        models += [f"models:/{model.name}@{alias}" for alias in sorted(model.aliases)]
    return ", ".join(models) or "no registered model yet: train one first"
