"""Work of which all workers do a part at the same time, while they talk to each other."""

from __future__ import annotations

import socket
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from predictor.cluster import tasks
from predictor.cluster.pieces_there import PiecesThere
from predictor.cluster.tasks import Outcome, Sealed
from predictor.errors import PredictorError

if TYPE_CHECKING:
    from distributed import Client, Future

Found = TypeVar("Found")
Piece = TypeVar("Piece")

_ATTEMPTS = 3
_LOOK = 2.0  # seconds between looks at whether all are still there
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
    client = pieces.cluster.client
    for _ in range(_ATTEMPTS):
        workers = dict(sorted(client.nthreads().items()))
        if not workers:
            raise PredictorError("no worker of the cluster is left; nothing was written")
        _check_network(workers)
        rows = in_rows(weights, len(workers), least)
        try:
            with pieces.cluster.gone():
                return _attempt(client, pieces, rows, workers, (Sealed(work), Sealed(told)))
        except _LostWorkerError:
            pieces.each(_nothing)  # what it had is read again by others
    raise PredictorError(
        f"workers were lost {_ATTEMPTS} times while all workers computed together; perhaps they "
        f"have too little memory (--memory-limit). Nothing was written"
    )


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
    client: Client,
    pieces: PiecesThere[Piece],
    rows: Sequence[range],
    workers: Mapping[str, int],
    sealed: tuple[Sealed, Sealed],
) -> list[Any]:
    futures = pieces.futures
    chosen = _nearest(client, futures, rows, list(workers))
    ports = _outcomes(client, [_pinned(client, each, _free_port) for each in chosen], chosen)
    addresses = tuple(
        f"{urlsplit(worker).hostname}:{port}" for worker, port in zip(chosen, ports, strict=True)
    )
    machines = [Machine(addresses, own, workers[each]) for own, each in enumerate(chosen)]
    working = [
        _pinned(client, each, _work, *sealed, Sealed(machine), *futures[row.start : row.stop])
        for each, machine, row in zip(chosen, machines, rows, strict=True)
    ]
    return _outcomes(client, working, chosen)


def _nearest(
    client: Client, futures: Sequence[Future], rows: Sequence[range], workers: list[str]
) -> list[str]:
    """A worker for each row of pieces, who has most of them."""
    who = client.who_has(list(futures))
    has = [
        {each: sum(each in who.get(futures[place].key, ()) for place in row) for each in workers}
        for row in rows
    ]
    free, chosen = set(workers), [""] * len(rows)
    while not all(chosen):
        row, worker = max(
            ((row, each) for row in range(len(rows)) if not chosen[row] for each in sorted(free)),
            key=lambda pair: has[pair[0]][pair[1]],
        )
        chosen[row] = worker
        free.remove(worker)
    return chosen


def _pinned(client: Client, worker: str, function: Callable[..., Outcome], *given: Any) -> Future:
    return client.submit(
        function,
        *given,
        key=f"predictor-together-{uuid4().hex}",
        workers=[worker],
        allow_other_workers=False,
        pure=False,
        retries=0,
    )


def _outcomes(client: Client, futures: Sequence[Future], workers: Sequence[str]) -> list[Any]:
    """What came of work that each of these workers has to do."""
    from distributed import wait

    waiting = set(futures)
    try:
        while waiting:
            try:
                waiting -= wait(waiting, _LOOK, "FIRST_COMPLETED").done
            except TimeoutError:
                _check_there(client, workers)
            ended = [future for future in futures if future not in waiting]
            if any(future.status != "finished" for future in ended):
                raise _LostWorkerError
            if any(future.result().fault is not None for future in ended):
                break
        outcomes: list[Outcome] = [future.result() for future in futures if future not in waiting]
        if any(outcome.fault is not None for outcome in outcomes):
            _check_soon(client, workers)
        return [outcome.get() for outcome in outcomes]
    finally:
        if client.status == "running":
            client.cancel(list(futures), force=True)


def _check_there(client: Client, workers: Sequence[str]) -> None:
    if not set(workers) <= set(client.scheduler_info(n_workers=-1)["workers"]):
        raise _LostWorkerError


def _check_soon(client: Client, workers: Sequence[str]) -> None:
    """Whoever is left fails for want of an answer, perhaps before it is known who was lost."""
    until = monotonic() + _LOOK
    while monotonic() < until:
        _check_there(client, workers)
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
