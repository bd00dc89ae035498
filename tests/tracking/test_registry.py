"""Of several first champions that are named in the same moment, one stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from predictor.tracking.registry import CHAMPION, SINCE, name_champion
from predictor.tracking.uri import configure_mlflow

QUESTION = "small.responder.T0"


class Hooked:
    """A client with something that happens just before its first call of one method."""

    def __init__(self, client: Any, method: str, happens: Callable[[], object]) -> None:
        self._client, self._method, self._happens = client, method, happens

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            self._method = ""
            self._happens()
        return getattr(self._client, name)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    configure_mlflow()
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path}/mlflow.db"
    made = MlflowClient(uri, registry_uri=uri)
    made.create_registered_model(QUESTION)
    for _ in range(2):
        made.create_model_version(QUESTION, (tmp_path / "model").as_uri())
    return made


def tagged(client: Any) -> list[int]:
    found = client.search_model_versions(f"name='{QUESTION}'")
    return sorted(int(version.version) for version in found if SINCE in version.tags)


@pytest.mark.parametrize("moment", ["set_registered_model_alias", "set_model_version_tag"])
def test_one_of_two_first_champions_stays(client: Any, moment: str) -> None:
    other: list[int] = []
    hooked = Hooked(client, moment, lambda: other.append(overtake(client, moment)))
    said = name_champion(hooked, QUESTION, 1, None)
    stays = int(client.get_model_version_by_alias(QUESTION, CHAMPION).version)
    assert tagged(client) == [stays]
    assert said == stays


def overtake(client: Any, moment: str) -> int:
    """Another training names version 2; it looked before there was a champion."""
    if moment == "set_registered_model_alias":
        return name_champion(client, QUESTION, 2, None)
    client.set_registered_model_alias(QUESTION, CHAMPION, "2")
    client.set_model_version_tag(QUESTION, "2", SINCE, "2026-01-01T00:00:00.000+00:00")
    return 2
