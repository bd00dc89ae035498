"""What every tracker does: MLflow's and the one in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from predictor.errors import ModelError, PredictorError
from predictor.tracking import (
    Attempt,
    Made,
    MLflowTracker,
    RecordingTracker,
    Tracker,
    ValidationRun,
)


@pytest.fixture(params=[MLflowTracker, RecordingTracker])
def tracker(request, store) -> Tracker:
    """One that was told nothing yet."""
    return request.param()


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_training_is_logged_once(tracker, make_run) -> None:
    run = make_run()
    first = tracker.log(run)
    tracker.log(make_run(champion="prevalence"))
    second = tracker.log(run)
    assert (first.already, second.already) == (False, True)
    assert (second.run_id, second.run_ids) == (first.run_id, first.run_ids)
    assert (second.versions, second.model_uris) == (first.versions, first.model_uris)
    assert first.store == second.store
    champion = _files(tracker.fetch_model(second.champion_uri))
    assert champion == run.learners[1].model


MADE = Made("pain only", "sha256:" + "ab" * 32, 1_700_000_006)


def _validation(**fields: object) -> ValidationRun:
    defaults: dict[str, object] = {
        "validation": "2026-11-30T070809-abcdef",
        "study": "crps",
        "title": "abcdef pain only in 60 new patients of b",
        "question": {"outcome": "responder", "predict_at": "T0", "rule": "pain < 4"},
        "started": 1_800_000_000_000,
        "ended": 1_800_000_003_000,
        "learner": "pain only",
        "about": MADE,
        "verdict": "holds up",
        "parameters": {"patients": "60"},
        "metrics": {"auroc": 0.71, "net_benefit@0.3": 0.1},
        "description": "**Holds up.** [report](artifact:report.html)",
        "data_fingerprint": "sha256:" + "cd" * 32,
        "dataset_name": "b",
        "rows": 62,
        "artifacts": {"report.html": b"<!doctype html>", "validation.json": b"{}"},
    }
    return ValidationRun(**(defaults | fields))  # type: ignore[arg-type]


def test_a_validation_is_logged_once_and_linked_to_its_model(tracker, make_run) -> None:
    other = tracker.log(make_run(started=1_600_000_000_000, ended=1_600_000_007_000))
    logged = tracker.log(make_run())
    first = tracker.log_validation(_validation())
    second = tracker.log_validation(_validation())
    assert (first.already, second.already) == (False, True)
    assert first.run_id == second.run_id
    for found in (first, second):
        assert found.about_run == logged.run_ids["pain only"] != other.run_ids["pain only"]
        version = logged.versions["pain only"]
        assert found.about_version == f"{logged.registered}/{version}"
    # it is no training, and no model
    assert len(tracker.trainings("crps")[1]) == 2
    assert tracker.failed_runs("crps") == ()


def test_a_watch_is_logged_as_one_and_linked_to_its_model(tracker, make_run) -> None:
    logged = tracker.log(make_run())
    watch = {"command": "monitor", "validation": "2026-11-30T080910-fedcba", "verdict": "update"}
    first = tracker.log_validation(_validation(**watch))
    assert tracker.log_validation(_validation(**watch)).run_id == first.run_id
    assert first.about_version == f"{logged.registered}/{logged.versions['pain only']}"
    validated = tracker.log_validation(_validation())
    assert validated.run_id != first.run_id
    if isinstance(tracker, MLflowTracker):
        client = MlflowClient()
        tags = client.get_run(first.run_id).data.tags
        assert (tags["mlflow.source.name"], tags["verdict"]) == ("predictor monitor", "update")
        version = client.get_model_version(*first.about_version.split("/"))
        assert version.tags["monitoring.2026-11-30T080910-fedcba"] == "update"
        assert version.tags["validation.2026-11-30T070809-abcdef"] == "holds up"


def test_a_validation_of_a_model_from_elsewhere_has_no_link(tracker, make_run) -> None:
    tracker.log(make_run())
    for number, unknown in enumerate(
        (
            {"about": replace(MADE, trained_on="sha256:" + "ef" * 32)},
            {"about": replace(MADE, trained=1_650_000_000)},
            {"about": None},
            {"learner": "ridge", "about": replace(MADE, learner="ridge")},
        )
    ):
        found = tracker.log_validation(_validation(validation=f"v{number}", **unknown))
        assert (found.about_run, found.about_version) == (None, None)


def test_ids_tell_trainings_and_learners_apart(tracker, make_run) -> None:
    logged = [tracker.log(make_run()), tracker.log(make_run()), tracker.log(make_run(study="b"))]
    ids = [run_id for each in logged for run_id in (each.run_id, *each.run_ids.values())]
    assert len(set(ids)) == 9
    assert len({uri for each in logged for uri in each.model_uris.values()}) == 6
    learners = ("prevalence", "pain only")
    assert [each.versions for each in logged] == [
        dict(zip(learners, numbers, strict=True)) for numbers in ((1, 2), (3, 4), (1, 2))
    ]


def test_what_names_no_champion_takes_no_place_and_is_no_training(tracker, make_run) -> None:
    (_, updated) = make_run().learners
    update = {"command": "update", "champion": None, "learners": (updated,)}
    assert tracker.log(make_run(**update)).champion_version is None
    trained = tracker.log(make_run())
    assert trained.champion_version == 3
    later = tracker.log(make_run(**update))
    assert (later.versions, later.champion_version) == ({"pain only": 4}, 3)
    assert _files(tracker.fetch_model(f"models:/{later.registered}/4")) == updated.model
    nothing = tracker.log(make_run(command="validate", champion=None, learners=()))
    assert (nothing.versions, nothing.champion_version) == ({}, 3)
    _, listed = tracker.trainings("crps")
    assert [run.source for run in listed] == [trained.run_id]


def test_each_question_of_a_study_has_its_own_versions_and_champion(tracker, make_run) -> None:
    first = tracker.log(make_run())
    question = {"outcome": "relapse at 1 year", "predict_at": "T1", "rule": "pain > 4"}
    other = tracker.log(make_run(question=question, champion="prevalence"))
    assert first.registered == "crps.responder.T0"
    assert other.registered == "crps.relapse_at_1_year.T1"
    assert first.experiment_id == other.experiment_id
    assert other.versions == first.versions == {"prevalence": 1, "pain only": 2}
    prevalence, pain_only = make_run().learners
    for logged, learner in ((first, pain_only), (other, prevalence)):
        assert _files(tracker.fetch_model(logged.champion_uri)) == learner.model
    with pytest.raises(ModelError, match=r"asks several questions; name one of crps\.re.*, crps"):
        tracker.fetch_model("models:/crps@champion")
    with pytest.raises(ModelError, match=r"asks several questions"):
        tracker.promote("crps", 1, "why not")


def test_the_first_training_names_the_champion_and_then_only_a_promotion(tracker, make_run) -> None:
    prevalence, pain_only = make_run().learners
    first = tracker.log(make_run())
    second = tracker.log(make_run(champion="prevalence"))
    assert first.champion_version == second.champion_version == first.versions["pain only"]
    third = tracker.log(make_run(champion="prevalence", promote="it is simpler"))
    assert third.champion_version == third.versions["prevalence"]
    assert _files(tracker.fetch_model("models:/crps@champion")) == prevalence.model

    named = tracker.promote("crps", 4, "better on new patients")
    assert (named.registered, named.version, named.learner) == (first.registered, 4, "pain only")
    assert named.before == third.versions["prevalence"]
    assert named.run_id == second.run_ids["pain only"]
    assert _files(tracker.fetch_model(f"models:/{first.registered}@champion")) == pain_only.model
    with pytest.raises(ModelError, match="has no version 9; it has "):
        tracker.promote("crps", 9, "a wish")
    with pytest.raises(ModelError, match="no registered model; there is crps"):
        tracker.promote("other", 1, "a wish")


def test_a_learner_without_a_version_is_there_as_a_model_all_the_same(tracker, make_run) -> None:
    run = make_run()
    prevalence, pain_only = run.learners
    logged = tracker.log(replace(run, learners=(replace(prevalence, version=None), pain_only)))
    assert logged.versions == {"pain only": 1}
    assert _files(tracker.fetch_model(logged.model_uris["prevalence"])) == prevalence.model
    with pytest.raises(ValueError, match="'pain only' is not to have a version"):
        replace(run, learners=(prevalence, replace(pain_only, version=None)))


def test_a_training_that_failed_is_kept_without_a_model(tracker, make_run) -> None:
    run = make_run()
    attempt = Attempt(run.training, run.study, run.title, run.question, run.started)
    tracker.log_failure(attempt, "FAILED", "DataError: too few patients")
    assert not tracker.log(run).already
    with pytest.raises(ModelError):
        tracker.fetch_model("models:/crps/3")


@pytest.mark.parametrize(
    "uri", ["models:/crps@nobody", "models:/other@champion", "models:/crps/9", "models:/m-1"]
)
def test_a_model_that_is_not_there_is_refused_with_those_that_are(tracker, make_run, uri) -> None:
    with pytest.raises(ModelError, match=rf"^{uri}: .* train .*first"):
        tracker.fetch_model(uri)
    tracker.log(make_run())
    there = r"models:/crps\.responder\.T0/2, models:/.*@champ"
    with pytest.raises(ModelError, match=rf"^{uri}: .* has .*{there}"):
        tracker.fetch_model(uri)


def test_a_report_is_fetched_by_the_training_or_a_learner_with_the_figures_of_all(
    tracker, make_run
) -> None:
    logged = tracker.log(make_run())
    tracker.log(make_run(artifacts={"report.json": b"{}"}))
    for run_id in (logged.run_id, logged.run_ids["pain only"]):
        assert _files(tracker.fetch_report(run_id)) == {
            "study.yaml": b"study: crps",
            "sql/covariates.sql": b"SELECT 1",
            "report.json": b'{"study": "crps"}',
            "prevalence/figures/shap.svg": b"<svg/>",
            "prevalence/tables/measures.json": b"{}",
            "pain_only/figures/shap.svg": b"<svg/>",
            "pain_only/tables/measures.json": b"{}",
        }


def test_trainings_of_a_study_are_listed_from_the_first_to_the_last(tracker, make_run) -> None:
    runs = [make_run(started=started) for started in (1_700_000_000_002, 1_700_000_000_001)]
    ids = {run.training: tracker.log(run).run_id for run in runs}
    tracker.log(make_run(study="other"))
    tracker.log_failure(
        Attempt("x", "crps", "failed", runs[0].question, 1_700_000_000_003), "FAILED", "why"
    )
    store, found = tracker.trainings("crps")
    assert store
    assert [each.training for each in found] == [runs[1].training, runs[0].training]
    for each, run in zip(found, runs[::-1], strict=True):
        assert (each.source, each.title, each.started) == (
            ids[run.training],
            run.title,
            run.started,
        )
        assert (each.study, dict(each.question)) == (run.study, dict(run.question))
        assert dict(each.metrics) == dict(run.metrics)
    assert tracker.trainings("nobody")[1] == ()


def test_single_files_of_a_training_are_fetched(tracker, make_run) -> None:
    logged = tracker.log(make_run(artifacts={"a.txt": b"a", "record/b.txt": b"b", "c.txt": b"c"}))
    found = tracker.fetch_files(logged.run_id, ["a.txt", "record/b.txt"])
    assert found == {"a.txt": b"a", "record/b.txt": b"b"}
    for run_id, name in ((logged.run_id, "record/nothing"), ("0" * 32, "a.txt")):
        with pytest.raises(PredictorError, match=f"no such run with {name}.*train again"):
            tracker.fetch_files(run_id, [name])


def test_failed_runs_are_found_and_forgotten_and_no_other(tracker, make_run) -> None:
    assert tracker.failed_runs("crps") == ()
    whole = make_run()
    logged = tracker.log(whole)
    for number, status in enumerate(("FAILED", "KILLED", "FAILED")):
        study = "crps" if number < 2 else "other"
        began = Attempt(f"t{number}", study, f"title {number}", whole.question, 1_700_000_000_000)
        tracker.log_failure(began, status, f"why {number}")
    found = tracker.failed_runs("crps")
    assert {(each.title, each.why) for each in found} == {
        ("title 0", "why 0"),
        ("title 1", "why 1"),
    }
    (other,) = tracker.failed_runs("other")
    tracker.forget("crps", [found[0].run_id, logged.run_id, other.run_id])
    assert tracker.failed_runs("crps") == found[1:]
    assert tracker.failed_runs("other") == (other,)
    assert [each.training for each in tracker.trainings("crps")[1]] == [whole.training]
    assert tracker.fetch_model(logged.champion_uri)
    assert tracker.log(whole).already


def test_a_run_that_is_not_there_is_refused(tracker, make_run) -> None:
    for _ in range(2):
        with pytest.raises(PredictorError, match=r"^0{32}: .*no such folder, and no such run"):
            tracker.fetch_report("0" * 32)
        tracker.log(make_run())


def test_the_champion_of_a_training_is_one_of_its_learners(make_run) -> None:
    with pytest.raises(ValueError, match="'nobody' is not one of the learners"):
        make_run(champion="nobody")


def test_the_recorder_shows_what_it_was_told(make_run) -> None:
    tracker = RecordingTracker()
    runs = [make_run(), make_run()]
    for run in [*runs, *runs]:
        tracker.log(run)
    assert tracker.runs == runs
