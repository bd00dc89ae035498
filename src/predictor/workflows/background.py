"""Work that is done while others compute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_LAST_SECONDS = 10.0


class Check:
    """Something that must not fail, looked at beside other work.

    Parameters
    ----------
    look
        Raises what is wrong.

    Attributes
    ----------
    error
        What was wrong; None if nothing was, or as long as nobody knows.
    passed
        Whether it is known that nothing is wrong.
    """

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self.error: Exception | None = None
        self.passed = False

    def look(self) -> None:
        """Look, and keep what is wrong."""
        try:
            self._look()
            self.passed = True
        except Exception as error:  # noqa: BLE001 - raised by `ask`, where somebody waits for it
            self.error = error

    def ask(self) -> None:
        """Raise what is wrong, as soon as that is known."""
        if self.error is not None:
            raise self.error


@contextmanager
def meanwhile(check: Check, *works: Callable[[], None]) -> Iterator[None]:
    """Do some work in a thread beside the block, and end when both have ended.

    The works could be left out: who needs what they prepare would do it himself. So an error of
    theirs is not raised here: it comes again there, and is said by who knows what it means. When
    the block raises or is interrupted, the work gets a few seconds: it is mostly importing, and
    two threads that import the same at once can both fail.

    Parameters
    ----------
    check
        Looked at first; the block may `ask` it, and it is asked when the block has ended.
    works
        Done one after the other.
    """

    def run() -> None:
        check.look()
        for work in () if check.error else works:
            with suppress(Exception):
                work()

    thread = threading.Thread(target=run, name="meanwhile", daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        thread.join(_LAST_SECONDS)
        raise
    thread.join()
    check.ask()
