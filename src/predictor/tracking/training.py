"""One training into MLflow: a parent run, a nested run and a model per learner, a champion."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from predictor.disk import check_writable
from predictor.tracking.dead import SECONDS_TAG, clear_dead
from predictor.tracking.entries import log_artifacts, log_metrics, log_parameters, training_data
from predictor.tracking.registry import (
    CHAMPION,
    as_parameters,
    experiment,
    refuse_another_question,
)
from predictor.tracking.runs import LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.store import open_store
from predictor.tracking.time_limit import SECONDS
from predictor.tracking.transactions import transaction
from predictor.tracking.uri import folder_of_new_store, shown, sqlite_file

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SECONDS_BEFORE = 60.0  # for what is asked before training


def log_training(run: TrainingRun, *, seconds: float = SECONDS) -> LoggedTraining:
    """Log a finished training and register its models under the study's name, once.

    Either all of it is there afterwards, or its runs are marked ``FAILED`` (``KILLED`` after
    Ctrl-C) with the reason, its models too, its versions are gone and the champion is the one from
    before. What a process that was killed left half done is cleared first.

    Parameters
    ----------
    run
        What to log. Nothing else goes into MLflow: no rows, no user name, no path.
    seconds
        How long it may take.

    Returns
    -------
    LoggedTraining
        Where it is; if it had been logged before, where it was.

    Raises
    ------
    StudyError
        If the store fails or takes too long, the study's experiment was deleted there, or its
        trainings predict something else.
    ValueError
        If two names become one in MLflow, or an artifact's path leads out of its run.
    """
    tags = {
        "mlflow.source.name": "predictor train",
        "mlflow.source.type": "LOCAL",
        "study": run.study,
        "training": run.training,
        "data_fingerprint": run.data_fingerprint,
        SECONDS_TAG: str(seconds),
        **run.tags,
    }
    run_ids: dict[str, str] = {}
    model_ids: dict[str, str] = {}
    with open_store(seconds) as (client, uri):
        experiment_id = experiment(client, run.study)
        alone = sqlite_file(uri) is not None
        clear_dead(client, experiment_id, run.study, run.training, alone=alone)
        if found := _found(client, uri, experiment_id, run):
            return found
        refuse_another_question(client, experiment_id, run.study, run.question)
        with transaction(client, experiment_id, run.study) as new:
            dataset = training_data(run)
            parent = new.start_run("train", {**tags, "champion": run.champion})
            client.log_inputs(parent, [dataset])
            log_parameters(client, parent, {**run.parameters, **as_parameters(run.question)})
            log_artifacts(client, parent, run.artifacts)

            for learner in run.learners:
                run_id = new.start_run(learner.name, _nested(tags, parent, learner))
                client.log_inputs(run_id, [dataset])
                log_parameters(client, run_id, learner.parameters)
                log_artifacts(client, run_id, learner.artifacts)
                model_id = new.add_model(learner, run_id)
                log_metrics(client, run_id, model_id, learner.metrics)
                run_ids[learner.name], model_ids[learner.name] = run_id, model_id

            versions = {
                name: new.register(model_id, run_ids[name], name)
                for name, model_id in model_ids.items()
            }
            new.commit(CHAMPION, versions[run.champion])
    return LoggedTraining(
        store=shown(uri),
        experiment_id=experiment_id,
        run_id=parent,
        run_ids=run_ids,
        model_uris={name: f"models:/{model_id}" for name, model_id in model_ids.items()},
        versions=versions,
        champion_uri=f"models:/{run.study}@{CHAMPION}",
    )


def check_question(study: str, question: Mapping[str, str]) -> None:
    """Reach the store, and refuse a study whose name is taken there by another one.

    A local store that does not exist is not made yet: training may still fail. Its place, and the
    working directory, to which the files of runs go, must be writable.

    Raises
    ------
    PredictorError
        If the store fails or could not be made, or the last training of this name predicts
        something else.
    """
    if (new := folder_of_new_store()) is not None:
        for place in (new, Path()):
            check_writable(place)
        return
    with open_store(_SECONDS_BEFORE) as (client, _):
        found = client.get_experiment_by_name(study)
        if found is not None and found.lifecycle_stage == "active":
            refuse_another_question(client, found.experiment_id, study, question)


def _found(
    client: MlflowClient, uri: str, experiment_id: str, run: TrainingRun
) -> LoggedTraining | None:
    """Where this training is, if it was logged before."""
    runs = client.search_runs(
        [experiment_id],
        f"attributes.status = 'FINISHED' and tags.training = '{run.training}'",
        max_results=1_000,
    )
    run_ids = {r.data.tags["learner"]: r.info.run_id for r in runs if "learner" in r.data.tags}
    parents = [r.info.run_id for r in runs if "learner" not in r.data.tags]
    if not parents:
        return None
    versions = {
        name: version
        for name, run_id in run_ids.items()
        for version in client.search_model_versions(f"run_id = '{run_id}'")
    }
    return LoggedTraining(
        store=shown(uri),
        experiment_id=experiment_id,
        run_id=parents[0],
        run_ids=run_ids,
        model_uris={name: str(version.source) for name, version in versions.items()},
        versions={name: int(version.version) for name, version in versions.items()},
        champion_uri=f"models:/{run.study}@{CHAMPION}",
        already=True,
    )


def _nested(tags: Mapping[str, str], parent: str, learner: LearnerRun) -> dict[str, str]:
    return {**tags, "mlflow.parentRunId": parent, "learner": learner.name}
