"""Large arrays of works: sent once for works that follow each other, and not kept for ever."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from distributed import Future
from numpy.typing import NDArray

from predictor.cluster import Cluster, connect
from predictor.cluster.roster import Roster
from predictor.cluster.tasks import Sealed
from predictor.errors import PredictorError
from tests.cluster.machines import wait_until

BYTES = 2**20
Floats = NDArray[np.float64]


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many arrays may stay."""
    monkeypatch.setattr("predictor.cluster.executor._KEPT", 3 * BYTES)


@pytest.fixture
def cluster(pair) -> Iterator[Cluster]:
    with connect(pair.address) as found:
        yield found


@pytest.fixture
def roster(cluster) -> Roster:
    found = Roster(cluster.client)
    found.open()
    return found


def _array(number: int, times: int = 1) -> Floats:
    return np.full(times * BYTES // 8, float(number))


def _work(cluster: Cluster, array: Floats) -> None:
    once, twice = cluster(partial(np.multiply, array), [1.0, 2.0])
    assert (once[0], twice[-1]) == (array[0], 2 * array[0])


def _held(dask_worker: Any) -> int:
    return sum(len(each) for each in dask_worker.data.values() if isinstance(each, Sealed))


def _known(dask_scheduler: Any) -> int:
    return sum(name.startswith("predictor-data") for name in dask_scheduler.tasks)


def test_works_with_other_arrays_do_not_fill_the_workers(cluster) -> None:
    for number in range(12):
        _work(cluster, _array(number))
    client = cluster.client

    def bounded() -> bool:
        held = client.run(_held).values()
        return max(held) < 3.5 * BYTES and client.run_on_scheduler(_known) == 3

    wait_until(bounded, "arrays are let go of", 20)
    assert sum(client.run(_held).values()) > 2.5 * BYTES  # somebody has each of three


def test_works_that_follow_each_other_have_an_array_sent_once(cluster, roster) -> None:
    class Counting(Cluster):
        arrays = 0

        def sent(self, thing: object) -> Future:
            self.arrays += isinstance(thing, np.ndarray)
            return super().sent(thing)

    counting = Counting(cluster.client, roster)
    one, other, large = _array(1), _array(2), _array(3, times=5)
    for array in [one, other] * 3:
        _work(counting, array)
    assert counting.arrays == 2
    for _ in range(3):
        _work(counting, large)  # more than may stay, but every one of them needs it
    assert counting.arrays == 3
    _work(counting, other)
    assert counting.arrays == 4


def test_memory_is_asked_for_what_is_not_there_yet(cluster, roster) -> None:
    class Told:
        """Workers of whom each may take so much, and has taken so much."""

        limit, taken = 4.5 * 3 * BYTES, 0

        def workers(self) -> dict[str, Any]:
            told = {"memory_limit": int(self.limit), "metrics": {"memory": self.taken}}
            return {name: {**each, **told} for name, each in roster.workers().items()}

        def __getattr__(self, name: str) -> Any:
            return getattr(roster, name)

    told: Any = Told()
    narrow = Cluster(cluster.client, told)
    _work(narrow, _array(1, times=3))
    told.taken = 3 * BYTES
    _work(narrow, _array(1, times=3))
    _work(narrow, _array(2, times=3))  # in the place of the first
    with pytest.raises(
        PredictorError, match=r"take 13 MB more, and the patients take 4 MB, 4 times"
    ):
        _work(narrow, _array(3, times=4))
