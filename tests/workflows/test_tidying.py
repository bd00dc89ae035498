"""What nothing points to is shown, and removed when asked for; nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from predictor.disk import room
from predictor.errors import PredictorError
from predictor.tracking import Attempt, MLflowTracker, RecordingTracker
from predictor.workflows import tidy

HALF, ALONE, EMPTY = (f"2026-01-0{day}T000000-aaaaaa" for day in (1, 2, 3))


@pytest.fixture
def littered(copied) -> set[str]:
    """A whole training among what was left of others; what is to be removed."""
    (whole,) = [p.name for p in Path("reports/small").iterdir() if not p.is_symlink()]
    for name in (HALF, ALONE):
        shutil.copytree(Path("models/small", whole), Path("models/small", name))
    Path("models/small", EMPTY).mkdir()
    Path("reports/small", HALF).mkdir()
    Path("reports/small", HALF, "report.json").write_text("{}")
    Path("reports/small/mine").mkdir()
    Path("reports/small/.predictor-00000000").mkdir()
    return {
        f"reports/small/{HALF}", f"models/small/{HALF}", f"models/small/{EMPTY}",
        "reports/small/.predictor-00000000",
    }  # fmt: skip


def test_it_is_only_shown_unless_removing_is_asked_for(littered, copied) -> None:
    before = copied.study.files()
    found = tidy("small", tracker=RecordingTracker())
    assert {each.name for each in found.found} == littered
    assert [each.name for each in found.kept] == [f"models/small/{ALONE}"]
    assert (found.removed, found.conclusion) == (False, "4 things to remove with --yes")
    after = copied.study.files()
    assert {p for p in after if not p.endswith("in-use")} == set(before)


def test_what_is_found_is_removed_and_nothing_else(littered, copied) -> None:
    before = copied.study.files()
    found = tidy("small", remove=True, tracker=RecordingTracker())
    assert {each.name for each in found.found} == littered
    assert found.conclusion == "removed 4 things"
    assert not [name for name in littered if Path(name).exists()]
    gone = tuple(f"{name}/" for name in littered)
    assert copied.study.files() == {p: h for p, h in before.items() if not p.startswith(gone)}
    assert Path("reports/small/mine").is_dir()
    again = tidy("small", tracker=RecordingTracker())
    assert (again.found, again.conclusion) == ((), "nothing to remove for small")


def test_what_latest_leads_to_and_training_that_goes_on_are_not_touched(littered) -> None:
    for place in ("reports", "models"):
        Path(place, "small/latest").unlink()
        Path(place, "small/latest").symlink_to(HALF, target_is_directory=True)
    with room(Path("models/small")) as busy:
        found = tidy("small", remove=True, tracker=RecordingTracker())
        assert busy.is_dir()
    assert {each.name for each in found.found} == littered - {
        f"reports/small/{HALF}", f"models/small/{HALF}",
    }  # fmt: skip
    assert Path("models/small", HALF, "ridge").is_dir()


def test_a_report_with_a_record_stays_even_without_its_models(copied) -> None:
    (whole,) = [p for p in Path("models/small").iterdir() if not p.is_symlink()]
    for place in ("reports", "models"):
        Path(place, "small/latest").unlink()
    shutil.rmtree(whole)
    assert tidy("small", remove=True, tracker=RecordingTracker()).found == ()
    assert Path("reports/small", whole.name, "record/training.json").is_file()


def test_failed_runs_of_mlflow_are_deleted_and_can_be_restored(in_mlflow) -> None:
    tracker = MLflowTracker()
    question = {"outcome": "responder_t2", "predict_at": "T0", "rule": "x"}
    tracker.log_failure(Attempt("t", "small", "a title", question, 1), "KILLED", "interrupted")
    found = tidy("small", tracker=tracker)
    assert [(each.kind, each.why) for each in found.found] == [("run", "a title: interrupted")]
    tidy("small", remove=True, tracker=tracker)
    assert tidy("small", tracker=tracker).found == ()
    from predictor.tracking.store import open_store

    with open_store() as (client, _):
        assert client.get_run(found.found[0].name).info.lifecycle_stage == "deleted"
        assert client.get_run(in_mlflow.run_id).info.lifecycle_stage == "active"
    assert tracker.fetch_model(in_mlflow.champion_uri)


@pytest.mark.parametrize("name", ["", "..", "reports/small", "/tmp"])
def test_a_name_that_leads_elsewhere_is_refused(small, name) -> None:
    with pytest.raises(PredictorError, match="no name of a study; give the name"):
        tidy(name, remove=True, tracker=RecordingTracker())


def test_without_folders_and_store_there_is_nothing_and_none_is_made(small) -> None:
    before = small.files()
    assert tidy("small", remove=True).found == ()
    assert small.files() == before
