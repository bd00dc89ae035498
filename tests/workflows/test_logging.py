from __future__ import annotations

from pathlib import Path

import pytest

from predictor.errors import StudyError
from predictor.saved import read_model
from predictor.tracking import LoggedTraining, MLflowTracker, RecordingTracker, TrainingRun
from predictor.workflows import log, train


class Failing(RecordingTracker):
    """Lets a training begin, and raises when it is told of its end."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def log(self, run: TrainingRun) -> LoggedTraining:
        raise self.error


def test_a_tracker_is_told_once_of_what_lies_on_the_disk(small) -> None:
    tracker = RecordingTracker()
    summary = train("study.yaml", "patients.csv", learners=["ridge"], tracker=tracker)
    (run,) = tracker.runs
    assert (run.study, run.champion, run.rows) == ("small", "ridge", len(small.rows))
    assert run.artifacts["report.json"] == Path(summary.report_json).read_bytes()
    (ridge,) = run.learners
    model = Path(summary.learners["ridge"].model)
    assert ridge.model == {path.name: path.read_bytes() for path in model.iterdir()}
    assert (summary.run_id, summary.tracking_error) == (run.training, None)
    again = log(Path("reports/small/latest"), tracker=tracker)
    assert again.to_json() == {
        "study": "small",
        "store": summary.store,
        "run_id": summary.run_id,
        "run_ids": {"ridge": summary.learners["ridge"].run_id},
        "registered": "small.responder_t2.T0",
        "champion_version": 1,
        "already": True,
    }
    assert len(tracker.runs) == 1
    assert not Path("mlflow.db").exists()


@pytest.mark.parametrize("kind", [MLflowTracker, RecordingTracker])
def test_results_are_complete_where_tracking_fails_and_the_record_is_sent_later_once(
    small, store, kind
) -> None:
    failing = Failing(StudyError("the server went away."))
    summary = train("study.yaml", "patients.csv", learners=["ridge"], tracker=failing)
    assert summary.run_id is summary.champion_uri is summary.store is None
    assert summary.learners["ridge"].run_id is None
    folder = f"reports/small/{summary.training}"
    assert summary.tracking_error == (
        f"the server went away. Send the record later: predictor log {folder}"
    )
    assert read_model(Path("models/small/latest/ridge")).provenance["seed"] == 5
    assert Path(summary.report).is_file()
    before, tracker = small.files(), kind()
    first, second = (log(Path("reports/small/latest"), tracker=tracker) for _ in range(2))
    assert (first.already, second.already) == (False, True)
    assert first.run_id == second.run_id
    results = {n: d for n, d in small.files().items() if n.startswith(("reports/", "models/"))}
    assert results == {n: d for n, d in before.items() if n.startswith(("reports/", "models/"))}
    champion = tracker.fetch_model(f"models:/{first.registered}@champion")
    ridge = read_model(Path("models/small/latest/ridge"))
    assert read_model(champion).provenance == ridge.provenance


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a fault of the tracker")])
def test_whatever_else_ends_tracking_says_that_the_results_are_written(small, error) -> None:
    with pytest.raises(type(error)) as caught:
        train("study.yaml", "patients.csv", learners=["ridge"], tracker=Failing(error))
    (note,) = caught.value.__notes__
    assert "but not tracked; send the record later: predictor log reports/small/2" in note
    assert read_model(Path("models/small/latest/ridge")).provenance["seed"] == 5
    assert not log(Path("reports/small/latest"), tracker=RecordingTracker()).already
