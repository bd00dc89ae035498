"""Other processes that compute, started before there is anything to compute.

Python lets one thread of a process compute at a time, but for what libraries do outside its lock.
A second process has a lock of its own; while it starts and imports, which takes about a second, the
first one reads the table.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import get_all_start_methods, get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from threadpoolctl import threadpool_limits

from predictor.errors import PredictorError

_Chunk = TypeVar("_Chunk")
_Found = TypeVar("_Found")


class Elsewhere(Protocol):
    """Does work on every chunk and returns what came of each, in their order, as ``map`` would.

    Work and chunks can be pickled, and no thread but one does the same work here meanwhile.
    """

    @property
    def at_once(self) -> int:
        """How many chunks are computed at the same time."""
        ...

    def __call__(
        self, work: Callable[[_Chunk], _Found], chunks: Sequence[_Chunk], /
    ) -> Iterable[_Found]:
        """What came of each chunk."""
        ...


MOST = 8
"""Processes at the same time; each takes about 150 MB."""
_COPIED = 2**22  # bytes of what is sent to each process before it can begin; more is not copied


def processors(number: int) -> int:
    """How many are meant; -1 for all there are."""
    return (os.cpu_count() or 1) if number < 0 else number


class Processes:
    """Computes chunks of work at the same time, each in one thread of another process.

    ``processes(work, chunks)`` gives what came of each chunk, in their order, as ``map`` does: an
    executor in the sense of `predictor.validation`. An error in a process is raised here. Work
    that carries more than 4 MB is done by threads of this process, since copying it would cost
    more than is gained.

    The processes end with the block. They do not survive this one either: when it is killed, each
    ends after its chunk. An interrupt of the terminal is left to this process.

    Parameters
    ----------
    number
        How many; -1 for one on each processor, at most 8. With one there is no other process.
    imports
        Names of modules that the work will need. One that cannot be imported is met again, and
        said, by the work.

    Examples
    --------
    >>> with Processes(2) as processes:
    ...     list(processes(abs, [-1, 2, -3]))
    [1, 2, 3]
    """

    def __init__(self, number: int = -1, *, imports: Sequence[str] = ()) -> None:
        self._number = processors(number)
        self._imports = tuple(imports)
        self._ends: list[Connection] = []
        self._processes: list[Any] = []
        self._turn = Lock()
        self._ready = self._over = False
        self._starting = Thread(target=self._start, name="starting processes", daemon=True)

    @property
    def at_once(self) -> int:
        """How many chunks are computed at the same time."""
        return min(self._number, MOST)

    def __enter__(self) -> Self:
        if self._number > 1:
            self._starting.start()
        return self

    def _start(self) -> None:
        resource_tracker.ensure_running()
        if hasattr(signal, "pthread_sigmask"):  # not on Windows
            # inherited: an interrupt of the terminal, which reaches all of them, is left to us
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        context: Any
        if "forkserver" in get_all_start_methods():
            # one process imports, and the others begin as copies of it
            context = get_context("forkserver")
            context.set_forkserver_preload([__name__, *self._imports])
        else:
            context = get_context("spawn")
        # where no process can be made, threads do the work
        with suppress(EOFError, OSError):
            while not self._over and len(self._processes) < min(self._number, MOST):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, self._imports), daemon=True)
                process.start()
                theirs.close()
                self._ends.append(ours)
                self._processes.append(process)
        with self._turn:
            self._ready = True
            if self._over:
                self._end()

    def _started(self) -> bool:
        """Whether there are processes, once they have begun."""
        if self._number > 1:
            self._starting.join()
        return bool(self._ends)

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        with self._turn:
            self._over = True
            if self._ready:  # otherwise the thread that starts them ends them; nobody waits for it
                self._end()

    def _end(self) -> None:
        for end in self._ends:
            end.close()
        for process in self._processes:
            process.terminate()
            process.join()
        self._ends, self._processes = [], []

    def __call__(
        self, work: Callable[[_Chunk], _Found], chunks: Sequence[_Chunk]
    ) -> Iterator[_Found]:
        """What came of each chunk, in their order.

        Raises
        ------
        PredictorError
            If a process is ended by somebody else.
        """
        packed = ForkingPickler.dumps(work)
        if not self._started() or packed.nbytes > _COPIED:
            return in_threads(self._number, work, chunks)
        return self._elsewhere(packed, chunks)

    def _elsewhere(self, work: memoryview, chunks: Sequence[Any]) -> Iterator[Any]:
        waiting = iter(enumerate(chunks))
        done: dict[int, Any] = {}
        busy: dict[Connection, int] = {}
        try:
            with _at_the_other_end():
                for end in self._ends:
                    end.send_bytes(work)
                    _give(end, waiting, busy)
            for place in range(len(chunks)):
                while place not in done:
                    ready = wait(list(busy))
                    for end in [end for end in busy if end in ready]:
                        answered = busy.pop(end)
                        done[answered] = _received(end, waiting, busy)
                yield done.pop(place)
        except (Exception, GeneratorExit):
            # the next work finds every process waiting for it
            for end in busy:
                with suppress(EOFError, OSError):
                    end.recv_bytes()
                    end.send(None)
            raise


def in_threads(
    number: int, work: Callable[[_Chunk], _Found], chunks: Sequence[_Chunk]
) -> Iterator[_Found]:
    """What came of each chunk, in their order, so many of them computed at the same time here."""
    with threadpool_limits(1), ThreadPoolExecutor(number) as pool:
        yield from pool.map(work, chunks)


def _give(end: Connection, waiting: Iterator[tuple[int, Any]], busy: dict[Connection, int]) -> None:
    for place, chunk in waiting:
        end.send((chunk,))
        busy[end] = place
        return
    end.send(None)


@contextmanager
def _at_the_other_end() -> Iterator[None]:
    """Say in words that a process is no more."""
    try:
        yield
    except (EOFError, OSError):
        raise PredictorError(
            "a process that trained models was ended from outside, perhaps for want of memory; "
            "train with --jobs 1"
        ) from None


def _received(
    end: Connection, waiting: Iterator[tuple[int, Any]], busy: dict[Connection, int]
) -> Any:
    """What came of a chunk; the process gets the next one."""
    with _at_the_other_end():
        failed, found = end.recv()
        _give(end, waiting, busy)
    if failed:
        raise found
    return found


def _serve(end: Connection, imports: Sequence[str]) -> None:
    """What a process does until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in imports:
        with suppress(ImportError):
            import_module(module)
    with threadpool_limits(1), suppress(EOFError, OSError):
        while True:
            work = end.recv()
            while (chunk := end.recv()) is not None:
                end.send_bytes(_tried(work, chunk[0]))


def _tried(work: Callable[[Any], Any], chunk: Any) -> memoryview:
    """Whether the work failed, and what came of it or of that, packed."""
    try:
        return ForkingPickler.dumps((False, work(chunk)))
    except Exception as error:  # noqa: BLE001 - it is raised in the other process
        return ForkingPickler.dumps((True, error))
