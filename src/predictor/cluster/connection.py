"""The way to a cluster: its address, what answers there, and its secrets."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import tempfile
import warnings
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from predictor.cluster.executor import Cluster
from predictor.cluster.faults_of_workers import EXTRA
from predictor.cluster.knocks import knock
from predictor.cluster.roster import ANSWER, PATIENCE, Roster, Say
from predictor.errors import PredictorError
from predictor.processes import processors

if TYPE_CHECKING:
    from distributed import Client, Security

LOCAL = "local"
"""The address of a cluster that is started here, and ends with the command."""
_LOCAL_MOST = 4  # workers for each processor
_SCHEMES = ("tcp", "tls")
_SECRETS = (
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)
# patients are not written to the disk of a worker that is started here, and it serves no pages
_QUIET = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.admin.large-graph-warning-threshold": "10GB",
    # Dask's own setting gives memory back at once, and takes it again: arrays take 3 times as long
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1},
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.comm.retry.count": 3,
}


@contextmanager
def connect(
    address: str,
    *,
    jobs: int = -1,
    say: Say | None = None,
    patience: float = PATIENCE,
    imports: Sequence[str] = (),
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
        Seconds that nobody may compute, or a scheduler not answer, before that is an error.
    imports
        Names of modules that the work will need, so that the first chunks take as long as others.

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
            f"--cluster needs Dask, and there is no {error.name}; {EXTRA}"
        ) from None
    del distributed
    address = _plain(address)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_QUIET))
        stack.enter_context(_without_logs())
        if address == LOCAL:
            client = stack.enter_context(_started_here(processors(jobs)))
        else:
            client = stack.enter_context(_answering(address, say, min(ANSWER, patience)))
        roster = Roster(client, patience=patience, say=say, imports=imports)
        roster.open()
        yield Cluster(client, roster)


def _plain(address: str) -> str:
    """Without what does not matter: blanks, capitals of the scheme, a slash at the end."""
    scheme, mark, place = address.strip().rstrip("/").partition("://")
    return f"{scheme.lower()}{mark}{place}"


@contextmanager
def _without_logs() -> Iterator[None]:
    """What Dask logs in this process is said by our errors, or is about its own insides."""
    # Dask gives some of them handlers and levels of their own
    kinds = ("distributed", "tornado", "asyncio")
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in kinds]
    loggers = [logging.getLogger(name) for name in names]
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

    most = _LOCAL_MOST * processors(-1)
    if workers > most:
        raise PredictorError(
            f"{LOCAL}: {workers} workers are more than the {processors(-1)} processors here can "
            f"use; start at most {most} (--jobs)"
        )
    with (
        tempfile.TemporaryDirectory(prefix="predictor-cluster-") as folder,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            # any port will do for pages that are not served; without one, all want the same
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            worker_dashboard_address=None,
            local_directory=folder,
            memory_limit=0,
            # with temporary keys, known to these processes only
            security=True,
            silence_logs=logging.CRITICAL + 1,
        ) as cluster,
        Client(cluster, timeout=ANSWER) as client,
    ):
        try:
            client.wait_for_workers(workers, timeout=6 * ANSWER)
        except TimeoutError:
            raise PredictorError(
                f"not all of {workers} workers have started within a minute; is there memory for "
                f"them? Start fewer (--jobs)"
            ) from None
        yield client


@contextmanager
def _answering(address: str, say: Say | None, seconds: float) -> Iterator[Client]:
    from distributed import Client, Security
    from distributed.versions import VersionMismatchWarning

    try:
        security = Security()
        secrets = security.get_connection_args("client")
    except (OSError, ValueError) as error:
        raise PredictorError(
            f"the keys for TLS cannot be read ({_unreadable(error)}); look at {_SECRETS}"
        ) from None
    _check_address(address, security, has_keys=secrets.get("ssl_context") is not None)
    _run(_check_scheduler(address, secrets, seconds))
    if say is not None and address.startswith("tcp://") and not _is_here(address):
        say(
            f"{address}: patients travel there without encryption; on a network that others use, "
            f"set up TLS and write tls://"
        )
    try:
        with warnings.catch_warnings():
            # other versions are told, and refused, by the roster
            warnings.simplefilter("ignore", VersionMismatchWarning)
            client = Client(address, timeout=seconds, security=security, set_as_default=False)
    except (OSError, ValueError, RuntimeError):
        raise PredictorError(f"{address}: the Dask scheduler there answers no more") from None
    with client:
        yield client


def _unreadable(error: Exception) -> str:
    """Why keys cannot be read; Dask tells of no file which it is."""
    import dask

    files = dask.config.get("distributed.comm.tls")
    named = [files["ca-file"], files["client"]["cert"], files["client"]["key"]]
    missing = [str(file) for file in named if file and not Path(str(file)).is_file()]
    if missing:
        return f"there is no file {missing[0]}"
    if isinstance(error, ssl.SSLError):
        return "one of the files is none of a key or a certificate, or the two do not go together"
    return str(getattr(error, "strerror", None) or error)


def _run(question: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own where a loop runs in this one, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(question)
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, question).result()


async def _check_scheduler(address: str, secrets: Mapping[str, object], seconds: float) -> None:
    """Ask what listens there what it is; a `Client` would wait for a stranger without end."""
    from distributed.core import rpc

    told: object = None
    try:
        # Dask tries again and again, and what it says in the end may be that time was up
        await knock(address, secrets, seconds)
        async with rpc(address, timeout=seconds, connection_args=secrets) as there:
            told = await asyncio.wait_for(there.identity(), 2 * seconds)
    except Exception as error:  # noqa: BLE001 - a stranger may answer anything
        raise PredictorError(f"{address}: {_why(error, address)}") from None
    kind = told.get("type") if isinstance(told, Mapping) else None
    if kind != "Scheduler":
        but = f" but its {kind.lower()}" if kind in ("Worker", "Nanny") else ""
        raise PredictorError(
            f"{address}: that is no Dask scheduler{but}; give the address that dask scheduler says "
            f"when it starts"
        )


def _why(error: BaseException, address: str) -> str:
    """In words, why nobody answered as a scheduler."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    scheme = urlsplit(address).scheme
    if any(isinstance(each, socket.gaierror) for each in causes):
        return "no machine of that name is known here"
    for each in causes:
        if isinstance(each, ssl.SSLCertVerificationError):
            return (
                f"the certificate of the scheduler is not accepted ({each.verify_message}); it has "
                f"to be valid today, and from the authority whose file is named in "
                f"DASK_DISTRIBUTED__COMM__TLS__CA_FILE"
            )
    if any(isinstance(each, ConnectionRefusedError) for each in causes):
        return "nothing listens there; is the scheduler running (dask scheduler)?"
    if scheme == "tcp":
        return (
            "no Dask scheduler answers there; is it running (dask scheduler), does a firewall let "
            "its port through, and does it want TLS (then write tls://)?"
        )
    return (
        "no Dask scheduler that speaks TLS answers there; is it running (dask scheduler), with "
        "TLS (if not, write tcp://), and does it accept our certificate (openssl x509 -noout "
        "-issuer -enddate -in FILE: from its authority, and valid today)?"
    )


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _check_address(address: str, security: Security, *, has_keys: bool) -> None:
    try:
        parts = urlsplit(address)
        known = parts.scheme in _SCHEMES and parts.hostname and parts.port
    except ValueError:
        known = False
    if not known:
        raise PredictorError(
            f"{address!r}: expected the address of a Dask scheduler, such as tcp://host:8786 or "
            f"tls://host:8786, or {LOCAL}"
        )
    if parts.scheme == "tls" and not has_keys:
        raise PredictorError(
            f"{address}: TLS needs keys; name their files in {_SECRETS} (Dask's own settings)"
        )
    if parts.scheme == "tcp" and security.require_encryption:
        raise PredictorError(
            f"{address}: Dask's settings here ask for encryption, and tcp:// has none; write "
            f"tls:// if the scheduler speaks it"
        )
