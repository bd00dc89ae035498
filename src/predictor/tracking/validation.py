"""A model measured or watched in new patients, into MLflow: a run that is linked to its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from predictor.tracking.entries import (
    describe_run,
    log_artifacts,
    log_metrics,
    log_parameters,
    table_of,
    tables_in,
)
from predictor.tracking.paging import all_of
from predictor.tracking.registry import experiment
from predictor.tracking.runs import LoggedValidation, Made, ValidationRun
from predictor.tracking.store import open_store
from predictor.tracking.time_limit import SECONDS
from predictor.tracking.uri import shown

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

# by command: what its run is about, in tags
_TAGS = {"validate": "validation", "monitor": "monitoring"}
ABOUT_RUN, ABOUT_VERSION = "validates.run", "validates.version"  # tags of a validation's run
_PARENT = "mlflow.parentRunId"
_LONGEST = 5_000  # characters of a parameter: MLflow keeps no more than 6,000


def log_validation(run: ValidationRun, *, seconds: float = SECONDS) -> LoggedValidation:
    """Log a validation, once; a run that could not be completed is marked as failed.

    The run names the run and the version of the model, and the version gets a tag
    ``validation.<name>``, or ``monitoring.<name>``, with the verdict.

    Parameters
    ----------
    run
        What to log.
    seconds
        How long it may take.

    Raises
    ------
    StudyError
        If the store fails or takes too long, or the study's experiment was deleted there.
    """
    with open_store(seconds) as (client, uri):
        experiment_id = experiment(client, run.study)
        ended = f"attributes.status = 'FINISHED' and tags.validation = '{run.validation}'"
        there = all_of(partial(client.search_runs, [experiment_id], ended))
        if there:
            tags = there[0].data.tags
            run_id = there[0].info.run_id
            about, version = tags.get(ABOUT_RUN), tags.get(ABOUT_VERSION)
            return LoggedValidation(shown(uri), run_id, about, version, already=True)
        about, version = None, None
        if run.about is not None:
            about, version = made_in(client, experiment_id, run.about)
        run_id = _log(client, experiment_id, run, about, version)
        if version is not None:
            name, _, number = version.rpartition("/")
            tag = f"{_TAGS[run.command]}.{run.validation}"
            client.set_model_version_tag(name, number, tag, run.verdict)
    return LoggedValidation(shown(uri), run_id, about, version)


def made_then(started: int, ended: int, trained: int) -> bool:
    """Whether a model of a time, in seconds, is of a training, which is known in milliseconds."""
    return started // 1_000 <= trained <= ended / 1_000


def _log(
    client: MlflowClient,
    experiment_id: str,
    run: ValidationRun,
    about: str | None,
    version: str | None,
) -> str:
    command = f"predictor {run.command}"
    links = {ABOUT_RUN: about, ABOUT_VERSION: version}
    tags = {
        "mlflow.source.name": command,
        "mlflow.source.type": "LOCAL",
        "study": run.study,
        "validation": run.validation,
        "learner": run.learner,
        "verdict": run.verdict,
        "data_fingerprint": run.data_fingerprint,
        **{name: text for name, text in links.items() if text is not None},
        **tables_in(run.artifacts),
    }
    made = client.create_run(experiment_id, start_time=run.started, run_name=run.title, tags=tags)
    run_id = str(made.info.run_id)
    try:
        table = table_of(
            run.dataset_name,
            run.data_fingerprint,
            run.rows,
            command=command,
            context=_TAGS[run.command],
        )
        client.log_inputs(run_id, [table])
        said = {**run.parameters, **run.question}
        log_parameters(client, run_id, {name: text[:_LONGEST] for name, text in said.items()})
        log_metrics(client, run_id, run.metrics)
        log_artifacts(client, run_id, run.artifacts)
        describe_run(client, experiment_id, run_id, run.description)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, end_time=run.ended)
    return run_id


def made_in(client: MlflowClient, experiment_id: str, made: Made) -> tuple[str | None, str | None]:
    """The run and the version of a model, as ``<registered model>/<number>``; None if not there."""
    same = f"attributes.status = 'FINISHED' and tags.data_fingerprint = '{made.trained_on}'"
    runs = {r.info.run_id: r for r in all_of(partial(client.search_runs, [experiment_id], same))}
    about = [
        each
        for each in runs.values()
        if each.data.tags.get("learner") == made.learner
        and _of_then(runs.get(each.data.tags.get(_PARENT, "")), made.trained)
    ]
    if not about:
        return None, None
    run_id = str(about[0].info.run_id)
    versions = client.search_model_versions(f"run_id = '{run_id}'")
    return run_id, f"{versions[0].name}/{versions[0].version}" if versions else None


def _of_then(training: Run | None, trained: int) -> bool:
    return training is not None and made_then(
        training.info.start_time, training.info.end_time, trained
    )
