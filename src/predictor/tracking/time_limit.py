"""An end to waiting for a store."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 300.0  # for all that one command has to say to MLflow


class TooSlow(BaseException):
    """The time is up; not an Exception, which a library on the way would take for its own."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise :class:`TooSlow` out of the block after so many seconds, whatever it waits for.

    Without effect outside the main thread and on Windows, which have no such alarm: there the
    limits of each request hold alone.
    """
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
