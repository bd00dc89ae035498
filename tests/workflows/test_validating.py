from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from predictor import statistics
from predictor.errors import DataError, PredictorError
from predictor.results import SharedValidation, ValidationResult
from predictor.saved import read_model
from predictor.tracking import RecordingTracker
from predictor.workflows import validate
from predictor.workflows.beginning import Beginning
from predictor.workflows.new_cohort import read_new_cohort
from predictor.workflows.record import read_record
from predictor.workflows.validating import measure_model


def _new(copied, patients, n=120, seed=8, name="new.csv", **how):
    rows = [
        {**row, "patient_id": f"B{number}"}
        for number, row in enumerate(patients(n=n, seed=seed, **how))
    ]
    return copied.study.table(rows, name)


def _measured(model, path, centre="B"):
    return measure_model(read_new_cohort(model, path), {}, None, centre, Beginning.now())


def test_everything_is_written_in_a_place_of_its_own(copied, patients) -> None:
    path, tracker = _new(copied, patients), RecordingTracker()
    tracker.log(read_record(Path("reports/small/latest")))
    before = copied.study.files()
    found = validate("models/small/latest/ridge", path, tracker=tracker)
    after = copied.study.files()
    assert before.items() <= after.items()
    folder = Path("reports/small/validations") / found.validation
    assert Path("reports/small/validations/latest").resolve() == folder.resolve()
    written = {name for name in after if name not in before and "latest" not in name}
    assert written == {
        str(folder / name)
        for name in (
            "report.json", "report.html", "validation.json", "figures/calibration.svg",
            "figures/decision_curve.svg", "figures/flow.svg",
        )
    }  # fmt: skip
    kept = ValidationResult.from_json(json.loads((folder / "report.json").read_text()))
    assert kept.measures == found.measures
    shared = SharedValidation.from_json(json.loads((folder / "validation.json").read_text()))
    assert shared.model == found.model.digest
    again = validate("models/small/latest/ridge", path, tracker=tracker)
    assert again.measures == found.measures
    assert again.validation != found.validation
    with pytest.raises(PredictorError, match=r"report\.json"):
        validate("models/small/latest/ridge", path, out=folder, tracker=tracker)


def test_numbers_are_those_of_the_statistics(copied, patients) -> None:
    model = read_model("models/small/latest/ridge")
    cohort = read_new_cohort(model, _new(copied, patients))
    result = _measured(model, "new.csv").result
    y, p = cohort.y, cohort.probability
    for name in ("auroc", "brier", "log_loss", "calibration_slope", "observed_expected"):
        value = float(getattr(statistics, name)(y, p))
        assert result.measures[name].estimate == pytest.approx(value, abs=1e-12)
    assert result.case_mix.here.expected_auroc == round(statistics.model_based_concordance(p), 2)
    assert result.data.labelled == len(y)
    trained = json.loads(Path("models/small/latest/ridge/performance.json").read_text())
    expected = result.measures["auroc"].expected
    assert expected.estimate == trained["metrics"]["auroc"]["estimate"]
    assert result.case_mix.training.expected_auroc == trained["linear_predictor"]["expected_auroc"]


def test_other_models_are_compared_in_the_same_patients(copied, patients) -> None:
    path = _new(copied, patients)
    found = validate(
        "models/small/latest/ridge",
        path,
        against=["models/small/latest/pain_only", "models/small/latest/lightgbm"],
        tracker=RecordingTracker(),
    )
    assert list(found.others) == ["pain only", "lightgbm", "no model"]
    by_key = {(gap.other, gap.measure): gap for gap in found.gaps}
    for name, other in found.others.items():
        gap = by_key[name, "brier"]
        difference = found.measures["brier"].estimate - other.measures["brier"].estimate
        assert gap.estimate == pytest.approx(difference)
    loss = by_key["no model", "log_loss"]
    assert loss.high < 0  # a strong signal
    assert not loss.within_noise
    assert any("better than giving everybody" in sentence for sentence in found.verdict)
    with pytest.raises(PredictorError, match="is the model that is validated"):
        validate(
            "models/small/latest/ridge", path, against=["models/small/latest/ridge"],
            tracker=RecordingTracker(),
        )  # fmt: skip


def test_a_model_that_is_right_holds_up_and_one_without_a_signal_does_not(copied, patients) -> None:
    ridge = read_model("models/small/latest/ridge")
    same = _measured(ridge, _new(copied, patients, n=300)).result
    nothing = _measured(ridge, _new(copied, patients, n=300, signal=0.0)).result
    assert same.verdict_level in ("holds up", "ranks, but miscalibrated: update")
    assert nothing.verdict_level == "does not predict here"
    # the patients are alike, so coefficients are wrong
    assert abs(nothing.case_mix.from_case_mix) <= 0.06
    assert nothing.case_mix.from_coefficients.high < 0
    assert any("coefficients are wrong here" in sentence for sentence in nothing.verdict)
    for result in (same, nothing):
        assert not any("ready" in sentence for sentence in result.verdict)


def test_patients_who_differ_are_seen(copied, patients) -> None:
    rows = patients(n=120, seed=8)
    for number, row in enumerate(rows):
        row["patient_id"] = f"B{number}"
        row["age_years"] = 90 if number % 2 else ""
        row["sex"] = "other" if number % 10 == 0 else row["sex"]
    copied.study.table(rows, "old.csv")
    found = validate(
        "models/small/latest/ridge", "old.csv", training=copied.study.data,
        tracker=RecordingTracker(),
    )  # fmt: skip
    mix = found.case_mix
    columns = {column.column: column for column in mix.columns}
    assert columns["log_age"].difference > 1
    assert abs(columns["pain_t0"].difference) < 0.5
    covariates = {covariate.name: covariate for covariate in mix.covariates}
    assert covariates["log_age"].missing >= 55
    assert covariates["sex"].outside >= 10
    assert mix.membership_auroc > 0.75
    with pytest.raises(DataError, match="not the table that the model was trained on"):
        validate(
            "models/small/latest/ridge", "old.csv", training="old.csv", tracker=RecordingTracker()
        )


def test_patients_of_the_training_among_the_new_ones_are_told(copied, patients) -> None:
    rows = patients(n=60, seed=8)
    for number, row in enumerate(rows):
        row["patient_id"] = f"B{number}"
    copied.study.table([*rows, *copied.study.rows[10:30]], "mixed.csv")
    found = validate(
        "models/small/latest/ridge", "mixed.csv", training=copied.study.data,
        tracker=RecordingTracker(),
    )  # fmt: skip
    assert any("are they the same?" in note for note in found.case_mix.notes)


def test_a_model_that_holds_no_linear_predictor_says_what_is_not_known(copied, patients) -> None:
    model = read_model("models/small/latest/ridge")
    performance = {k: v for k, v in model.performance.items() if k != "linear_predictor"}
    result = _measured(replace(model, performance=performance), _new(copied, patients)).result
    assert result.case_mix.training is None
    assert result.case_mix.from_case_mix is None
    assert any("--training FILE" in note for note in result.case_mix.notes)


def test_a_tracker_that_fails_costs_nothing_that_is_written(copied, patients) -> None:
    class Failing(RecordingTracker):
        def log_validation(self, run):
            raise PredictorError("the store is gone.")

    found = validate("models/small/latest/ridge", _new(copied, patients), tracker=Failing())
    assert found.tracking_error.startswith("the store is gone.")
    assert found.run_id is None
    assert Path(found.report).is_file()


# Privacy


def _texts(folder: Path) -> str:
    return "\n".join(
        path.read_text(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()
    )


def test_no_value_of_a_patient_is_in_what_is_written_or_told(copied, patients) -> None:
    rows = patients(n=120, seed=8)
    for number, row in enumerate(rows):
        row["patient_id"], row["note"] = f"QZNEW{number:04d}", f"QZTOLD{number:04d}"
    copied.study.table(rows, "new.csv")
    tracker = RecordingTracker()
    found = validate("models/small/latest/ridge", "new.csv", tracker=tracker)
    (run,) = tracker.validations
    told = str({**run.parameters, **run.metrics}) + run.description + run.title
    everything = _texts(Path(found.report).parent) + told
    everything += "".join(content.decode(errors="replace") for content in run.artifacts.values())
    for row in rows:
        for name in ("patient_id", "note", "pain_t0", "age_years", "pain_t2"):
            if row[name] != "":
                assert str(row[name]) not in everything, name


def test_counts_of_one_to_four_are_in_nothing_but_the_flow(copied, patients) -> None:
    rows = patients(n=120, seed=8)
    for number, row in enumerate(rows):
        row["patient_id"] = f"B{number}"
        row["sex"] = "other" if number in (7, 50, 93) else row["sex"]
    copied.study.table(rows, "new.csv")
    ridge = read_model("models/small/latest/ridge")
    result = _measured(ridge, "new.csv").result
    mix = result.case_mix
    covariates = {covariate.name: covariate for covariate in mix.covariates}
    assert covariates["sex"].outside == "<5"
    columns = {column.column: column for column in mix.columns}
    assert columns["sex=other"].here is None
    # the level would follow from the total of all covariates
    assert mix.outside in ("<5", "withheld")
    histogram = result.calibration.histogram
    assert not any(0 < count < 5 for count in (*histogram.events, *histogram.others))
    for group in result.calibration.groups:
        events = round(group.observed * group.patients)
        assert not 0 < events < 5
        assert not 0 < group.patients - events < 5


def test_what_is_shared_of_two_tables_tells_no_outcome_of_the_patient_between_them(
    copied, patients
) -> None:
    """The attack: a file before a patient came, and one after; did the patient respond?"""
    ridge = read_model("models/small/latest/ridge")
    rows = patients(n=90, seed=8)
    for number, row in enumerate(rows):
        row["patient_id"] = f"B{number}"
    labelled = [row for row in rows if row["pain_t2"] != "" and row["course"] == 1]
    right = {"events": 0, "observed_expected": 0, "calibration_slope": 0, "auroc": 0}
    guesses = dict.fromkeys(right, 0)
    whole = _measured(ridge, copied.study.table(rows, "whole.csv")).shared.centre
    for chosen in labelled[:24]:
        rest = [row for row in rows if row is not chosen]
        before = _measured(ridge, copied.study.table(rest, "rest.csv")).shared.centre
        responded = float(chosen["pain_t0"]) - float(chosen["pain_t2"]) >= 2
        changes = {"events": whole.events - before.events}
        for name in ("observed_expected", "calibration_slope", "auroc"):
            one, other = whole.measures[name].estimate, before.measures[name].estimate
            changes[name] = one - other
        for name, change in changes.items():
            if change != 0:
                guesses[name] += 1
                right[name] += (change > 0) == responded
    for name, number in guesses.items():
        # 24 tosses of a coin: more than 19 right come once in a thousand times
        assert right[name] <= max(19, 0.5 * number + 7), (name, right[name], number)
    assert whole.patients % 5 == whole.events % 5 == 0
    assert np.isfinite(whole.mean_probability)
