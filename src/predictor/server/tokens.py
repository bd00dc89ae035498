"""The token of a server that others can reach, and the sessions of browsers that were given it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping

COOKIE = "predictor-session"
SHORTEST = 16  # characters of a token
_SESSION = 12 * 3600  # seconds


class Token:
    """The token of a server, as it is sent in a header, and the sessions of browsers.

    Parameters
    ----------
    text
        The token.
    clock
        Seconds since some time.
    """

    def __init__(self, text: str, clock: Callable[[], float] = time.time) -> None:
        self._digest = hashlib.sha256(text.encode()).digest()
        self._key = secrets.token_bytes(32)  # sessions end with the process
        self._clock = clock

    def matches(self, text: str) -> bool:
        """Whether this is the token; takes as long if it is not."""
        given = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        return hmac.compare_digest(given, self._digest)

    def session(self) -> str:
        """What a browser is given in place of the token; good for 12 hours."""
        until = str(int(self._clock()) + _SESSION)
        return f"{until}.{self._signed(until)}"

    def knows_browser(self, cookies: Mapping[str, str]) -> bool:
        """Whether these cookies hold a session that has not ended."""
        until, _, signature = cookies.get(COOKIE, "").partition(".")
        # surrogates are what starlette makes of bytes that are no text
        given = signature.encode("utf-8", "surrogatepass")
        expected = self._signed(until).encode()
        return hmac.compare_digest(given, expected) and int(until) > self._clock()

    def _signed(self, until: str) -> str:
        return hmac.new(
            self._key, until.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()


def cookie(session: str, *, secure: bool) -> str:
    """The header that gives a browser its session.

    No script can read it, and no page from elsewhere has it sent.
    """
    parts = [
        f"{COOKIE}={session}", "Path=/", f"Max-Age={_SESSION}", "HttpOnly", "SameSite=Strict",
    ]  # fmt: skip
    return "; ".join([*parts, "Secure"] if secure else parts)
