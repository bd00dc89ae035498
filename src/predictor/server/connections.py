"""Connections that are cut when a client is too slow, or when there are too many of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from predictor.server.limits import Limits
from predictor.server.security_headers import EVERYWHERE, NOTHING

_GRACE = 1.0  # seconds that the application has to say itself that time is over
_REASONS = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}


class WholeAnswers:
    """A transport on which head and body of an answer leave together.

    Each write gives up Python's turn, which a thread that scores gives back late.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write soon, with what else is written until then."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)

    def flush(self) -> None:
        """Write what is held."""
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def get_write_buffer_size(self) -> int:
        """Bytes that have not left."""
        return sum(map(len, self._held)) + self._transport.get_write_buffer_size()

    def close(self) -> None:
        """Write what is held, and close."""
        self.flush()
        self._transport.close()


class Connection(H11Protocol):
    """A connection with a time limit for each request; uvicorn itself has none."""

    limits = Limits()

    _deadline: asyncio.TimerHandle | None = None
    _arrived = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(WholeAnswers(transport, self.loop))  # type: ignore[arg-type]
        if len(self.connections) > self.limits.connections:
            self._refuse(503, "too many connections are open; try again in a second")
        else:
            self._until(self.limits.arrival)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._until(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in; its request has to be complete in time."""
        if self.transport.is_closing():
            return
        if self._deadline is None:
            self._arrived = False
            self._until(self.limits.arrival)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait until the answer has left, then for another request."""
        self.transport.flush()  # type: ignore[attr-defined]
        self._arrived = False
        self._until(self.limits.seconds if self._unsent() else None)
        super().on_response_complete()  # may begin with a request that was sent along
        if self.conn.trailing_data[0] and self._deadline is None:
            self._until(self.limits.arrival)
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request of HTTP."""
        del msg
        self._refuse(400, "not a request of HTTP/1.1; send one")

    def _watch(self) -> None:
        """Once a request is complete, the time for its answer counts."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body or self._arrived:
            return
        self._arrived = True
        self._until(self.limits.seconds)

    def _until(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = (
            None if seconds is None else self.loop.call_later(seconds + _GRACE, self._cut)
        )

    def _unsent(self) -> bool:
        return self.transport.get_write_buffer_size() > 0

    def _cut(self) -> None:
        self._deadline = None
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.response_complete and not self._unsent():
            return  # an answer that left in time; keep-alive ends the connection
        if self._unsent() or (cycle is not None and cycle.response_started):
            self.transport.abort()
        else:
            self._refuse(408, "the request took too long to arrive; send it at once")

    def _refuse(self, status: int, message: str) -> None:
        """Say why, past the application, and close."""
        body = json.dumps({"message": message, "faults": []}).encode()
        headers = {
            **EVERYWHERE,
            "Content-Security-Policy": NOTHING,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        lines = [f"HTTP/1.1 {status} {_REASONS[status]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        self.transport.close()
