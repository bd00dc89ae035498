"""What every tracker does: MLflow's and the one in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from predictor.errors import ModelError, PredictorError, StudyError
from predictor.tracking import MLflowTracker, RecordingTracker, Tracker


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
    # telling it again moves no champion
    champion = _files(tracker.fetch_model(second.champion_uri))
    assert champion == run.learners[0].model


def test_ids_tell_trainings_and_learners_apart(tracker, make_run) -> None:
    logged = [tracker.log(make_run()), tracker.log(make_run()), tracker.log(make_run(study="b"))]
    ids = [run_id for each in logged for run_id in (each.run_id, *each.run_ids.values())]
    assert len(set(ids)) == 9
    assert len({uri for each in logged for uri in each.model_uris.values()}) == 6
    learners = ("prevalence", "pain only")
    assert [each.versions for each in logged] == [
        dict(zip(learners, numbers, strict=True)) for numbers in ((1, 2), (3, 4), (1, 2))
    ]


def test_another_question_of_the_same_name_is_refused_before_and_after_training(
    tracker, make_run
) -> None:
    first = make_run()
    tracker.check_question("crps", first.question)
    tracker.log(first)
    other = {**first.question, "outcome": "relapse"}
    message = (
        "another study with the name 'crps': outcome 'responder', here 'relapse'.*"
        "rename this study .*, or .* another"
    )
    with pytest.raises(StudyError, match=message):
        tracker.check_question("crps", other)
    with pytest.raises(StudyError, match=message):
        tracker.log(make_run(question=other))
    tracker.check_question("another", other)
    with pytest.raises(ModelError):
        tracker.fetch_model("models:/crps/3")


def test_the_same_rule_with_other_blanks_is_the_same(tracker, make_run) -> None:
    run = make_run()
    tracker.log(run)
    question = {**run.question, "rule": "Pain<4"}
    tracker.check_question("crps", question)
    assert not tracker.log(make_run(question=question)).already


def test_saved_models_are_fetched_unchanged_and_the_champion_is_the_last_one(
    tracker, make_run
) -> None:
    first, second = tracker.log(make_run()), tracker.log(make_run(champion="prevalence"))
    prevalence, pain_only = make_run().learners
    expected = {
        first.model_uris["prevalence"]: prevalence,
        second.model_uris["pain only"]: pain_only,
        "models:/crps/1": prevalence,
        "models:/crps/4": pain_only,
        "models:/crps/latest": pain_only,
        "models:/crps@champion": prevalence,
    }
    for uri, learner in expected.items():
        assert _files(tracker.fetch_model(uri)) == learner.model


@pytest.mark.parametrize(
    "uri", ["models:/crps@nobody", "models:/other@champion", "models:/crps/9", "models:/m-1"]
)
def test_a_model_that_is_not_there_is_refused_with_those_that_are(tracker, make_run, uri) -> None:
    with pytest.raises(ModelError, match=rf"^{uri}: .* train .*first"):
        tracker.fetch_model(uri)
    tracker.log(make_run())
    with pytest.raises(ModelError, match=rf"^{uri}: .* has .*models:/crps/2, models:/crps@champ"):
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
            "pain_only/figures/shap.svg": b"<svg/>",
        }


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
