"""The server, from an open port to a graceful end."""

from __future__ import annotations

import errno
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from predictor.errors import PredictorError
from predictor.saved import SavedModel
from predictor.server.admission import Door
from predictor.server.application import asgi_application
from predictor.server.connections import Connection
from predictor.server.limits import Limits

_TURN = 0.0005  # seconds that a thread may keep others from Python; of 5 ms, scoring waits often
_GRACE = 5  # seconds that requests have to finish when the server ends
_LARGEST_HEADERS = 32 << 10  # bytes


@dataclass(frozen=True)
class Place:
    """Where a server listens.

    Attributes
    ----------
    host, port
        Address; port 0 is any free one.
    certificate, key
        Files of TLS, in PEM; None for none.
    behind
        Whether a server on this computer stands in front, and says who asks.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None
    behind: bool = False


class ServingError(PredictorError):
    """The server cannot be started."""


def serve(
    model: SavedModel,
    place: Place,
    *,
    door: Door,
    limits: Limits,
    ready: Callable[[str], None],
) -> None:
    """Answer requests until Ctrl-C or SIGTERM; those that have arrived are answered first.

    Parameters
    ----------
    model
        What is asked.
    place, door, limits
        Where, by whom, and how much.
    ready
        Called with the address when requests are answered.

    Raises
    ------
    ServingError
        If the port cannot be had, or the certificate not be used.
    """
    _check_certificate(place)
    with _listening(place) as listener:
        address = _address(place, listener.getsockname()[1])
        app = asgi_application(model, door=door, limits=limits, ready=lambda: ready(address))
        before = sys.getswitchinterval()
        try:
            sys.setswitchinterval(_TURN)
            server_of(app, place, limits).run(sockets=[listener])
        except KeyboardInterrupt:  # raised again by uvicorn once it has ended
            return
        finally:
            sys.setswitchinterval(before)


def server_of(app: ASGIApp, place: Place, limits: Limits) -> uvicorn.Server:
    """The server of an application, with limits on its connections and a silent log."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=type("LimitedConnection", (Connection,), {"limits": limits}),
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            log_level="critical",  # what it says may quote what was sent
            access_log=False,
            server_header=False,
            proxy_headers=place.behind,
            forwarded_allow_ips="127.0.0.1,::1",
            timeout_graceful_shutdown=_GRACE,
            h11_max_incomplete_event_size=_LARGEST_HEADERS,
            ssl_certfile=place.certificate,
            ssl_keyfile=place.key,
        )
    )


def _listening(place: Place) -> socket.socket:
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return socket.create_server(address[:2], family=family, backlog=512)
    except OSError as error:
        raise ServingError(_why(error, place)) from None


def _why(error: OSError, place: Place) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {place.port} is taken, by another server perhaps; end it, or choose another "
            f"port (--port 0 takes any that is free)"
        )
    if error.errno == errno.EACCES:
        return f"port {place.port} needs more rights than yours; choose one from 1024 on"
    return f"{place.host}: not an address of this computer; choose one with --host"


def _check_certificate(place: Place) -> None:
    if place.certificate is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place.certificate, place.key)
    except (OSError, ValueError):
        raise ServingError(
            f"{place.certificate}: not a certificate that goes with its key; give both as PEM"
        ) from None


def _address(place: Place, port: int) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    return f"http{'s' if place.certificate else ''}://{host}:{port}/"
