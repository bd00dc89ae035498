"""``predictor update``: what is written, what stays, and what the new model knows of the old."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from predictor.errors import DataError, PredictorError, StudyError
from predictor.results import UpdateResult
from predictor.saved import read_model
from predictor.tracking import RecordingTracker
from predictor.workflows import score, update, verify
from predictor.workflows.new_cohort import read_new_cohort


@pytest.fixture
def new(copied, patients) -> Path:
    """New patients, none of them of the training, who respond less often."""
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=80, seed=8))]
    for row in rows[:40]:
        if row["pain_t2"] != "":
            row["pain_t2"] = row["pain_t0"]
    return copied.study.table(rows, "new.csv")


@pytest.fixture
def tracker() -> RecordingTracker:
    return RecordingTracker()


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_version_stands_beside_the_old_one(copied, new, tracker) -> None:
    old = copied.directory("ridge")
    before = files_in(Path("models")) | files_in(Path("reports"))
    found = update(old, new, method="intercept", tracker=tracker)
    after = files_in(Path("models")) | files_in(Path("reports"))
    assert before.items() <= after.items()
    assert found.method == "intercept"
    assert found.model is not None
    cohort = read_new_cohort(read_model(old), new)
    model = read_model(found.model)
    updated = model.model.logit(cohort.scored.X)[0]
    assert_allclose(updated - cohort.logit, found.intercept, atol=1e-9)
    assert_allclose((1 / (1 + np.exp(-updated))).mean(), cohort.y.mean(), rtol=1e-6)
    scores = score(found.model, new, lenient=True)
    known = ~np.isnan(scores.probability)
    assert np.all(scores.low[known] < scores.probability[known])
    assert np.all(scores.probability[known] < scores.high[known])


def test_the_model_says_what_it_is_an_update_of(copied, new, tracker) -> None:
    old = read_model(copied.directory("ridge"))
    found = update(copied.directory("ridge"), new, method="refit", tracker=tracker)
    model = read_model(found.model)
    (step,) = model.provenance["updates"]
    assert step["of"]["digest"] == old.digest == found.old.digest
    assert (step["method"], step["patients"]) == ("refit", found.data.labelled)
    assert model.digest != old.digest
    card = (Path(found.model) / "card.md").read_text()
    assert old.digest in card
    assert "all coefficients, shrunk towards the old ones" in card
    assert set(model.performance["metrics"]) == {"auroc", "log_loss", "brier"}
    moved = {term.term: (term.old, term.new) for term in found.terms}
    assert_allclose([new for _, new in moved.values()][1:], model.model.coefficients()[0])
    assert_allclose([old for old, _ in moved.values()][1:], old.model.coefficients()[0])


def test_a_model_that_is_to_be_left_is_not_written_again(copied, new, tracker) -> None:
    found = update(copied.directory("ridge"), new, method="keep", tracker=tracker)
    assert (found.method, found.model, found.version) == ("keep", None, None)
    assert not Path("models/small", found.update).exists()
    (run,) = tracker.runs
    assert (run.command, run.learners, run.champion) == ("update", (), None)
    assert found.sentences[0] == "The model stays as it is: as was asked."


def test_the_closed_test_is_told_step_by_step(copied, new, tracker) -> None:
    found = update(copied.directory("ridge"), new, tracker=tracker)
    assert [step.against for step in found.tests] == ["keep", "intercept", "slope"]
    assert [step.degrees_of_freedom for step in found.tests] == [
        found.tests[0].degrees_of_freedom - n for n in range(3)
    ]
    rejected = [step.p < 0.05 for step in found.tests]
    steps = ["keep", "intercept", "slope", "refit"]
    expected = steps[rejected.index(False)] if False in rejected else "refit"
    assert found.method == expected != "keep"
    assert_allclose(sum(found.chosen.values()), 1.0)
    assert set(found.gains) == {"keep", "intercept", "slope", "refit", "closed-test"}
    assert found.gains["keep"].difference["log_loss"].estimate == 0


def test_what_is_kept_holds_no_patient(copied, new, tracker, patients) -> None:
    found = update(copied.directory("ridge"), new, method="refit", tracker=tracker)
    kept = files_in(Path(found.model)) | files_in(Path(found.report).parent)
    text = b"\n".join(kept.values()).decode(errors="replace")
    assert "new.csv" not in text
    for n in range(80):
        assert f'"B{n}"' not in text


def test_report_and_document_are_the_same(copied, new, tracker) -> None:
    found = update(copied.directory("ridge"), new, method="slope", tracker=tracker)
    stored = UpdateResult.from_json(json.loads(Path(found.report_json).read_text()))
    assert stored.to_json() == {
        key: value for key, value in found.to_json().items() if key in UpdateResult.model_fields
    }
    page = Path(found.report).read_text()
    for sentence in found.sentences:
        assert sentence in page


def test_the_order_of_the_table_does_not_matter(copied, new, tracker, patients) -> None:
    lines = new.read_text().splitlines()
    turned = new.with_name("turned.csv")
    turned.write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    first, second = (
        update(copied.directory("ridge"), table, tracker=tracker) for table in (new, turned)
    )
    assert first.gains == second.gains
    assert first.chosen == second.chosen


def test_no_update_becomes_the_champion_by_itself(copied, new, tracker) -> None:
    first = update(copied.directory("ridge"), new, method="intercept", tracker=tracker)
    assert (first.version, first.champion_version) == (1, None)
    (run,) = tracker.runs
    assert run.tags["updated_from"] == read_model(copied.directory("ridge")).digest
    assert run.updates.learner == "ridge"


def test_patients_of_training_and_of_updates_are_refused(copied, new, tracker) -> None:
    old = copied.directory("ridge")
    with pytest.raises(DataError, match="the table that the model was trained on"):
        update(old, copied.study.data, tracker=tracker)
    first = update(old, new, method="intercept", tracker=tracker)
    for table in (new, copied.study.data):
        with pytest.raises(DataError, match="the table that the model was trained on"):
            update(first.model, table, tracker=tracker)


def test_an_updated_model_is_updated_again_and_keeps_its_chain(
    copied, new, tracker, patients
) -> None:
    first = update(copied.directory("ridge"), new, method="intercept", tracker=tracker)
    rows = [{**row, "patient_id": f"C{n}"} for n, row in enumerate(patients(n=70, seed=9))]
    later = copied.study.table(rows, "later.csv")
    second = update(first.model, later, method="slope", tracker=tracker)
    chain = read_model(second.model).provenance["updates"]
    assert [step["method"] for step in chain] == ["intercept", "slope"]
    assert chain[1]["of"]["digest"] == read_model(first.model).digest


def test_trees_are_recalibrated_and_not_fitted_again(copied, new, tracker) -> None:
    directory = copied.directory("lightgbm")
    found = update(directory, new, tracker=tracker)
    assert set(found.gains) == {"keep", "intercept", "slope", "closed-test"}
    assert [step.against for step in found.tests] == ["keep", "intercept"]
    changed = update(directory, new, method="slope", tracker=tracker)
    cohort = read_new_cohort(read_model(directory), new)
    logit = read_model(changed.model).model.logit(cohort.scored.X)[0]
    assert_allclose(logit, changed.intercept + changed.slope * cohort.logit, atol=1e-9)
    with pytest.raises(StudyError, match="cannot be fitted again; update its intercept"):
        update(directory, new, method="refit", tracker=tracker)
    assert [why for *_, why in tracker.failures]


def test_an_update_is_not_verified_as_a_training(copied, new, tracker) -> None:
    found = update(copied.directory("ridge"), new, method="intercept", tracker=tracker)
    with pytest.raises(PredictorError, match="is an update of another model"):
        verify(found.model, new)
