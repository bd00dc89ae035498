"""What changed between two trainings, and whether the difference is more than noise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from predictor.errors import PredictorError
from predictor.results import ComparableTraining
from predictor.tracking import RecordingTracker
from predictor.workflows import compare, log, train, write_comparison

EARLIER, LATER = "2026-01-01T000000-aaaaaa", "2099-01-01T000000-bbbbbb"


@pytest.fixture
def again(copied) -> Callable[..., Path]:
    """Another training of the copied study: its record, with texts in place of others."""
    (name,) = [p.name for p in Path("reports/small").iterdir() if not p.is_symlink()]

    def write(
        training: str, *replacements: tuple[str, str, str], kept: dict[str, Any] | None = None
    ) -> Path:
        folder = Path("reports/small", training)
        shutil.copytree(Path("reports/small", name, "record"), folder / "record")
        record = json.loads((folder / "record/training.json").read_text())
        record["training"] = training
        record["started"] += 10**9 if training > name else -(10**9)
        (folder / "record/training.json").write_text(json.dumps(record))
        path = folder / "record/comparable.json"
        document = json.loads(path.read_text()) | {"training": training} | (kept or {})
        path.write_text(json.dumps(document))
        for file, old, new in replacements:
            text = (folder / "record" / file).read_text()
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            (folder / "record" / file).write_text(text.replace(old, new))
        return folder

    return write


def test_two_trainings_differ_as_two_learners_of_one_training_do(small) -> None:
    small.change(
        ("interval: {resamples: 20, repeats: 1}", "interval: {resamples: 45, repeats: 2}"),
        ("cross_validation: {folds: 3, repeats: 2}", "cross_validation: {folds: 3, repeats: 3}"),
    )
    small.change(
        ("  logistic: {}\n", ""),
        ("  lightgbm: {parameters: {max_trees: 40, leaves: [2, 3]}}\n", ""),
    )

    def run(*learners: str) -> Any:
        return train("study.yaml", "patients.csv", learners=learners, tracker=RecordingTracker())

    both = run("ridge", "pain only")
    one, other = run("pain only"), run("ridge")
    found = compare("small", one.training, other.training).compared
    assert found.paired
    within = {
        each.measure: each
        for each in both.comparisons
        if {each.first, each.second} == {"ridge", "pain only"}
    }
    assert [each.measure for each in found.differences] == ["auroc", "log_loss", "brier"]
    for each in found.differences:
        assert (each.first_learner, each.second_learner) == ("pain only", "ridge")
        assert each.subjects
        expected = within[each.measure]
        numbers = (expected.difference, expected.low, expected.high)
        if expected.first != "ridge":
            numbers = (-expected.difference, -expected.high, -expected.low)
        np.testing.assert_allclose((each.difference, each.low, each.high), numbers, atol=2e-5)
        assert (each.verdict == "within noise") == expected.within_noise


def test_the_same_training_again_differs_in_nothing(again) -> None:
    again(LATER)
    found = compare("small")
    assert [each.training for each in found.trainings][-1] == LATER
    pair = found.compared
    assert (pair.changed, pair.paired, pair.second) == ((), True, LATER)
    assert {(each.difference, each.low, each.high) for each in pair.differences} == {(0, 0, 0)}
    assert {each.verdict for each in pair.differences} == {"within noise"}
    assert [each.subjects for each in pair.differences[:4]] == [True, True, True, False]
    assert len(pair.differences) == 3 * 5


def test_what_went_in_is_told_by_its_place(again) -> None:
    again(
        LATER,
        ("study.yaml", "rule: pain_t0 - pain_t2 >= 2", "rule: pain_t0 - pain_t2 >= 3"),
        ("study.yaml", "course = 1", "course < 3"),
        ("study.yaml", "max_trees: 40", "max_trees: 50"),
        ("study.yaml", "repeats: 2", "repeats: 4"),
        ("study.yaml", "title: A small made-up study", "title: Another"),
        ("covariates.sql", "ln(1 +", "ln(2 +"),
        kept={"seed": 6, "events": 7, "versions": {"numpy": "0.1"}},
    )
    changed = {(each.what, each.name): each for each in compare("small").compared.changed}
    assert changed["outcome", "outcome.rule"].words == (
        "outcome.rule: pain_t0 - pain_t2 >= 2 -> pain_t0 - pain_t2 >= 3"
    )
    assert changed["eligibility", "eligible.first course"].second == "course < 3"
    assert changed["learners", "learners.lightgbm.parameters.max_trees"].first == "40"
    assert changed["plan", "validation.cross_validation.repeats"].second == "4"
    assert changed["study", "title"].words == "study file: title: A small made-up study -> Another"
    assert changed["seed", "seed"].words == "seed: 5 -> 6"
    assert changed["data", "events"].second == "7"
    assert changed["version", "numpy"].second == "0.1"
    lines = changed["SQL", "covariates"].lines
    assert [line[:3] for line in lines] == ["---", "+++", "@@ ", "-SE", "+SE", " FR"]
    assert lines[1] == f"+++ {LATER}"


@pytest.mark.parametrize(
    ("file", "old", "new", "kept", "why"),
    [
        ("study.yaml", "t2 >= 2", "t2 >= 3", {}, "the outcome is not the same"),
        ("study.yaml", "course = 1", "course < 3", {}, "the rule of eligibility is not"),
        (None, "", "", {"seed": 8}, "the seed is not the same"),
        (None, "", "", {"seed": 8, "fingerprint": "sha256:0"}, "the table and the seed are not"),
        (None, "", "", {"versions": {"numpy": "1"}}, "the versions of python, "),
        (None, "", "", {}, "the samples are not the same"),
    ],
)
def test_without_the_same_samples_it_is_said_why_and_intervals_are_wider(
    again, file, old, new, kept, why
) -> None:
    again(LATER, *([(file, old, new)] if file else []), kept={**kept, "samples": "0" * 32})
    found = compare("small").compared
    assert not found.paired
    assert f"Not paired: {why}" in found.why or why in found.why
    assert "too wide" in found.why
    assert ("same question" in found.why) == ("t2" in old)
    assert all(each.low < 0 < each.high for each in found.differences if each.first != 0.5)


def test_a_training_is_meant_by_a_beginning_an_ending_or_latest(again) -> None:
    again(EARLIER)
    again(LATER)
    (own,) = {each.training for each in compare("small").trainings} - {EARLIER, LATER}
    for first, second, expected in (
        (None, None, (own, LATER)),
        ("2026-01-01T", "latest", (EARLIER, LATER)),
        ("bbbbbb", "aaaaaa", (LATER, EARLIER)),
        (EARLIER, None, (EARLIER, LATER)),
        (None, EARLIER, (LATER, EARLIER)),
        ("latest", None, (LATER, own)),
    ):
        found = compare("small", first, second).compared
        assert (found.first, found.second) == expected
    with pytest.raises(PredictorError, match=f"20: fits several.*{EARLIER}, "):
        compare("small", "20")
    with pytest.raises(PredictorError, match=f"nothing: is no training there; .*{EARLIER}"):
        compare("small", "nothing")


def test_one_training_is_listed_and_cannot_be_compared(copied) -> None:
    found = compare("small")
    assert (found.compared, len(found.trainings)) == (None, 1)
    (row,) = found.trainings
    auroc = copied.result.learners[copied.result.subject].metrics["auroc"]
    assert row.auroc.estimate == auroc.estimate
    assert (row.auroc.low, row.auroc.high) == (auroc.low, auroc.high)
    assert (row.patients, row.events) == (88, copied.result.data.events)
    assert row.verdict == copied.result.verdict_level
    assert found.to_frame()["auroc"].tolist() == [auroc.estimate]
    with pytest.raises(PredictorError, match="only training there is, train another"):
        compare("small", "latest")


def test_folders_that_are_no_training_are_named_and_left_out(again) -> None:
    again(LATER)
    Path("reports/small/drafts").mkdir()
    Path("reports/small/broken/record").mkdir(parents=True)
    Path("reports/small/broken/record/training.json").write_text("{")
    found = compare("reports/small")
    assert found.left_out == ("broken", "drafts")
    assert len(found.trainings) == 2


def test_what_is_not_there_is_refused_with_a_way_out(again) -> None:
    with pytest.raises(PredictorError, match=r"nobody: there is no folder .*; there is small"):
        compare("nobody")
    folder = again(LATER)
    (folder / "record/comparable.json").write_text("{}")
    with pytest.raises(PredictorError, match="cannot be read; train again"):
        compare("small")
    (folder / "record/comparable.json").unlink()
    with pytest.raises(PredictorError, match=r"train again, or name two others \(--first"):
        compare("small")
    Path("reports/empty").mkdir()
    with pytest.raises(PredictorError, match="has no training of empty; train it first"):
        compare("empty")


def test_a_tracker_that_was_told_of_them_has_the_same_to_say(small) -> None:
    tracker = RecordingTracker()
    for learners in (["ridge"], ["ridge", "pain only"]):
        train("study.yaml", "patients.csv", learners=learners, tracker=tracker)
    on_disk, told = compare("small"), compare("small", tracker=tracker)
    assert told.compared == on_disk.compared
    assert told.source == "memory"
    without = [each.model_copy(update={"run_id": None}) for each in told.trainings]
    assert tuple(without) == on_disk.trainings
    with pytest.raises(PredictorError, match="no training of other"):
        compare("other", tracker=tracker)


def test_mlflow_has_the_same_to_say(again, in_mlflow) -> None:
    from predictor.tracking import MLflowTracker

    tracker = MLflowTracker()
    found = compare("small", tracker=tracker)
    assert [each.run_id for each in found.trainings] == [in_mlflow.run_id]
    on_disk = compare("small").trainings
    assert tuple(t.model_copy(update={"run_id": None}) for t in found.trainings) == on_disk
    files = tracker.fetch_files(in_mlflow.run_id, ["record/comparable.json"])
    kept = Path("reports/small/latest/record/comparable.json").read_bytes()
    assert files == {"record/comparable.json": kept}
    assert log("reports/small/latest", tracker=tracker).already


def test_the_page_holds_everything_and_loads_nothing(again, tmp_path) -> None:
    again(LATER, ("covariates.sql", "FROM cohort", "FROM cohort -- <script>x</script>"))
    found = compare("small")
    page = write_comparison(found, tmp_path / "page.html").read_text()
    for words in (LATER, "What changed", "&lt;script&gt;", found.compared.conclusion, "Paired: "):
        assert words in page
    assert "<script" not in page
    assert "Verdict</p>" not in page
    write_comparison(found, tmp_path / "page.html")  # its own is replaced
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(PredictorError, match=r"not a page of predictor; .*\(--html\)"):
        write_comparison(found, tmp_path / "mine.html")


def test_what_is_kept_holds_no_number_of_a_patient(copied) -> None:
    text = Path("reports/small/latest/record/comparable.json").read_text()
    kept = ComparableTraining.from_json(json.loads(text))
    assert set(kept.learners) == set(copied.result.learners)
    for measures in kept.learners.values():
        assert set(measures) == {"auroc", "log_loss", "brier"}
        assert {len(each.resampled) for each in measures.values()} == {20}
    assert not [secret for secret in copied.study.secrets() if secret in text]
