"""A tracking server as a group shares one: on PostgreSQL, behind a password, and it dies."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mlflow import MlflowClient

from predictor.errors import StudyError
from predictor.tracking import LoggedTraining, MLflowTracker, TrainingRun

OF_DATABASE, OF_SERVER = "QZdatabase", "QZserver"  # passwords, to be found in no message
AT_ONCE, LEARNERS = 10, 2
QUESTION = "crps.responder.T0"


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@pytest.fixture(scope="module")
def database(postgres: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    """The URI of an empty database in a PostgreSQL of its own."""
    with postgres(OF_DATABASE) as uri:
        yield uri


class Server:
    """``mlflow server`` on the database; it can be killed and started again."""

    def __init__(self, database: str, folder: Path) -> None:
        self.port = _free_port()
        self._command = [
            sys.executable, "-m", "mlflow", "server", "--workers", "2", "--serve-artifacts",
            "--artifacts-destination", str(folder / "artifacts"), "--port", str(self.port),
        ]  # fmt: skip
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "PYTEST"))}
        self._environment = inherited | {
            "MLFLOW_BACKEND_STORE_URI": database,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "server.log").open("ab") as said:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, env=self._environment, start_new_session=True,
                stdout=said, stderr=said,
            )  # fmt: skip
        for _ in range(1_200):
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/health").status == 200:
                    return
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            time.sleep(0.1)
        pytest.fail("the server did not come up")

    def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def ask(self, *request: object) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(*request)  # type: ignore[arg-type]
            answer = connection.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]
        return answer


class Gate(ThreadingHTTPServer):
    """What stands before a server and asks for a password.

    Attributes
    ----------
    passed
        How often each address was asked for and answered.
    lose
        Addresses whose next answer is thrown away, after the server has done what it was asked.
    """

    daemon_threads = True

    def __init__(self, server: Server) -> None:
        super().__init__(("127.0.0.1", 0), _Keeper)
        self.server = server
        self.passed: Counter[str] = Counter()
        self.lose: set[str] = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Keeper(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known = base64.b64encode(f"group:{OF_SERVER}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            return self._answer(401, b"who are you?")
        headers = {k: v for k, v in self.headers.items() if k != "Host"}
        try:
            answer = self.server.server.ask(self.command, self.path, body, headers)
        except (OSError, http.client.HTTPException):
            return self._answer(502, b"nobody there")
        what = self.path.partition("/mlflow/")[2].partition("?")[0]
        if what in self.server.lose:
            self.server.lose.discard(what)
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        self.server.passed[what] += 1
        return self._answer(answer.status, answer.content, answer.headers["Content-Type"])

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass_on  # noqa: N815

    def _answer(self, status: int, body: bytes, kind: str | None = "text/plain") -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def gate(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    server = Server(database, tmp_path_factory.mktemp("server"))
    try:
        server.start()
        with Gate(server) as found:
            yield found
            found.shutdown()
    finally:
        server.kill()


@pytest.fixture(autouse=True)
def member(gate: Gate, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who may use the server."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", gate.uri)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "group")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", OF_SERVER)


def _log(run: TrainingRun) -> LoggedTraining | str:
    try:
        return MLflowTracker().log(run)
    except StudyError as error:
        return str(error)


def _statuses(client: MlflowClient, experiment_id: str) -> Counter[str]:
    return Counter(run.info.status for run in client.search_runs([experiment_id]))


def test_nothing_is_lost_or_doubled_when_ten_log_at_once_and_the_server_is_killed(
    gate: Gate, make_run: Callable[..., TrainingRun]
) -> None:
    runs = [make_run() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(_log, run) for run in runs]
        while gate.passed["model-versions/create"] < AT_ONCE * LEARNERS // 3:
            assert not all(each.done() for each in begun), [each.result() for each in begun]
            time.sleep(0.01)
        gate.server.kill()
        gate.server.start()
        first = [each.result() for each in begun]
    failed = [said for said in first if isinstance(said, str)]
    assert failed
    assert OF_SERVER not in "".join(failed)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        second = list(pool.map(_log, runs))
    assert all(isinstance(each, LoggedTraining) for each in second), second
    assert [each.already for each in second] == [not isinstance(each, str) for each in first]

    client = MlflowClient(gate.uri)
    (experiment,) = {each.experiment_id for each in second}
    found = client.search_runs([experiment])
    assert "RUNNING" not in _statuses(client, experiment)
    finished = {run.info.run_id for run in found if run.info.status == "FINISHED"}
    assert finished == {each for one in second for each in (one.run_id, *one.run_ids.values())}
    assert len(finished) == AT_ONCE * (1 + LEARNERS)
    versions = client.search_model_versions(f"name = '{QUESTION}'")
    assert sorted(version.run_id for version in versions) == sorted(
        run_id for one in second for run_id in one.run_ids.values()
    )
    ready = Counter(
        model.source_run_id
        for model in client.search_logged_models([experiment], max_results=1_000)
        if model.status == "READY"
    )
    assert ready == Counter(run_id for one in second for run_id in one.run_ids.values())
    champion = client.get_model_version_by_alias(QUESTION, "champion")
    assert champion.tags["learner"] == "pain only"
    assert [v.version for v in versions if "promoted.at" in v.tags] == [champion.version]
    for one in second:
        assert len(client.list_artifacts(one.run_id)) == 3


def test_what_a_server_did_without_an_answer_is_there_once(
    gate: Gate, make_run: Callable[..., TrainingRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    gate.lose = {
        "experiments/create", "registered-models/create", "runs/create", "logged-models",
        "model-versions/create", "registered-models/alias", "runs/update",
    }  # fmt: skip
    logged = MLflowTracker().log(make_run(study="unheard"))
    assert gate.lose == set()
    client = MlflowClient(gate.uri)
    statuses = _statuses(client, logged.experiment_id)
    assert statuses["FINISHED"] == 1 + LEARNERS
    assert "RUNNING" not in statuses
    versions = client.search_model_versions(f"name = '{logged.registered}'")
    assert {int(version.version) for version in versions} == set(logged.versions.values())
    models = client.search_logged_models([logged.experiment_id])
    assert Counter(model.status for model in models if model.status != "FAILED") == {"READY": 2}
    assert logged.champion_version == logged.versions["pain only"]


def test_a_champion_that_was_named_meanwhile_stays(
    gate: Gate, make_run: Callable[..., TrainingRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = MLflowTracker().log(make_run(study="shared"))
    named = first.versions["prevalence"]

    def fail(*_: object) -> None:
        MLflowTracker().promote("shared", named, "better")
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("predictor.tracking.training.log_metrics", fail)
        with pytest.raises(RuntimeError):
            MLflowTracker().log(make_run(study="shared", promote="simpler"))
    now = MlflowClient(gate.uri).get_model_version_by_alias(first.registered, "champion")
    assert int(now.version) == named


def test_a_database_whose_driver_is_missing_is_told(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StudyError, match=r"needs the Python package psycopg.*Install it"):
        MLflowTracker().check()


def test_no_password_is_told(
    gate: Gate, database: str, make_run: Callable[..., TrainingRun], monkeypatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_PASSWORD", OF_SERVER + "?")
        with pytest.raises(StudyError) as refused:
            MLflowTracker().check()
    assert "who are you?" in str(refused.value)
    logged = MLflowTracker().log(make_run(study="secrets"))
    assert logged.store == gate.uri

    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    there = MLflowTracker().log(make_run(study="straight into the database"))
    assert there.store == database.replace(f"owner:{OF_DATABASE}@", "")

    told = [str(refused.value)]
    for wrong in (
        database.replace(OF_DATABASE, OF_DATABASE + "?"),
        database.replace(OF_DATABASE, OF_DATABASE + "/%"),
        database.replace(f"owner:{OF_DATABASE}@", "") + f"?user=owner&password={OF_DATABASE}x",
        database.replace("127.0.0.1", "no-such-host.invalid"),
    ):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", wrong)
        with pytest.raises(StudyError) as refused:
            MLflowTracker().check()
        told.append(str(refused.value))
    assert OF_SERVER not in "".join(told)
    assert OF_DATABASE not in "".join(told)
