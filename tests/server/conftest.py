from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from predictor.saved import SavedModel, read_model
from predictor.server import Door, Limits, Place, asgi_application
from predictor.server.running import server_of

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
PATIENT = {
    "course": 1, "pain_t0": 7.5, "age_years": 44, "sex": "female", "allodynia": True,
    "onset": "2019-05-01", "visit_t0": "2020-01-01",
}  # fmt: skip


ANYBODY_HERE = Door()
LIMITS = Limits()


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Asking:
    """A running server."""

    port: int

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | str | Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        if not isinstance(body, bytes | str | None):
            body, headers = (
                json.dumps(body),
                {"Content-Type": "application/json", **(headers or {})},
            )
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, fields, answer.read())

    def score(self, *patients: Mapping[str, object], **further: object) -> Answered:
        return self("POST", "/score", {"patients": list(patients), **further})

    def raw(self, sent: bytes, *, seconds: float = 30) -> bytes:
        """What comes back until the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(sent)
            parts = []
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65536):
                    parts.append(part)
            return b"".join(parts)


@contextlib.contextmanager
def serving(
    model: SavedModel, *, door: Door = ANYBODY_HERE, limits: Limits = LIMITS
) -> Iterator[Asking]:
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    app = asgi_application(model, door=door, limits=limits, ready=ready.set)
    server = server_of(app, Place(), limits)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        assert ready.wait(60)
        yield Asking(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


@pytest.fixture(scope="session")
def ridge() -> SavedModel:
    return read_model(STORED / "ridge")


@pytest.fixture(scope="session")
def local(ridge: SavedModel) -> Iterator[Asking]:
    """A server of the stored ridge model that only this computer can ask."""
    with serving(ridge, limits=Limits(per_client=1e6, in_all=1e6)) as asking:
        yield asking


@pytest.fixture
def start(ridge: SavedModel) -> Iterator[Callable[..., Asking]]:
    """Start a server with a door and limits of its own."""
    with contextlib.ExitStack() as stack:
        yield lambda **how: stack.enter_context(serving(ridge, **how))
