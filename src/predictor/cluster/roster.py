"""The workers of a cluster: which of them may compute, and whether anybody still does."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, cast

from predictor.cluster.environments import environment
from predictor.cluster.faults_of_workers import NAMES, Told, called, cut_off, other_versions, unlike
from predictor.cluster.introductions import introduction, join, unreached
from predictor.errors import PredictorError

if TYPE_CHECKING:
    from distributed import Client

_Answer = TypeVar("_Answer")

Say = Callable[[str], None]
PATIENCE = 30.0
"""Seconds that nobody may compute before that is an error."""
LOOK = 5.0
"""Seconds between looks at how the workers are, at most."""
ANSWER = 10.0
"""Seconds for an answer to a small question."""
_IMPORTING = 60.0  # seconds for an answer that has to load predictor first, from a slow disk
_FOREVER = 20  # times the patience: a worker that is silent so long will not be heard of again
_NO_SPILLING = (
    "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET=False DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False"
)


def asked(
    client: Client, question: Callable[[], Awaitable[_Answer]], *, seconds: float = ANSWER
) -> _Answer:
    """The answer to a question, which is awaited in the thread that talks to the cluster.

    Raises
    ------
    TimeoutError
        If it does not come.
    """

    async def ask() -> _Answer:
        return await question()

    return cast("_Answer", client.sync(ask, callback_timeout=seconds))


class Roster:
    """Those workers that were asked, and compute what this process would.

    Each of them is given a mark, which our tasks demand of whoever is to compute them or to hold
    their data. So one that comes later, with other versions, gets nothing before it was asked too.

    Parameters
    ----------
    client
        Connected.
    patience
        Seconds that nobody may compute before that is an error.
    say
        Told, in a sentence, what a user should know; None for nobody.
    imports
        Names of modules that the work will need, imported while workers are asked.
    """

    def __init__(
        self,
        client: Client,
        *,
        patience: float = PATIENCE,
        say: Say | None = None,
        imports: Sequence[str] = (),
    ) -> None:
        self._client, self._patience, self._imports = client, patience, tuple(imports)
        self._say = say or (lambda _: None)
        # true of the worker for as long as it runs, so it may keep it
        found = hashlib.blake2b(repr(sorted(environment().items())).encode(), digest_size=4)
        self._mark = f"predictor-{found.hexdigest()}"
        self._left_out: set[tuple[str, str]] = set()
        self._heard: dict[str, tuple[float, float]] = {}  # by the clocks of the scheduler, and ours
        self._told: set[str] = set()
        self._looked = monotonic()
        self._helpless_since: float | None = None

    @property
    def needed(self) -> dict[str, float]:
        """What our tasks demand of a worker: a resource, in Dask's words."""
        return {self._mark: 1}

    @property
    def interval(self) -> float:
        """Seconds between looks at how the workers are."""
        return min(LOOK, self._patience / 6)

    def workers(self) -> dict[str, Told]:
        """What the scheduler tells of those who may compute, by address.

        Raises
        ------
        TimeoutError, OSError
            If it tells nothing.
        """
        return {name: each for name, each in self._all().items() if self._mark in each["resources"]}

    def _all(self) -> dict[str, Told]:
        scheduler = self._client.scheduler
        told = asked(self._client, lambda: scheduler.identity(n_workers=-1))
        return cast("dict[str, Told]", told["workers"])

    def open(self) -> None:
        """Ask the scheduler and all workers there are.

        Raises
        ------
        PredictorError
            With everything that is wrong.
        """
        scheduler = self._client.scheduler
        try:
            told = asked(self._client, lambda: scheduler.versions(packages=list(NAMES)))
            workers = self._all()
            faults = other_versions("the scheduler", told)
            if workers and not faults:
                faults = [fault for each in self._admit(workers).values() for fault in each]
        except (TimeoutError, OSError):
            raise PredictorError(
                "the scheduler of the cluster does not answer any more; is its machine overloaded?"
            ) from None
        if not workers:
            raise PredictorError(
                "the scheduler has no worker; start one for each processor with: dask worker "
                "SCHEDULER --nthreads 1"
            )
        if faults:
            raise PredictorError(
                "\n".join(["this cluster cannot stand for this machine:", *faults])
            )

    def _admit(self, workers: Mapping[str, Told]) -> dict[str, list[str]]:
        """Ask workers; mark those who compute as we do, and tell what is wrong with others."""
        from distributed.versions import get_versions

        told = self._answers(workers, ANSWER, get_versions, list(NAMES))
        faults = {name: other_versions(called(name, workers[name]), told[name]) for name in told}
        # prints are made by our code, so it has to be there
        like = [name for name, wrong in faults.items() if not wrong]
        found = self._answers(like, _IMPORTING, introduction, self._imports)
        for name, answer in found.items():
            faults[name] = unlike(called(name, workers[name]), answer, workers[name])
        good = [name for name in found if not faults[name]]
        spilling = [called(name, workers[name]) for name in good if found[name][1]]
        if spilling and "spilling" not in self._told:
            self._told.add("spilling")
            self._say(
                f"{', '.join(spilling)}: patients are written to the disk there if memory is "
                f"short; start workers with {_NO_SPILLING} if they must not be"
            )
        faults |= self._apart(good, workers)
        good = [name for name in good if not faults[name]]
        for name, answer in self._answers(good, ANSWER, join, self._mark).items():
            if answer is not None:
                faults[name] = [f"{called(name, workers[name])}: it does not answer"]
        self._left_out |= {_process(name, workers[name]) for name in workers if faults[name]}
        return {name: wrong for name, wrong in faults.items() if wrong}

    def _apart(self, new: Sequence[str], told: Mapping[str, Told]) -> dict[str, list[str]]:
        """What is wrong with new workers who could not fetch data from others, or others from them.

        Dask would try without an end. Of those who do not answer nothing is known.
        """
        ours = {**self.workers(), **{name: told[name] for name in new}}
        answers = self._answers(ours, ANSWER, unreached, list(ours))
        away = {name: each for name, each in answers.items() if not isinstance(each, Exception)}
        return {
            name: cut_off(
                called(name, ours[name]),
                [
                    called(other, ours[other])
                    for other in away
                    if other != name and (other in away.get(name, ()) or name in away[other])
                ],
            )
            for name in new
        }

    def _answers(
        self,
        names: Iterable[str],
        seconds: float,
        function: Callable[..., Any],
        *arguments: Any,
    ) -> dict[str, Any]:
        """What each worker answers, or the error that it could not."""
        client = self._client

        async def one(name: str) -> Any:
            question = client.run(function, *arguments, workers=[name], on_error="return")
            try:
                return (await asyncio.wait_for(question, seconds))[name]
            except (TimeoutError, OSError, KeyError) as error:
                return error

        async def all_of_them() -> list[Any]:
            return await asyncio.gather(*map(one, names))

        names = list(names)
        found = asked(client, all_of_them, seconds=2 * seconds)
        return dict(zip(names, found, strict=True))

    def look(self) -> None:
        """See, while something is waited for, whether anybody computes; ask who has come.

        Raises
        ------
        PredictorError
            If nobody does, and has not for the whole patience.
        """
        now = monotonic()
        if now - self._looked < self.interval:
            return
        self._looked = now
        why = self._helpless(now)
        if why is None:
            self._helpless_since = None
            return
        self._helpless_since = self._helpless_since or now
        if now - self._helpless_since >= self._patience:
            raise PredictorError(
                f"{why}; that was waited for, and this command has ended: mend it, and start "
                f"the command again"
            )

    def _helpless(self, now: float) -> str | None:
        """Why nobody computes, if nobody does."""
        try:
            workers = self._all()
            # a worker that is started again may have the address of the one before
            new = {
                name: worker
                for name, worker in workers.items()
                if self._mark not in worker["resources"]
                and _process(name, worker) not in self._left_out
            }
            if new:
                for wrong in self._admit(new).values():
                    self._say("\n".join(["came, and is left out:", *wrong]))
                workers = self._all()
        except (TimeoutError, OSError):
            return "the scheduler of the cluster does not answer any more"
        ours = {name: each for name, each in workers.items() if self._mark in each["resources"]}
        if not ours:
            return "no worker of the cluster is left"
        if all(worker["status"] == "paused" for worker in ours.values()):
            return "every worker has used up its memory and waits; give them more (--memory-limit)"
        return self._silent(ours, now)

    def _silent(self, workers: Mapping[str, Told], now: float) -> str | None:
        """Why nothing can come of those of whom nothing was heard; says who they are."""
        for name, worker in workers.items():
            if self._heard.get(name, (None, 0.0))[0] != worker["last_seen"]:
                self._heard[name] = (worker["last_seen"], now)
                self._told.discard(name)
        silence = {name: now - self._heard[name][1] for name in workers}
        if min(silence.values()) >= self._patience:
            return "nothing was heard of any worker of the cluster"
        for name, seconds in silence.items():
            who = called(name, workers[name])
            if seconds >= _FOREVER * self._patience:
                return f"{who}: nothing was heard of it for {seconds:.0f} seconds, end it"
            if seconds >= self._patience and name not in self._told:
                self._told.add(name)
                self._say(
                    f"{who}: nothing was heard of it for {seconds:.0f} seconds; if it has work, "
                    f"that is waited for until the scheduler gives it to others (its worker-ttl, "
                    f"which is 5 minutes unless set), or that worker is ended"
                )
        return None


def _process(address: str, worker: Told) -> tuple[str, str]:
    """Which process a worker is: each has a folder of its own."""
    return address, str(worker["local_directory"])
