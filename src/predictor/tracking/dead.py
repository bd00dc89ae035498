"""Trainings whose process ended before MLflow had everything."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

from predictor.tracking.registry import champion
from predictor.tracking.taking_back import take_back

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

SECONDS_TAG = "predictor.seconds"  # how long the process had, before it would have given up
_CLOCKS_DIFFER = 3_600.0  # seconds
_LONGEST = 86_400.0  # for runs of a version that did not say


def clear_dead(
    client: MlflowClient, experiment_id: str, study: str, training: str, *, alone: bool
) -> None:
    """Finish or take back runs that are still said to be running, and cannot be.

    Parameters
    ----------
    training
        Whose own earlier attempts are over: it is about to be logged.
    alone
        Whether nobody else can be logging to this store now.
    """
    running = client.search_runs(
        [experiment_id],
        "attributes.status = 'RUNNING' and tags.`mlflow.source.name` = 'predictor train'",
        max_results=1_000,
    )
    parents = {run.data.tags.get("mlflow.parentRunId", run.info.run_id) for run in running}
    for parent in (client.get_run(run_id) for run_id in parents):
        if alone or parent.data.tags.get("training") == training or _too_old(parent):
            _clear(client, experiment_id, study, parent)


def _too_old(run: Run) -> bool:
    allowed = float(run.data.tags.get(SECONDS_TAG, _LONGEST)) + _CLOCKS_DIFFER
    return bool(time() - run.info.start_time / 1_000 > allowed)


def _clear(client: MlflowClient, experiment_id: str, study: str, parent: Run) -> None:
    children = client.search_runs(
        [experiment_id], f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'", max_results=1_000
    )
    runs = [parent.info.run_id, *(run.info.run_id for run in children)]
    best = champion(client, study)
    if best is not None and best.run_id in runs:
        # the champion is named when everything else is there
        for run_id in reversed(runs):
            client.set_terminated(run_id)
        return
    models = [
        model.model_id
        for run_id in runs
        for model in client.search_logged_models(
            [experiment_id], filter_string=f"source_run_id = '{run_id}'"
        )
    ]
    why = "its process ended before everything was logged"
    take_back(client, study, runs, models, "KILLED", why)
