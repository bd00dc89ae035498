"""Work that needs no result, done while others compute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def meanwhile(*works: Callable[[], None]) -> Iterator[None]:
    """Do some work in a thread beside the block, and end when both have ended.

    It is work that could be left out: who needs what it prepares would do it himself. So an error
    of it is not raised here: it comes again there, and is said by who knows what it means. When the
    block raises or is interrupted, nobody waits for the work.

    Parameters
    ----------
    works
        Done one after the other.
    """

    def run() -> None:
        for work in works:
            with suppress(Exception):
                work()

    thread = threading.Thread(target=run, name="meanwhile", daemon=True)
    thread.start()
    yield
    thread.join()
