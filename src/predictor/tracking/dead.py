"""Trainings whose process ended before MLflow had everything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from time import time
from typing import TYPE_CHECKING

from predictor.tracking.paging import all_of
from predictor.tracking.registry import SINCE, champion, name_champion
from predictor.tracking.taking_back import models_of, take_back
from predictor.tracking.transactions import COMPLETE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

# seconds since 1970 at which the process would have given up; pages hide what begins with mlflow.
UNTIL_TAG = "mlflow.predictor.until"
_CLOCKS_DIFFER = 3_600.0  # seconds
_LONGEST = 86_400.0  # for runs of a version that did not say


def clear_dead(client: MlflowClient, experiment_id: str, training: str, *, alone: bool) -> None:
    """Finish or take back runs that are still said to be running, and cannot be.

    Parameters
    ----------
    training
        Whose own earlier attempts are over: it is about to be logged.
    alone
        Whether nobody else can be logging to this store now.
    """
    running = all_of(
        partial(
            client.search_runs,
            [experiment_id],
            "attributes.status = 'RUNNING' and tags.`mlflow.source.name` LIKE 'predictor %'",
        )
    )
    parents = {run.data.tags.get("mlflow.parentRunId", run.info.run_id) for run in running}
    for parent in (client.get_run(run_id) for run_id in parents):
        if alone or parent.data.tags.get("training") == training or _too_old(parent):
            _clear(client, experiment_id, parent)


def _too_old(run: Run) -> bool:
    until = run.data.tags.get(UNTIL_TAG, run.info.start_time / 1_000 + _LONGEST)
    return bool(time() > float(until) + _CLOCKS_DIFFER)


def _clear(client: MlflowClient, experiment_id: str, parent: Run) -> None:
    of_parent = f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    children = all_of(partial(client.search_runs, [experiment_id], of_parent))
    if COMPLETE in parent.data.tags:
        _finish(client, parent, children)
        return
    runs = [parent.info.run_id, *(run.info.run_id for run in children)]
    why = "its process ended before everything was logged"
    take_back(client, runs, models_of(client, experiment_id, runs), "KILLED", why)


def _finish(client: MlflowClient, parent: Run, children: Iterable[Run]) -> None:
    """Name the champion of a training that is whole, unless somebody has named another since."""
    whole = json.loads(parent.data.tags[COMPLETE])
    for run in children if "champion" in whole else ():
        for version in client.search_model_versions(f"run_id = '{run.info.run_id}'"):
            if int(version.version) != whole["champion"] or SINCE in version.tags:
                continue
            now = champion(client, version.name)
            if now is None or now.tags.get(SINCE, "") <= whole["at"]:
                name_champion(client, version.name, whole["champion"], whole["reason"])
    client.set_terminated(parent.info.run_id, end_time=whole["ended"])
