"""A Dask cluster as what computes chunks of work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Set
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

import numpy as np

from predictor.cluster import tasks
from predictor.cluster.pieces_there import PiecesThere
from predictor.cluster.roster import LOOK, Roster
from predictor.cluster.tasks import Outcome, Sealed, Taken
from predictor.errors import PredictorError

if TYPE_CHECKING:
    from distributed import Client, Future

_Chunk = TypeVar("_Chunk")
_Found = TypeVar("_Found")
_Part = TypeVar("_Part")
_Piece = TypeVar("_Piece")

_LARGE = 2**14  # bytes of an array that is worth being sent once and not with all the work
_LONG = 600.0  # seconds that one result may be on its way here
_ABREAST = 3  # chunks for each thread of the cluster, of which one is computed and others wait
_BROUGHT = 2.0  # seconds in which workers may fetch data before work is given out, and
_PER_SECOND = 2**24  # bytes that they may take another second for
_TIMES = 4  # what an array needs at work, in its own size
_KEPT = 2**26  # bytes of arrays that may stay for works to come


class Cluster:
    """Computes chunks of work on the workers of a cluster; what comes of them is the same there.

    ``cluster(work, chunks)`` is an executor in the sense of `predictor.processes.Elsewhere`. Large
    arrays that the work is bound to are sent once for successive works that have them, each under a
    name that tells nothing; those of earlier works stay as long as all are no more than 64 MB. A
    chunk whose worker dies is computed again by another one. When nobody
    waits for the chunks any more, what has not begun does not begin.

    Parameters
    ----------
    client
        Connected.
    roster
        Its workers, of which some may compute.
    """

    def __init__(self, client: Client, roster: Roster) -> None:
        self._client, self._roster = client, roster
        # by their print, with their bytes; what was used last stands last
        self._arrays: dict[bytes, tuple[Future, int]] = {}

    @property
    def client(self) -> Client:
        """The connection, for what Dask's own libraries do."""
        return self._client

    @property
    def at_once(self) -> int:
        """How many chunks are computed at the same time."""
        with self.gone():
            return max(1, sum(self.threads().values()))

    def threads(self) -> dict[str, int]:
        """How many threads each worker has who may compute, by address; sees whether any is left.

        Raises
        ------
        PredictorError
            If nobody has computed for long.
        TimeoutError, OSError
            If the scheduler tells nothing.
        """
        self._roster.look()
        return {name: int(each["nthreads"]) for name, each in self._roster.workers().items()}

    def __call__(
        self, work: Callable[[_Chunk], _Found], chunks: Sequence[_Chunk]
    ) -> Generator[_Found]:
        """What came of each chunk, in their order.

        Raises
        ------
        PredictorError
            If the scheduler is gone, no worker is left or has memory enough, or a chunk ended
            several of them. And whatever the work raises.
        """
        outcomes = self._outcomes(work, chunks)
        with closing(outcomes):
            for outcome in outcomes:
                yield outcome.get()

    def _outcomes(self, work: Callable[..., Any], chunks: Sequence[Any]) -> Generator[Outcome]:
        rest, arrays = self._taken_out(work)
        with self.gone():
            sent, needed = self._there(arrays)
            sealed = self.sent(rest)
            if len(chunks) > 1:
                self._bring_to_all(needed, sealed, *sent)
        waiting = iter(enumerate(chunks))
        done: dict[int, Outcome] = {}
        running: dict[Future, int] = {}

        def give() -> None:
            for place, chunk in waiting:
                running[self.submit("chunk", tasks.compute, sealed, Sealed(chunk), *sent)] = place
                return

        try:
            with self.gone():
                for _ in range(_ABREAST * self.at_once):
                    give()
            for place in range(len(chunks)):
                with self.gone():
                    while place not in done:
                        for future in self._finished(list(running)):
                            done[running.pop(future)] = self._outcome(future)
                            give()
                yield done.pop(place)
        finally:
            if running and self._client.status == "running":
                self._client.cancel(list(running), force=True)

    def pieces(
        self, load: Callable[[_Part], _Piece], parts: Iterable[_Part]
    ) -> PiecesThere[_Piece]:
        """A piece from each part of a table, on the worker that reads it; made again if it dies.

        Parameters
        ----------
        load
            A function of a module, or one that is bound to what can be packed.
        parts
            Told to `load`, such as the places of files that every worker sees.
        """
        with self.gone():
            sealed = self.sent(load)
            self._bring_to_all(0, sealed)
            pieces = [self.submit("piece", tasks.load, sealed, Sealed(part)) for part in parts]
        return PiecesThere(self, pieces)

    def outcomes_of(self, futures: Sequence[Future]) -> list[Any]:
        """What came of tasks, here, in their order.

        Raises
        ------
        PredictorError
            As calling the cluster does; and the first fault of a task.
        """
        with self.gone():
            left = set(futures)
            while left:
                left -= self._finished(list(left))
            outcomes = [self._outcome(future) for future in futures]
        return [outcome.get() for outcome in outcomes]

    def _taken_out(self, work: Callable[..., Any]) -> tuple[Callable[..., Any], list[Any]]:
        """The work without the large arrays it is bound to, and those."""
        arrays: list[Any] = []

        def take(argument: Any) -> Any:
            if not isinstance(argument, np.ndarray) or argument.nbytes < _LARGE:
                return argument
            arrays.append(argument)
            return Taken(len(arrays) - 1)

        if not isinstance(work, partial):
            return work, []
        keywords = {name: take(value) for name, value in work.keywords.items()}
        return partial(work.func, *map(take, work.args), **keywords), arrays

    def _there(self, arrays: Sequence[Any]) -> tuple[list[Future], int]:
        """The arrays on the cluster, and how many bytes had to be sent, of those not there yet."""
        names = [_print_of(array) for array in arrays]
        new = {
            name: array
            for name, array in zip(names, arrays, strict=True)
            if name not in self._arrays
        }
        needed = sum(array.nbytes for array in new.values())
        self._check_memory(needed, self._let_go(needed, used=set(names)))
        for name, array in new.items():
            self._arrays[name] = self.sent(array), array.nbytes
        for name in names:
            self._arrays[name] = self._arrays.pop(name)
        return [self._arrays[name][0] for name in names], needed

    def _let_go(self, needed: int, used: Set[bytes]) -> int:
        """Let go of arrays that were used longest ago, for so many bytes to come; how many went."""
        kept, gone = needed + sum(size for _, size in self._arrays.values()), 0
        for name in [each for each in self._arrays if each not in used]:
            if kept - gone <= _KEPT:
                break
            gone += self._arrays.pop(name)[1]
        return gone

    def sent(self, thing: object) -> Future:
        """Something, packed and sent to the cluster once, for many tasks."""
        return self.submit("data", tasks.keep, Sealed(thing))

    def _bring_to_all(self, needed: int, *data: Future) -> None:
        """Have every worker fetch what was sent; `needed` is about how many bytes.

        Dask gives a task to one of the workers that have its data, and others may take it later. So
        with data on one worker alone that one would do most of the work. A worker that is slow to
        answer is not waited for.
        """
        from distributed import wait

        asked = [
            self.submit("copy", tasks.fetched, *data, worker=name)
            for name in self._roster.workers()
        ]
        with suppress(TimeoutError), self._client.as_current():
            wait(asked, _BROUGHT + needed / _PER_SECOND)

    def submit(
        self,
        what: str,
        function: Callable[..., Any],
        *arguments: Any,
        worker: str | None = None,
    ) -> Future:
        """A task for a worker like this process; its name tells its kind, and no more.

        Parameters
        ----------
        what
            Its kind.
        function, arguments
            The task.
        worker
            Who alone is to do it; whoever may if None.
        """
        return self._client.submit(
            function,
            *arguments,
            key=f"predictor-{what}-{uuid4().hex}",
            pure=False,
            resources=self._roster.needed,
            workers=None if worker is None else [worker],
        )

    def _finished(self, futures: Sequence[Future]) -> set[Future]:
        """Those that have come to an end, once one has."""
        from distributed import wait

        while True:
            self._roster.look()
            try:
                with self._client.as_current():
                    return cast(
                        "set[Future]", wait(futures, self._roster.interval, "FIRST_COMPLETED").done
                    )
            except TimeoutError:
                continue

    def _outcome(self, future: Future) -> Outcome:
        from distributed.scheduler import KilledWorker

        if future.status != "error":
            return self._fetched(future)
        error = future.exception()
        if isinstance(error, KilledWorker):
            raise PredictorError(
                "the same piece of work ended several workers, one after the other, perhaps for "
                "want of memory; give each worker more (--memory-limit) or fewer threads "
                "(--nthreads 1)"
            )
        raise PredictorError(
            f"a worker could not begin its work ({type(error).__name__}); does it have the same "
            f"packages as this machine?"
        )

    def _fetched(self, future: Future) -> Outcome:
        """What came of a finished task; it is done again if it is lost on the way."""
        seconds = LOOK
        while True:
            try:
                return cast("Outcome", future.result(timeout=seconds))
            except TimeoutError:
                if seconds > _LONG:
                    raise
                self._roster.look()
                seconds *= 2  # it may be large, and it begins anew

    def _check_memory(self, needed: int, gone: int) -> None:
        """Refuse to send more than a worker has memory for, of which some has just become free."""
        for name, worker in self._roster.workers().items():
            limit, taken = worker["memory_limit"], worker["metrics"].get("memory", 0) - gone
            if limit and needed and limit - taken < _TIMES * needed:
                raise PredictorError(
                    f"worker {name}: it may take {(limit - taken) // 2**20} MB more, and the "
                    f"patients take {needed / 2**20:.0f} MB, {_TIMES} times that while models are "
                    f"trained; start it with a larger --memory-limit"
                )

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Say in words that the scheduler is no more."""
        try:
            yield
        # a closed connection is one of the latter
        except (CancelledError, TimeoutError, OSError):
            raise PredictorError(
                "the connection to the scheduler of the cluster was lost, and what was computed "
                "with it; start it again, and then this command"
            ) from None


def _print_of(array: Any) -> bytes:
    """Of what is in an array; it stays here, the name there is by chance."""
    digest = hashlib.blake2b(repr((array.dtype, array.shape)).encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.digest()
