"""Which MLflow store is meant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# For mlflow to read when it is imported, where the user has not said otherwise: nothing is sent
# home or written to standard output, no progress bars beside ours, and a server that is dead or
# silent is noticed soon: after three requests of 20 seconds and the pauses between them.
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
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

    return _without_percent(mlflow.get_tracking_uri())


def shown(uri: str) -> str:
    """Return the URI without user and password, wherever they stand, also in one that is wrong.

    Examples
    --------
    >>> shown("https://me:secret@mlflow.example.org:5000/x"), shown("sqlite:///mlflow.db?timeout=9")
    ('https://mlflow.example.org:5000/x', 'sqlite:///mlflow.db?timeout=9')
    >>> shown("postgresql://db.example.org/mlflow?user=me&password=secret")
    'postgresql://db.example.org/mlflow'
    >>> shown("postgresql://me:not/escaped@db.example.org/mlflow")
    'postgresql://db.example.org/mlflow'
    """
    scheme, found, rest = uri.partition("://")
    if not found or scheme.startswith(("file", "sqlite")):
        return uri
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def sqlite_file(uri: str) -> Path | None:
    """File of a local SQLite store; ``sqlite:///relative.db`` or ``sqlite:////absolute.db``.

    Examples
    --------
    >>> sqlite_file("sqlite:///mlflow.db?timeout=9").as_posix()
    'mlflow.db'
    >>> sqlite_file("sqlite:///a%20study/mlflow.db").as_posix()
    'a study/mlflow.db'
    >>> sqlite_file("https://mlflow.example.org") is None
    True
    """
    if not uri.startswith("sqlite"):
        return None
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        database = make_url(uri).database
    except ArgumentError:
        return None  # for MLflow to refuse
    return None if database in (None, "", ":memory:") else Path(str(database))


def folder_of_new_store() -> Path | None:
    """Where a local store will be made that does not exist yet; None for all others."""
    path = sqlite_file(tracking_uri())
    return None if path is None or path.exists() else path.parent


def missing_store() -> str | None:
    """What to tell somebody who wants to read a local store that does not exist; else None."""
    uri = tracking_uri()
    path = sqlite_file(uri)
    if path is None or path.exists():
        return None
    return (
        f"there is no MLflow store {uri} yet. Go to the folder where `predictor train` was run, "
        "or set MLFLOW_TRACKING_URI."
    )


def _without_percent(uri: str) -> str:
    """The same SQLite store, without escapes where that can be.

    MLflow writes the folder of its default store with ``%20`` for a blank, and makes a folder of
    that name besides.

    Examples
    --------
    >>> _without_percent("sqlite:////data/a%20study/mlflow.db?timeout=9")
    'sqlite:////data/a study/mlflow.db?timeout=9'
    """
    path = sqlite_file(uri) if "%" in uri else None
    if path is None:
        return uri
    near = str(path)
    if "%" in near or "?" in near:  # these cannot do without escapes
        relative = os.path.relpath(path)
        near = near if relative.startswith(os.pardir) else relative
    scheme, _, rest = uri.partition(":///")
    escaped = near.replace("%", "%25").replace("?", "%3F")
    return f"{scheme}:///{escaped}{''.join(rest.partition('?')[1:])}"
