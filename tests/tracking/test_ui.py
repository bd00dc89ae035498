from __future__ import annotations

import subprocess
import sys

import pytest

from predictor.errors import StudyError
from predictor.tracking import run_ui, ui_command


def test_the_pages_are_served_on_the_store_of_the_trainings(logged) -> None:
    command = ui_command(port=5999)
    assert command[:4] == [sys.executable, "-m", "mlflow", "server"]
    options = dict(zip(command[4::2], command[5::2], strict=True))
    assert options["--backend-store-uri"] == logged.store
    assert (options["--host"], options["--port"]) == ("127.0.0.1", "5999")


def test_a_server_has_its_own_pages(monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@mlflow.example.org")
    with pytest.raises(StudyError, match=r"open https://mlflow\.example\.org in a browser"):
        ui_command()


def test_pages_of_a_store_that_does_not_exist_are_refused(here) -> None:
    with pytest.raises(StudyError, match="no MLflow store"):
        ui_command()
    assert not list(here.iterdir())


def test_an_interrupt_waits_for_the_server_to_end(logged, monkeypatch) -> None:
    waits, ended = [], []

    class Server:
        def __init__(self, command: list[str], **options: object) -> None:
            assert options["stdout"] is sys.stderr

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *error: object) -> None: ...

        def wait(self) -> int:
            waits.append(1)
            if len(waits) == 1:
                raise KeyboardInterrupt
            return 1

        def terminate(self) -> None:
            ended.append(len(waits))

    monkeypatch.setattr(subprocess, "Popen", Server)
    assert run_ui() == 0
    assert len(waits) == 2
    assert ended == [1]  # SIGTERM came to us alone: the server is told before it is waited for
