from __future__ import annotations

import sys
from types import ModuleType

import pytest
from mlflow import MlflowClient

from predictor.errors import ModelError, PredictorError
from predictor.tracking import download_model, download_report


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


@pytest.mark.parametrize("asked", ["the training", "pain only"])
def test_the_report_of_a_training_is_fetched_with_the_figures_of_every_learner(
    logged, asked
) -> None:
    folder = download_report({"the training": logged.run_id, **logged.run_ids}[asked])
    assert (folder / "report.json").read_bytes() == b'{"study": "crps"}'
    for place in ("prevalence", "pain_only"):
        assert (folder / place / "figures" / "shap.svg").read_bytes() == b"<svg/>"


def test_a_run_of_something_else_has_no_report(logged) -> None:
    client = MlflowClient(logged.store)
    run_id = client.create_run(logged.experiment_id).info.run_id
    try:
        with pytest.raises(PredictorError, match=r"is not a run of `predictor train`$"):
            download_report(run_id)
    finally:
        client.delete_run(run_id)


def test_a_run_that_is_not_there_has_no_report(logged) -> None:
    with pytest.raises(PredictorError, match="no such folder, and no such run"):
        download_report("0" * 32)


def test_asking_for_a_report_without_a_store_makes_none(here) -> None:
    with pytest.raises(PredictorError, match=r"no such folder, and there is no MLflow store"):
        download_report("0" * 32)
    assert not list(here.iterdir())
