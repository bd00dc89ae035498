from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from predictor.errors import DataError, PredictorError, StudyError
from predictor.report.wording import choice_counted_in
from predictor.results import DeliveredTraining, LearnerResult
from predictor.saved import read_model
from predictor.tracking import RecordingTracker
from predictor.validation import serial, threads
from predictor.workflows import (
    check,
    deliver,
    estimate,
    fit,
    judge,
    log,
    make_plan,
    plan,
    prepare,
    train,
)
from predictor.workflows.foretold import Foretold


def _without_places(result: DeliveredTraining) -> dict[str, Any]:
    """What was found, without times, places, run ids and the store."""
    summary = result.to_json()
    changing = ("time", "run_id", "store", "training", "report", "report_json")
    learners = {
        name: {n: value for n, value in facts.items() if n not in ("seconds", "run_id", "model")}
        for name, facts in summary["learners"].items()
    }
    rest = {key: value for key, value in summary.items() if key not in changing}
    return {**rest, "learners": learners}


def untrained(step: str, _share: float) -> None:
    """Progress of a training that is to be refused before a learner is trained."""
    assert step == "reading", "it was trained"


def unsaved(step: str, _share: float) -> None:
    """Progress of a training that is to be refused before anything is saved."""
    assert step != "saving", "it was saved"


def test_the_same_seed_gives_the_same_numbers(small, trained) -> None:
    again = train("study.yaml", "patients.csv", jobs=1, tracker=RecordingTracker())
    assert _without_places(again) == _without_places(trained.result)
    for name, facts in again.learners.items():
        ours, theirs = read_model(Path(facts.model)), read_model(trained.directory(name))
        np.testing.assert_equal(ours.spread.to_arrays(), theirs.spread.to_arrays())
        arrays = theirs.model.to_arrays()
        for key, values in ours.model.to_arrays().items():
            np.testing.assert_array_equal(values, arrays[key])


@pytest.fixture
def quick(small) -> Callable[..., DeliveredTraining]:
    """Train only the ridge, in a moment."""

    def run(**settings: Any) -> DeliveredTraining:
        settings = {"learners": ["ridge"], "tracker": RecordingTracker(), **settings}
        return train("study.yaml", "patients.csv", **settings)

    return run


def test_another_seed_gives_other_numbers_and_is_said(quick, trained) -> None:
    other = quick(seed=6)
    assert other.seed == 6
    estimate = trained.result.learners["ridge"].metrics["auroc"]
    found = other.learners["ridge"].metrics["auroc"]
    assert found.estimate != estimate.estimate
    assert found.apparent == pytest.approx(estimate.apparent, abs=1e-12)
    assert read_model(Path(other.learners["ridge"].model)).provenance["seed"] == 6


def test_a_learner_trained_alone_gets_the_numbers_it_gets_among_others(quick, trained) -> None:
    summary = quick()
    assert list(summary.learners) == ["ridge"]
    ours, theirs = summary.learners["ridge"], trained.result.learners["ridge"]
    assert ours.metrics == theirs.metrics
    assert ours.importance == theirs.importance


def test_learners_can_be_chosen_and_taken_from_the_package(small) -> None:
    small.change(("  logistic: {}\n", ""))
    learners = ["logistic", "pain only", "logistic"]
    summary = train("study.yaml", "patients.csv", learners=learners, tracker=RecordingTracker())
    assert list(summary.learners) == ["logistic", "pain only"]
    assert summary.champion in summary.learners
    assert {path.name for path in Path("models/small/latest").iterdir()} == {
        "logistic",
        "pain_only",
    }


def test_a_learner_that_does_not_exist_is_refused_with_those_that_do(small) -> None:
    before = small.files()
    with pytest.raises(StudyError, match=r"no learner 'forest'.*pain only.*prevalence, expected"):
        train("study.yaml", "patients.csv", learners=["ridge", "forest"])
    assert small.files() == before


def test_settings_of_a_learner_reach_it(trained) -> None:
    model = trained.models["lightgbm"].model
    (forest,) = model.forests
    assert 0 < forest.trees <= 40


def test_a_bootstrap_from_a_file_of_resamples_is_the_one_that_is_run(small) -> None:
    prepared = prepare("study.yaml", "patients.csv")
    labelled = prepared.labelled.flow.labelled
    rng = np.random.default_rng(1)
    rows = rng.integers(1, labelled + 1, size=(labelled, 25))
    header = ",".join(f"b{number}" for number in range(25))
    np.savetxt("resamples.csv", rows, fmt="%d", delimiter=",", header=header, comments="")
    small.change(("bootstrap: {replicates: 20}", "bootstrap: {resamples: resamples.csv}"))
    prepared = prepare("study.yaml", "patients.csv")
    counts = make_plan(prepared).bootstrap
    assert counts.shape == (25, labelled)
    for replicate in range(25):
        expected = np.bincount(rows[:, replicate] - 1, minlength=labelled)
        in_table = np.argsort(prepared.labelled.labelled.rows)
        np.testing.assert_array_equal(counts[replicate, in_table], expected)
    summary = train("study.yaml", "patients.csv", learners=["ridge"], tracker=RecordingTracker())
    assert summary.learners["ridge"].stability.replicates == 25
    texts = [path.read_text() for path in Path().rglob("study.yaml") if path.parent != Path()]
    assert texts
    assert not any(str(small.folder) in text for text in texts)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("a,b\n" + "1,999\n" * 88, "between 1 and 88"),
        ("a,b\n" + "0,1\n" * 88, "between 1 and 88"),
        ("a,b\n" + "1,x\n" * 88, "whole row numbers"),
        ("a,b\n" + "1,2\n" * 87, "88"),
    ],
    ids=["none", "too high", "too low", "text", "short"],
)
def test_a_file_that_holds_no_resamples_is_refused_before_training(small, content, message) -> None:
    small.change(("bootstrap: {replicates: 20}", "bootstrap: {resamples: resamples.csv}"))
    if content is not None:
        Path("resamples.csv").write_text(content)
    before = small.files()
    for command in (train, check):
        with pytest.raises(StudyError, match=rf"resamples\.csv: .*{message}"):
            command("study.yaml", "patients.csv")
    assert small.files() == before


def test_patients_of_one_cluster_are_never_on_both_sides(small) -> None:
    small.change(("  note: ", "  clinic:       {role: cluster, known_at: T0}\n  note: "))
    rows = [{**row, "clinic": f"c{number % 17}"} for number, row in enumerate(small.rows)]
    small.table(rows)
    prepared = prepare("study.yaml", "patients.csv")
    clusters = prepared.clusters
    assert clusters is not None
    assert len(np.unique(clusters)) == 17
    plan = make_plan(prepared)
    for folds in (plan.folds, plan.interval):
        for training, testing in zip(folds.training, folds.testing, strict=True):
            assert not set(clusters[training > 0]) & set(clusters[testing > 0])
    for counts in plan.bootstrap:
        for cluster in np.unique(clusters):
            assert np.ptp(counts[clusters == cluster]) == 0


def test_strong_signal_is_exploratory_and_the_champion_does_better_than_nothing(trained) -> None:
    summary = trained.result
    assert summary.verdict[0].startswith("Exploratory only: ")
    champion = summary.learners[summary.champion].metrics
    assert champion["log_loss"].estimate < 0.6
    assert champion["auroc"].low > 0.5
    assert summary.champion not in ("prevalence", "pain only")


def test_the_champion_is_registered_and_says_why(trained) -> None:
    summary = trained.result
    assert summary.champion_uri == "models:/small.responder_t2.T0@champion"
    assert summary.champion_version == summary.model_versions[summary.champion]
    assert "log loss" in summary.champion_reason
    losses = {n: f.metrics["log_loss"].estimate for n, f in summary.learners.items()}
    names, best = list(losses), min(losses, key=losses.__getitem__)
    assert names.index(summary.champion) <= names.index(best)


def test_pure_noise_is_nothing_found_and_the_champion_is_the_prevalence(small, patients) -> None:
    small.table(patients(n=60, seed=2, signal=0.0))
    learners = ["prevalence", "pain only", "ridge"]
    summary = train("study.yaml", "patients.csv", learners=learners, tracker=RecordingTracker())
    assert summary.verdict[0].startswith("Nothing found")
    assert summary.champion == "prevalence"


def test_places_that_cannot_be_written_are_refused_before_training(small) -> None:
    Path("file").write_text("in the way")
    before = small.files()
    for settings in ({"models": Path("file/models")}, {"out": Path("file")}):
        with pytest.raises(PredictorError, match=r"cannot be made, .*file is not a directory"):
            train("study.yaml", "patients.csv", progress=untrained, **settings)
    assert small.files() == before


def test_a_broken_store_is_refused_while_models_are_trained(small) -> None:
    Path("mlflow.db").write_text("this is no database, but it is long enough to look at it twice")
    with pytest.raises(StudyError, match=r"the MLflow store .*mlflow\.db failed"):
        train("study.yaml", "patients.csv", progress=unsaved)
    assert not Path("models").exists()
    assert not Path("reports").exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["model_files", "write_files"])
def test_whatever_stops_it_what_was_there_before_is_there_afterwards(
    copied, monkeypatch, error, step
) -> None:
    from predictor.workflows import delivery

    def stop(*_: object, **__: object) -> None:
        raise error

    before, tracker = copied.study.files(), RecordingTracker()
    monkeypatch.setattr(delivery, step, stop)
    with pytest.raises(type(error)):
        train("study.yaml", "patients.csv", learners=["ridge"], seed=9, tracker=tracker)
    assert copied.study.files() == before
    assert not tracker.runs
    ((attempt, status, why),) = tracker.failures
    assert (attempt.study, status) in {("small", "KILLED"), ("small", "FAILED")}
    assert why in {"interrupted", "OSError: [Errno 28] No space left on device"}
    assert not list(copied.study.folder.rglob(".predictor-*"))


def test_the_record_holds_nothing_of_a_patient(trained) -> None:
    text = (trained.study.folder / "reports/small/latest/record/training.json").read_text()
    assert not [secret for secret in trained.study.secrets() if secret in text]
    assert str(trained.study.folder) not in text


def _edit(**changes: Any) -> None:
    path = Path("reports/small/latest/record/training.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _pipe() -> None:
    path = Path("reports/small/latest/record/training.json")
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (
            lambda: Path("models/small/latest/ridge/model.json").write_text("{}"),
            r"model\.json: changed",
        ),
        (lambda: Path("reports/small/latest/report.html").unlink(), r"report\.html: missing"),
        (
            lambda: Path("reports/small/latest/record/training.json").unlink(),
            r"has no record/training",
        ),
        (lambda: Path("reports/small/latest/record/training.json").write_text("{"), "as JSON"),
        (
            lambda: Path("reports/small/latest/record/training.json").write_text("{}"),
            "is not a record",
        ),
        (
            lambda: Path("reports/small/latest/record/training.json").write_text('{"format": 2}'),
            "damaged",
        ),
        (lambda: _edit(format=1), "is not a record that this version"),
        (_pipe, r"training\.json: cannot be read"),
        (lambda: _edit(rows="many"), "damaged"),
        (lambda: _edit(question={"rule": 3}), "damaged"),
        (lambda: _edit(learners=[]), "damaged"),
        (lambda: _edit(learners=["ridge"]), "damaged"),
        (lambda: _edit(artifacts={"../../patients.csv": ""}), "damaged"),
        (lambda: _edit(artifacts={"report.json": 1}), "changed"),
    ],
)
def test_a_record_that_is_not_as_it_was_is_not_sent(copied, harm, message) -> None:
    harm()
    tracker = RecordingTracker()
    with pytest.raises(PredictorError, match=message):
        log(Path("reports/small/latest"), tracker=tracker)
    assert not tracker.runs


def _other_rule(study: Any) -> None:
    study.change(("  rule: pain_t0 - pain_t2 >= 2\n", "  rule: pain_t0 - pain_t2 >= 3\n"))


def _other_outcome(study: Any) -> None:
    study.change(("name: responder_t2", "name: relapse"))


def _other_time(study: Any) -> None:
    study.change(
        ("  T0: before the treatment\n", "  T: long before\n  T0: before the treatment\n"),
        ("predict_at: T0", "predict_at: T"),
        ("eligible:\n  first course: course = 1\n", ""),
    )
    study.change(("covariates: covariates.sql\n", ""), ("    half:", "    third:"))
    text = study.config.read_text()
    study.config.write_text(text.replace("known_at: T0,", "known_at: T,"))


@pytest.mark.parametrize("change", [_other_rule, _other_outcome, _other_time])
def test_no_training_touches_what_another_one_left(copied, change) -> None:
    tracker = RecordingTracker()
    first = log(Path("reports/small/latest"), tracker=tracker)
    before = copied.study.files()
    change(copied.study)
    changed = {"study.yaml", "covariates.sql"}
    names = ["prevalence", "pain only"]
    second = train("study.yaml", "patients.csv", learners=names[:1], tracker=tracker)
    after = copied.study.files()
    assert {n: d for n, d in before.items() if n not in changed}.items() <= {
        n: d for n, d in after.items() if n not in changed
    }.items()
    assert Path("models/small/latest").readlink() == Path(second.training)
    assert Path("reports/small/latest").readlink() == Path(second.training)
    assert [path.name for path in Path("models/small/latest").iterdir()] == ["prevalence"]
    # another question has a champion of its own, and the same one keeps the first
    same = second.registered == first.registered
    assert same == (change is _other_rule)
    assert (second.champion_version == first.champion_version) == same or not same
    assert tracker.runs[-1].promote is None


def test_a_training_that_is_to_be_promoted_is(copied) -> None:
    tracker = RecordingTracker()
    first = log(Path("reports/small/latest"), tracker=tracker)
    kept = train("study.yaml", "patients.csv", learners=["ridge"], tracker=tracker)
    assert kept.champion_version == first.champion_version
    moved = train("study.yaml", "patients.csv", learners=["ridge"], promote=True, tracker=tracker)
    assert moved.champion_version == moved.model_versions["ridge"] > kept.model_versions["ridge"]


def test_runs_tell_variants_apart_and_say_what_they_are(trained, copied) -> None:
    (run,) = _logged(copied)
    number = run.training.rpartition("-")[2]
    assert run.title == f"{number} responder_t2 at T0, 5 covariates, 88 patients"
    assert run.started <= run.ended
    ridge = next(learner for learner in run.learners if learner.name == "ridge")
    assert ridge.title == f"ridge: {run.title}"
    assert run.metrics["auroc"] == ridge.metrics["auroc"]
    assert {"auroc_low", "auroc_high", "log_loss", "patients", "events"} <= set(run.metrics)
    choice = trained.result.repeated_choice
    assert run.metrics["auroc_of_choice"] == choice.estimate
    assert (run.metrics["auroc_of_choice_low"], run.metrics["auroc_of_choice_high"]) == (
        choice.low,
        choice.high,
    )
    assert "AUROC with the choice among" in run.description
    assert run.tags["verdict"] == trained.result.verdict_level
    expected = {
        "learner": "ridge", "impute": "mean", "seed": "5", "patients": "88",
        "data": trained.result.data.fingerprint[7:19],
        "covariates": ", ".join(trained.result.learners["ridge"].covariates),
    }  # fmt: skip
    assert expected.items() <= ridge.parameters.items()
    assert {"plan", "sql", "study_file", "events"} <= ridge.parameters.keys()
    for sentence in trained.result.verdict:
        assert sentence.split(":")[0] in run.description.replace("\\", "")
    assert "[report](artifact:report.html)" in run.description
    assert ridge.version is not None
    assert "Not for diagnosis" in ridge.version
    assert next(each for each in run.learners if each.name == "prevalence").version is None


def test_few_metrics_and_the_same_ones_for_every_learner(copied) -> None:
    (run,) = _logged(copied)
    names = [set(learner.metrics) | set(learner.curves) for learner in run.learners]
    assert max(map(len, names)) <= 40
    assert set.intersection(*names) >= {"auroc", "log_loss", "brier", "net_benefit@0.3"}
    table = json.loads(run.artifacts["tables/measures.json"])
    assert table["columns"][:3] == ["learner", "measure", "estimate"]
    assert {row[0] for row in table["data"]} == {learner.name for learner in run.learners}


def _logged(copied: Any) -> list[Any]:
    tracker = RecordingTracker()
    log(Path("reports/small/latest"), tracker=tracker)
    return tracker.runs


def test_a_name_given_by_the_user_is_that_of_the_runs(small) -> None:
    tracker = RecordingTracker()
    train("study.yaml", "patients.csv", learners=["ridge"], name="fewer", tracker=tracker)
    (run,) = tracker.runs
    assert run.title == f"fewer [{run.training[-6:]}]"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), ("KILLED", "interrupted")),
        (DataError("too few events"), ("FAILED", "DataError: too few events")),
        (ValueError("could not convert '17.5'"), ("FAILED", "ValueError")),
    ],
)
def test_a_training_that_fails_is_in_the_lab_book_without_what_nobody_foresaw(
    small, monkeypatch, error, told
) -> None:
    from predictor.workflows import training

    def fail(*_: object) -> None:
        raise error

    tracker = RecordingTracker()
    monkeypatch.setattr(training, "estimate", fail)
    with pytest.raises(type(error)):
        train("study.yaml", "patients.csv", learners=["ridge"], tracker=tracker)
    ((attempt, *said),) = tracker.failures
    assert tuple(said) == told
    assert (attempt.study, attempt.question["outcome"]) == ("small", "responder_t2")
    assert not Path("models").exists()


def test_a_store_that_cannot_be_made_is_refused_while_models_are_trained(
    small, monkeypatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///patients.csv/mlflow.db")
    with pytest.raises(PredictorError, match=r"patients\.csv: cannot be made, .*not a directory"):
        train("study.yaml", "patients.csv", progress=unsaved)
    assert not Path("models").exists()


_MINE = ("mine/report.html", "mine/ridge", "mine/record")
_LATEST = ("models/small/latest", "reports/small/latest")  # a link of this name is ours


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, kind) for name in _MINE for kind in ("file", "folder", "link")),
        *((name, kind) for name in _LATEST for kind in ("file", "folder")),
    ],
)
def test_what_somebody_else_put_there_is_not_replaced(small, name, kind) -> None:
    path, out = Path(name), Path("mine") if name.startswith("mine") else None
    path.parent.mkdir(parents=True)
    if kind == "file":
        path.write_text("mine")
    elif kind == "folder":
        path.mkdir()
        (path / "letter.txt").write_text("mine")
    else:
        path.symlink_to(small.config)
    before = small.files()
    with pytest.raises(PredictorError, match=f"^{name}: is "):
        train("study.yaml", "patients.csv", out=out, progress=untrained)
    assert small.files() == before


def test_a_report_goes_into_a_folder_of_the_user_beside_what_is_there(small) -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("mine")
    options = {"out": "mine", "learners": ["ridge"], "tracker": RecordingTracker()}
    summary = train("study.yaml", "patients.csv", **options)
    assert summary.report == "mine/report.html"
    assert Path("mine/letter.txt").read_text() == "mine"
    assert not Path("reports").exists()
    with pytest.raises(PredictorError, match=r"mine/report\.json: is .*choose another folder"):
        train("study.yaml", "patients.csv", **options)


def test_the_steps_are_those_of_train_and_can_be_taken_one_by_one(small, trained) -> None:
    planned = plan(prepare("study.yaml", "patients.csv", learners=["prevalence", "ridge"]))
    assert planned.prepared.study.seed == 5
    fitted = fit(planned)
    assert list(fitted.trained) == ["prevalence", "ridge"]
    assert fitted.plan is planned.plan
    estimated = estimate(fitted)
    theirs = trained.result.learners["ridge"]
    ours = estimated.learners["ridge"].result
    assert ours.model_copy(update={"seconds": 0}) == LearnerResult.model_validate(
        {name: getattr(theirs, name) for name in LearnerResult.model_fields} | {"seconds": 0}
    )
    judged = judge(estimated)
    assert judged.result.subject == "ridge"
    choice = judged.result.repeated_choice
    assert (choice.estimate, choice.chosen) == (None, {"ridge": 1.0})
    assert choice.note == "there was one learner to choose from"
    assert choice_counted_in(judged.result) is None
    assert small.files().keys() == {"study.yaml", "covariates.sql", "patients.csv"}
    tracker = RecordingTracker()
    delivered = deliver(judged, data="patients", tracker=tracker)
    assert [run.training for run in tracker.runs] == [delivered.run_id] == [delivered.training]
    assert delivered.verdict == judged.result.verdict
    assert Path("reports/small/latest/report.json").samefile(delivered.report_json)
    assert Path(delivered.report_json).is_file()


def test_a_step_is_repeated_to_the_bit(small) -> None:
    planned = plan(prepare("study.yaml", "patients.csv", learners=["ridge"]))
    one, other = (
        estimate(fit(planned, executor)).learners["ridge"] for executor in (serial, threads(2))
    )
    assert one.result.model_copy(update={"seconds": 0}) == other.result.model_copy(
        update={"seconds": 0}
    )


def test_progress_is_told_in_order_and_never_goes_back(small) -> None:
    told: list[tuple[str, float]] = []
    train(
        "study.yaml", "patients.csv", learners=["prevalence", "pain only"],
        progress=lambda step, share: told.append((step, share)), tracker=RecordingTracker(),
    )  # fmt: skip
    assert list(dict.fromkeys(step for step, _ in told)) == [
        "reading", "training prevalence", "training pain only", "estimating", "judging", "saving",
    ]  # fmt: skip
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] < 1


def test_the_time_is_foretold_before_models_are_trained_and_changes_no_number(small) -> None:
    told: list[object] = []
    given = {"learners": ["prevalence", "ridge"], "tracker": RecordingTracker()}
    found = train(
        "study.yaml", "patients.csv", **given, out="foretold",
        foretold=told.append, progress=lambda step, share: told.append((step, share)),
    )  # fmt: skip
    (foretold,) = (each for each in told if isinstance(each, Foretold))
    at = told.index(foretold)
    assert [step for step, _ in told[:at]] == ["reading"]
    assert told[at + 1][0] == "training prevalence"
    plan = found.plan
    interval = plan.interval_resamples * plan.interval_repeats * plan.folds
    assert foretold.models == 1 + plan.folds * plan.repeats + interval + plan.bootstrap
    assert list(foretold.seconds) == ["prevalence", "ridge"]
    assert all(seconds > 0 for seconds in foretold.seconds.values())
    # the models begin and end where it says, and progress goes on as time is expected to
    shares = [share for step, share in told[at + 1 :] if step.startswith("training")]
    assert (shares[0], shares[-1]) == pytest.approx(foretold.between)
    beginning = min(share for step, share in told[at + 1 :] if step == "training ridge")
    begin, end = foretold.between
    done = foretold.seconds["prevalence"] / foretold.total
    assert beginning == pytest.approx(begin + done * (end - begin))

    untold = train("study.yaml", "patients.csv", **given, out="untold")
    for name, learner in untold.learners.items():
        assert found.learners[name].metrics == learner.metrics
        assert found.learners[name].importance == learner.importance


def _numbers(config="study.yaml", data="patients.csv"):
    """Everything a training finds of its learners, but how long it took and where it lies."""
    chosen = ["ridge", "lightgbm", "prevalence"]
    summary = train(config, data, learners=chosen, tracker=RecordingTracker()).to_json()
    learners = {
        name: {k: v for k, v in facts.items() if k not in ("seconds", "model", "run_id")}
        for name, facts in summary["learners"].items()
    }
    kept = ("comparisons", "sensitivity", "champion", "audits", "verdict", "decision_curve")
    return learners, {key: summary[key] for key in kept}


@pytest.mark.parametrize("clustered", [False, True], ids=["patients", "clusters"])
def test_numbers_depend_neither_on_the_order_of_rows_nor_on_names(small, clustered) -> None:
    rows = [dict(row) for row in small.rows]
    for number, row in enumerate(rows):  # rounded, so that patients are alike
        row["pain_t0"] = round(float(row["pain_t0"]))
        row["age_years"] = row["age_years"] and round(float(row["age_years"]), -1)
        if row["pain_t2"] != "":
            row["pain_t2"] = round(float(row["pain_t2"]), 1)
        if clustered:
            row["clinic"] = f"c{number % 17}"
    if clustered:
        small.change(("  note: ", "  clinic:       {role: cluster, known_at: T0}\n  note: "))
    small.table(rows)
    expected = _numbers()
    rng = np.random.default_rng(8)
    moved = [dict(rows[place]) for place in rng.permutation(len(rows))]
    for number, row in enumerate(moved):
        row["patient_id"] = f"N{number}"
        if clustered:
            row["clinic"] = {f"c{k}": f"{(k * 7) % 17} street" for k in range(17)}[row["clinic"]]
    small.table([dict(reversed(row.items())) for row in moved], "moved.csv")
    assert _numbers(data="moved.csv") == expected


def test_resamples_from_a_file_mean_rows_of_the_table_in_any_order(small) -> None:
    labelled = prepare("study.yaml", "patients.csv").labelled.flow.labelled
    rng = np.random.default_rng(1)
    rows = rng.integers(1, labelled + 1, size=(labelled, 25))
    small.change(("bootstrap: {replicates: 20}", "bootstrap: {resamples: resamples.csv}"))

    def trained_with(numbers):
        header = ",".join(f"b{number}" for number in range(25))
        np.savetxt("resamples.csv", numbers, fmt="%d", delimiter=",", header=header, comments="")
        return _numbers()

    expected = trained_with(rows)
    # the first two rows are not analysed; those that are stand the other way round now
    small.table([*small.rows[:2], *reversed(small.rows[2:])])
    assert trained_with(labelled + 1 - rows) == expected


def test_courses_of_a_person_are_refused_or_kept_together(small) -> None:
    second = [
        {**row, "course": 2, "pain_t0": round(float(row["pain_t0"]) - 0.1, 6)}
        for row in small.rows[2:32]
    ]
    small.table([*small.rows[2:], *second])
    course = "  course:       {known_at: T0, type: integer, range: [1, 9]}"
    small.change(
        (course, "  course:       {role: id}"),
        ("eligible:\n  first course: course = 1\n", ""),
    )
    small.change(("SELECT patient_id,", "SELECT patient_id, course,"), file="covariates.sql")
    before = small.files()
    for command in (train, check):
        with pytest.raises(DataError, match=r"patient_id repeats in rows .*role: \[id, cluster\]"):
            command("study.yaml", "patients.csv")
    assert small.files() == before
    small.change(("patient_id:   {role: id}", "patient_id:   {role: [id, cluster]}"))
    prepared = prepare("study.yaml", "patients.csv")
    names = prepared.labelled.labelled.table["patient_id"].to_pylist()
    assert len(names) == 118
    assert len(set(names)) == 88
    plan = make_plan(prepared)
    for training, testing in zip(plan.folds.training, plan.folds.testing, strict=True):
        trained, tested = (
            {name for name, times in zip(names, counts, strict=True) if times}
            for counts in (training, testing)
        )
        assert not trained & tested
