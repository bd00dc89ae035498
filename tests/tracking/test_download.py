from __future__ import annotations

import sys
from types import ModuleType

import pytest

from predictor.errors import ModelError
from predictor.tracking import download_model


def test_the_champion_is_fetched_as_a_copy_of_the_saved_model(logged, model_directory) -> None:
    for uri in (logged.champion_uri, "models:/crps/latest", "models:/crps/1"):
        copy = download_model(uri)
        assert copy != model_directory
        for file in model_directory.iterdir():
            assert (copy / file.name).read_bytes() == file.read_bytes()


def test_a_logged_model_is_fetched_by_its_id(logged, model_directory) -> None:
    copy = download_model(logged.model_uris["prevalence"])
    assert {file.name for file in copy.iterdir()} == {
        file.name for file in model_directory.iterdir()
    }


@pytest.mark.parametrize(
    "uri", ["models:/crps@nobody", "models:/other@champion", "models:/crps/9", "models:/m-1"]
)
def test_a_model_that_is_not_there_is_an_error_that_says_which_are(logged, uri) -> None:
    with pytest.raises(ModelError, match=r"has models:/crps/2, models:/crps@champion\.$"):
        download_model(uri)


def test_fetching_from_a_folder_without_a_store_makes_none(here) -> None:
    with pytest.raises(ModelError, match="no MLflow store"):
        download_model("models:/crps@champion")
    assert not list(here.iterdir())


def test_mlflow_loads_the_registered_model_with_our_loader(logged, monkeypatch) -> None:
    import mlflow.pyfunc
    import pandas as pd

    class Model:
        def predict(self, data: pd.DataFrame, params: object = None) -> list[float]:
            return [0.5] * len(data)

    loader = ModuleType("predictor_test_loader")
    loader._load_pyfunc = lambda path: Model()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, loader.__name__, loader)
    model = mlflow.pyfunc.load_model(logged.champion_uri)
    patients = pd.DataFrame({"patient_id": [1, 2], "nrs": [7, None]})
    assert model.predict(patients) == [0.5, 0.5]
