"""Whether a request is let in: names, rates, where it comes from, the token."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.requests import Request

from predictor.server.limits import Limits
from predictor.server.origins import known_host, same_origin
from predictor.server.rates import Rate, client_of
from predictor.server.refusals import RefusedError, busy
from predictor.server.tokens import Token

_READING = ("GET", "HEAD", "OPTIONS")
_ALL = "all"
_MINUTE = 60


@dataclass(frozen=True)
class Door:
    """Who is let in.

    Attributes
    ----------
    names
        Under which the server is known besides as this computer; None for any.
    token
        That a request needs; None if only this computer can ask.
    encrypted
        Whether the server itself speaks TLS.
    """

    names: frozenset[str] | None = frozenset()
    token: Token | None = field(default=None, repr=False)
    encrypted: bool = False


class Admission:
    """Lets requests in, or says why not.

    Parameters
    ----------
    door, limits
        Who may ask, and how much.
    open_to_all
        Paths that need no token.
    """

    def __init__(self, door: Door, limits: Limits, open_to_all: Collection[str]) -> None:
        self._door = door
        self._open_to_all = open_to_all
        self._of_client = Rate(limits.per_client, 2 * limits.per_client)
        self._of_all = Rate(limits.in_all, 2 * limits.in_all)
        self._wrong = Rate(limits.wrong_tokens / _MINUTE, limits.wrong_tokens)

    def admit(self, request: Request) -> None:
        """Let a request in.

        Raises
        ------
        RefusedError
            If it may not be answered.
        """
        headers, names = request.headers, self._door.names
        if names is not None and not known_host(headers, names):
            raise RefusedError(
                421,
                "this server is not known by the name in Host; open the address that it printed "
                "when it was started, or start it with --name",
            )
        client = _client(request)
        if not (self._of_client.take(client) and self._of_all.take(_ALL)):
            raise busy("too many requests", status=429)
        if request.method not in _READING and not same_origin(headers):
            raise RefusedError(403, "sent from a page of another site; use the page of this server")
        token = self._door.token
        if token is None or request.scope["path"] in self._open_to_all:
            return
        if token.knows_browser(request.cookies):
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            self._compare(token, given.strip(), client)
            return
        raise _no_token("a token is needed")

    def session(self, request: Request, given: str) -> str:
        """The session of a browser whose user has entered the token.

        Raises
        ------
        RefusedError
            If it is another one, or the server has none.
        """
        token = self._door.token
        if token is None:
            raise RefusedError(404, "this server needs no token; open its page")
        self._compare(token, given, _client(request))
        return token.session()

    def _compare(self, token: Token, given: str, client: str) -> None:
        if self._wrong.spent(client):
            raise busy("too many wrong tokens", 60, status=429)
        if not token.matches(given):
            self._wrong.take(client)
            raise _no_token("this is not the token")


def _no_token(what: str) -> RefusedError:
    return RefusedError(
        401,
        f"{what}; send Authorization: Bearer TOKEN, or open the page of the server and enter it",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _client(request: Request) -> str:
    return client_of(request.client.host if request.client else "")
