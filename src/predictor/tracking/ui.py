"""MLflow's pages on the store that trainings are logged to."""

from __future__ import annotations

import os
import subprocess
import sys

from predictor.errors import StudyError
from predictor.tracking.uri import missing_store, shown, tracking_uri


def ui_command(*, host: str = "127.0.0.1", port: int = 5000) -> list[str]:
    """Command line that serves MLflow's pages on our store.

    Plain ``mlflow ui`` shows the same for the default store; it does not read
    ``MLFLOW_TRACKING_URI``, and starts four processes where one person needs one.

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
        sys.executable, "-m", "mlflow", "server", "--workers", "1",
        "--backend-store-uri", uri, "--host", host, "--port", str(port),
    ]  # fmt: skip


def run_ui(*, host: str = "127.0.0.1", port: int = 5000) -> int:
    """Serve MLflow's pages until Ctrl-C; the exit code of the server.

    Everything the server prints goes to standard error.
    """
    # its job runner starts seven more processes, and nothing here gives it a job
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", **os.environ}
    command = ui_command(host=host, port=port)
    with subprocess.Popen(command, stdout=sys.stderr, env=environment) as server:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # a terminal has sent the interrupt to the server as well, SIGTERM came to us alone
            server.terminate()
            server.wait()  # until it has closed its files
            return 0
