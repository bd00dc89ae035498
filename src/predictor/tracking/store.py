"""Open the MLflow store, be alone with a local one, and say in words what is wrong with it."""

from __future__ import annotations

import logging
import os
import shlex
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING

from predictor.disk import room, write_bytes
from predictor.errors import StudyError
from predictor.printable import visible
from predictor.tracking.time_limit import SECONDS, TooSlow, limit
from predictor.tracking.uri import shown, sqlite_file, tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient

_log = logging.getLogger(__name__)

_SAY_AFTER, _WAIT = 2.0, 600.0  # seconds for another training to let go of a local store


@contextmanager
def open_store(seconds: float = SECONDS) -> Iterator[tuple[MlflowClient, str]]:
    """Client and URI of the store; a local SQLite store is ours alone while this is open.

    Two writers of one SQLite store can meet "database is locked"; trainings therefore take turns.
    Servers do that themselves. Opening makes a local store that does not exist: ask
    :func:`missing_store` first where that is not wanted.

    Parameters
    ----------
    seconds
        The block has to end in so many seconds after the store is ours.

    Raises
    ------
    StudyError
        If the store fails or takes too long, when it is opened or later in the block.
    """
    uri = tracking_uri()
    import mlflow
    from alembic.util import CommandError
    from google.protobuf.json_format import ParseError
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    # the last one of what answers in JSON and is no MLflow
    failures = (
        MlflowException, OSError, sqlite3.Error, SQLAlchemyError, CommandError, ParseError,
    )  # fmt: skip
    try:
        with _alone_with(uri), limit(seconds), _meant_everywhere(uri):
            _make_if_new(uri)
            _probe(uri)
            client = mlflow.MlflowClient(uri, registry_uri=uri)
            client.search_experiments(max_results=1)
            yield client, uri
    except TooSlow:
        raise StudyError(
            f"the MLflow store {shown(uri)} failed: not done after {seconds:.0f} seconds. {_MEND}"
        ) from None
    except ModuleNotFoundError as error:
        if not uri.startswith(_DATABASES):
            raise
        raise StudyError(
            f"the MLflow store {shown(uri)} needs the Python package {error.name}, which is not "
            "installed. Install it (for PostgreSQL: psycopg[binary])."
        ) from None
    except failures as error:
        raise StudyError(
            f"the MLflow store {shown(uri)} failed: {reason(error, uri)}. "
            f"{_never_finished(uri) or _MEND}"
        ) from error


_DATABASES = ("postgresql", "mysql", "mssql")
_MEND = "Set MLFLOW_TRACKING_URI to a store that can be written, or mend this one."


def reason(error: Exception, uri: str) -> str:
    """What MLflow says, to stand inside a sentence, without the password of the store."""
    from sqlalchemy.exc import DBAPIError

    # SQLAlchemy adds the statement and its values
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    said = said.partition("\n[SQL:")[0].replace(uri, shown(uri))
    return said.strip(". \n") or type(error).__name__


@contextmanager
def _alone_with(uri: str) -> Iterator[None]:
    """Wait for our turn with a local store, not in silence and not for ever."""
    path = sqlite_file(uri)
    if path is None:
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(path.name + ".lock"))
    try:
        lock.acquire(timeout=_SAY_AFTER)
    except Timeout:
        where = visible(str(path))
        _log.warning("waiting for another process to let go of the MLflow store %s", where)
        try:
            lock.acquire(timeout=_WAIT)
        except Timeout:
            raise StudyError(
                f"the MLflow store {path} is held by another process since {_WAIT:.0f} seconds. "
                "Wait for that process or end it; if there is none, remove "
                f"{path.name}.lock."
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _meant_everywhere(uri: str) -> Iterator[None]:
    """Let the parts of MLflow that take no URI find the same store."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    os.environ["MLFLOW_TRACKING_URI"] = uri
    try:
        yield
    finally:
        if before is None:
            del os.environ["MLFLOW_TRACKING_URI"]
        else:
            os.environ["MLFLOW_TRACKING_URI"] = before


def get_ready() -> None:
    """Do what `open_store` would do first, and what takes seconds, while others compute.

    Nothing is written: the store may not be wanted in the end.
    """
    path = sqlite_file(tracking_uri())
    if path is None:
        return
    import mlflow.store.model_registry.sqlalchemy_store
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401

    if not path.exists():
        _without_runs()


def _make_if_new(uri: str) -> None:
    """Make a SQLite store beside its place, whole, and put it there."""
    path = sqlite_file(uri)
    if path is None or path.exists():
        return
    content = _without_runs()
    path.parent.mkdir(parents=True, exist_ok=True)
    with room(path.parent) as place:
        new = place / path.name
        write_bytes(new, content)
        new.rename(path)


_making = threading.Lock()


def _without_runs() -> bytes:
    """A SQLite store as MLflow makes it; one thread waits for the other to have made it."""
    with _making:
        return _made_by_mlflow()


@cache
def _made_by_mlflow() -> bytes:
    """MLflow builds the tables in some seventy steps: in memory, without waiting for the disk."""
    from mlflow.store.db.utils import _initialize_tables
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        _initialize_tables(engine)  # type: ignore[no-untyped-call]
        with closing(engine.raw_connection()) as connection:
            database = connection.driver_connection
            assert isinstance(database, sqlite3.Connection)
            return database.serialize()
    finally:
        engine.dispose()


def _probe(uri: str) -> None:
    """Meet what is no database, or lets nobody in, at once; MLflow would try for a minute."""
    path = sqlite_file(uri)
    if path is not None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA schema_version")
    elif uri.startswith(_DATABASES):
        from sqlalchemy import create_engine

        engine = create_engine(uri)
        try:
            engine.connect().close()
        finally:
            engine.dispose()


def _never_finished(uri: str) -> str | None:
    """The way out of a store that an earlier version was stopped in making; None for others."""
    path = sqlite_file(uri)
    if path is None or not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            if "runs" in tables and database.execute("SELECT 1 FROM runs LIMIT 1").fetchone():
                return None
    except sqlite3.Error:
        return None
    name = shlex.quote(str(path))
    return (
        "It holds no run: MLflow was stopped, or failed, while it made the store. Nothing is lost: "
        f"move it away (mv {name} {shlex.quote(str(path) + '.unfinished')}) and give the command "
        "again."
    )
