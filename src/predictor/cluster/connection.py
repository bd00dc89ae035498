"""The way to a cluster: its address, and whether what computes there can stand for us."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from predictor.cluster.environments import (
    ARITHMETIC,
    CODE,
    PACKAGES,
    differences,
    environment,
)
from predictor.cluster.executor import PATIENCE, Cluster
from predictor.errors import PredictorError
from predictor.processes import processors

if TYPE_CHECKING:
    from distributed import Client, Security

LOCAL = "local"
"""The address of a cluster that is started here, and ends with the command."""
_ANSWER = 10.0  # seconds for an answer
_SCHEMES = ("tcp", "tls")
_LEAST_MEMORY = 2**29  # bytes that a worker needs beside what it is sent
_EXTRA = "install predictor[cluster] here, on the scheduler and on the workers"
_SECRETS = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)
# patients are not written to the disk of a worker; pages about tasks are not served
_QUIET = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.admin.large-graph-warning-threshold": "10GB",
    "distributed.comm.retry.count": 3,
}

Say = Callable[[str], None]


@contextmanager
def connect(
    address: str, *, jobs: int = -1, say: Say | None = None, patience: float = PATIENCE
) -> Iterator[Cluster]:
    """Find a cluster, and see whether it computes what this process would.

    Parameters
    ----------
    address
        Of a Dask scheduler, ``tcp://host:8786`` or ``tls://host:8786``; ``local`` starts one on
        this machine, which only this process can talk to, and ends it with the block.
    jobs
        How many workers a local one has; -1 for one on each processor.
    say
        Told, in a sentence, what a user should know; None for nobody.
    patience
        That of `Cluster`.

    Raises
    ------
    PredictorError
        If Dask is not installed, the address is none or nobody answers, TLS is wanted and not set
        up, there is no worker, or a worker has other versions, rounds otherwise, or has no memory.
    """
    try:
        import dask
        import distributed
    except ModuleNotFoundError as error:
        raise PredictorError(
            f"--cluster needs Dask, and there is no {error.name}; {_EXTRA}"
        ) from None
    del distributed
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_QUIET))
        stack.enter_context(_without_logs())
        if address == LOCAL:
            client = stack.enter_context(_started_here(processors(jobs)))
        else:
            client = stack.enter_context(_answering(address, say))
        check_workers(client)
        yield Cluster(client, patience=patience)


@contextmanager
def _without_logs() -> Iterator[None]:
    """What Dask logs in this process is said by our errors, or is about its own insides."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _started_here(workers: int) -> Iterator[Client]:
    """A cluster of processes of this machine, which no other user of it can talk to."""
    from distributed import Client, LocalCluster

    with (
        tempfile.TemporaryDirectory(prefix="predictor-cluster-") as folder,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            worker_dashboard_address=None,
            local_directory=folder,
            memory_limit=0,
            # with temporary keys, known to these processes only
            security=True,
            silence_logs=logging.CRITICAL + 1,
        ) as cluster,
        Client(cluster, timeout=_ANSWER) as client,
    ):
        client.wait_for_workers(workers, timeout=6 * _ANSWER)
        yield client


@contextmanager
def _answering(address: str, say: Say | None) -> Iterator[Client]:
    from distributed import Client, Security

    security = Security()
    _check_address(address, security)
    if say is not None and address.startswith("tcp://") and not _is_here(address):
        say(
            f"{address}: patients travel there without encryption; on a network that others use, "
            f"set up TLS and write tls://"
        )
    try:
        client = Client(address, timeout=_ANSWER, security=security, set_as_default=False)
    except (OSError, ValueError, RuntimeError):
        raise PredictorError(
            f"{address}: no Dask scheduler answers there; is it running (dask scheduler), does a "
            f"firewall let its port through, and does it speak {_scheme(address)}? One that wants "
            f"TLS is called by tls://"
        ) from None
    with client:
        yield client


def _scheme(address: str) -> str:
    return address.partition("://")[0]


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def _check_address(address: str, security: Security) -> None:
    try:
        parts = urlsplit(address)
        known = parts.scheme in _SCHEMES and parts.hostname and parts.port
    except ValueError:
        known = False
    if not known:
        raise PredictorError(
            f"{address}: expected the address of a Dask scheduler, such as tcp://host:8786 or "
            f"tls://host:8786, or {LOCAL}"
        )
    has_keys = security.get_connection_args("client").get("ssl_context") is not None
    if parts.scheme == "tls" and not has_keys:
        raise PredictorError(
            f"{address}: TLS needs keys; name their files in {_SECRETS} (Dask's own settings)"
        )
    if parts.scheme == "tcp" and security.require_encryption:
        raise PredictorError(
            f"{address}: Dask's settings here ask for encryption, and tcp:// has none; write "
            f"tls:// if the scheduler speaks it"
        )


def check_workers(client: Client) -> None:
    """Refuse a cluster that has no worker, or one that would not compute what this process does.

    Raises
    ------
    PredictorError
        With everything that is wrong.
    """
    here = environment()
    told = client.get_versions(packages=["predictor", *PACKAGES])
    if not told["workers"]:
        raise PredictorError(
            "the scheduler has no worker; start one for each processor with: dask worker "
            "SCHEDULER --nthreads 1"
        )
    faults = _other_versions("the scheduler", here, told["scheduler"])
    for name, there in told["workers"].items():
        faults += _other_versions(f"worker {name}", here, there)
    # prints are made by our code, so it has to be there
    if not faults:
        for name, there in client.run(environment).items():
            faults += [f"worker {name}: {_what_to_do(each)}" for each in differences(here, there)]
    if not faults:
        faults = list(_without_memory(client))
    if faults:
        raise PredictorError("\n".join(["this cluster cannot stand for this machine:", *faults]))


def _other_versions(where: str, here: Mapping[str, str], there: object) -> list[str]:
    """What differs of the versions that Dask can tell, in words."""
    if not isinstance(there, Mapping):
        return [f"{where}: it does not answer"]
    packages = there["packages"]
    python = ".".join(str(packages["python"]).split(".")[:2])
    known = {name: packages.get(name) or "not there" for name in ("predictor", *PACKAGES)}
    wanted = {name: here[name] for name in ("Python", *known)}
    return [
        f"{where}: {each}; {_EXTRA}, in the same versions"
        for each in differences(wanted, {"Python": python, **known})
    ]


def _what_to_do(difference: str) -> str:
    if difference.startswith(ARITHMETIC):
        return (
            "its processor, or its linear algebra, rounds otherwise than here, so results would "
            "depend on who computes; set OPENBLAS_CORETYPE=Haswell and "
            "NPY_DISABLE_CPU_FEATURES alike everywhere, here too, or leave that worker out"
        )
    if difference.startswith(CODE):
        return "it has another state of predictor's code, though the version is the same"
    return difference


def _without_memory(client: Client) -> Iterator[str]:
    for name, worker in client.scheduler_info(n_workers=-1)["workers"].items():
        limit = worker["memory_limit"]
        if limit and limit < _LEAST_MEMORY:
            yield (
                f"worker {name}: it may take {limit // 2**20} MB of memory, and predictor alone "
                f"takes more than half of the {_LEAST_MEMORY // 2**20} MB a worker should have; "
                f"start it with a larger --memory-limit"
            )
