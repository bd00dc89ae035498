"""Work of which all workers do a part at the same time, while they talk to each other.

Who waits in LightGBM's network for somebody who died on the way there, or found his port taken,
cannot be called back, and dies of it after minutes. So each gets ready alone first, and keeps a
port; when all are ready, all begin. If one is lost later, the others are broken off.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from predictor.cluster import tasks
from predictor.cluster.pieces_there import PiecesThere
from predictor.cluster.ports import Port, break_off
from predictor.cluster.roster import asked
from predictor.cluster.tasks import Outcome, Sealed
from predictor.errors import PredictorError

if TYPE_CHECKING:
    from distributed import Future

    from predictor.cluster.executor import Cluster

Found = TypeVar("Found")
Piece = TypeVar("Piece")

_ATTEMPTS = 3
_LOOK = 2.0  # seconds between looks at whether all are still there
_FETCHED = 60.0  # seconds for what was found to come here
_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Machine:
    """One of those who work together.

    Attributes
    ----------
    addresses
        ``host:port`` of all of them, in the same order for all.
    own
        Which of them this is.
    threads
        How many it may use.
    port
        Its own, to be let go of just before something listens there; None if it is alone.
    """

    addresses: tuple[str, ...]
    own: int
    threads: int
    port: Port | None = None


@dataclass(frozen=True, eq=False, repr=False)
class _Ready:
    """What a worker has got ready, gone if it was moved, and its port."""

    port: Port
    things: tuple[Any, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return _Ready, (self.port, ())


class _LostWorkerError(Exception):
    """A worker is no longer there."""


def together(
    pieces: PiecesThere[Piece],
    ready: Callable[..., object],
    work: Callable[..., Found],
    /,
    *told: object,
    weights: Sequence[float],
    least: float = 0.0,
) -> list[Found]:
    """What comes of work that all workers do at the same time, each with pieces in a row.

    Which pieces belong together depends on how many workers there are and not on who has read
    which piece: each row of pieces goes to the worker who has most of it, and what lies elsewhere
    is sent there. If a worker dies, all begin again without it.

    Parameters
    ----------
    pieces
        Of all workers.
    ready
        ``ready(pieces, *told)`` with a list of pieces, which each does alone; what comes of it
        stays there. A function of a module.
    work
        ``work(what is ready, machine, *told)`` with a `Machine`, which all do once all are ready.
    told
        Is sent to every worker.
    weights
        Of the pieces, such as their patients: every worker gets about as much.
    least
        Fewer workers take part if one had less than this.

    Returns
    -------
    list
        What each found, in the order of the pieces.

    Raises
    ------
    PredictorError
        If workers die again and again, none is left, or they would have to talk over a network
        that is to be encrypted; and whatever the work raises.
    """
    sealed = [Sealed(each) for each in (ready, work, told)]
    with pieces.cluster.gone():
        for _ in range(_ATTEMPTS):
            threads = dict(sorted(pieces.cluster.threads().items()))
            _check_network(threads)
            rows = in_rows(weights, len(threads), least)
            try:
                outcomes = _attempt(pieces, rows, threads, *sealed)
                break
            except _LostWorkerError:
                pieces.each(_nothing)  # what it had is read again by others
        else:
            raise PredictorError(
                f"workers were lost {_ATTEMPTS} times while all workers computed together; perhaps "
                f"they have too little memory (--memory-limit)"
            )
    return [outcome.get() for outcome in outcomes]


def in_rows(weights: Sequence[float], rows: int, least: float) -> list[range]:
    """Pieces in a row for each worker, of about the same weight, and at least `least`.

    Examples
    --------
    >>> in_rows([5, 5, 5, 5], 2, 0)
    [range(0, 2), range(2, 4)]
    >>> in_rows([5, 5, 5, 5], 3, 10)
    [range(0, 2), range(2, 4)]
    """
    upto = [0.0, *accumulate(weights)]

    def enough(start: int, end: int) -> bool:
        weight = upto[end] - upto[start]
        return weight > 0 and weight >= least

    n, start, found = len(weights), 0, []
    for k in range(1, rows):
        end = bisect_left(upto, upto[n] * k / rows)
        if start < end < n and enough(start, end) and enough(end, n):
            found.append(range(start, end))
            start = end
    return [*found, range(start, n)]


def _check_network(workers: Mapping[str, int]) -> None:
    away = [each for each in workers if urlsplit(each).hostname not in _HERE]
    if len(workers) > 1 and any(each.startswith("tls") for each in away):
        raise PredictorError(
            "this cluster asks for TLS, and what the workers would tell each other while they "
            "grow trees together is not encrypted; take ridge or logistic, or a cluster of "
            "tcp:// in a network of your own"
        )


def _attempt(
    pieces: PiecesThere[Any],
    rows: Sequence[range],
    threads: Mapping[str, int],
    ready: Sealed,
    work: Sealed,
    told: Sealed,
) -> list[Outcome]:
    cluster, futures = pieces.cluster, pieces.futures
    chosen = _nearest(cluster.client.who_has(futures), futures, rows, list(threads))
    own = [futures[row.start : row.stop] for row in rows]
    given = [
        cluster.submit("ready", _get_ready, ready, told, *its, worker=worker)
        for worker, its in zip(chosen, own, strict=True)
    ]
    places: dict[str, str] = {}
    ended = False
    try:
        outcomes = _outcomes(cluster, given, chosen)
        if any(outcome.failed for outcome in outcomes):
            return outcomes
        for worker, outcome in zip(chosen, outcomes, strict=True):
            places[worker] = f"{urlsplit(worker).hostname}:{outcome.get().port.number}"
        given += [
            cluster.submit(
                "together",
                _work,
                ready,
                work,
                told,
                Sealed(Machine(tuple(places.values()), place, threads[worker])),
                given[place],
                *own[place],
                worker=worker,
            )
            for place, worker in enumerate(chosen)
        ]
        outcomes = _outcomes(cluster, given[len(chosen) :], chosen)
        ended = not any(outcome.failed for outcome in outcomes)
        return outcomes
    finally:
        if cluster.client.status == "running":
            cluster.client.cancel(given, force=True)
            if places and not ended:
                _break_off(cluster, places)


def _nearest(
    who_has: Mapping[str, Sequence[str]],
    futures: Sequence[Future],
    rows: Sequence[range],
    workers: list[str],
) -> list[str]:
    """A worker for each row of pieces, who has most of them."""
    has = [
        {
            each: sum(each in who_has.get(futures[place].key, ()) for place in row)
            for each in workers
        }
        for row in rows
    ]
    free, chosen = list(workers), [""] * len(rows)
    while not all(chosen):
        pairs = [(row, each) for row in range(len(rows)) if not chosen[row] for each in free]
        row, worker = max(pairs, key=lambda pair: has[pair[0]][pair[1]])
        chosen[row] = worker
        free.remove(worker)
    return chosen


def _outcomes(cluster: Cluster, futures: Sequence[Future], workers: Sequence[str]) -> list[Outcome]:
    """What came of work that each of these workers has to do."""
    from distributed import wait

    waiting, found = set(futures), {}
    while waiting:
        try:
            with cluster.client.as_current():
                ended = wait(waiting, _LOOK, "FIRST_COMPLETED").done
        except TimeoutError:
            _check_there(cluster, workers)
            continue
        waiting -= ended
        for future in ended:
            found[future] = _fetched(future)
        if any(outcome.failed for outcome in found.values()):
            _check_soon(cluster, workers)
            break
    return [found[future] for future in futures if future in found]


def _fetched(future: Future) -> Outcome:
    if future.status != "finished":
        raise _LostWorkerError
    try:
        return cast("Outcome", future.result(timeout=_FETCHED))
    except TimeoutError:  # it ended with the worker that had it
        raise _LostWorkerError from None


def _break_off(cluster: Cluster, places: Mapping[str, str]) -> None:
    """Let those who are left end what they wait for; who is slow to answer is not waited for."""
    client, left = cluster.client, sorted(places.keys() & cluster.threads().keys())
    with suppress(TimeoutError):
        asked(client, lambda: client.run(break_off, places, workers=left, on_error="ignore"))


def _check_there(cluster: Cluster, workers: Sequence[str]) -> None:
    if not set(workers) <= cluster.threads().keys():
        raise _LostWorkerError


def _check_soon(cluster: Cluster, workers: Sequence[str]) -> None:
    """Whoever is left fails for want of an answer, perhaps before it is known who was lost."""
    until = monotonic() + _LOOK
    while monotonic() < until:
        _check_there(cluster, workers)
        sleep(_LOOK / 10)


def _get_ready(ready: Sealed, told: Sealed, *pieces: Outcome) -> Outcome:
    return tasks.tried(lambda: _Ready(Port(), (_made_ready(ready, told, pieces),)))


def _made_ready(ready: Sealed, told: Sealed, pieces: Sequence[Outcome]) -> Any:
    return ready.open()([piece.get() for piece in pieces], *told.open())


def _work(
    ready: Sealed, work: Sealed, told: Sealed, machine: Sealed, own: Outcome, *pieces: Outcome
) -> Outcome:
    def do() -> Any:
        found: _Ready = own.get()
        # if the worker has written it to its disk meanwhile it is made again
        (thing,) = found.things or (_made_ready(ready, told, pieces),)
        return work.open()(thing, replace(machine.open(), port=found.port), *told.open())

    return tasks.tried(do)


def _nothing(piece: object) -> None:
    """Nothing: who asks for it has the piece made, if it was lost."""
    del piece
