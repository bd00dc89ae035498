"""Work in other processes: the same results, errors said here, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from predictor.errors import DataError, PredictorError
from predictor.processes import Processes


def of_square_root(x: float) -> tuple[int, float]:
    if x < 0:
        raise DataError(["a number below 0", "no root of it"])
    return os.getpid(), x**0.5


def local(x: int) -> object:
    return (lambda: x) if x else 0


def end_yourself(x: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return x


def test_chunks_are_computed_in_other_processes_and_come_in_their_order() -> None:
    with Processes(2) as processes:
        found = list(processes(of_square_root, [float(n * n) for n in range(40)]))
    assert [root for _, root in found] == list(map(float, range(40)))
    pids = {pid for pid, _ in found}
    assert os.getpid() not in pids
    assert pids


def test_an_error_is_raised_here_and_the_processes_go_on() -> None:
    with Processes(2) as processes:
        with pytest.raises(DataError) as refused:
            list(processes(of_square_root, [4.0, -1.0, 9.0, 16.0, 25.0]))
        assert refused.value.faults == ("a number below 0", "no root of it")
        half = iter(processes(of_square_root, [1.0, 4.0, 9.0]))
        next(half)
        half.close()  # type: ignore[attr-defined]
        assert [root for _, root in processes(of_square_root, [1.0, 4.0, 9.0])] == [1, 2, 3]


def test_what_cannot_travel_is_an_error_too() -> None:
    with Processes(2) as processes:
        with pytest.raises((AttributeError, TypeError)):
            list(processes(local, [0, 1, 2]))
        assert list(processes(local, [0])) == [0]


def test_a_process_that_was_killed_is_told_with_a_way_out() -> None:
    with Processes(2) as processes, pytest.raises(PredictorError, match="--jobs 1"):
        list(processes(end_yourself, [1, 2, 3]))


def test_large_work_and_one_job_stay_here() -> None:
    with Processes(2) as processes:
        heavy = partial(np.add, np.zeros(2**22))
        assert len(list(processes(heavy, [1.0]))) == 1
        assert not multiprocessing_was_used(processes, heavy)
    with Processes(1) as processes:
        assert [pid for pid, _ in processes(of_square_root, [1.0])] == [os.getpid()]


def multiprocessing_was_used(processes: Processes, work: object) -> bool:
    return {pid for pid, _ in processes(partial(_pid_of, work), [1, 2])} != {os.getpid()}


def _pid_of(_work: object, x: int) -> tuple[int, int]:
    return os.getpid(), x


def test_they_do_not_survive_the_one_that_started_them() -> None:
    code = (
        "import sys, time\n"
        "from predictor.processes import Processes\n"
        "with Processes(2) as processes:\n"
        "    list(processes(abs, [1, 2]))\n"
        "    print(*(p.pid for p in processes._processes), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        pids = [int(pid) for pid in it.stdout.readline().split()]
        assert len(pids) == 2
        it.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(map(alive, pids)):
        time.sleep(0.05)
    assert not any(map(alive, pids))


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_process_that_is_dead_before_its_first_chunk_is_told_too() -> None:
    with Processes(2) as processes:
        assert list(processes(abs, [-1])) == [1]
        for process in processes._processes:
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        with pytest.raises(PredictorError, match="--jobs 1"):
            list(processes(abs, [-1, -2, -3]))
