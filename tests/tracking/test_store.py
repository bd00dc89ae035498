from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import Any

import pytest

from predictor.errors import StudyError
from predictor.tracking import store as module
from predictor.tracking.store import get_ready, open_store


def test_importing_the_layer_does_not_import_mlflow() -> None:
    script = "import sys, predictor.tracking; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_new_store_is_made_in_silence(here) -> None:
    script = "from predictor.tracking.store import open_store\nwith open_store(): pass"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert (here / "mlflow.db").exists()


def test_a_store_waits_for_the_disk_as_soon_as_there_is_something_to_lose(here) -> None:
    with (
        open_store() as (client, _),
        client._tracking_client.store.engine.connect() as connection,
    ):
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_nothing_is_sent_home_even_if_mlflow_was_imported_before(store, monkeypatch) -> None:
    # a stand-in: MLflow's own client asks the network and takes itself away where there is none
    from mlflow.telemetry import client, get_telemetry_client

    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    monkeypatch.setattr(client, "_MLFLOW_TELEMETRY_CLIENT", object())
    assert get_telemetry_client() is not None
    with open_store():
        assert get_telemetry_client() is None


def test_what_the_user_has_set_is_kept(store, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "9")
    with open_store():
        assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "9"


@pytest.mark.parametrize("uri", ["sqlite:///file/mlflow.db", "sqlite:///file", "sqlite:///folder"])
def test_a_store_that_cannot_be_made_is_an_error_that_names_it(here, monkeypatch, uri) -> None:
    (here / "file").write_text("this is not a database, and it is long enough to be seen as none")
    (here / "folder").mkdir()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(StudyError, match=f"the MLflow store {uri} failed"), open_store():
        pytest.fail("it was opened")


def test_no_message_shows_a_password(here, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "foo://me:secret@example.org")
    with pytest.raises(StudyError) as caught, open_store():
        pytest.fail("it was opened")
    assert "secret" not in str(caught.value)


def test_what_was_made_ready_is_not_made_again_and_is_nowhere_to_be_seen(here, monkeypatch) -> None:
    from mlflow.store.db import utils

    made = []
    make = utils._initialize_tables
    monkeypatch.setattr(utils, "_initialize_tables", lambda e: (made.append(1), make(e)))
    module._made_by_mlflow.cache_clear()
    get_ready()
    assert not list(here.iterdir())
    with open_store() as (client, _):
        assert client.search_experiments()[0].name == "Default"
    assert made == [1]
    assert [path.name for path in here.iterdir() if path.suffix != ".lock"] == ["mlflow.db"]


def test_a_store_in_the_making_is_waited_for(here, monkeypatch) -> None:
    from mlflow.store.db import utils

    made, begun = [], threading.Event()
    make = utils._initialize_tables

    def slowly(engine: Any) -> None:
        begun.set()
        made.append(1)
        make(engine)

    monkeypatch.setattr(utils, "_initialize_tables", slowly)
    module._made_by_mlflow.cache_clear()
    thread = threading.Thread(target=get_ready)
    thread.start()
    assert begun.wait(60)
    with open_store():
        pass
    thread.join()
    assert made == [1]


def test_a_store_that_exists_is_not_made_ready(here, monkeypatch) -> None:
    with open_store():
        pass
    monkeypatch.setattr(module, "_without_runs", lambda: pytest.fail("it was made"))
    get_ready()


def test_a_new_store_has_the_tables_that_mlflow_makes_in_a_file(here) -> None:
    from mlflow.store.db.utils import _initialize_tables
    from sqlalchemy import create_engine

    with open_store():
        pass
    engine = create_engine("sqlite:///theirs.db")
    _initialize_tables(engine)
    engine.dispose()

    def tables(name: str) -> dict[str, list[Any]]:
        with closing(sqlite3.connect(name)) as database:
            names = database.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
            return {n: database.execute(f"PRAGMA table_info('{n}')").fetchall() for (n,) in names}

    assert tables("mlflow.db") == tables("theirs.db")
