"""All of a training in MLflow, or visibly none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from predictor.disk import without_interrupts
from predictor.tracking.folders import as_folder
from predictor.tracking.names import model_name, renamed
from predictor.tracking.paging import all_of
from predictor.tracking.registry import CHAMPION, champion, name_champion, now
from predictor.tracking.runs import LearnerRun
from predictor.tracking.taking_back import delete_version, models_of, take_back
from predictor.tracking.time_limit import TooSlow, limit

if TYPE_CHECKING:
    from mlflow import MlflowClient

COMPLETE = "mlflow.predictor.complete"  # hidden from its pages, as all that begins so
"""Tag of a parent run whose training is whole: when it ended, and the champion it has to name."""

_SECONDS = 15.0  # for taking back: whoever pressed Ctrl-C waits for it


class Transaction:
    """Creates runs, models and versions, and remembers them so that they can be taken back."""

    def __init__(
        self, client: MlflowClient, experiment_id: str, registered: str, training: str
    ) -> None:
        self._client = client
        self._experiment_id = experiment_id
        self._registered = registered
        self._training = training
        self._versions: list[int] = []
        self._runs: dict[str, int] = {}  # when each ended
        self._models: list[str] = []
        self._champion_before = champion(client, registered)

    def start_run(self, name: str, tags: Mapping[str, str], *, started: int, ended: int) -> str:
        """Create a run that began and ended when the training did; its id."""
        run = self._client.create_run(
            self._experiment_id, start_time=started, run_name=name, tags=dict(tags)
        )
        self._runs[run.info.run_id] = ended
        return str(run.info.run_id)

    def add_model(self, learner: LearnerRun, run_id: str) -> str:
        """Store the saved model of a learner, unchanged; its model id."""
        model_id = self._client.create_logged_model(
            self._experiment_id,
            name=model_name(learner.name),
            source_run_id=run_id,
            params=renamed(learner.parameters),
            tags={"learner": learner.name},
            model_type="predictor",
        ).model_id
        self._models.append(model_id)
        with as_folder(learner.model) as directory:
            self._client.log_model_artifacts(model_id, directory)
        self._client.finalize_logged_model(model_id, "READY")
        self.link(run_id, model_id)
        return str(model_id)

    def link(self, run_id: str, model_id: str) -> None:
        """Show the model among the outputs of a run."""
        from mlflow.entities import LoggedModelOutput

        self._client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])

    def register(
        self, model_id: str, run_id: str, description: str, tags: Mapping[str, str]
    ) -> int:
        """Make the model a version of the registered model; the version's number."""
        version = int(
            self._client.create_model_version(
                self._registered,
                source=f"models:/{model_id}",
                run_id=run_id,
                model_id=model_id,
                tags=dict(tags),
                description=description,
            ).version
        )
        self._versions.append(version)
        # MLflow's page of a model finds its versions by this tag.
        link = json.dumps([{"name": self._registered, "version": version}])
        self._client.set_logged_model_tags(model_id, {"mlflow.modelVersions": link})
        return version

    def commit(self, version: int | None, reason: str | None) -> int | None:
        """Mark every run as finished; the version that is the champion then.

        The parent run, the first one, is marked last. Whatever finds it running knows by a tag
        whether everything is there: see `predictor.tracking.dead`.

        Parameters
        ----------
        version
            Becomes the champion if there is a reason, or no champion yet; None: the champion stays
            who it is.
        """
        parent, *children = self._runs
        self._drop_doubles()
        for run_id in reversed(children):
            self._client.set_terminated(run_id, end_time=self._runs[run_id])
        whole = {"ended": self._runs[parent], "at": now(), "champion": version, "reason": reason}
        self._client.set_tag(parent, COMPLETE, json.dumps(whole))
        if version is None:
            there = champion(self._client, self._registered)
            best = None if there is None else int(there.version)
        else:
            best = name_champion(self._client, self._registered, version, reason)
        self._client.set_terminated(parent, end_time=self._runs[parent])
        return best

    def _drop_doubles(self) -> None:
        """Take back what a server made twice.

        When it dies, or is cut off, before it can answer, MLflow's client asks again for what may
        be there already.
        """
        if not self._client.tracking_uri.startswith("http"):
            return
        running = f"attributes.status = 'RUNNING' and tags.training = '{self._training}'"
        runs = all_of(partial(self._client.search_runs, [self._experiment_id], running))
        models = models_of(self._client, self._experiment_id, self._runs)
        take_back(
            self._client,
            {run.info.run_id for run in runs} - self._runs.keys(),
            set(models) - set(self._models),
            "KILLED",
            "the server was asked twice, as its first answer was lost",
        )
        for run_id in self._runs:
            for version in self._client.search_model_versions(f"run_id = '{run_id}'"):
                if int(version.version) not in self._versions:
                    delete_version(self._client, version)

    def take_back(self, status: str, why: str) -> None:
        """Mark runs with the status and models as failed, delete versions; the champion is back."""
        take_back(self._client, self._runs, self._models, status, why)
        before = self._champion_before
        # one that somebody else has named meanwhile stays
        if before is not None and champion(self._client, self._registered) is None:
            self._client.set_registered_model_alias(self._registered, CHAMPION, before.version)


@contextmanager
def transaction(
    client: MlflowClient, experiment_id: str, registered: str, training: str
) -> Iterator[Transaction]:
    """Take everything back when the block raises, Ctrl-C included; the error goes on."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    begun = Transaction(client, experiment_id, registered, training)
    try:
        yield begun
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        try:
            with without_interrupts(), limit(_SECONDS):
                begun.take_back(
                    "KILLED" if stopped else "FAILED",
                    "interrupted" if stopped else f"{type(error).__name__}: {error}",
                )
        except (MlflowException, SQLAlchemyError, OSError, TooSlow):
            # it is marked by the next training, which finds runs of a dead process
            pass
        raise
