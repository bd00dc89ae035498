"""What is computed on a cluster has the bits it has here."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from predictor.cluster import Cluster, connect
from predictor.measures import measures_of
from predictor.results import Result
from predictor.tracking import RecordingTracker
from predictor.validation.new_curves import calibration_in
from predictor.validation.new_patients import NewPatients, measure_in
from predictor.workflows import plan_study, train_by_part, update, validate, verify
from tests.cluster.machines import OF_ITS_OWN, of_any_run

_BY_PART = """\
study: parts
timepoints: {T0: before, T1: after}
predict_at: T0
columns:
  pid: {role: id}
  before: {type: number, known_at: T0, range: [0, 10]}
  after: {type: number, known_at: T1, range: [0, 10]}
outcome: {name: response, known_at: T1, rule: after <= 0.7 * before}
learners: {logistic: {}}
validation:
  cross_validation: {folds: 3}
  bootstrap: {replicates: 20}
  interval: {resamples: 20}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two processes of this machine."""
    with connect("local", jobs=2) as found:
        yield found


def _text(found: Result, number: str = "") -> str:
    """As a command prints it, without what tells two runs apart."""
    text = json.dumps(found.to_json(), indent=2)
    return re.sub(OF_ITS_OWN, r'"\1"', text.replace(number, "NUMBER") if number else text)


def test_a_training_prints_the_same_document(small, predictor, empty_store) -> None:
    printed = []
    for how in ([], ["--cluster", "local"]):
        shutil.rmtree("mlruns", ignore_errors=True)
        shutil.copy(empty_store, "mlflow.db")
        code, out, err = predictor(
            "train", "study.yaml", "--data", "patients.csv", "--jobs", "2", "--json",
            "--learner", "ridge", "--learner", "lightgbm", *how,
        )  # fmt: skip
        assert (code, "cluster" in err) == (0, False)
        printed.append(of_any_run(out))
    assert list(json.loads(out)["learners"]) == ["ridge", "lightgbm"]
    here, there = printed
    assert there == here


def test_a_training_by_part_is_the_same(cluster, tmp_path, undrawn, monkeypatch) -> None:
    rng = np.random.default_rng(1)
    (tmp_path / "parts").mkdir()
    for number, n in enumerate((150, 80, 120)):
        before = rng.uniform(3, 10, n)
        after = before - rng.uniform(0, 0.6, n) * before
        cells = {"pid": [f"{number}-{k}" for k in range(n)], "before": before, "after": after}
        pq.write_table(pa.table(cells), tmp_path / "parts" / f"{number}.parquet")
    (tmp_path / "study.yaml").write_text(_BY_PART, encoding="utf-8")
    monkeypatch.chdir(tmp_path)  # where no worker was started
    found = [
        train_by_part(
            "study.yaml", "parts", gather=gather,
            models=tmp_path / "models", out=tmp_path / f"report{place}",
            tracker=RecordingTracker(),
        )
        for place, gather in enumerate((None, cluster.pieces))
    ]  # fmt: skip
    here, there = (
        _text(each, each.training).replace(f"report{place}", "REPORT")
        for place, each in enumerate(found)
    )
    assert there == here


def test_a_plan_is_the_same(cluster) -> None:
    how = {"learners": ["ridge"], "patients": [40], "strengths": [0.75], "studies": 10}
    steps: list[float] = []
    there = plan_study(
        "configs/cdystonia.yaml", elsewhere=cluster,
        progress=lambda _, share: steps.append(share), **how,
    )  # fmt: skip
    assert _text(there) == _text(plan_study("configs/cdystonia.yaml", jobs=1, **how))
    assert len(steps) == 12
    assert steps == sorted(steps)


def test_a_model_in_new_patients_is_the_same(copied, patients, cluster) -> None:
    copied.study.table([{**row, "patient_id": f"B{row['patient_id']}"} for row in patients(120)])
    found = [
        validate(
            "models/small/latest/ridge", "patients.csv", against=["models/small/latest/logistic"],
            elsewhere=elsewhere, tracker=RecordingTracker(),
        )
        for elsewhere in (None, cluster)
    ]  # fmt: skip
    here, there = (_text(each, each.validation) for each in found)
    assert there == here


def test_cohorts_resampled_from_many_patients_are_the_same(cluster) -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.1, 0.9, 9_000)
    y = (rng.random(9_000) < p).astype(np.float64)
    measures = measures_of("binary")
    chunks: list[int] = []

    def counted(work, numbers):
        chunks.append(len(numbers))
        return cluster(work, numbers)

    of = partial(NewPatients, y, None, [3, 4], resamples=450)
    here, there = of(), of(executor=counted)
    assert measure_in(there, p, measures) == measure_in(here, p, measures)
    ours, theirs = (calibration_in(each, p).curve for each in (here, there))
    np.testing.assert_array_equal(theirs.low, ours.low)
    assert chunks == [2, 2, 2]  # the log loss, what is read of the curve and of ranks, the curve


def test_a_training_is_repeated_and_a_model_updated_the_same(copied, patients, cluster) -> None:
    verified = verify("models/small/latest/ridge", "patients.csv", elsewhere=cluster)
    assert verified.same
    copied.study.table(
        [{**row, "patient_id": f"B{row['patient_id']}"} for row in patients(120)], "new.csv"
    )
    found = [
        update(
            "models/small/latest/ridge", "new.csv", method="slope",
            elsewhere=elsewhere, tracker=RecordingTracker(),
        )
        for elsewhere in (None, cluster)
    ]  # fmt: skip
    here, there = (_text(each, each.update) for each in found)
    assert there == here
