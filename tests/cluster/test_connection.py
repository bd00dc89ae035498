"""What is at the address: nothing, something else, or a scheduler that wants other secrets."""

from __future__ import annotations

import asyncio
import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dask
import pytest

from predictor.cluster import connect
from predictor.errors import PredictorError
from tests.cluster.machines import PATIENCE, Machines
from tests.cluster.secrets import AUTHORITY, Secrets


def _refused(address: str, patience: float = 1) -> str:
    with pytest.raises(PredictorError) as caught, connect(address, patience=patience):
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["", "here", "8786", "http://h:1", "tcp://h", "tcp://h:99999", "tcp://:8786", "tls://h:x"],
)
def test_an_address_is_a_scheme_a_host_and_a_port(address) -> None:
    said = f"'{address}': expected the address of a Dask scheduler, such as tcp://host:8786"
    assert _refused(address).startswith(said)


@contextmanager
def _silent() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as place:
        yield int(place.getsockname()[1])


@contextmanager
def _nobody() -> Iterator[int]:
    with _silent() as port:
        pass
    yield port


@contextmanager
def _web_server() -> Iterator[int]:
    handler = http.server.BaseHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (_nobody, "nothing listens there; is the scheduler running (dask scheduler)?"),
        (_silent, "no Dask scheduler answers there; is it running (dask scheduler), does a"),
        (_web_server, "no Dask scheduler answers there; is it running (dask scheduler), does a"),
    ],
)
def test_who_is_no_scheduler_is_not_waited_for(there, said) -> None:
    with there() as port:
        assert _refused(f"tcp://127.0.0.1:{port}").startswith(f"tcp://127.0.0.1:{port}: {said}")


def test_a_scheduler_without_workers_is_refused_with_how_to_start_one(machines) -> None:
    with machines() as started:
        assert _refused(started.address) == (
            "the scheduler has no worker; start one for each processor with: dask worker "
            "SCHEDULER --nthreads 1"
        )


def test_a_notebook_in_which_a_loop_runs_can_connect(pair) -> None:
    async def cell() -> list[int]:
        with connect(pair.address) as cluster:
            return list(cluster(abs, [1, -2]))

    assert asyncio.run(cell()) == [1, 2]


def test_blanks_capitals_and_a_slash_of_an_address_do_not_matter(pair) -> None:
    with connect(f" {pair.address.replace('tcp', 'TCP')}/ ") as cluster:
        assert list(cluster(abs, [1, -2])) == [1, 2]


def test_no_more_workers_are_started_here_than_processors_can_use() -> None:
    processors = os.cpu_count() or 1
    with (
        pytest.raises(PredictorError, match=f"start at most {4 * processors} "),
        connect("local", jobs=4 * processors + 1),
    ):
        pass


def test_the_address_of_a_worker_is_that_of_no_scheduler(pair) -> None:
    worker = pair.worker("one")
    assert _refused(worker) == (
        f"{worker}: that is no Dask scheduler but its worker; give the address that dask scheduler "
        f"says when it starts"
    )


def test_a_scheduler_that_sleeps_is_not_waited_for(machines) -> None:
    with machines() as started:
        started.stop("scheduler")
        assert "no Dask scheduler answers there" in _refused(started.address)


_COMPUTES = """
import sys
from predictor.cluster import connect
with connect(sys.argv[1], say=print) as cluster:
    print(list(cluster(abs, [1, -2, 3])))
"""


def test_tls_is_what_the_settings_of_dask_say(tmp_path, pair) -> None:
    ours = Secrets(tmp_path, "ward", "us")
    theirs = Secrets(tmp_path, "street", "them")
    started = Machines(
        tmp_path,
        environment=ours.environment(),
        options=("--protocol", "tls", *Machines.options),
    )
    with started:
        started.add("one")
        found = subprocess.run(
            [sys.executable, "-c", _COMPUTES, started.address],
            env={**os.environ, **ours.environment()},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (found.stdout, found.stderr) == ("[1, 2, 3]\n", "")
        logs = started.log("scheduler").read_text() + started.log("one").read_text()
        assert "handshake failed" not in logs
        assert "TLS needs keys; name their files in DASK_" in _refused(started.address, 8)
        plain = started.address.replace("tls://", "tcp://")
        assert "does it want TLS (then write tls://)?" in _refused(plain, 8)
        with dask.config.set(ours.settings() | {AUTHORITY: str(tmp_path / "none")}):
            assert _refused(started.address, 8).startswith(
                f"the keys for TLS cannot be read (there is no file {tmp_path / 'none'}); look at "
            )
        with dask.config.set(ours.settings() | {AUTHORITY: __file__}):
            said = "cannot be read (one of the files is none of a key or a certificate"
            assert said in _refused(started.address, 8)
        with dask.config.set(theirs.settings()):
            said = _refused(started.address, 8)
            assert "certificate of the scheduler is not accepted (" in said
            assert "from the authority whose file is named in DASK_" in said
        with dask.config.set(ours.settings()):
            plain = pair.address.replace("tcp://", "tls://")
            assert "no Dask scheduler that speaks TLS answers there" in _refused(plain, 8)
    old = Secrets(tmp_path, "former", "old", days=-1)
    with (
        Machines(tmp_path, environment=old.environment(), options=started.options) as started,
        dask.config.set(old.settings()),
    ):
        assert "not accepted (certificate has expired)" in _refused(started.address, 8)
    with dask.config.set({"distributed.comm.require-encryption": True}):
        assert "settings here ask for encryption, and tcp:// has none" in _refused(pair.address)
