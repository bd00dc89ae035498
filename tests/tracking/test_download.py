from __future__ import annotations

import sys
from types import ModuleType

import pytest
from mlflow import MlflowClient

from predictor.errors import ModelError, PredictorError
from predictor.tracking.download import download_model, download_report


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


def test_a_run_of_something_else_has_no_report(logged) -> None:
    client = MlflowClient(logged.store)
    run_id = client.create_run(logged.experiment_id).info.run_id
    try:
        with pytest.raises(PredictorError, match=r"is not a run of `predictor train`$"):
            download_report(run_id)
    finally:
        client.delete_run(run_id)


def test_asking_for_a_report_without_a_store_makes_none(here) -> None:
    with pytest.raises(PredictorError, match=r"no such folder, and there is no MLflow store"):
        download_report("0" * 32)
    assert not list(here.iterdir())
