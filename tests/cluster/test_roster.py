"""Which workers may compute, and what is waited for, and how long."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import predictor
from predictor.cluster import connect
from predictor.errors import PredictorError
from tests.cluster import work
from tests.cluster.conftest import ROOT
from tests.cluster.machines import Machines, wait_until

PACKAGE = Path(predictor.__file__).parent
SOON = 12.0
"""Seconds of patience, for tests in which it is not to be lost."""


def _with_another(package: str, folder: Path) -> dict[str, str]:
    """A worker that has another version of a package, as its installer notes it."""
    noted = folder / f"{package}-0.1.dist-info"
    noted.mkdir(parents=True)
    (noted / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


def _with_another_state(folder: Path) -> dict[str, str]:
    """A worker whose copy of predictor has a line more."""
    copy = folder / "predictor"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "errors.py").open("a") as file:
        file.write("\n# changed\n")
    return {"PYTHONPATH": str(folder)}


def test_every_worker_that_is_unlike_us_is_refused_in_words(
    tmp_path, machines, without_predictor
) -> None:
    unlike = {
        "bare": without_predictor,
        "old": _with_another("predictor", tmp_path / "old"),
        "numpy": _with_another("numpy", tmp_path / "numpy"),
        "lightgbm": _with_another("lightgbm", tmp_path / "lightgbm"),
        "changed": _with_another_state(tmp_path / "changed"),
        "rounds": {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"},
    }
    with machines() as started:
        for name, environment in unlike.items():
            started.begin(name, environment=environment)
        small = ["--memory-limit", "300MB"]
        started.begin("small", options=small)
        wait_until(lambda: started.counts()["workers"] == 7, "workers start")
        with pytest.raises(PredictorError) as caught, connect(started.address):
            pass
        places = {name: started.worker(name) for name in started.processes if name != "scheduler"}
    first, *faults = str(caught.value).splitlines()
    assert first == "this cluster cannot stand for this machine:"
    told = dict(fault.removeprefix("worker ").split(": ", 1) for fault in faults)
    told = {name: told[f"{name} ({place})"] for name, place in places.items()}
    same = "install predictor[cluster] here, on the scheduler and on the workers"
    assert told["bare"] == f"it cannot load predictor; {same}"
    for package in ("numpy", "lightgbm"):
        assert told[package].startswith(f"{package} is 0.1, and ")
        assert told[package].endswith(f" here; {same}, in the same versions")
    old = f"predictor is 0.1, and {predictor.__version__} here; {same}, in the same versions"
    assert told["old"] == old
    assert told["changed"].startswith("it has another state of predictor's code")
    assert told["rounds"].startswith("its processor, or its linear algebra, rounds otherwise")
    assert told["small"].startswith("it may take 286 MB of memory, and predictor alone takes")
    assert len(faults) == 7


def test_workers_without_a_connection_to_each_other_are_refused(tmp_path, machines) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import asyncio\n"
        "async def refused(*place, **keys):\n"
        "    raise ConnectionRefusedError\n"
        "asyncio.open_connection = refused\n"
    )
    walled = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    said: list[str] = []
    with machines("one") as started:
        with connect(started.address, say=said.append) as cluster:
            started.add("walled", environment=walled)
            wait_until(lambda: cluster.at_once == 1 and said, "the walled one is left out")
        with pytest.raises(PredictorError) as caught, connect(started.address):
            pass
        places = {name: f"{name} ({started.worker(name)})" for name in ("one", "walled")}
    walled_off = f"worker {places['walled']}: no connection between it and worker {places['one']}; "
    assert said[0].startswith(f"came, and is left out:\n{walled_off}workers fetch data from each")
    assert {fault.split("; ")[0] for fault in str(caught.value).splitlines()[1:]} == {
        f"worker {places['one']}: no connection between it and worker {places['walled']}",
        walled_off[:-2],
    }


def test_a_worker_that_writes_patients_to_its_disk_is_told_of(machines) -> None:
    said: list[str] = []
    with machines() as started:
        started.add("one", options=["--memory-limit", "2GB"])
        with connect(started.address, say=said.append):
            pass
        place = started.worker("one")
    (told,) = said
    assert told.startswith(f"worker one ({place}): patients are written to the disk there if ")
    assert "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False if they must not be" in told


def test_who_comes_later_computes_only_if_like_us_and_who_dies_is_replaced(
    machines, without_predictor
) -> None:
    said: list[str] = []
    with machines("one", "two") as started:
        with connect(started.address, say=said.append, patience=SOON) as cluster:
            chunks = range(60)
            found = cluster(partial(work.slept, 0.3), chunks)
            did = [next(found)]
            started.begin("bare", environment=without_predictor)
            started.begin("third")
            wait_until(lambda: started.counts()["workers"] == 4, "workers start")
            did += [next(found)]
            # nobody is left who was asked, but for those who have come
            started.kill("one")
            started.kill("two")
            did += list(found)
        pids = {name: process.pid for name, process in started.processes.items()}
        log = started.log("bare").read_text()
    assert [chunk for chunk, _ in did] == list(chunks)
    assert {pid for _, pid in did} >= {pids["third"]}
    assert pids["bare"] not in {pid for _, pid in did}
    (out,) = said
    assert out.startswith("came, and is left out:\nworker bare (tcp://127.0.0.1:")
    assert out.endswith("install predictor[cluster] here, on the scheduler and on the workers")
    assert "predictor-chunk" not in log
    assert "predictor-data" not in log


def test_chunks_of_a_dead_worker_are_done_again_and_every_wait_has_an_end(machines) -> None:
    with machines("one", "two", "three") as started:
        with connect(started.address, patience=SOON) as cluster:
            found = cluster(partial(work.slept, 0.3), range(24))
            did = [next(found)]
            started.stop("one")
            started.kill("two")
            threading.Timer(2, started.go_on, ["one"]).start()
            did += list(found)
        pids = {name: process.pid for name, process in started.processes.items()}
        assert [chunk for chunk, _ in did] == list(range(24))
        assert {pid for _, pid in did} >= {pids["one"], pids["three"]}
        with _ended(started, "the scheduler of the cluster does not answer any more"):
            started.stop("scheduler")
        started.go_on("scheduler")
        with _ended(started, "nothing was heard of any worker of the cluster"):
            started.stop("one")
            started.stop("three")
        started.go_on("one")
        started.go_on("three")
        with _ended(started, "no worker of the cluster is left"):
            started.kill("one")
            started.kill("three")


@contextmanager
def _ended(started: Machines, said: str) -> Iterator[None]:
    """Chunks are computed; after what the block does, nobody computes, which is seen soon."""
    with connect(started.address, patience=4) as cluster:
        found = cluster(partial(work.slept, 0.2), range(1000))
        assert next(found)[0] == 0
        yield
        begin = time.monotonic()
        with pytest.raises(PredictorError, match=said):
            list(found)
        assert time.monotonic() - begin < 40


def test_every_worker_gets_its_share_of_chunks_and_pieces(pair) -> None:
    known = np.arange(1e4)  # is sent by itself
    with connect(pair.address) as cluster:
        for _ in range(2):
            found = list(cluster(partial(work.slept_beside, known, 0.1), range(8)))
            assert [chunk for chunk, _ in found] == list(range(8))
            assert min(Counter(who for _, who in found).values()) >= 3
            pieces = cluster.pieces(partial(work.slept, 0.1), range(8)).each(work.itself)
            assert min(Counter(who for _, who in pieces).values()) >= 3


def test_a_chunk_that_ends_its_workers_is_given_up(machines) -> None:
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with machines("one", "two", **once) as started, connect(started.address) as cluster:
        with pytest.raises(PredictorError) as caught:
            list(cluster(work.ended, [3]))
        assert str(caught.value).startswith("the same piece of work ended several workers")
        workers = [started.processes[name] for name in ("one", "two")]
        # the connection of a process ends a moment before the process
        wait_until(lambda: 3 in [each.poll() for each in workers], "a worker has ended")


def test_a_fault_comes_here_whole_or_by_its_name(pair) -> None:
    with connect(pair.address) as cluster:
        with pytest.raises(ValueError, match="seven in 1"):
            list(cluster(partial(work.wrong, "seven"), [1]))
        with pytest.raises(TypeError, match="cannot pickle 'generator' object"):
            list(cluster(work.not_to_be_sent, [1]))
        with pytest.raises(RuntimeError, match="StubbornError on a worker"):
            list(cluster(work.stubborn, [1]))
        assert list(cluster(abs, [-1, 2])) == [1, 2]


def test_what_nobody_waits_for_is_not_begun_and_nothing_stays(tmp_path, pair) -> None:
    with connect(pair.address) as cluster:
        found = cluster(partial(work.begun, tmp_path), range(500))
        assert next(found) == 0
        found.close()
        wait_until(lambda: pair.counts()["processing"] == 0, "chunks are cancelled")
        assert len(list(tmp_path.iterdir())) < 20
    wait_until(lambda: pair.counts()["tasks"] == 0, "the scheduler forgets")
