"""How far a long table is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from predictor.cli import options

_BAR = 1.0  # seconds, after which it is worth showing
_FIRST_LINE = 5.0
_LATER_LINES = 2.0  # times as long as it took to the last one


@contextmanager
def showing(quiet: bool) -> Iterator[Callable[[int, float], None]]:
    """Call with the patients done and the share of the table, as often as it changes.

    In a terminal it is a bar, which is gone in the end. Elsewhere it is a line now and then: after
    5 seconds, 10, 20 and so on. Nothing is shown of what takes no longer than that.
    """
    begun = time.monotonic()
    next_line = _FIRST_LINE
    bar: Callable[[str, float], None] | None = None
    with ExitStack() as stack:

        def show(patients: int, share: float) -> None:
            nonlocal bar, next_line
            if quiet:
                return
            took = time.monotonic() - begun
            said = f"{patients:,} patients"
            if sys.stderr.isatty():
                if bar is None and took > _BAR:
                    bar = stack.enter_context(options.progress(options.messages(quiet)))
                if bar is not None:
                    bar(said, share)
            elif took > next_line:
                next_line = took * _LATER_LINES
                options.tell(f"{said} scored in {took:.0f} s ({share:.0%} of the table was read)")

        yield show
