"""The trainings of a study that are in MLflow, and single files of them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from predictor.errors import PredictorError
from predictor.tracking.paging import all_of
from predictor.tracking.runs import ListedRun
from predictor.tracking.store import open_store, reason
from predictor.tracking.transactions import COMPLETE
from predictor.tracking.uri import missing_store, shown

if TYPE_CHECKING:
    from mlflow.entities import Run

_QUESTION = ("outcome", "predict_at", "rule")


def list_trainings(study: str) -> tuple[str, tuple[ListedRun, ...]]:
    """The store, and the trainings of a study that ended well in it, from the first to the last.

    Raises
    ------
    PredictorError
        If there is no store, or it fails.
    """
    if missing := missing_store():
        raise PredictorError(f"{study}: {missing}")
    with open_store() as (client, uri):
        experiment = client.get_experiment_by_name(study)
        if experiment is None:
            return shown(uri), ()
        # the runs of learners have no such tag
        whole = (
            f"attributes.status = 'FINISHED' and tags.`{COMPLETE}` LIKE '%' "
            "and tags.`mlflow.source.name` = 'predictor train'"
        )
        runs = all_of(partial(client.search_runs, [experiment.experiment_id], whole))
    found = (_listed(run) for run in runs)
    return shown(uri), tuple(sorted(found, key=lambda run: (run.started, run.training)))


def download_files(run_id: str, names: Sequence[str]) -> dict[str, bytes]:
    """Some files of a run, by name.

    Raises
    ------
    PredictorError
        If there is no such run, it lacks one of them, or the store fails.
    """
    if missing := missing_store():
        raise PredictorError(f"{run_id}: {missing}")
    with open_store() as (client, uri), tempfile.TemporaryDirectory(prefix="predictor-") as folder:
        from mlflow.exceptions import MlflowException

        found = {}
        for name in names:
            try:
                path = client.download_artifacts(run_id, name, folder)
                found[name] = Path(path).read_bytes()
            except (MlflowException, OSError) as error:
                raise no_such_file(run_id, [name], reason(error, uri)) from error
    return found


def no_such_file(run_id: str, names: Sequence[str], why: str | None = None) -> PredictorError:
    """What to say of files that a run lacks."""
    said = "" if why is None else f" ({why})"
    return PredictorError(
        f"{run_id}: there is no such run with {', '.join(names)}{said}; train again to have one"
    )


def _listed(run: Run) -> ListedRun:
    tags = run.data.tags
    return ListedRun(
        training=tags.get("training", run.info.run_id),
        study=tags.get("study", ""),
        title=str(run.info.run_name),
        question={name: run.data.params.get(name, "?") for name in _QUESTION},
        started=int(run.info.start_time),
        source=str(run.info.run_id),
        metrics=dict(run.data.metrics),
        tags={name: text for name, text in tags.items() if not name.startswith("mlflow.")},
    )
