"""Servers that refuse, are silent, never end, or go away: told in words, in time."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from predictor.errors import StudyError
from predictor.tracking.store import open_store
from predictor.tracking.training import log_training


def _silent(connection: socket.socket) -> None:
    connection.recv(1)
    time.sleep(60)


def _dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def _hanging_up(connection: socket.socket) -> None:
    connection.recv(10)
    connection.close()


def _of_something_else(connection: socket.socket) -> None:
    connection.recv(65536)
    body = b'{"experiments": 7}'
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    connection.close()


@pytest.fixture
def serve(here, monkeypatch) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """A server on this machine that does one thing with each connection."""
    places = []

    def begin(answer: Callable[[socket.socket], None]) -> str:
        place = socket.create_server(("127.0.0.1", 0))
        places.append(place)

        def each(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                answer(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = place.accept()
                except OSError:
                    return
                threading.Thread(target=each, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        uri = f"http://127.0.0.1:{place.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        return uri

    yield begin
    for place in places:
        place.close()


@pytest.mark.parametrize("answer", [_silent, _dripping])
def test_a_server_that_does_not_come_to_an_end_is_given_up_in_time(serve, answer) -> None:
    uri = serve(answer)
    began = time.monotonic()
    with (
        pytest.raises(StudyError, match=f"the MLflow store {uri} failed: not done after 1 sec"),
        open_store(seconds=1),
    ):
        pytest.fail("it was opened")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("where", ["hangs up", "nobody there"])
def test_a_server_that_refuses_is_told_in_words(serve, monkeypatch, where) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    uri = serve(_hanging_up)
    if where == "nobody there":
        uri = "http://127.0.0.1:9"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(StudyError, match=f"the MLflow store {uri} failed"), open_store():
        pytest.fail("it was opened")


def test_a_server_that_is_no_mlflow_is_told_in_words(serve) -> None:
    uri = serve(_of_something_else)
    with pytest.raises(StudyError, match=f"the MLflow store {uri} failed"), open_store():
        pytest.fail("it was opened")


def test_requests_have_an_end_of_their_own_where_there_is_no_alarm(here, monkeypatch) -> None:
    for name in ("MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"):
        monkeypatch.delenv(name, raising=False)
    with open_store():
        assert float(os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"]) <= 20
        assert float(os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]) <= 2


def test_an_alarm_of_the_caller_is_there_afterwards(store) -> None:
    import signal

    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        with open_store():
            pass
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_training_that_takes_too_long_is_taken_back(store, make_run, monkeypatch) -> None:
    from mlflow import MlflowClient

    log_training(make_run())
    monkeypatch.setattr(MlflowClient, "create_model_version", lambda *_, **__: time.sleep(60))
    with pytest.raises(StudyError, match="not done after 3 seconds"):
        log_training(make_run(), seconds=3)
    client = MlflowClient(f"sqlite:///{store}")
    experiment = client.get_experiment_by_name("crps")
    statuses = [run.info.status for run in client.search_runs([experiment.experiment_id])]
    assert set(statuses) == {"FINISHED", "FAILED"}
    assert len(client.search_model_versions("name='crps.responder.T0'")) == 2
