from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from predictor.errors import StudyError
from predictor.tracking import LoggedTraining, TrainingRun
from predictor.tracking.training import log_training


@pytest.fixture(scope="module")
def client(logged: LoggedTraining) -> MlflowClient:
    return MlflowClient(logged.store)


def test_a_training_is_a_parent_run_with_one_nested_run_per_learner(client, logged) -> None:
    runs = {run.info.run_id: run for run in client.search_runs([logged.experiment_id])}
    assert set(runs) == {logged.run_id, *logged.run_ids.values()}
    assert client.get_experiment(logged.experiment_id).name == "crps"
    for name, run_id in logged.run_ids.items():
        assert runs[run_id].info.run_name == name
        assert runs[run_id].data.tags["mlflow.parentRunId"] == logged.run_id
    assert all(run.info.status == "FINISHED" for run in runs.values())


def test_parameters_tags_and_fingerprint_are_kept(client, logged) -> None:
    run = client.get_run(logged.run_id)
    assert run.data.params == {
        "seed": "20210707", "outcome": "responder", "predict_at": "T0", "rule": "pain < 4",
    }  # fmt: skip
    assert run.data.tags["data_fingerprint"] == "sha256:" + "ab" * 32
    assert run.data.tags["mlflow.source.git.commit"] == "0" * 40
    assert run.data.tags["champion"] == "pain only"


def test_metrics_have_names_that_mlflow_allows_and_nan_is_left_out(client, logged) -> None:
    metrics = client.get_run(logged.run_ids["pain only"]).data.metrics
    assert metrics == {"auroc": 0.65, "net_benefit_at_0.3": 0.1}


def test_artifacts_keep_their_paths_and_content(client, logged, tmp_path) -> None:
    parent = Path(client.download_artifacts(logged.run_id, "", str(tmp_path)))
    assert (parent / "study.yaml").read_bytes() == b"study: crps"
    assert (parent / "sql" / "covariates.sql").read_bytes() == b"SELECT 1"
    listed = client.list_artifacts(logged.run_ids["prevalence"], "figures")
    assert [file.path for file in listed] == ["figures/shap.svg"]


def test_the_data_set_is_an_input_without_its_rows(client, logged) -> None:
    for run_id in (logged.run_id, *logged.run_ids.values()):
        (entry,) = client.get_run(run_id).inputs.dataset_inputs
        assert (entry.dataset.name, entry.dataset.digest) == ("crps.csv", "ab" * 16)
        assert json.loads(entry.dataset.profile) == {"num_rows": 48}
        assert entry.dataset.schema is None


def test_models_are_logged_unchanged_and_carry_their_metrics(client, logged, make_run) -> None:
    model = client.get_logged_model(logged.model_uris["pain only"].removeprefix("models:/"))
    assert model.status == "READY"
    assert model.source_run_id == logged.run_ids["pain only"]
    assert {metric.key for metric in model.metrics} == {"auroc", "net_benefit_at_0.3"}
    stored = Path(model.artifact_location)
    files = {path.name: path.read_bytes() for path in stored.iterdir()}
    files.pop("registered_model_meta", None)
    assert files == make_run().learners[1].model


def test_every_learner_is_a_version_and_the_winner_is_the_champion(client, logged) -> None:
    versions = {version.version: version for version in client.search_model_versions("name='crps'")}
    assert {int(number) for number in versions} == set(logged.versions.values())
    champion = client.get_model_version_by_alias("crps", "champion")
    assert int(champion.version) == logged.versions["pain only"]
    assert champion.tags["learner"] == "pain only"
    assert logged.champion_uri == "models:/crps@champion"


def test_runs_and_artifacts_are_where_plain_mlflow_ui_looks(here, make_run) -> None:
    log_training(make_run())
    assert {path.name for path in here.iterdir()} == {"mlflow.db", "mlflow.db.lock", "mlruns"}


def test_the_tracking_uri_of_the_environment_is_used(here, make_run, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///elsewhere/runs.db")
    log_training(make_run())
    assert (here / "elsewhere" / "runs.db").exists()
    assert not (here / "mlflow.db").exists()


def test_a_second_training_moves_the_champion(store, make_run) -> None:
    first = log_training(make_run())
    second = log_training(make_run(champion="prevalence"))
    client = MlflowClient(second.store)
    assert first.experiment_id == second.experiment_id
    champion = client.get_model_version_by_alias("crps", "champion")
    assert int(champion.version) == second.versions["prevalence"] == 3


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("disk"), "FAILED"), (KeyboardInterrupt(), "KILLED")]
)
def test_a_failed_training_says_so_leaves_the_champion_alone_and_can_be_logged_later(
    store, make_run, monkeypatch, error, status
) -> None:
    first, run = log_training(make_run()), make_run(champion="prevalence")

    def fail(*args: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_alias", fail)
        with pytest.raises(type(error)):
            log_training(run)

    client = MlflowClient(first.store)
    statuses = [run.info.status for run in client.search_runs([first.experiment_id])]
    assert sorted(statuses) == sorted([status] * 3 + ["FINISHED"] * 3)
    models = client.search_logged_models([first.experiment_id])
    assert sorted(model.status for model in models) == ["FAILED"] * 2 + ["READY"] * 2
    assert len(client.search_model_versions("name='crps'")) == 2
    champion = client.get_model_version_by_alias("crps", "champion")
    assert int(champion.version) == first.versions["pain only"]

    second = log_training(run)
    assert not second.already
    statuses = [run.info.status for run in client.search_runs([first.experiment_id])]
    assert sorted(statuses) == sorted([status] * 3 + ["FINISHED"] * 6)
    ours = {version.run_id for version in client.search_model_versions("name='crps'")}
    assert ours == {*first.run_ids.values(), *second.run_ids.values()}
    champion = client.get_model_version_by_alias("crps", "champion")
    assert champion.run_id == second.run_ids["prevalence"]


def test_a_deleted_experiment_is_not_revived_behind_the_users_back(store, make_run) -> None:
    logged = log_training(make_run())
    MlflowClient(logged.store).delete_experiment(logged.experiment_id)
    with pytest.raises(StudyError, match="was deleted"):
        log_training(make_run())


def test_an_artifact_may_not_leave_its_run(store, make_run) -> None:
    for path in ("../outside", "/outside"):
        with pytest.raises(ValueError, match="leads out of its run"):
            log_training(make_run(artifacts={path: b""}))


def test_names_that_become_one_in_mlflow_are_refused(store, make_run) -> None:
    with pytest.raises(ValueError, match="become one"):
        log_training(make_run(parameters={"a@b": "1", "a_at_b": "2"}))


def test_two_trainings_at_once_on_a_new_store_both_succeed(
    here: Path, make_run: Callable[..., TrainingRun]
) -> None:
    run = make_run()
    (here / "run.txt").write_text(repr(_movable(run)))
    script = (
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from uuid import uuid4\n"
        "from predictor.tracking import LearnerRun, MLflowTracker, TrainingRun\n"
        "run = eval(Path('run.txt').read_text())\n"
        "MLflowTracker().log(replace(run, training=uuid4().hex))\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out == ""
    # MLflow keeps connections by URI: a relative one may be that of another test
    client = MlflowClient(f"sqlite:///{here / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("crps")
    runs = client.search_runs([experiment.experiment_id])
    assert [run.info.status for run in runs] == ["FINISHED"] * 6
    assert len(client.search_model_versions("name='crps'")) == 4


def _movable(run: TrainingRun) -> TrainingRun:
    """The same run without nan, whose repr is not Python."""
    learners = tuple(replace(learner, metrics={"auroc": 0.6}) for learner in run.learners)
    return replace(run, learners=learners)
