from __future__ import annotations

import json
import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from predictor.errors import PredictorError
from predictor.results import WrittenPage
from predictor.tracking import RecordingTracker
from predictor.workflows import reporting, write_report
from predictor.workflows.record import read_record


@pytest.fixture
def short(trained, tmp_path, monkeypatch) -> Path:
    """A folder with the report of one learner, which is drawn in a moment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    old = trained.study.folder / "reports/small/latest"
    report = json.loads((old / "report.json").read_text())
    report["learners"] = {"prevalence": report["learners"]["prevalence"]}
    report |= {"champion": "prevalence", "subject": None}
    folder = tmp_path / "short"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(report))
    return folder


def test_the_page_is_written_beside_its_numbers(short) -> None:
    written = write_report("short")
    assert written == WrittenPage(study="small", source="short", report="short/report.html")
    page = (short / "report.html").read_text(encoding="utf-8")
    assert "A small made-up study" in page
    assert "Not a medical device" in page


def test_the_page_goes_where_it_is_asked_to_go(short) -> None:
    assert write_report("short/report.json", Path("new/page.html")).report == "new/page.html"
    assert Path("new/page.html").is_file()
    assert not (short / "report.html").exists()


def test_training_leaves_the_page_and_tells_of_it(trained) -> None:
    folder = f"reports/small/{trained.result.training}"
    assert trained.result.report == f"{folder}/report.html"
    assert trained.result.report_json == f"{folder}/report.json"
    page = (trained.study.folder / "reports/small/latest/report.html").read_text(encoding="utf-8")
    assert page.count("<img ") > 10
    assert "One point per patient" not in page
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "has no report.json"),
        ("{", "cannot be read as JSON"),
        ("[1]", "is not a report of"),
        ('{"study": "x"}', "is not a report of"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path, content, message) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    with pytest.raises(PredictorError, match=message):
        write_report(str(tmp_path))
    assert not (tmp_path / "report.html").exists()


def test_a_page_cannot_take_the_place_of_a_folder(short) -> None:
    with pytest.raises(PredictorError, match="is a folder"):
        write_report("short", Path("short"))


def test_a_folder_or_run_that_is_not_there_is_refused(short) -> None:
    with pytest.raises(PredictorError, match="no such folder"):
        write_report("nowhere")
    assert not Path("mlflow.db").exists()


def test_the_page_of_a_run_is_made_from_where_it_is_tracked(copied, in_mlflow, monkeypatch) -> None:
    # drawing them takes seconds, and they come from report.json alone
    monkeypatch.setattr(reporting, "report_figures", lambda report: ({}, {}))
    recorder = RecordingTracker()
    recorded = recorder.log(replace(read_record(Path("reports/small/latest")), training="recorded"))
    pages = []
    for logged, tracker in ((in_mlflow, None), (recorded, recorder)):
        run = logged.run_ids["ridge"]
        written = write_report(run, tracker=tracker)
        assert written.report == f"report-{run[:8]}.html"
        pages.append(Path(written.report).read_text(encoding="utf-8"))
    assert "A small made-up study" in pages[0]
    assert "One point per patient" not in pages[0]
    assert pages[1] == pages[0]


def test_a_swarm_that_was_asked_for_is_on_the_page_of_its_folder(copied, monkeypatch) -> None:
    monkeypatch.setattr(reporting, "report_figures", lambda report: ({}, {}))
    swarm = Path("reports/small/latest/ridge/figures/shap_beeswarm.png")
    swarm.write_bytes(b"\x89PNG of points")
    write_report("reports/small/latest")
    page = Path("reports/small/latest/report.html").read_text(encoding="utf-8")
    assert b64encode(swarm.read_bytes()).decode() in page


def test_a_run_of_something_else_is_refused(copied, in_mlflow) -> None:
    with pytest.raises(PredictorError, match="no such run"):
        write_report("0" * 32)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"study": NaN}', '{"study": "\\ud800"}'])
def test_a_report_that_could_do_harm_is_refused(tmp_path, text) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(PredictorError, match="cannot be read as JSON"):
        write_report(str(tmp_path))


def test_a_report_that_is_a_pipe_or_a_device_is_refused_without_waiting(tmp_path) -> None:
    os.mkfifo(tmp_path / "report.json")
    with pytest.raises(PredictorError, match="a pipe, a device or the like"):
        write_report(str(tmp_path))
    (tmp_path / "report.json").unlink()
    (tmp_path / "report.json").symlink_to("/dev/zero")
    with pytest.raises(PredictorError, match="a pipe, a device or the like"):
        write_report(str(tmp_path))
