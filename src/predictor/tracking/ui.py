"""MLflow's pages on the store that trainings are logged to."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from predictor.errors import StudyError
from predictor.tracking.paging import all_of
from predictor.tracking.store import open_store
from predictor.tracking.uri import missing_store, shown, tracking_uri

_DEFAULT = "0"  # id of MLflow's own experiment, which is not ours


def ui_command(*, host: str = "127.0.0.1", port: int = 5000) -> list[str]:
    """Command line that serves MLflow's pages on the store in ``MLFLOW_BACKEND_STORE_URI``.

    Plain ``mlflow ui`` shows the same for the default store; it does not read
    ``MLFLOW_TRACKING_URI``, starts four processes where one person needs one, and prints a line
    for each request.

    Raises
    ------
    StudyError
        If the store is a server, which has its own pages, or does not exist yet.
    """
    uri = tracking_uri()
    if uri.startswith(("http://", "https://")):
        raise StudyError(
            f"runs are logged to a server (MLFLOW_TRACKING_URI): open {shown(uri)} in a browser"
        )
    if missing := missing_store():
        raise StudyError(missing)
    return [
        sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", host,
        "--port", str(port), "--uvicorn-opts", "--log-level warning",
    ]  # fmt: skip


def addresses(*, host: str = "127.0.0.1", port: int = 5000) -> dict[str, str]:
    """By study, where its runs are in these pages; the study that was made last comes first.

    MLflow 3.17 opens an experiment on pages for language models, also after a click in its list of
    experiments, unless the address says otherwise.

    Raises
    ------
    StudyError
        If the store fails.
    """
    with open_store() as (client, _):
        found = all_of(partial(client.search_experiments, order_by=["creation_time DESC"]))
    place = f"http://{host}:{port}/#/experiments"
    return {
        each.name: f"{place}/{each.experiment_id}/runs?workflowType=machine_learning"
        for each in found
        if each.experiment_id != _DEFAULT
    }


def run_ui(
    *, host: str = "127.0.0.1", port: int = 5000, ready: Callable[[Mapping[str, str]], None]
) -> int:
    """Serve MLflow's pages until Ctrl-C; the exit code of the server.

    Everything the server prints goes to standard error.

    Parameters
    ----------
    ready
        Called with `addresses` when they can be opened.
    """
    command = ui_command(host=host, port=port)
    found = addresses(host=host, port=port)
    environment = {
        # its job runner starts seven more processes, and nothing here gives it a job
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        **os.environ,
        # not among the arguments, which everybody on this machine can read: it may hold a password
        "MLFLOW_BACKEND_STORE_URI": tracking_uri(),
    }
    with subprocess.Popen(command, stdout=sys.stderr, env=environment) as server:
        try:
            while server.poll() is None and not _answers(host, port):
                time.sleep(0.1)
            if server.poll() is None:
                ready(found)
            return server.wait()
        except KeyboardInterrupt:
            # a terminal has sent the interrupt to the server as well, SIGTERM came to us alone
            server.terminate()
            server.wait()  # until it has closed its files
            return 0


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
