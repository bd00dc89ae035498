"""Runs in MLflow that failed or were killed: found, and deleted as MLflow deletes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from predictor.tracking.paging import all_of
from predictor.tracking.runs import FailedRun
from predictor.tracking.store import open_store
from predictor.tracking.taking_back import WHY, models_of
from predictor.tracking.transactions import COMPLETE
from predictor.tracking.uri import missing_store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_OURS = "tags.`mlflow.source.name` = 'predictor train'"
_PARENT = "mlflow.parentRunId"


def failed_runs(study: str) -> tuple[FailedRun, ...]:
    """Runs of trainings that did not end well, and have nothing that is registered.

    Raises
    ------
    StudyError
        If the store fails.
    """
    if missing_store():
        return ()
    with open_store() as (client, _):
        experiment = client.get_experiment_by_name(study)
        if experiment is None:
            return ()
        return tuple(
            FailedRun(
                run_id=str(run.info.run_id),
                title=str(run.info.run_name),
                why=run.data.tags.get(WHY, run.info.status),
            )
            for run in _failed(client, experiment.experiment_id)
        )


def forget(study: str, run_ids: Sequence[str]) -> None:
    """Delete such runs with their models; MLflow can restore them. Others stay as they are.

    Raises
    ------
    StudyError
        If the store fails.
    """
    if not run_ids or missing_store():
        return
    with open_store() as (client, _):
        experiment = client.get_experiment_by_name(study)
        if experiment is None:
            return
        for run in _failed(client, experiment.experiment_id):
            if run.info.run_id in run_ids:
                for model in models_of(client, experiment.experiment_id, [run.info.run_id]):
                    client.delete_logged_model(model)
                client.delete_run(run.info.run_id)


def _failed(client: MlflowClient, experiment_id: str) -> list[Run]:
    found = [
        run
        for status in ("attributes.status = 'FAILED'", "attributes.status = 'KILLED'")
        for run in all_of(partial(client.search_runs, [experiment_id], f"{status} and {_OURS}"))
        if COMPLETE not in run.data.tags
    ]
    # of a training with a version, whoever made it, nothing is deleted
    registered = {
        run.data.tags.get(_PARENT, run.info.run_id)
        for run in found
        if client.search_model_versions(f"run_id = '{run.info.run_id}'")
    }
    # a learner that failed within a training that did not is part of it
    ids = {run.info.run_id for run in found}
    return [
        run
        for run in found
        for parent in [run.data.tags.get(_PARENT, run.info.run_id)]
        if parent in ids and parent not in registered
    ]
