from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from predictor.errors import ModelError, PredictorError, StudyError
from predictor.results import Verification
from predictor.saved.files import digest
from predictor.tracking import RecordingTracker
from predictor.workflows import log, provenance, train, verify
from predictor.workflows.verifying import _beside

REPORT = Path("reports/small/latest")
LEARNERS = ("prevalence", "pain only", "logistic", "ridge", "lightgbm")


@pytest.fixture
def quick(small) -> Any:
    """The small study with a training of three quick learners."""
    learners = ["prevalence", "pain only", "logistic"]
    train("study.yaml", "patients.csv", learners=learners, tracker=RecordingTracker())
    return small


def words(found: Verification) -> list[str]:
    return [each.words for each in found.inputs]


def mend(directory: Path, change: Callable[[Any], None] = lambda _: None) -> None:
    """Make a model whole again after one of its files was edited: hashes and digest."""
    path = directory / "model.json"
    description = json.loads(path.read_text("utf-8"))
    for name in description["files"]:
        content = (directory / name).read_bytes()
        description["files"][name] = hashlib.sha256(content).hexdigest()
    change(description)
    description["digest"] = digest(description)
    path.write_text(json.dumps(description, ensure_ascii=False), "utf-8")


def mend_record(name: str) -> None:
    """Make the record agree with a file that was edited."""
    path = REPORT / "record/training.json"
    record = json.loads(path.read_text("utf-8"))
    content = (REPORT / ("" if name == "report.json" else "record") / name).read_bytes()
    record["artifacts"][name] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(record), "utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def cell(study, column: str, value: object, row: int = 10) -> Path:
    """The table with another value in one cell."""
    rows = [dict(each) for each in study.rows]
    rows[row][column] = value
    return study.table(rows, "changed.csv")


# all came out again


@pytest.mark.parametrize("source", [REPORT, REPORT / "report.json"], ids=["folder", "file"])
def test_every_number_of_a_report_comes_out_again_and_nothing_is_written(copied, source) -> None:
    before = copied.study.files()
    found = verify(source, "patients.csv", tracker=RecordingTracker())
    assert (found.same, found.inputs, found.numbers) == (True, (), ())
    assert (found.kind, found.study, found.learners) == ("training", "small", LEARNERS)
    assert found.compared > 5_000
    assert found.conclusion == f"All {found.compared} numbers and words came out again."
    assert copied.study.files() == before


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_model_alone_comes_out_as_it_did_beside_the_others(copied, learner) -> None:
    found = verify(copied.directory(learner), "patients.csv", config="study.yaml")
    assert (found.same, found.inputs, found.numbers) == (True, (), ())
    assert (found.kind, found.learners) == ("model", (learner,))
    assert found.compared > 1_000


def test_runs_and_models_of_a_tracker_are_verified(copied) -> None:
    tracker = RecordingTracker()
    logged = log(REPORT, tracker=tracker)
    shutil.rmtree("reports")
    shutil.rmtree("models")
    ridge = logged.run_ids["ridge"]
    of_run = verify(ridge, "patients.csv", tracker=tracker)
    of_model = verify(logged.champion_uri, "patients.csv", tracker=tracker)
    assert (of_run.same, of_run.kind, of_run.source) == (True, "training", ridge)
    assert (of_model.same, of_model.kind) == (True, "model")


def test_runs_and_models_of_mlflow_are_verified(copied, in_mlflow) -> None:
    shutil.rmtree("reports")
    shutil.rmtree("models")
    of_run = verify(in_mlflow.run_id, "patients.csv")
    of_model = verify(in_mlflow.champion_uri, "patients.csv")
    assert (of_run.same, of_run.kind) == (True, "training")
    assert (of_model.same, of_model.kind) == (True, "model")


def test_another_order_of_the_rows_is_named_and_is_no_failure(copied) -> None:
    copied.study.table(list(reversed(copied.study.rows)), "reversed.csv")
    found = verify(copied.directory("ridge"), "reversed.csv")
    assert found.same
    (table,) = found.inputs
    assert (table.what, table.name, table.innocent) == ("table", "fingerprint", True)
    assert "the order of its rows" in found.conclusion


def test_learners_seed_and_columns_that_were_chosen_are_repeated(small) -> None:
    small.change(("covariates: covariates.sql\n", ""), (": course = 1", ": course >= 1"))
    small.change(("missing: [NA]\n", "missing: [NA]\nother_columns: ignore\n"))
    small.table([{**row, "more": 1} for row in small.rows])
    tracker = RecordingTracker()
    chosen = ["firth", "pain only"]
    train("study.yaml", "patients.csv", learners=chosen, seed=9, tracker=tracker)
    for source in (
        "reports/small/latest",
        "models/small/latest/firth",
        "models/small/latest/pain_only",
    ):
        assert verify(source, "patients.csv", tracker=tracker).same, source
    found = verify("reports/small/latest", "patients.csv", config="study.yaml", tracker=tracker)
    assert words(found) == ["seed: 9 then, 5 now"]
    assert found.learners == ("firth", "pain only")


def test_a_default_that_the_study_file_asks_for_is_repeated_among_many_patients(
    small, patients
) -> None:
    small.table(patients(260))
    small.change(("cross_validation: {folds: 3, repeats: 2}", "cross_validation: {repeats: 20}"))
    train("study.yaml", "patients.csv", learners=["prevalence"], tracker=RecordingTracker())
    for source in ("reports/small/latest", "models/small/latest/prevalence"):
        assert verify(source, "patients.csv").same, source


def test_a_file_of_resamples_has_to_be_given_again(small) -> None:
    small.change(("bootstrap: {replicates: 20}", "bootstrap: {resamples: resamples.csv}"))
    rows = np.random.default_rng(1).integers(1, 89, size=(88, 25))
    header = ",".join(f"b{number}" for number in range(25))
    np.savetxt("resamples.csv", rows, fmt="%d", delimiter=",", header=header, comments="")
    train("study.yaml", "patients.csv", learners=["pain only"], tracker=RecordingTracker())
    Path("kept").mkdir()
    Path("resamples.csv").rename("kept/r.csv")
    for source in ("reports/small/latest", "models/small/latest/pain_only"):
        with pytest.raises(PredictorError, match=r"file resamples\.csv, .*--resamples FILE"):
            verify(source, "patients.csv")
        assert verify(source, "patients.csv", resamples="kept/r.csv").same
    np.savetxt("kept/r.csv", rows % 88 + 1, fmt="%d", delimiter=",", header=header, comments="")
    found = verify("models/small/latest/pain_only", "patients.csv", resamples="kept/r.csv")
    assert not found.same
    assert not found.inputs


# not all came out again


def test_one_cell_of_data_is_told_by_fingerprint_and_counts_alone(copied) -> None:
    gone = str(copied.study.rows[10]["age_years"])
    found = verify(REPORT, cell(copied.study, "age_years", ""))
    assert not found.same
    assert len(found.numbers) > 100
    assert [(each.what, each.name) for each in found.inputs] == [
        ("table", "fingerprint"), ("table", "missing values of log_age"),
    ]  # fmt: skip
    assert found.inputs[1].words == "table: missing values of log_age: 8 then, 9 now"
    places = {number.place: number for number in found.numbers}
    number = places["learners.ridge.metrics.auroc.low"]
    assert number.stored == copied.result.learners["ridge"].metrics["auroc"].low
    assert number.now != number.stored
    told = json.dumps(found.to_json()) + found._repr_html_()
    assert gone not in told
    assert not [secret for secret in copied.study.secrets() if secret in told]


def test_another_label_is_counted(copied) -> None:
    found = verify(copied.directory("prevalence"), cell(copied.study, "pain_t2", "", row=12))
    assert not found.same
    assert {each.name for each in found.inputs} >= {"fingerprint", "unlabelled", "labelled"}
    assert {each.what for each in found.inputs} == {"table"}


def test_one_character_of_the_sql_now_is_named_with_its_line(copied) -> None:
    copied.study.change(("ln(1 +", "ln(2 +"), file="covariates.sql")
    for source in (REPORT, copied.directory("ridge")):
        found = verify(source, "patients.csv", config="study.yaml")
        assert not found.same
        assert found.numbers
        (sql,) = found.inputs
        assert sql.what == "SQL"
        assert [line for line in sql.lines if line[0] in "+-"][2:] == [
            "-SELECT patient_id, pain_t0, ln(1 + age_years) AS log_age, sex, limb, allodynia",
            "+SELECT patient_id, pain_t0, ln(2 + age_years) AS log_age, sex, limb, allodynia",
        ]


def test_a_study_file_of_now_is_compared_key_by_key(quick) -> None:
    quick.change(
        ("seed: 5", "seed: 6"),
        ("  logistic: {}\n", ""),
        ("  prevalence: {}\n", "  logistic: {}\n"),
        ("range: [18, 100]", "range: [18, 101]"),
        ("A small made-up study", '"A small \\x1b[31m study"'),
    )
    found = verify(REPORT, "patients.csv", config="study.yaml")
    assert not found.same
    assert found.learners == ("logistic", "pain only", "prevalence")
    assert words(found) == [
        "study file: title: A small made-up study then, A small \\x1b[31m study now",
        "study file: columns.age_years.range.1: 100.0 then, 101.0 now",
        (
            "study file: order of learners: prevalence, pain only, logistic then, "
            "logistic, pain only, prevalence now"
        ),
        "seed: 5 then, 6 now",
    ]


def test_a_study_file_of_other_learners_is_refused(copied) -> None:
    copied.study.change(("  pain only: {", "  another: {"))
    with pytest.raises(PredictorError, match=r"none of the learners that were trained .pain only"):
        verify(copied.directory("pain only"), "patients.csv", config="study.yaml")


def test_sql_that_was_edited_in_the_record_is_named_with_its_line(quick) -> None:
    edit(REPORT / "record/covariates.sql", "ln(1 +", "ln(2 +")
    hashed = verify(REPORT, "patients.csv")
    mend_record("covariates.sql")
    mended = verify(REPORT, "patients.csv")
    assert [each.what for each in hashed.inputs] == ["file", "copy"]
    (copy,) = mended.inputs
    assert copy.words == "file: record/covariates.sql does not say what report.json says"
    assert any(line.startswith("+SELECT") and "ln(2 +" in line for line in copy.lines)
    for found in (hashed, mended):  # report.json holds what made its numbers
        assert (found.same, found.numbers) == (False, ())
        assert "does not agree" in found.conclusion


def test_sql_that_was_edited_everywhere_gives_other_numbers(quick) -> None:
    for path in (REPORT / "report.json", REPORT / "record/covariates.sql"):
        edit(path, "ln(1 +", "ln(2 +")
        mend_record(path.name)
    found = verify(REPORT, "patients.csv")
    assert (found.same, found.inputs) == (False, ())
    assert len(found.numbers) > 100
    assert "somebody changed what is stored" in found.conclusion


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("covariates.sql", "ln(1 +", "ln(2 +"), ("study.yaml", "folds: 3", "folds: 4")],
)
def test_a_model_that_was_edited_is_refused_or_gives_other_numbers(copied, file, old, new) -> None:
    directory = copied.directory("ridge")
    edit(directory / file, old, new)
    with pytest.raises(ModelError, match=rf"{file}: damaged, truncated or edited"):
        verify(directory, "patients.csv")
    mend(directory)
    found = verify(directory, "patients.csv")
    assert (found.same, found.inputs) == (False, ())
    assert found.numbers


def test_a_seed_that_was_edited_is_named(quick) -> None:
    directory = Path("models/small/latest/pain_only")
    edit(directory / "study.yaml", "seed: 5", "seed: 6")
    mend(directory)
    found = verify(directory, "patients.csv")
    assert not found.same
    assert words(found) == ["seed: 5 then, 6 now"]
    assert found.numbers
    edit(REPORT / "report.json", '"seed": 5', '"seed": 6')
    found = verify(REPORT, "patients.csv")
    assert not found.same
    assert words(found) == [
        "file: report.json is gone or was changed since the training (its hash differs)",
        "seed: 6 then, 5 now",
    ]


@pytest.mark.parametrize("where", ["report", "model"])
def test_one_number_that_was_edited_is_found_by_its_place(quick, where) -> None:
    directory = Path("models/small/latest/logistic")
    path = directory / "performance.json" if where == "model" else REPORT / "report.json"
    document = json.loads(path.read_text("utf-8"))
    learner = document if where == "model" else document["learners"]["logistic"]
    auroc = learner["metrics"]["auroc"]["estimate"]
    learner["metrics"]["auroc"]["estimate"] = 0.99
    path.write_text(json.dumps(document), "utf-8")
    if where == "model":
        mend(directory)
    found = verify(directory if where == "model" else REPORT, "patients.csv")
    assert not found.same
    (number,) = found.numbers
    place = "performance" if where == "model" else "learners.logistic"
    assert number.place == f"{place}.metrics.auroc.estimate"
    assert (number.stored, number.now) == (0.99, auroc)
    assert found.largest == pytest.approx((0.99 - auroc) / 0.99)
    assert found.to_frame().to_dict("records") == [dict(number)]


@pytest.mark.parametrize("learner", ["ridge", "lightgbm"])
def test_one_number_of_a_model_that_was_edited_is_found(copied, learner) -> None:
    directory = copied.directory(learner)
    if learner == "ridge":
        mend(directory, lambda found: found["scorer"]["coefficient"][0].__setitem__(0, 0.125))
    else:
        path = directory / "trees.json"
        text = re.sub(
            r'("number": ?\[+)(-?[\d.e-]+)', r"\g<1>0.125", path.read_text("utf-8"), count=1
        )
        path.write_text(text, "utf-8")
        mend(directory)
    (number,) = verify(directory, "patients.csv").numbers
    assert number.stored == 0.125
    assert number.place.startswith("scorer.coefficient." if learner == "ridge" else "trees.json.")


def test_another_version_is_named_and_fails_only_where_a_number_differs(
    copied, monkeypatch
) -> None:
    now = provenance.versions()
    monkeypatch.setattr(provenance, "versions", lambda: {**now, "numpy": "9.9"})
    directory = copied.directory("pain only")
    said = f"version: numpy {now['numpy']} then, 9.9 now (may explain a difference)"
    found = verify(directory, "patients.csv")
    assert found.same
    assert words(found) == [said]
    mend(directory, lambda model: model["scorer"]["coefficient"][0].__setitem__(0, 0.125))
    found = verify(directory, "patients.csv")
    assert not found.same
    assert words(found) == [said]
    assert "only versions differ, which may be why" in found.conclusion


def test_a_count_that_is_not_told_is_not_told_beside_another_either() -> None:
    assert _beside(7, "<5") == _beside(7, "withheld") == "withheld"
    assert _beside("<5", 7) == "<5"
    assert _beside(7, 8) == 7
    assert _beside(7, "not there") == 7
    assert _beside("withheld", 7) == "withheld"


@pytest.mark.parametrize("source", ["models/small", "reports", "."])
def test_a_folder_without_a_training_is_refused_with_those_inside_it(copied, source) -> None:
    with pytest.raises(PredictorError, match="holds neither a report") as refused:
        verify(source, "patients.csv")
    assert ("there is " in str(refused.value)) == (source != ".")


def test_what_is_nowhere_is_refused(copied) -> None:
    tracker = RecordingTracker()
    with pytest.raises(PredictorError, match="no such folder, and no such run"):
        verify("nothing", "patients.csv", tracker=tracker)
    with pytest.raises(ModelError, match="there is no such model"):
        verify("models:/small@champion", "patients.csv", tracker=tracker)
    with pytest.raises(PredictorError, match="leave out --resamples"):
        verify(REPORT, "patients.csv", resamples="r.csv", tracker=tracker)
    with pytest.raises(StudyError, match="there is no such file"):
        verify(REPORT, "patients.csv", config="other.yaml", tracker=tracker)


def test_a_model_of_format_1_is_refused(copied) -> None:
    stored = Path(__file__).parents[1] / "saved/stored"
    (old, *_) = sorted(path.parent for path in stored.rglob("format_1/**/model.json"))
    with pytest.raises(ModelError, match=r"format 1, .*train it again"):
        verify(old, "patients.csv")


def test_progress_is_told_in_order_and_never_goes_back(copied) -> None:
    told: list[tuple[str, float]] = []
    verify(
        copied.directory("ridge"),
        "patients.csv",
        progress=lambda step, share: told.append((step, share)),
    )
    steps = list(dict.fromkeys(step for step, _ in told))
    assert steps == ["reading", "training ridge", "estimating", "comparing"]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
