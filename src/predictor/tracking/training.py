"""One training into MLflow: a parent run, a nested run and a model per learner, a champion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from predictor.errors import StudyError
from predictor.tracking.entries import log_artifacts, log_metrics, log_parameters, training_data
from predictor.tracking.runs import LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.store import open_store, shown
from predictor.tracking.transaction import transaction

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"


def log_training(run: TrainingRun) -> LoggedTraining:
    """Log a finished training and register its models under the study's name.

    Either all of it is there afterwards, or its runs are marked ``FAILED`` (``KILLED`` after
    Ctrl-C), its models too, its versions are gone and the champion is the one from before.

    Parameters
    ----------
    run
        What to log. Nothing else goes into MLflow: no rows, no user name, no path.

    Returns
    -------
    LoggedTraining
        Where it is.

    Raises
    ------
    StudyError
        If the store fails, or the study's experiment was deleted there.
    ValueError
        If the champion is not one of the learners, two names become one in MLflow, or an
        artifact's path leads out of its run.
    """
    if run.champion not in {learner.name for learner in run.learners}:
        raise ValueError(f"the champion {run.champion!r} is not one of the learners")
    tags = {
        "mlflow.source.name": "predictor train",
        "mlflow.source.type": "LOCAL",
        "study": run.study,
        "data_fingerprint": run.data_fingerprint,
        **run.tags,
    }
    run_ids: dict[str, str] = {}
    model_ids: dict[str, str] = {}
    with open_store() as (client, uri):
        experiment_id = _experiment(client, run.study)
        with transaction(client, experiment_id) as new:
            dataset = training_data(run)
            parent = new.start_run("train", {**tags, "champion": run.champion})
            client.log_inputs(parent, [dataset])
            log_parameters(client, parent, run.parameters)
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
                name: new.register(run.study, model_id, run_ids[name], name)
                for name, model_id in model_ids.items()
            }
            new.commit()
            client.set_registered_model_alias(run.study, CHAMPION, str(versions[run.champion]))
    return LoggedTraining(
        store=shown(uri),
        experiment_id=experiment_id,
        run_id=parent,
        run_ids=run_ids,
        model_uris={name: f"models:/{model_id}" for name, model_id in model_ids.items()},
        versions=versions,
        champion_uri=f"models:/{run.study}@{CHAMPION}",
    )


def _nested(tags: Mapping[str, str], parent: str, learner: LearnerRun) -> dict[str, str]:
    return {**tags, "mlflow.parentRunId": parent, "learner": learner.name}


def _experiment(client: MlflowClient, study: str) -> str:
    """Id of the study's experiment; it and the registered model are made if need be."""
    _unless_there(client.create_experiment, study)
    experiment = client.get_experiment_by_name(study)
    if experiment is None or experiment.lifecycle_stage != "active":
        raise StudyError(
            f"the MLflow experiment {study!r} was deleted. Restore it (`mlflow experiments "
            "restore`) or rename the study."
        )
    _unless_there(client.create_registered_model, study)
    return str(experiment.experiment_id)


def _unless_there(create: Callable[[str], object], name: str) -> None:
    """Create; another training may have been faster, on a server between any two calls."""
    from mlflow.exceptions import MlflowException

    try:
        create(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
