"""What a killed process leaves in MLflow, and what the next training makes of it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from predictor.errors import StudyError
from predictor.tracking import MLflowTracker, dead
from predictor.tracking.store import open_store
from predictor.tracking.training import log_training
from predictor.tracking.transactions import Transaction


class _Killed(BaseException):
    """Stands for a signal that no process can answer."""


@pytest.fixture
def die(monkeypatch):
    """Log until it comes to a step, and leave everything as a killed process does."""

    def run(make, step, calls=1):
        original, counted = getattr(MlflowClient, step), []

        def stop(*arguments, **settings):
            counted.append(1)
            if len(counted) == calls:
                raise _Killed
            return original(*arguments, **settings)

        with monkeypatch.context() as patch:
            patch.setattr(MlflowClient, step, stop)
            patch.setattr(Transaction, "take_back", lambda *_: None)
            with pytest.raises(_Killed):
                log_training(make())

    return run


def _client():
    return MlflowClient(f"sqlite:///{Path('mlflow.db').absolute()}")


def _state(client):
    experiment = client.get_experiment_by_name("crps")
    runs = client.search_runs([experiment.experiment_id])
    return sorted(run.info.status for run in runs), runs


@pytest.mark.parametrize(
    ("step", "calls"),
    [("log_inputs", 1), ("finalize_logged_model", 2), ("create_model_version", 2)],
    ids=["begun", "a model is there", "versions are there"],
)
def test_runs_of_the_dead_are_taken_back_by_the_next(store, make_run, die, step, calls) -> None:
    first = log_training(make_run())
    die(make_run, step, calls)
    client = _client()
    assert "RUNNING" in _state(client)[0]
    second = log_training(make_run(champion="prevalence"))
    statuses, runs = _state(client)
    assert set(statuses) == {"FINISHED", "KILLED"}
    assert statuses.count("FINISHED") == 6
    for run in runs:
        if run.info.status == "KILLED":
            assert "its process ended" in run.data.tags["predictor.ended"]
    found = {
        int(version.version) for version in client.search_model_versions("name='crps.responder.T0'")
    }
    assert found == {*first.versions.values(), *second.versions.values()}
    ready = [
        model
        for model in client.search_logged_models([first.experiment_id])
        if model.status == "READY"
    ]
    assert len(ready) == 4


@pytest.mark.parametrize(
    ("step", "calls"), [("set_registered_model_alias", 1), ("set_terminated", 3)]
)
def test_a_training_that_is_whole_is_finished_by_the_next(
    store, make_run, die, step, calls
) -> None:
    die(make_run, step, calls)
    client = _client()
    assert _state(client)[0] == ["FINISHED", "FINISHED", "RUNNING"]
    log_training(make_run(champion="prevalence"))
    assert set(_state(client)[0]) == {"FINISHED"}
    champion = client.get_model_version_by_alias("crps.responder.T0", "champion")
    assert (champion.version, champion.tags["learner"]) == (2, "pain only")


def test_runs_that_may_be_alive_on_another_machine_are_left_alone(
    store, make_run, die, monkeypatch
) -> None:
    die(make_run, "log_inputs")
    client = _client()
    experiment = client.get_experiment_by_name("crps").experiment_id
    dead.clear_dead(client, experiment, "another", alone=False)
    assert _state(client)[0] == ["RUNNING"]
    later = time.time() + 300 + 3_700
    monkeypatch.setattr(dead, "time", lambda: later)
    dead.clear_dead(client, experiment, "another", alone=False)
    assert _state(client)[0] == ["KILLED"]


def test_a_champion_that_was_named_after_a_training_died_stays(store, make_run, die) -> None:
    first = log_training(make_run())
    die(lambda: make_run(promote="newer"), "set_registered_model_alias")
    MLflowTracker().promote("crps", first.versions["prevalence"], "simpler")
    log_training(make_run())
    champion = _client().get_model_version_by_alias("crps.responder.T0", "champion")
    assert champion.version == first.versions["prevalence"]


def test_a_process_killed_while_the_store_is_made_leaves_none(here) -> None:
    script = """
import os, signal
from mlflow.store.db import utils
upgrade = utils._upgrade_db
def stop(engine):
    with engine.connect():
        os.kill(os.getpid(), signal.SIGKILL)
utils._upgrade_db = stop
from predictor.tracking.store import open_store
with open_store(): pass
"""
    subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert not (here / "mlflow.db").exists()
    with open_store() as (client, _):
        client.create_experiment("works")
    assert {path.name for path in here.iterdir()} <= {"mlflow.db", "mlflow.db.lock", "mlruns"}


def test_a_store_that_an_earlier_version_left_unfinished_is_told_with_the_way_out(here) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect("mlflow.db")) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("CREATE TABLE experiments (experiment_id INTEGER)")
        database.commit()
    with pytest.raises(StudyError, match=r"It holds no run.*mv .*mlflow\.db"), open_store():
        pass


def test_waiting_for_another_training_is_said_and_has_an_end(here, monkeypatch, caplog) -> None:
    from filelock import FileLock

    from predictor.tracking import store as module

    monkeypatch.setattr(module, "_SAY_AFTER", 0.05)
    monkeypatch.setattr(module, "_WAIT", 0.1)
    held = pytest.raises(StudyError, match="is held by another process")
    with FileLock("mlflow.db.lock"), held, open_store():
        pass
    assert "waiting for another process to let go of the MLflow store" in caplog.text


@pytest.mark.parametrize("name", ["Pijn studie é#&", "100%20 of what?"])
def test_folders_of_any_name_hold_a_store(here, monkeypatch, make_run, name) -> None:
    from predictor.tracking.download import download_model
    from predictor.tracking.uri import missing_store

    folder = here / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    logged = log_training(make_run())
    assert missing_store() is None
    assert (download_model(logged.champion_uri) / "MLmodel").is_file()
    assert {path.name for path in here.iterdir()} == {name}
    assert {path.name for path in folder.iterdir()} == {"mlflow.db", "mlflow.db.lock", "mlruns"}
    monkeypatch.setenv(
        "MLFLOW_TRACKING_URI",
        "sqlite:///"
        + str(folder / "mlflow.db").replace("%", "%25").replace("?", "%3F").replace(" ", "%20"),
    )
    assert missing_store() is None
    with open_store() as (client, _):
        assert client.get_experiment_by_name("crps") is not None
    assert {path.name for path in here.iterdir()} == {name}
    assert Path("mlruns").is_dir()
