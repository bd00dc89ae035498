"""The study's experiment, its registered model, and what they were for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from predictor.errors import StudyError
from predictor.tracking.question import refuse_another
from predictor.tracking.uri import sqlite_file

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION = "champion"
_LONGEST = 5_000  # characters of a parameter: MLflow keeps no more than 6,000


def experiment(client: MlflowClient, study: str) -> str:
    """Id of the study's experiment; it and the registered model are made if need be.

    Raises
    ------
    StudyError
        If the experiment was deleted.
    """

    def create(name: str) -> None:
        client.create_experiment(name, artifact_location=_artifacts(client.tracking_uri, name))

    _unless_there(create, study)
    found = client.get_experiment_by_name(study)
    if found is None or found.lifecycle_stage != "active":
        raise StudyError(
            f"the MLflow experiment {study!r} was deleted. Restore it (`mlflow experiments "
            "restore`) or rename the study."
        )
    _unless_there(client.create_registered_model, study)
    return str(found.experiment_id)


def champion(client: MlflowClient, study: str) -> ModelVersion | None:
    """The version that is the champion now."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(study, CHAMPION)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        return None


def as_parameters(question: Mapping[str, str]) -> dict[str, str]:
    """A question as parameters of a run."""
    return {name: text[:_LONGEST] for name, text in question.items()}


def refuse_another_question(
    client: MlflowClient, experiment_id: str, study: str, question: Mapping[str, str]
) -> None:
    """Refuse a training that would take the champion of a study that predicts something else.

    Raises
    ------
    StudyError
        Naming what differs from the last training of this name.
    """
    last = client.search_runs(
        [experiment_id],
        "attributes.status = 'FINISHED' and attributes.run_name = 'train'",
        max_results=1,
        order_by=["attributes.start_time DESC"],
    )
    if not last:
        return
    refuse_another(
        study,
        last[0].data.params,
        as_parameters(question),
        store="the MLflow store",
        way_out="set MLFLOW_TRACKING_URI to another store",
    )


def _artifacts(uri: str, study: str) -> str | None:
    """Where files go: MLflow's default, unless it would misread its own folder's name."""
    folder = Path("mlruns").absolute()
    if sqlite_file(uri) is None or unquote(str(folder)) == str(folder):
        return None
    return f"{folder.as_uri()}/{study}"


def _unless_there(create: Callable[[str], object], name: str) -> None:
    """Create; another training may have been faster, on a server between any two calls."""
    from mlflow.exceptions import MlflowException

    try:
        create(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
