"""Work of which all workers do a part at the same time, while they talk to each other."""

from __future__ import annotations

import socket
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from predictor.cluster import tasks
from predictor.cluster.pieces_there import PiecesThere
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
        ``host:port`` of all of them, in the same order for all; nobody listens at the port.
    own
        Which of them this is.
    threads
        How many it may use.
    """

    addresses: tuple[str, ...]
    own: int
    threads: int


class _LostWorkerError(Exception):
    """A worker is no longer there."""


def together(
    pieces: PiecesThere[Piece],
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
    work
        ``work(pieces, machine, *told)`` with a list of pieces and a `Machine`; a function of a
        module.
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
    sealed = Sealed(work), Sealed(told)
    with pieces.cluster.gone():
        for _ in range(_ATTEMPTS):
            threads = dict(sorted(pieces.cluster.threads().items()))
            _check_network(threads)
            rows = in_rows(weights, len(threads), least)
            try:
                outcomes = _attempt(pieces, rows, threads, sealed)
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
    sealed: tuple[Sealed, Sealed],
) -> list[Outcome]:
    cluster, futures = pieces.cluster, pieces.futures
    chosen = _nearest(cluster.client.who_has(futures), futures, rows, list(threads))
    asked = [cluster.submit("port", _free_port, worker=each) for each in chosen]
    ports = [outcome.get() for outcome in _outcomes(cluster, asked, chosen)]
    addresses = tuple(
        f"{urlsplit(worker).hostname}:{port}" for worker, port in zip(chosen, ports, strict=True)
    )
    working = [
        cluster.submit(
            "together",
            _work,
            *sealed,
            Sealed(Machine(addresses, own, threads[worker])),
            *futures[row.start : row.stop],
            worker=worker,
        )
        for own, (worker, row) in enumerate(zip(chosen, rows, strict=True))
    ]
    return _outcomes(cluster, working, chosen)


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
    try:
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
    finally:
        if cluster.client.status == "running":
            cluster.client.cancel(list(futures), force=True)


def _fetched(future: Future) -> Outcome:
    if future.status != "finished":
        raise _LostWorkerError
    try:
        return cast("Outcome", future.result(timeout=_FETCHED))
    except TimeoutError:  # it ended with the worker that had it
        raise _LostWorkerError from None


def _check_there(cluster: Cluster, workers: Sequence[str]) -> None:
    if not set(workers) <= cluster.threads().keys():
        raise _LostWorkerError


def _check_soon(cluster: Cluster, workers: Sequence[str]) -> None:
    """Whoever is left fails for want of an answer, perhaps before it is known who was lost."""
    until = monotonic() + _LOOK
    while monotonic() < until:
        _check_there(cluster, workers)
        sleep(_LOOK / 10)


def _free_port() -> Outcome:
    """A port of this machine at which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.bind(("", 0))
        return Outcome(one.getsockname()[1])


def _work(work: Sealed, told: Sealed, machine: Sealed, *pieces: Outcome) -> Outcome:
    return tasks.tried(
        lambda: work.open()([piece.get() for piece in pieces], machine.open(), *told.open())
    )


def _nothing(piece: object) -> None:
    """Nothing: who asks for it has the piece made, if it was lost."""
    del piece
