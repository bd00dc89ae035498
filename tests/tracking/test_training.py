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
from predictor.tracking import Attempt, LoggedTraining, MLflowTracker, TrainingRun
from predictor.tracking.training import log_failure, log_training


@pytest.fixture(scope="module")
def client(logged: LoggedTraining) -> MlflowClient:
    return MlflowClient(logged.store)


def test_a_training_is_a_parent_run_with_one_nested_run_per_learner(client, logged) -> None:
    runs = {run.info.run_id: run for run in client.search_runs([logged.experiment_id])}
    assert set(runs) == {logged.run_id, *logged.run_ids.values()}
    assert client.get_experiment(logged.experiment_id).name == "crps"
    for name, run_id in logged.run_ids.items():
        assert runs[run_id].info.run_name == f"{name}: responder at T0"
        assert runs[run_id].data.tags["mlflow.parentRunId"] == logged.run_id
    assert all(run.info.status == "FINISHED" for run in runs.values())


def test_parameters_tags_and_fingerprint_are_kept(client, logged) -> None:
    run = client.get_run(logged.run_id)
    assert run.data.params == {
        "seed": "20210707", "outcome": "responder", "predict_at": "T0", "rule": "pain < 4",
    }  # fmt: skip
    assert run.data.tags["data_fingerprint"] == "sha256:" + "ab" * 32
    assert run.data.tags["mlflow.source.git.commit"] == "0" * 40


def test_metrics_have_names_that_mlflow_allows_and_nan_is_left_out(client, logged) -> None:
    metrics = client.get_run(logged.run_ids["pain only"]).data.metrics
    assert metrics == {"auroc": 0.65, "net_benefit_at_0.3": 0.1, "curve.net_benefit": 0.1}
    assert client.get_run(logged.run_id).data.metrics == {"auroc": 0.65, "patients": 48.0}


def test_curves_are_metrics_with_steps(client, logged) -> None:
    points = client.get_metric_history(logged.run_ids["pain only"], "curve.net_benefit")
    assert [(point.step, point.value) for point in points] == [(10, 0.2), (30, 0.1)]


def test_runs_begin_and_end_when_the_training_did(client, logged) -> None:
    parent = client.get_run(logged.run_id).info
    assert (parent.start_time, parent.end_time) == (1_700_000_000_000, 1_700_000_007_000)
    for run_id in logged.run_ids.values():
        info = client.get_run(run_id).info
        assert (info.start_time, info.end_time) == (1_700_000_000_000, 1_700_000_001_500)


def test_descriptions_lead_to_the_files_of_their_run(client, logged) -> None:
    for run_id, path in (
        (logged.run_id, "report.json"),
        (logged.run_ids["pain only"], "figures/shap.svg"),
    ):
        text = client.get_run(run_id).data.tags["mlflow.note.content"]
        place = f"#/experiments/{logged.experiment_id}/runs/{run_id}/artifacts/{path}"
        assert text.endswith(f"]({place})")


def test_tables_are_shown_as_tables(client, logged) -> None:
    tags = client.get_run(logged.run_ids["pain only"]).data.tags
    assert json.loads(tags["mlflow.loggedArtifacts"]) == [
        {"path": "tables/measures.json", "type": "table"}
    ]


def test_a_failed_training_leaves_a_run_with_the_reason_and_no_version(store, make_run) -> None:
    run = make_run()
    attempt = Attempt(run.training, run.study, run.title, run.question, run.started)
    log_failure(attempt, "KILLED", "interrupted")
    client = MlflowClient(f"sqlite:///{store}")
    (left,) = client.search_runs([client.get_experiment_by_name("crps").experiment_id])
    assert (left.info.status, left.info.run_name) == ("KILLED", "responder at T0")
    assert left.info.start_time == run.started
    assert left.data.tags["predictor.ended"] == "interrupted"
    assert left.data.params == run.question
    assert list(client.search_registered_models()) == []


def test_an_experiment_says_its_kind_also_one_of_an_earlier_version(store, make_run) -> None:
    client = MlflowClient(f"sqlite:///{store}")
    client.create_experiment("crps")
    logged = log_training(make_run())
    tags = client.get_experiment(logged.experiment_id).tags
    assert tags["mlflow.experimentKind"] == "custom_model_development"


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
        assert json.loads(entry.dataset.profile) == {
            "num_rows": 48, "fingerprint": "sha256:" + "ab" * 32,
        }  # fmt: skip
        assert entry.dataset.schema is None


def test_models_are_logged_unchanged_and_carry_their_metrics(client, logged, make_run) -> None:
    model = client.get_logged_model(logged.model_uris["pain only"].removeprefix("models:/"))
    assert model.status == "READY"
    assert model.source_run_id == logged.run_ids["pain only"]
    assert {metric.key for metric in model.metrics} == {
        "auroc", "net_benefit_at_0.3", "curve.net_benefit",
    }  # fmt: skip
    parent = client.get_run(logged.run_id)
    assert [each.model_id for each in parent.outputs.model_outputs] == [model.model_id]
    stored = Path(model.artifact_location)
    files = {path.name: path.read_bytes() for path in stored.iterdir()}
    files.pop("registered_model_meta", None)
    assert files == make_run().learners[1].model


def test_versions_say_what_they_are(client, logged) -> None:
    versions = {int(v.version): v for v in client.search_model_versions("name='crps.responder.T0'")}
    assert set(versions) == set(logged.versions.values())
    champion = client.get_model_version_by_alias("crps.responder.T0", "champion")
    assert int(champion.version) == logged.versions["pain only"] == logged.champion_version
    assert champion.description == "the pain only of a study"
    said = {"learner": "pain only", "outcome": "responder", "predict_at": "T0", "rule": "pain < 4"}
    assert said.items() <= champion.tags.items()
    assert logged.champion_uri == "models:/crps.responder.T0@champion"
    about = client.get_registered_model("crps.responder.T0")
    assert about.description.startswith("Predicts responder of study crps, as known at T0.")
    assert about.tags == {"study": "crps", "outcome": "responder", "predict_at": "T0"}


def test_a_promotion_keeps_when_and_why(store, make_run) -> None:
    logged = log_training(make_run())
    MLflowTracker().promote("crps", 1, "reviewed")
    client = MlflowClient(logged.store)
    champion = client.get_model_version_by_alias("crps.responder.T0", "champion")
    assert (champion.version, champion.tags["promoted.reason"]) == (1, "reviewed")
    assert champion.tags["promoted.at"].endswith("+00:00")


def test_a_training_is_found_among_more_models_than_one_search_returns(
    store, make_run, monkeypatch
) -> None:
    run, search = make_run(), MlflowClient.search_logged_models

    def first_one(client: MlflowClient, experiments: list[str], **how: object) -> object:
        return search(client, experiments, **{**how, "max_results": 1})

    first = log_training(run)
    monkeypatch.setattr(MlflowClient, "search_logged_models", first_one)
    again = log_training(run)
    assert again.already
    assert again.model_uris == first.model_uris


def test_runs_and_artifacts_are_where_plain_mlflow_ui_looks(here, make_run) -> None:
    log_training(make_run())
    assert {path.name for path in here.iterdir()} == {"mlflow.db", "mlflow.db.lock", "mlruns"}


def test_the_tracking_uri_of_the_environment_is_used(here, make_run, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///elsewhere/runs.db")
    log_training(make_run())
    assert (here / "elsewhere" / "runs.db").exists()
    assert not (here / "mlflow.db").exists()


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("disk"), "FAILED"), (KeyboardInterrupt(), "KILLED")]
)
def test_a_failed_training_says_so_leaves_the_champion_alone_and_can_be_logged_later(
    store, make_run, monkeypatch, error, status
) -> None:
    first, run = log_training(make_run()), make_run(champion="prevalence", promote="simpler")

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
    assert len(client.search_model_versions("name='crps.responder.T0'")) == 2
    champion = client.get_model_version_by_alias("crps.responder.T0", "champion")
    assert int(champion.version) == first.versions["pain only"]

    second = log_training(run)
    assert not second.already
    statuses = [run.info.status for run in client.search_runs([first.experiment_id])]
    assert sorted(statuses) == sorted([status] * 3 + ["FINISHED"] * 6)
    ours = {version.run_id for version in client.search_model_versions("name='crps.responder.T0'")}
    assert ours == {*first.run_ids.values(), *second.run_ids.values()}
    champion = client.get_model_version_by_alias("crps.responder.T0", "champion")
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
    assert len(client.search_model_versions("name='crps.responder.T0'")) == 4


def _movable(run: TrainingRun) -> TrainingRun:
    """The same run without nan, whose repr is not Python."""
    finite = {"metrics": {"auroc": 0.6}, "curves": {}}
    learners = tuple(replace(learner, **finite) for learner in run.learners)
    return replace(run, learners=learners)
