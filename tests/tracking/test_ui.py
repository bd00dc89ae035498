from __future__ import annotations

import subprocess
import sys

import pytest

from predictor.errors import StudyError
from predictor.tracking import run_ui, ui_command
from predictor.tracking.ui import addresses


def test_the_pages_are_served_on_the_port_that_is_asked_for(logged) -> None:
    command = ui_command(port=5999)
    assert command[:4] == [sys.executable, "-m", "mlflow", "server"]
    options = dict(zip(command[4::2], command[5::2], strict=True))
    assert (options["--host"], options["--port"]) == ("127.0.0.1", "5999")


def test_each_study_has_an_address_that_opens_on_its_runs(logged) -> None:
    place = f"/#/experiments/{logged.experiment_id}/runs?workflowType=machine_learning"
    assert addresses(port=5999) == {"crps": f"http://127.0.0.1:5999{place}"}


def test_a_server_has_its_own_pages(monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@mlflow.example.org")
    with pytest.raises(StudyError, match=r"open https://mlflow\.example\.org in a browser"):
        ui_command()


def test_pages_of_a_store_that_does_not_exist_are_refused(here) -> None:
    with pytest.raises(StudyError, match="no MLflow store"):
        ui_command()
    assert not list(here.iterdir())


def test_an_interrupt_waits_for_the_server_to_end(logged, monkeypatch) -> None:
    waits, ended, told = [], [], []

    class Server:
        def __init__(self, command: list[str], **options: object) -> None:
            assert options["stdout"] is sys.stderr
            # the store's URI may hold a password, and arguments can be read by everybody
            assert options["env"]["MLFLOW_BACKEND_STORE_URI"] == logged.store
            assert logged.store not in command

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *error: object) -> None: ...

        def poll(self) -> int | None:
            return None

        def wait(self) -> int:
            waits.append(1)
            if len(waits) == 1:
                raise KeyboardInterrupt
            return 1

        def terminate(self) -> None:
            ended.append(len(waits))

    monkeypatch.setattr(subprocess, "Popen", Server)
    monkeypatch.setattr("predictor.tracking.ui._answers", lambda *_: True)
    assert run_ui(ready=told.append) == 0
    assert told == [addresses()]
    assert len(waits) == 2
    assert ended == [1]  # SIGTERM came to us alone: the server is told before it is waited for
