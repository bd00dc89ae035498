"""A training by part is one in memory, of which less is said."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from predictor.cohort.parted import read_by_part
from predictor.errors import DataError, PredictorError, StudyError
from predictor.learners import make
from predictor.pieces import PiecesHere
from predictor.report.page import page_data
from predictor.results import DeliveredTraining, read_training
from predictor.saved import read_model
from predictor.study import load_study
from predictor.tracking import RecordingTracker
from predictor.validation.parted_plan import PartedPlan
from predictor.workflows import export, log, prepare, score_file, train_by_part, verify

STUDY = """\
study: registry
timepoints: {T0: before, T1: eight weeks later}
predict_at: T0
columns:
  pid: {role: id}
  age: {type: number, known_at: T0, range: [18, 100]}
  pain: {type: number, known_at: T0, range: [0, 10]}
  sex: {type: category, levels: [female, male], known_at: T0}
  smoker: {type: flag, known_at: T0}
  pain_8: {type: number, known_at: T1, range: [-10, 10]}
eligible: {grown up: age >= 19}
outcome: {name: response, known_at: T1, rule: pain_8 <= 0.7 * pain}
learners:
  prevalence: {}
  pain only: {learner: logistic, covariates: [pain], comparator: true}
  ridge: {}
validation:
  cross_validation: {folds: 4}
  bootstrap: {replicates: 20}
  interval: {resamples: 25}
  thresholds: [0.3]
seed: 4
"""


def patients(n: int, number: int) -> pa.Table:
    """Made up; what a patient has nobody else has."""
    rng = np.random.default_rng([7, number])
    age, pain = rng.uniform(18, 90, n).round(4), rng.uniform(3, 10, n).round(5)
    male, smoker = rng.integers(0, 2, n), rng.random(n) < 0.3
    logit = -0.5 + 1.2 * male - 0.8 * smoker - 0.02 * (age - 50) + 0.2 * (pain - 6)
    responds = rng.random(n) < 1 / (1 + np.exp(-logit))
    later = np.where(responds, 0.5, 0.9) * pain

    def gaps(values: np.ndarray, share: float) -> pa.Array:
        return pa.array(values, mask=rng.random(n) < share)

    return pa.table(
        {
            "pid": [f"QZID{number}{k:05d}" for k in range(n)],
            "age": gaps(age, 0.05),
            "pain": pain,
            "sex": np.array(["female", "male"])[male],
            "smoker": gaps(smoker, 0.1),
            "pain_8": gaps(later, 0.04),
        }
    )


TABLES = [patients(n, number) for number, n in enumerate((500, 420, 460))]


def lay(folder: Path, study: str = STUDY) -> tuple[Path, Path]:
    (folder / "parts").mkdir(parents=True)
    for number, table in enumerate(TABLES):
        pq.write_table(table, folder / "parts" / f"{number}.parquet")
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    return folder / "study.yaml", folder / "parts"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("by_part")


@pytest.fixture(scope="module")
def tracker() -> RecordingTracker:
    return RecordingTracker()


@pytest.fixture(scope="module")
def undrawn_here() -> Iterator[None]:
    """Figures of a few bytes, as `undrawn`."""
    from predictor.report import Figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "svg", '<svg xmlns="http://www.w3.org/2000/svg"></svg>')
        yield


@pytest.fixture(scope="module")
def trained(folder: Path, tracker: RecordingTracker, undrawn_here: None) -> DeliveredTraining:
    config, data = lay(folder)
    return train_by_part(
        config, data, models=folder / "models", out=folder / "report", tracker=tracker
    )


def coefficients(result: DeliveredTraining, name: str) -> np.ndarray:
    said = result.learners[name].description
    assert said.coefficients is not None
    return np.array([said.intercept, *(each.coefficient for each in said.coefficients)], float)


def test_the_models_are_those_of_the_whole_table_in_memory(trained, folder) -> None:
    pq.write_table(pa.concat_tables(TABLES), folder / "whole.parquet")
    whole = prepare(folder / "study.yaml", folder / "whole.parquet")
    for name, learner, covariates in (
        ("ridge", "ridge", None),
        ("pain only", "logistic", ["pain"]),
    ):
        X, y = whole.matrix.select(covariates).X, whole.labelled.y
        (scorer,) = [make(learner).fit_replicates(X, y, np.ones((1, len(y)))).scorers]
        expected = np.append(scorer.intercept, scorer.coefficient[0])
        assert_allclose(coefficients(trained, name), expected, rtol=1e-8, atol=1e-10)
    assert trained.data.labelled == len(whole.labelled.y)
    assert trained.data.events == whole.labelled.y.sum()
    assert trained.data.rows == sum(table.num_rows for table in TABLES)


def test_the_estimate_is_that_of_the_same_folds_in_memory(trained, folder) -> None:
    study = load_study(folder / "study.yaml")
    cohort = read_by_part(study, folder / "parts", PiecesHere.of)
    plan = PartedPlan(4, 20, study.seed, cohort.entropy)
    found = cohort.blocks.each(lambda block: (block, plan.training(block), plan.fold(block)))
    X, y = (np.concatenate([getattr(block, part) for block, *_ in found]) for part in ("X", "y"))
    counts = np.concatenate([counts for _, counts, _ in found], axis=1).astype(float)
    fold = np.concatenate([fold for *_, fold in found])
    from predictor.statistics import auroc, log_loss

    p = make("ridge").fit_replicates(X, y, counts[1:5]).probability
    for name, statistic in (("auroc", auroc), ("log_loss", log_loss)):
        of_folds = [statistic(y[fold == k], p[k, fold == k]) for k in range(4)]
        estimate = trained.learners["ridge"].metrics[name].estimate
        error = trained.by_part.errors["ridge"][name]
        assert error < 0.01
        assert abs(estimate - np.mean(of_folds)) <= error


def test_the_report_is_complete_and_says_what_was_not_done(trained, folder) -> None:
    report = read_training(folder / "report" / "report.json")
    assert report.by_part is not None
    assert report.by_part.parts == 3
    assert report.by_part.drawn == trained.data.labelled
    assert report.table_one is report.global_test is report.label_limits is None
    undone = {each.code for each in report.audits if "not done by part" in each.message}
    assert undone == set(report.by_part.audits_not_done)
    assert "shuffled_outcome" in undone
    assert "no_better_than_prevalence" not in undone
    assert report.verdict_level != "ready for external validation"
    assert "were not done" in " ".join(report.verdict)
    assert "4 repeats fall to 1" not in report.plan.why
    assert "tested with the models of the folds" in report.plan.why
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    assert "Trained by part" in page
    assert "nobody had all of them in a training by part" in page
    assert "from before there was" not in page
    assert [s.key for s in page_data(report).sections].count("by-part") == 1
    for measured in report.learners["ridge"].metrics.values():
        assert measured.estimate is not None or measured.note


def test_nothing_of_a_patient_is_written(trained, folder) -> None:
    columns = [table.column(name) for table in TABLES for name in ("pid", "age", "pain", "pain_8")]
    secrets = {
        str(value) for column in columns for value in column.to_pylist() if value is not None
    }
    places = [*(folder / "report").rglob("*"), *(folder / "models").rglob("*")]
    written = [path for path in places if path.suffix in (".json", ".yaml", ".md", ".html", ".txt")]
    assert len(written) > 10
    for path in written:
        text = path.read_text(encoding="utf-8")
        words = set(re.findall(r"[\w.]+", text))
        assert not {secret for secret in secrets & words if len(secret) > 5}, path


def test_its_model_scores_and_is_exported(trained, folder) -> None:
    model = read_model(Path(trained.learners["ridge"].model))
    pq.write_table(TABLES[0].slice(0, 50), folder / "new.parquet")
    found = score_file(trained.learners["ridge"].model, folder / "new.parquet", folder / "s.csv")
    assert found.scored == sum(a is not None and a >= 19 for a in TABLES[0]["age"].to_pylist()[:50])
    with (folder / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(row for row in csv.DictReader(file) if row["probability"])
    low, high, own = (float(first[name]) for name in ("low", "high", "probability"))
    assert low < own < high < low + 0.3
    assert model.performance["data"]["labelled"] == trained.data.labelled
    assert model.performance["plan"]["folds"] == 4
    ages = [a for t in TABLES for a in t["age"].to_pylist() if a is not None and a >= 19]
    assert abs(model.usual.mean[0] - np.mean(ages)) < 2.5  # rounded to a tenth of a deviation
    export(trained.learners["ridge"].model, "html", folder / "model.html")
    assert "response" in (folder / "model.html").read_text(encoding="utf-8")


def test_it_is_tracked_and_can_be_logged_again(trained, folder, tracker) -> None:
    (run,) = tracker.runs
    assert run.metrics["auroc"] == trained.learners[trained.subject].metrics["auroc"].estimate
    again = RecordingTracker()
    log(folder / "report", tracker=again)
    assert [each.name for each in again.runs[0].learners] == list(trained.learners)


def test_it_is_not_repeated_in_one_memory(trained, folder) -> None:
    for source in (folder / "report", trained.learners["ridge"].model):
        with pytest.raises(PredictorError, match="was trained by part, and is repeated in one"):
            verify(source, folder / "parts", tracker=RecordingTracker())


def without_places(result: DeliveredTraining) -> dict[str, Any]:
    document = result.to_json()
    for key in ("time", "training", "report", "report_json", "run_id", "store", "registered"):
        document.pop(key)
    for each in document["learners"].values():
        for key in ("seconds", "model", "run_id"):
            each.pop(key)
    return document


def test_parts_that_are_read_again_for_every_pass_give_the_same(trained, tmp_path, undrawn_here):
    config, data = lay(tmp_path)
    again = train_by_part(
        config,
        data,
        gather=partial(PiecesHere.of, hold=False),
        learners=["pain only"],
        models=tmp_path / "models",
        out=tmp_path / "report",
        tracker=RecordingTracker(),
    )
    ours, theirs = (without_places(each)["learners"]["pain only"] for each in (again, trained))
    assert json.dumps(ours) == json.dumps(theirs)
    assert samples_of(again) == samples_of(trained)


def samples_of(result: DeliveredTraining) -> str:
    """By which two trainings are known to have drawn the same samples of the same patients."""
    record = Path(result.report).parent / "record" / "comparable.json"
    samples: str = json.loads(record.read_text(encoding="utf-8"))["samples"]
    return samples


def test_other_patients_or_labels_are_not_compared_in_pairs(trained, tmp_path, undrawn_here):
    changes = (("grown up: age >= 19", "grown up: age >= 20"), ("0.7 * pain}", "3}"))
    for number, change in enumerate(changes):
        config, data = lay(tmp_path / f"{number}", STUDY.replace(*change))
        other = train_by_part(
            config,
            data,
            learners=["pain only"],
            models=tmp_path / f"{number}" / "models",
            out=tmp_path / f"{number}" / "report",
            tracker=RecordingTracker(),
        )
        assert samples_of(other) != samples_of(trained)


def test_trees_of_parts_are_saved_without_numbers_of_few(tmp_path, undrawn_here) -> None:
    trees = "ridge: {}\n  lightgbm: {parameters: {max_trees: 20, leaves: [3]}}"
    config, data = lay(tmp_path, STUDY.replace("ridge: {}", trees))
    found = train_by_part(
        config,
        data,
        learners=["prevalence", "lightgbm"],
        models=tmp_path / "models",
        out=tmp_path / "report",
        tracker=RecordingTracker(),
    )
    learner = found.learners["lightgbm"]
    auroc = learner.metrics["auroc"]
    assert 0.6 < auroc.low < auroc.estimate < auroc.high < auroc.apparent + 0.05
    assert auroc.optimism_corrected is None
    assert learner.stability.replicates == 0
    assert any(text.startswith("Bootstrap models of lightgbm") for text in found.by_part.not_done)
    model = read_model(Path(learner.model))
    (forest,) = model.model.forests
    cohort = read_by_part(load_study(config), data, PiecesHere.of)
    X = np.concatenate(cohort.blocks.each(lambda block: block.X))
    y = np.concatenate(cohort.blocks.each(lambda block: block.y))
    seeded = make("lightgbm", max_trees=20, leaves=[3], random_state=4)  # the seed of the study
    (whole,) = seeded.fit_replicates(X, y, np.ones((1, len(y)))).scorers.forests
    assert_array_equal(forest.column, whole.column)
    patients, leaf = forest.patients(model.model.completed(X, 0)), forest.column < 0
    assert leaf.sum() > 5
    assert patients[leaf & (patients > 0)].min() >= 5
    splits = {float(value) for value in forest.number[~leaf]}
    assert not splits & set(X[~np.isnan(X) & (X != 0) & (X != 1)].tolist())
    assert not model.spread.known


REFUSED = {
    "visits": ("seed: 4", "seed: 4\nvisits: {id: pid, at: when, is: {T0: 1, T1: 2}}", "visits: "),
    "cluster": ("smoker: {", "smoker: {role: cluster, ", "columns.smoker: "),
    "centre": ("sex: {", "sex: {role: centre, ", "columns.sex: "),
    "alternatives": (
        "rule: pain_8 <= 0.7 * pain}",
        "rule: pain_8 <= 0.7 * pain, alternatives: {half: pain_8 <= 0.5 * pain}}",
        "outcome.alternatives: ",
    ),
    "graded": (
        "rule: pain_8 <= 0.7 * pain}",
        "rule: pain_8 <= 0.7 * pain, graded: pain_8}",
        "outcome.graded: ",
    ),
    "expected": ("seed: 4", "seed: 4\nexpected: {age: less}", "expected: "),
    "global test": (
        "seed: 4", "seed: 4\nexpected: {age: less}\nglobal_test: [expected]", "global_test: "
    ),
    "prior": (
        "ridge: {}",
        "ridge: {prior: {coefficients: {age: 0.1}, source: 'made up'}}",
        "learners.ridge.prior: ",
    ),
    "groups": ("seed: 4", "seed: 4\ngroups: [sex]", "groups: "),
    "resamples": ("{replicates: 20}", "{resamples: r.csv}", "validation.bootstrap.resamples: "),
    "splines": ("ridge: {}", "ridge: {splines: {age: 3}}", "learners.ridge.splines: "),
    "imputation": (
        "ridge: {}", "ridge: {parameters: {impute: regression}}", "learners.ridge: impute: "
    ),
    "learner": ("ridge: {}", "firth: {}", "learners.firth: "),
    "of scikit-learn": (
        "ridge: {}",
        "x: {learner: 'sklearn:sklearn.naive_bayes.GaussianNB'}",
        "learners.x: ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_by_part_is_refused_with_a_reason(name, tmp_path) -> None:
    old, new, said = REFUSED[name]
    assert STUDY.count(old) == 1
    config, data = lay(tmp_path, STUDY.replace(old, new))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StudyError) as error:
        train_by_part(config, data, models=tmp_path / "models", tracker=RecordingTracker())
    assert said in str(error.value)
    assert "without --by-part" in str(error.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_all_that_cannot_be_done_is_said_at_once(tmp_path) -> None:
    text = STUDY.replace("seed: 4", "seed: 4\ngroups: [sex]\nexpected: {age: less}")
    config, data = lay(tmp_path, text)
    with pytest.raises(StudyError, match=r"(?s)expected: .*\n.*groups: "):
        train_by_part(config, data, tracker=RecordingTracker())


def test_a_table_that_is_refused_leaves_nothing(tmp_path) -> None:
    config, data = lay(tmp_path)
    pq.write_table(TABLES[0], data / "9.parquet")  # the same patients again
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="the same patient more than once"):
        train_by_part(config, data, models=tmp_path / "models", tracker=RecordingTracker())
    assert sorted(tmp_path.rglob("*")) == before


def test_a_training_that_fails_in_the_middle_leaves_nothing(tmp_path) -> None:
    config, data = lay(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    def fail(step: str, _share: float) -> None:
        if step == "estimating":
            raise PredictorError("the cluster is gone")

    tracker = RecordingTracker()
    with pytest.raises(PredictorError, match="the cluster is gone"):
        train_by_part(
            config,
            data,
            learners=["pain only"],
            models=tmp_path / "models",
            out=tmp_path / "report",
            progress=fail,
            tracker=tracker,
        )
    assert sorted(tmp_path.rglob("*")) == before
    assert [status for _, status, _ in tracker.failures] == ["FAILED"]


def test_points_of_patients_are_refused(predictor: Callable[..., tuple[int, str, str]]) -> None:
    code, _, said = predictor("train", "s.yaml", "--data", "d", "--by-part", "--individual")
    assert code == 2
    assert "leave them out, or --by-part" in " ".join(said.split())
