"""What a worker is asked before it gets anything: its side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from predictor.cluster.environments import environment
from predictor.cluster.knocks import knock

if TYPE_CHECKING:
    from distributed import Worker

_KNOCK = 5.0  # seconds for a connection to another worker
_MANY = 1e9  # tasks that a worker may be doing at the same time, as far as we are concerned


def introduction(imports: Sequence[str], dask_worker: Worker) -> tuple[Mapping[str, str], bool]:
    """What a worker says of itself: its environment, and whether it writes data to its disk."""
    for module in imports:  # one that cannot be imported is met again, and said, by the work
        with suppress(ImportError):
            import_module(module)
    memory = dask_worker.memory_manager
    fractions = (
        getattr(memory, "memory_target_fraction", False),
        getattr(memory, "memory_spill_fraction", False),
    )
    limited = getattr(memory, "memory_limit", None)
    return environment(), bool(limited) and any(fraction is not False for fraction in fractions)


async def unreached(addresses: Sequence[str], dask_worker: Worker) -> list[str]:
    """Those of other workers to whom no connection is made; also a busy one would let it in."""
    secrets = dask_worker.security.get_connection_args("worker")

    async def reached(address: str) -> bool:
        try:
            await knock(address, secrets, _KNOCK)
        except (TimeoutError, OSError):
            return False
        return True

    found = await asyncio.gather(*map(reached, addresses))
    return [address for address, there in zip(addresses, found, strict=True) if not there]


async def join(mark: str, dask_worker: Worker) -> None:
    """Give a worker the mark that our tasks demand."""
    from distributed.core import Status

    await dask_worker.set_resources(**{mark: _MANY})
    if dask_worker.status == Status.running:
        # the scheduler looks again at tasks that nobody could do when a status changes
        dask_worker.status = Status.paused
        dask_worker.status = Status.running
