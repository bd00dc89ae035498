"""One training into MLflow: a parent run, a nested run and a model per learner, their versions."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from predictor.disk import check_writable
from predictor.tracking.dead import UNTIL_TAG, clear_dead
from predictor.tracking.entries import (
    describe_run,
    log_artifacts,
    log_metrics,
    log_parameters,
    table_of,
    tables_in,
)
from predictor.tracking.names import registered_name
from predictor.tracking.paging import all_of
from predictor.tracking.registry import champion, experiment, registered_model
from predictor.tracking.runs import Attempt, LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.store import open_store
from predictor.tracking.taking_back import WHY
from predictor.tracking.time_limit import SECONDS
from predictor.tracking.transactions import transaction
from predictor.tracking.uri import folder_of_new_store, shown, sqlite_file
from predictor.tracking.validation import made_in

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SECONDS_BEFORE = 60.0  # for what is asked before training
_SECONDS_FAILED = 20.0  # for a training that failed: somebody waits for the prompt
UPDATED_RUN, UPDATED_VERSION = "updates.run", "updates.version"  # tags of an update's runs
_LONGEST = 5_000  # characters of a parameter or a reason: MLflow keeps no more than 6,000


def log_training(run: TrainingRun, *, seconds: float = SECONDS) -> LoggedTraining:
    """Log a finished training and register its models under the name of its question, once.

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
        If the store fails or takes too long, or the study's experiment was deleted there.
    ValueError
        If two names become one in MLflow, or an artifact's path leads out of its run.
    """
    tags = {
        **_tags(run),
        "data_fingerprint": run.data_fingerprint,
        **run.tags,
    }
    until = {UNTIL_TAG: f"{time.time() + seconds:.0f}"}
    with open_store(seconds) as (client, uri):
        experiment_id = experiment(client, run.study)
        alone = sqlite_file(uri) is not None
        clear_dead(client, experiment_id, run.training, alone=alone)
        if found := _found(client, uri, experiment_id, run):
            return found
        tags |= _updated(client, experiment_id, run)
        registered = registered_model(client, run.study, run.question)
        run_ids, model_ids, versions = {}, {}, {}
        with transaction(client, experiment_id, registered, run.training) as new:
            dataset = table_of(
                run.dataset_name,
                run.data_fingerprint,
                run.rows,
                command=f"predictor {run.command}",
                context="training",
            )
            parent = new.start_run(
                run.title,
                {**tags, **until, **tables_in(run.artifacts)},
                started=run.started,
                ended=run.ended,
            )
            client.log_inputs(parent, [dataset])
            log_parameters(client, parent, {**run.parameters, **_parameters(run)})
            log_metrics(client, parent, run.metrics)
            log_artifacts(client, parent, run.artifacts)
            describe_run(client, experiment_id, parent, run.description)

            for learner in run.learners:
                name, ended = learner.name, run.started + round(1_000 * learner.seconds)
                nested = {**tags, "mlflow.parentRunId": parent, "learner": name}
                nested |= tables_in(learner.artifacts)
                run_id = new.start_run(learner.title, nested, started=run.started, ended=ended)
                client.log_inputs(run_id, [dataset])
                log_parameters(client, run_id, {**learner.parameters, **_parameters(run)})
                log_artifacts(client, run_id, learner.artifacts)
                describe_run(client, experiment_id, run_id, learner.description)
                model_id = new.add_model(learner, run_id)
                log_metrics(client, run_id, learner.metrics, learner.curves, model_id=model_id)
                run_ids[name], model_ids[name] = run_id, model_id

            if run.champion is not None:
                new.link(parent, model_ids[run.champion])
            for learner in run.learners:
                if learner.version is not None:
                    name = learner.name
                    said = _of_version(run, learner)
                    versions[name] = new.register(
                        model_ids[name], run_ids[name], learner.version, said
                    )
            own = None if run.champion is None else versions[run.champion]
            best = new.commit(own, run.promote)
    return LoggedTraining(
        store=shown(uri),
        experiment_id=experiment_id,
        run_id=parent,
        run_ids=run_ids,
        model_uris={name: f"models:/{model_id}" for name, model_id in model_ids.items()},
        registered=registered,
        versions=versions,
        champion_version=best,
    )


def log_failure(attempt: Attempt, status: str, why: str) -> None:
    """Leave a run of a training that did not end well, with the reason and without a model.

    Parameters
    ----------
    attempt
        What is known of it.
    status
        ``FAILED``, or ``KILLED`` where somebody stopped it.
    why
        The reason.

    Raises
    ------
    StudyError
        If the store fails or takes too long, or the study's experiment was deleted there.
    """
    with open_store(_SECONDS_FAILED) as (client, _):
        experiment_id = experiment(client, attempt.study)
        run = client.create_run(
            experiment_id,
            start_time=attempt.started,
            run_name=attempt.title,
            tags={**_tags(attempt), WHY: why[:_LONGEST], "mlflow.note.content": why[:_LONGEST]},
        )
        log_parameters(client, run.info.run_id, _parameters(attempt))
        client.set_terminated(run.info.run_id, status)


def check_store() -> None:
    """Reach the store.

    A local store that does not exist is not made yet. Its place, and the working directory, to
    which the files of runs go, must be writable.

    Raises
    ------
    PredictorError
        If the store fails or could not be made.
    """
    if (new := folder_of_new_store()) is not None:
        for place in (new, Path()):
            check_writable(place)
        return
    with open_store(_SECONDS_BEFORE):
        pass


def _found(
    client: MlflowClient, uri: str, experiment_id: str, run: TrainingRun
) -> LoggedTraining | None:
    """Where this training is, if it was logged before."""
    ended = f"attributes.status = 'FINISHED' and tags.training = '{run.training}'"
    runs = all_of(partial(client.search_runs, [experiment_id], ended))
    run_ids = {r.data.tags["learner"]: r.info.run_id for r in runs if "learner" in r.data.tags}
    parents = [r.info.run_id for r in runs if "learner" not in r.data.tags]
    if not parents:
        return None
    registered = registered_name(run.study, run.question)
    versions = {
        name: int(version.version)
        for name, run_id in run_ids.items()
        for version in client.search_model_versions(f"run_id = '{run_id}'")
    }
    # by run: an experiment may hold more models than one page of a search
    models = {
        name: model.model_id
        for name, run_id in run_ids.items()
        for model in client.search_logged_models(
            [experiment_id], filter_string=f"source_run_id = '{run_id}'"
        )
        if model.status == "READY"
    }
    best = champion(client, registered)
    return LoggedTraining(
        store=shown(uri),
        experiment_id=experiment_id,
        run_id=parents[0],
        run_ids=run_ids,
        model_uris={name: f"models:/{model_id}" for name, model_id in models.items()},
        registered=registered,
        versions=versions,
        champion_version=None if best is None else int(best.version),
        already=True,
    )


def _tags(attempt: Attempt) -> dict[str, str]:
    return {
        "mlflow.source.name": f"predictor {attempt.command}",
        "mlflow.source.type": "LOCAL",
        "study": attempt.study,
        "training": attempt.training,
    }


def _updated(client: MlflowClient, experiment_id: str, run: TrainingRun) -> dict[str, str]:
    """Tags that name the run and the version of the model that this is an update of."""
    if run.updates is None:
        return {}
    found = zip(
        (UPDATED_RUN, UPDATED_VERSION), made_in(client, experiment_id, run.updates), strict=True
    )
    return {name: text for name, text in found if text is not None}


def _parameters(attempt: Attempt) -> dict[str, str]:
    return {name: text[:_LONGEST] for name, text in attempt.question.items()}


def _of_version(run: TrainingRun, learner: LearnerRun) -> dict[str, str]:
    """Tags of a version: enough to choose one without opening its run."""
    return {
        **{name: text for name, text in run.tags.items() if name == "verdict"},
        "learner": learner.name,
        "training": run.training,
        "data_fingerprint": run.data_fingerprint,
        **_parameters(run),
    }
