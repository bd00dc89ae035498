from __future__ import annotations

import os
import pickle
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import pytest

from predictor.cluster import connect
from predictor.cluster.machines import Machine, _get_ready, _work, in_rows, together
from predictor.cluster.tasks import Outcome, Sealed
from predictor.errors import PredictorError
from tests.cluster import work
from tests.cluster.machines import PATIENCE, wait_until


@pytest.mark.parametrize("seed", range(20))
def test_every_piece_is_in_one_row_and_no_row_has_too_little(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 50, rng.integers(1, 30)).tolist()
    workers, least = int(rng.integers(1, 9)), int(rng.integers(0, 80))
    rows = in_rows(weights, workers, least)
    assert [place for row in rows for place in row] == list(range(len(weights)))
    assert 1 <= len(rows) <= workers
    if len(rows) > 1:
        sums = [sum(weights[place] for place in row) for row in rows]
        assert min(sums) >= max(least, 1)


def test_as_many_rows_as_workers_where_there_is_enough() -> None:
    assert [len(row) for row in in_rows([10] * 12, 4, 20)] == [3, 3, 3, 3]


class _Elsewhere:
    """A cluster of which nothing is asked but who is there."""

    def __init__(self, *workers: str) -> None:
        self._workers = workers

    def threads(self) -> dict[str, int]:
        return dict.fromkeys(self._workers, 1)

    def gone(self) -> AbstractContextManager[None]:
        return nullcontext()

    @property
    def cluster(self) -> _Elsewhere:
        return self


def test_what_is_not_encrypted_is_refused_where_encryption_is_asked_for() -> None:
    pieces: Any = _Elsewhere("tls://10.0.0.1:40000", "tls://10.0.0.2:40000")
    with pytest.raises(PredictorError, match="this cluster asks for TLS"):
        together(pieces, len, len, weights=[1.0, 1.0])


def test_workers_of_a_cluster_that_others_started_work_together(pair) -> None:
    with connect(pair.address) as cluster:
        pieces = cluster.pieces(float, ["1", "2", "4", "8"])
        found = together(pieces, work.summed, work.done_by, 10.0, weights=[1, 1, 1, 1])
        assert found == [(0, 2, 23.0), (1, 2, 32.0)]
        with pytest.raises(FileNotFoundError, match="has no such file"):
            together(pieces, work.summed, work.not_found, weights=[1, 1, 1, 1])
        with pytest.raises(FileNotFoundError, match="no file of"):
            together(pieces, work.no_file, work.not_found, weights=[1, 1, 1, 1])


def test_nobody_can_take_a_port_before_it_is_used_and_it_is_nobodys_afterwards(pair) -> None:
    with connect(pair.address) as cluster:
        pieces = cluster.pieces(float, ["1", "2"])
        found = together(pieces, work.summed, work.port_is_free, weights=[1, 1])
        assert [tried for _, *tried in found] == [[False, True]] * 2
        ports, _ = together(pieces, work.summed, work.ports, weights=[1, 1])  # kept to the end
        wait_until(lambda: all(map(work.can_be_had, ports)), "ports are let go of")


def test_nobody_waits_for_who_died_before_it_was_ready(tmp_path, machines) -> None:
    place = tmp_path / "pid"
    with machines("one", "two") as started, connect(started.address) as cluster:
        pieces = cluster.pieces(float, ["1", "2"])
        pieces.each(abs)

        def kill() -> None:
            wait_until(place.exists, "somebody takes long")
            time.sleep(3)  # the other one is ready
            os.kill(int(place.read_text()), signal.SIGKILL)

        with ThreadPoolExecutor(1) as beside:
            killed = beside.submit(kill)
            start = time.monotonic()
            (found,) = together(pieces, work.ready_at_last, work.linked, place, weights=[1, 1])
            assert time.monotonic() - start < PATIENCE
            killed.result()
        assert found != int(place.read_text())


def test_nobody_waits_for_who_died_while_trees_are_grown(tmp_path, machines) -> None:
    with (
        ThreadPoolExecutor(1) as beside,
        machines("one", "two", "three") as started,
        connect(started.address) as cluster,
    ):
        pieces = cluster.pieces(float, ["1", "2", "3"])
        found = beside.submit(together, pieces, work.first, work.grown, tmp_path, weights=[1, 1, 1])
        wait_until(lambda: len([*tmp_path.glob("[012]")]) == 3, "all grow trees")
        time.sleep(0.5)
        os.kill(int((tmp_path / "0").read_text()), signal.SIGKILL)
        # one of the others reads from it, the other one from that
        assert found.result(PATIENCE) == [2, 2]


def test_what_was_ready_is_made_again_if_the_worker_has_written_it_to_its_disk() -> None:
    """What Dask writes there is packed, and patients sorted into bins cannot be."""
    ready, told, piece = Sealed(work.summed), Sealed((10.0,)), Outcome(2.0)
    own = _get_ready(ready, told, piece)
    machine = Sealed(Machine(("here:1",), 0, 1))
    for found in (own, pickle.loads(pickle.dumps(own))):
        did = _work(ready, Sealed(work.done_by), told, machine, found, piece)
        assert did.get() == (0, 1, 22.0)
    assert pickle.loads(pickle.dumps(own)).get().port.number == own.get().port.number
