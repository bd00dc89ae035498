"""A whole training while machines fail, or somebody has enough of it."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.cluster.machines import PATIENCE, Machines, of_any_run, wait_until

_TRAIN = [
    "train",
    "study.yaml",
    "--data",
    "patients.csv",
    "--learner",
    "lightgbm",
    "--json",
    "--quiet",
]


@pytest.fixture
def train(small, predictor, empty_store) -> Callable[..., tuple[int, str, str]]:
    """Train, with a store without runs; do something in the middle of it."""

    def run(
        *further: str, at_work: Machines | None = None, then: Callable[[], None] = lambda: None
    ) -> tuple[int, str, str]:
        shutil.rmtree("mlruns", ignore_errors=True)
        shutil.copy(empty_store, "mlflow.db")
        if at_work is None:
            return predictor(*_TRAIN, *further)

        def meanwhile() -> None:
            wait_until(lambda: at_work.counts()["processing"] >= 2, "work begins")
            then()

        beside = threading.Thread(target=meanwhile)
        beside.start()
        found = predictor(*_TRAIN, "--cluster", at_work.address, *further)
        beside.join(PATIENCE)
        return found

    return run


def test_a_training_outlives_its_workers_and_ends_with_its_scheduler(
    small, train, machines
) -> None:
    small.change(("bootstrap: {replicates: 20}", "bootstrap: {replicates: 60}"))
    code, alone, err = train("--jobs", "1")
    assert code == 0, err
    kept = {name: text for name, text in small.files().items() if not name.startswith("ml")}

    with machines("one", "two", "three") as started:

        def fail() -> None:
            started.stop("one")
            started.kill("two")
            time.sleep(2)
            started.go_on("one")

        code, out, err = train(at_work=started, then=fail)
        assert (code, err) == (0, "")
        assert of_any_run(out) == of_any_run(alone)
        shutil.rmtree(small.folder / "models")
        shutil.rmtree(small.folder / "reports")

        code, out, err = train(at_work=started, then=partial(os.kill, os.getpid(), signal.SIGINT))
        assert (code, out) == (130, "")
        assert err.endswith("interrupted; nothing half-written is left\n")
        wait_until(lambda: started.counts()["tasks"] == 0, "the scheduler forgets")

        code, out, err = train(at_work=started, then=partial(started.kill, "scheduler"))
        assert (code, out) == (1, "")
        assert err.startswith("refused: the connection to the scheduler of the cluster was lost")
    left = {name: text for name, text in small.files().items() if not name.startswith("ml")}
    gone = {name for name in kept if name.startswith(("models/", "reports/"))}
    assert left == {name: text for name, text in kept.items() if name not in gone}
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{small.folder / 'mlflow.db'}")
    assert [
        run.info.status
        for experiment in client.search_experiments()
        for run in client.search_runs([experiment.experiment_id])
    ] == ["FAILED"]
