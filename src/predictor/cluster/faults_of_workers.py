"""What is wrong with a worker, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from predictor.cluster.environments import (
    ARITHMETIC,
    CODE,
    PACKAGES,
    differences,
    environment,
)

Told = Mapping[str, Any]
"""What a scheduler tells of a worker: Dask's own document."""
NAMES = ("predictor", *PACKAGES)
"""Packages whose versions Dask can tell."""
EXTRA = "install predictor[cluster] here, on the scheduler and on the workers"
"""What to do where Dask, or predictor, is missing."""
_LEAST_MEMORY = 2**29  # bytes that a worker needs beside what it is sent


def called(address: str, worker: Told) -> str:
    """How a user knows a worker."""
    name = worker["name"]
    return f"worker {address}" if name == address else f"worker {name} ({address})"


def other_versions(where: str, there: object) -> list[str]:
    """What differs of the versions that Dask can tell, in words."""
    if not isinstance(there, Mapping):
        return [f"{where}: it does not answer; end it, or wait until it does"]
    packages = there["packages"]
    python = ".".join(str(packages["python"]).split(".")[:2])
    known = {name: packages.get(name) or "not there" for name in NAMES}
    wanted = {name: environment()[name] for name in ("Python", *known)}
    return [
        f"{where}: {each}; {EXTRA}, in the same versions"
        for each in differences(wanted, {"Python": python, **known})
    ]


def unlike(where: str, answer: object, worker: Told) -> list[str]:
    """What is wrong with a worker that has the right versions."""
    if isinstance(answer, TimeoutError | OSError):
        return [f"{where}: it does not answer; end it, or wait until it does"]
    if isinstance(answer, Exception):
        return [f"{where}: it cannot load predictor; {EXTRA}"]
    there, _ = cast("tuple[Mapping[str, str], bool]", answer)
    faults = [f"{where}: {_what_to_do(each)}" for each in differences(environment(), there)]
    limit = worker["memory_limit"]
    if limit and limit < _LEAST_MEMORY:
        faults.append(
            f"{where}: it may take {limit // 2**20} MB of memory, and predictor alone takes more "
            f"than half of the {_LEAST_MEMORY // 2**20} MB a worker should have; start it with a "
            f"larger --memory-limit"
        )
    return faults


def cut_off(where: str, away: Sequence[str]) -> list[str]:
    """What is wrong with a worker between whom and others there is no connection."""
    if not away:
        return []
    more = f" and {len(away) - 1} more" if len(away) > 1 else ""
    fault = (
        f"{where}: no connection between it and {away[0]}{more}; workers fetch data from each "
        f"other, so let their ports through (dask worker --worker-port), and let each tell an "
        f"address that others reach (--contact-address)"
    )
    return [fault]


def _what_to_do(difference: str) -> str:
    if difference.startswith(ARITHMETIC):
        return (
            "its processor, or its linear algebra, rounds otherwise than here, so results would "
            "depend on who computes; set OPENBLAS_CORETYPE=Haswell and "
            "NPY_DISABLE_CPU_FEATURES alike everywhere, here too, or leave that worker out"
        )
    if difference.startswith(CODE):
        return (
            "it has another state of predictor's code, though the version is the same; install the "
            "same wheel everywhere, or the same commit of a clone"
        )
    return difference
