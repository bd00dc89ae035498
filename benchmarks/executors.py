"""Where a benchmark computes: processes of this machine, or a cluster."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from predictor.cluster import connect

Executor = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]


def add_options(options: argparse.ArgumentParser) -> None:
    """``--jobs`` and ``--cluster``."""
    options.add_argument("--jobs", type=int, default=2, help="processes")
    options.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help=(
            "compute on a Dask cluster instead: tcp://HOST:8786, tls://HOST:8786, whose workers "
            "find this folder in their PYTHONPATH, or local, which starts --jobs workers here"
        ),
    )


@contextmanager
def executor(chosen: argparse.Namespace) -> Iterator[Executor]:
    """What does work on every chunk and gives what came of each, in their order, as ``map``.

    The work is a function of a module that workers can import: not of ``__main__``.
    """
    if chosen.cluster is None:
        with ProcessPoolExecutor(chosen.jobs) as processes:
            yield processes.map
        return
    with connect(
        chosen.cluster, jobs=chosen.jobs, say=lambda text: print(text, file=sys.stderr)
    ) as found:
        yield found
