"""What a cluster costs and gains: the same chunks of work here, and by 1, 2 and 4 workers.

    python benchmarks/cluster_speed.py

Workers are processes of this machine. On one that others use too, seconds by the clock say little:
printed are those of the processor, of the work here and of all workers together, what this process
and the scheduler in it add, and what is then left for the busiest worker, which is how long it
would take if each had a processor for itself. Bytes are counted where they are written: what goes
from here to a worker counts twice, for it goes by the scheduler.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import honesty
import numpy as np
from populations import Population

from predictor.cluster import Cluster, connect
from predictor.cohort import Target
from predictor.learners import make
from predictor.measures import measures_of
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import Plan, draw_plan, serial, train
from predictor.validation.new_patients import NewPatients, measure_in
from predictor.workflows import plan_study

WORKERS = (1, 2, 4)
HEADING = (
    *("work", "where", "clock, s", "processor, s", "busiest worker, s"),
    *("here and scheduler, s", "faster with a processor for each", "MB"),
)
TASKS = 500  # that do nothing
Work = Callable[[Any], object]


@cache
def samples(patients: int, *sizes: int) -> tuple[np.ndarray, np.ndarray, Plan]:
    """Patients, and a plan smaller than the default one: folds, deals, resamples, replicates."""
    X, y, _ = Population(0.7, 12).draw(patients, np.random.default_rng(1))
    folds, repeats, resamples, replicates = sizes
    spec = ValidationSpec(
        cross_validation=CrossValidationSpec(folds=folds, repeats=repeats),
        interval=IntervalSpec(resamples=resamples, repeats=1),
        bootstrap=BootstrapSpec(replicates=replicates),
    )
    return X, y, draw_plan(Target.binary(y), spec, np.random.default_rng(2))


def trained(learner: str, patients: int, *sizes: int) -> Work:
    def work(executor: Any) -> object:
        X, y, plan = samples(patients, *sizes)
        return train(make(learner), X, y, plan, executor)

    return work


def planned(executor: Any) -> object:
    how: dict[str, Any] = {"learners": ["ridge"], "patients": [48], "strengths": [0.7]}
    return plan_study("configs/cdystonia.yaml", studies=10, elsewhere=executor, **how)


def measured(executor: Any) -> object:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.1, 0.9, 20_000)
    y = (rng.random(len(p)) < p).astype(np.float64)
    return measure_in(NewPatients(y, None, 1, executor=executor), p, measures_of("binary"))


def cohorts(executor: Any) -> object:
    cell = "n=48, AUROC 0.7, against one covariate"
    return list(executor(partial(one_cohort, cell), range(6)))


def one_cohort(cell: str, number: int) -> dict[str, Any]:
    return honesty.one_cohort(honesty.CELLS[cell], number)


def nothing(chunk: int) -> int:
    return chunk


CASES: dict[str, Work] = {
    f"{TASKS} chunks that do nothing": lambda executor: list(executor(nothing, range(TASKS))),
    "ridge, 48 patients, 601 models": trained("ridge", 48, 5, 20, 60, 200),
    "lightgbm, 48 patients, 161 models": trained("lightgbm", 48, 5, 4, 20, 40),
    "lightgbm, 1,000 patients, 136 models": trained("lightgbm", 1_000, 5, 3, 20, 20),
    "lightgbm, 10,000 patients, 63 models": trained("lightgbm", 10_000, 2, 1, 20, 20),
    "plan, 10 studies of 48": planned,
    "validate, 20,000 patients": measured,
    "honesty, 6 cohorts of 48": cohorts,
}


@dataclass
class Used:
    """Seconds and bytes of everything so far."""

    clock: float
    here: float
    workers: np.ndarray
    written: int

    @classmethod
    def now(cls, cluster: Cluster | None) -> Used:
        clock, here = time.perf_counter(), time.process_time()
        if cluster is None:
            return cls(clock, here, np.zeros(1), 0)
        told = list(cluster.client.run(used_here).values())
        seconds = np.array([seconds for seconds, _ in told])
        return cls(clock, here, seconds, used_here()[1] + sum(written for _, written in told))

    def since(self, before: Used) -> Used:
        return Used(
            self.clock - before.clock,
            self.here - before.here,
            self.workers - before.workers,
            self.written - before.written,
        )


def used_here() -> tuple[float, int]:
    """Seconds of the processor, and bytes this process has written to others of a cluster.

    They are counted from the first call on.
    """
    from distributed.comm import tcp

    if not hasattr(tcp, "written"):
        tcp.written = 0
        write = tcp.TCP.write

        async def counted(self: Any, *arguments: Any, **named: Any) -> int:
            sent = await write(self, *arguments, **named)
            tcp.written += sent
            return sent

        tcp.TCP.write = counted
    return time.process_time(), tcp.written


def get_ready() -> None:
    """Import what every work needs, which a worker does once."""
    for learner in ("ridge", "lightgbm"):
        trained(learner, 48, 2, 1, 20, 20)(serial)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--case", action="append", choices=CASES, help="only this one")
    chosen = options.parse_args()
    names = chosen.case or list(CASES)
    print(f"| {' | '.join(HEADING)} |\n|{'---|' * len(HEADING)}")
    alone: dict[str, float] = {}
    with connect("local", jobs=WORKERS[0]) as cluster:
        for number in WORKERS:
            cluster.client.cluster.scale(number)
            cluster.client.wait_for_workers(number)
            cluster.client.run(get_ready)
            Used.now(cluster)  # counting begins
            for name in names:
                compare(name, number, cluster, alone)


def compare(name: str, number: int, cluster: Cluster, alone: dict[str, float]) -> None:
    """One case on a cluster; before, if that was not done, in this process."""
    work = CASES[name]
    if name not in alone:
        before = Used.now(None)
        work(serial)
        used = Used.now(None).since(before)
        alone[name] = used.here
        print(f"| {name} | here | {used.clock:.2f} | {used.here:.2f} | | | | |", flush=True)
    before = Used.now(cluster)
    work(cluster)
    used = Used.now(cluster).since(before)
    left = used.workers.max() + used.here
    print(
        f"| {name} | {number} workers | {used.clock:.2f} | {used.workers.sum():.2f} | "
        f"{used.workers.max():.2f} | {used.here:.2f} | {alone[name] / left:.2f} | "
        f"{used.written / 1e6:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    import cluster_speed  # under a name that workers can import

    cluster_speed.main()
