"""What stands before every answer: names, rates, the token, time; headers and a log without values.

The log has the method, the path if it is one of the server's, the status and the time: no query, no
body, no header, no address, and of an error only where it happened.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from predictor.server.admission import Admission
from predictor.server.login import form
from predictor.server.refusals import RefusedError, busy, failed, refusal
from predictor.server.security_headers import EVERYWHERE, NOTHING

log = logging.getLogger("predictor.server")

_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")


class Gate:
    """Lets requests in, and answers out.

    Parameters
    ----------
    app
        Answers requests.
    admission
        Who is let in.
    seconds
        That an answer may take.
    paths
        That may be named in the log.
    encrypted
        Whether the server speaks TLS itself.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        admission: Admission,
        seconds: float,
        paths: Collection[str],
        encrypted: bool,
    ) -> None:
        self._app = app
        self._admission = admission
        self._seconds = seconds
        self._paths = paths
        self._headers = EVERYWHERE | (_ENCRYPTED if encrypted else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; no fault of an answer leaves here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message)
            await send(message)

        request = Request(scope)
        try:
            async with asyncio.timeout(self._seconds):
                try:
                    self._admission.admit(request)
                except RefusedError as error:
                    answer = form(error) if _wants_page(request, error) else refusal(error)
                    await answer(scope, receive, sent)
                else:
                    await self._app(scope, receive, sent)
        except TimeoutError:
            if not status:
                await refusal(busy("the answer took too long"))(scope, receive, sent)
        except Exception as error:  # noqa: BLE001 - told without what it says, which may be a value
            log.error(
                "%s; its message is withheld because it may quote patient data\n%s",
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            if not status:
                await refusal(failed())(scope, receive, sent)
        finally:
            log.info(
                "%s %s %d %.0f ms",
                request.method if request.method in _METHODS else "other",
                scope["path"] if scope["path"] in self._paths else "elsewhere",
                status,
                1000 * (time.monotonic() - started),
            )

    def _add_headers(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", NOTHING)


def _wants_page(request: Request, error: RefusedError) -> bool:
    """Whether somebody without a session has opened the page in a browser."""
    return (
        error.status == 401
        and request.scope["path"] == "/"
        and "text/html" in request.headers.get("accept", "")
    )
