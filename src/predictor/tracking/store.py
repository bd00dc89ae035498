"""Which MLflow store is meant, and how to be alone with it."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from predictor.errors import StudyError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mlflow import MlflowClient

# For mlflow to read when it is imported, where the user has not said otherwise: nothing is sent
# home or written to standard output, no progress bars beside ours, a dead server is noticed soon.
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
}


def configure_mlflow() -> None:
    """Set MLflow's environment variables that the user has not set; before our imports of it."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if "mlflow" in sys.modules:
        # Somebody else imported it before, which has switched telemetry on.
        from mlflow.telemetry import set_telemetry_client

        set_telemetry_client()  # type: ignore[no-untyped-call]


def tracking_uri() -> str:
    """URI of the store: ``MLFLOW_TRACKING_URI``, else MLflow's own default.

    That default is ``sqlite:///mlflow.db`` in the working directory, or ``./mlruns`` where an
    older MLflow has left runs there.
    """
    configure_mlflow()
    import mlflow

    return mlflow.get_tracking_uri()


def shown(uri: str) -> str:
    """Return the URI without user and password.

    Examples
    --------
    >>> shown("https://me:secret@mlflow.example.org:5000/x"), shown("sqlite:///mlflow.db")
    ('https://mlflow.example.org:5000/x', 'sqlite:///mlflow.db')
    """
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def prepare_store() -> str:
    """Import MLflow and create or reach the store, so that a faulty one is known before training.

    Returns
    -------
    str
        The tracking URI, without user and password.

    Raises
    ------
    StudyError
        If the store cannot be created, reached or read by this version of MLflow.
    """
    with open_store() as (_, uri):
        return shown(uri)


@contextmanager
def open_store() -> Iterator[tuple[MlflowClient, str]]:
    """Client and URI of the store; a local SQLite store is ours alone while this is open.

    MLflow creates the tables of a new SQLite store without a lock, and two writers of one can meet
    "database is locked"; trainings therefore take turns. Servers do that themselves. Opening makes
    a local store that does not exist: ask :func:`missing_store` first where that is not wanted.

    Raises
    ------
    StudyError
        If the store fails, when it is opened or later in the block.
    """
    uri = tracking_uri()
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        with _alone_with(uri), _at_once_if_new(uri):
            _probe(uri)
            client = mlflow.MlflowClient(uri)
            client.search_experiments(max_results=1)
            yield client, uri
    except (MlflowException, OSError, sqlite3.Error) as error:
        raise StudyError(
            f"the MLflow store {shown(uri)} failed: {reason(error, uri)}. "
            "Set MLFLOW_TRACKING_URI to a store that can be written, or mend this one."
        ) from error


def reason(error: Exception, uri: str) -> str:
    """What MLflow says, to stand inside a sentence, without the password of the store."""
    return str(error).replace(uri, shown(uri)).strip(". \n")


def missing_store() -> str | None:
    """What to tell somebody who wants to read a local store that does not exist; else None."""
    uri = tracking_uri()
    path = _sqlite_file(uri)
    if path is None or path.exists():
        return None
    return (
        f"there is no MLflow store {uri} yet. Go to the folder where `predictor train` was run, "
        "or set MLFLOW_TRACKING_URI."
    )


def _alone_with(uri: str) -> AbstractContextManager[object]:
    path = _sqlite_file(uri)
    if path is None:
        return nullcontext()
    from filelock import FileLock

    return FileLock(path.with_name(path.name + ".lock"))


@contextmanager
def _at_once_if_new(uri: str) -> Iterator[None]:
    """Put a new SQLite store on the disk when the block ends, not at each of its commits.

    MLflow builds the tables in some seventy steps, and waiting for the disk after each takes
    longer than all the rest. Until the first training is over there is nothing in them to lose.
    """
    path = _sqlite_file(uri)
    if path is None or path.exists():
        yield
        return
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    def setting(value: str) -> Callable[..., None]:
        def set_it(connection: object, *_: object) -> None:
            if isinstance(connection, sqlite3.Connection):
                connection.execute(f"PRAGMA synchronous = {value}")

        return set_it

    listeners = {"checkout": setting("OFF"), "checkin": setting("FULL")}
    for moment, listener in listeners.items():
        event.listen(Pool, moment, listener)
    try:
        yield
    finally:
        for moment, listener in listeners.items():
            event.remove(Pool, moment, listener)
        if path.exists():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _probe(uri: str) -> None:
    """Meet a file that is no database at once; MLflow would try again for a minute."""
    path = _sqlite_file(uri)
    if path is not None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA schema_version")


def _sqlite_file(uri: str) -> Path | None:
    """File of a local SQLite store; ``sqlite:///relative.db`` or ``sqlite:////absolute.db``.

    Examples
    --------
    >>> _sqlite_file("sqlite:///mlflow.db?timeout=9").as_posix()
    'mlflow.db'
    >>> _sqlite_file("https://mlflow.example.org") is None
    True
    """
    scheme, _, path = uri.partition(":///")
    path = path.partition("?")[0]
    if not scheme.startswith("sqlite") or path in ("", ":memory:"):
        return None
    return Path(path)
