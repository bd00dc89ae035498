"""How far a long command is: a bar in a terminal, lines now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from predictor.cli import options

if TYPE_CHECKING:
    from predictor.cli.console import PlainConsole
    from predictor.workflows.foretold import Foretold

_BAR = 1.0  # seconds, after which it is worth showing
_FIRST_LINE = 5.0
_LATER_LINES = 2.0  # times as long as it took to the last one
_SHORT = 10.0  # seconds; of steps that have ended by then there are no lines
_SILENCE = 30.0  # seconds between lines of one step
_LONG = 20.0  # seconds that are foretold


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


class Steps:
    """The steps of a command that is quiet: call with a few words and the share done."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.step = "starting"
        self._foretold: Foretold | None = None
        self._since = self.begun
        self._end: float | None = None

    def __call__(self, step: str, share: float) -> None:
        """Take note of a step that begins, or of how far it is."""
        self.step, self._end = step, None
        if self._foretold is None:
            return
        begin, end = self._foretold.between
        done = (share - begin) / (end - begin)
        if 0 <= done < 1:
            now = time.monotonic()
            # what was foretold counts less and less
            whole = (1 - done) * self._foretold.total + now - self._since
            self._end = now + (1 - done) * whole

    def foretold(self, foretold: Foretold) -> None:
        """Take note of how long the models will take; say so if it is long, and what is shorter."""
        from predictor.cli.waiting import foretelling

        self._foretold, self._since = foretold, time.monotonic()
        if foretold.total >= _LONG:
            for line in foretelling(foretold):
                self.say(line)

    def say(self, text: str) -> None:
        """A line that stays."""

    def now(self) -> str:
        """The step, and how long models will go on, as was foretold and as they went so far."""
        from predictor.cli.waiting import about

        if self._end is None or self._foretold is None or self._foretold.total < _SHORT:
            return self.step
        left = max(self._end - time.monotonic(), 0.0)
        return f"{self.step}, {about(left)} of training left"


class _Lines(Steps):
    """Told in lines, with the minutes and seconds since the command began."""

    def __init__(self, after: float, every: float) -> None:
        super().__init__()
        self._after, self._every = after, every
        self._turn = threading.Lock()
        self._said, self._last = "", self.begun

    def __call__(self, step: str, share: float) -> None:
        super().__call__(step, share)
        self.look()

    def look(self) -> None:
        """Say where it is, if that is new, or nothing was said for half a minute."""
        with self._turn:
            time_to = time.monotonic() - self._last >= self._every
            long = time.monotonic() - self.begun >= self._after
            if long and (time_to or self.step != self._said):
                self.say(self.now())

    def say(self, text: str) -> None:
        self._said, self._last = self.step, time.monotonic()
        minutes, seconds = divmod(int(self._last - self.begun), 60)
        with suppress(OSError, ValueError):  # nobody is there to read it
            options.tell(f"{minutes}:{seconds:02d} {text}")


class _Bar(Steps):
    """Told by a bar, and lines above it."""

    def __init__(self, console: PlainConsole, show: Callable[[str, float], None]) -> None:
        super().__init__()
        self._console, self._show = console, show

    def __call__(self, step: str, share: float) -> None:
        super().__call__(step, share)
        self._show(self.now(), share)

    def say(self, text: str) -> None:
        self._console.print(text)


@contextmanager
def steps(quiet: bool, *, after: float = _SHORT, every: float = _SILENCE) -> Iterator[Steps]:
    """The steps of a command, while the block runs.

    In a terminal they are a bar, which is gone in the end. Elsewhere they are lines.

    Parameters
    ----------
    quiet
        Nothing is shown.
    after
        Seconds from which on there are lines.
    every
        Seconds after which a step that goes on has another line.
    """
    console = options.messages(quiet)
    if quiet:
        yield Steps()
    elif console.is_terminal:
        with options.progress(console) as show:
            yield _Bar(console, show)
    else:
        told, over = _Lines(after, every), threading.Event()

        def watch() -> None:
            while not over.wait(min(1.0, every)):
                told.look()

        watching = threading.Thread(target=watch, name="progress", daemon=True)
        watching.start()
        try:
            yield told
        finally:
            over.set()
            watching.join()
