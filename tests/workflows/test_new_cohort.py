from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import read_frame, read_table
from predictor.errors import DataError
from predictor.saved import read_model
from predictor.workflows import score
from predictor.workflows.new_cohort import read_new_cohort


@pytest.fixture
def ridge(trained):
    return read_model(trained.directory("ridge"))


@pytest.fixture
def new(small, patients):
    """A table of patients who had no part in the training."""
    rows = [
        {**row, "patient_id": f"B{number}"} for number, row in enumerate(patients(n=60, seed=8))
    ]
    return small.table(rows, "new.csv"), rows


def test_probabilities_are_those_of_score_in_an_order_of_their_own(ridge, new) -> None:
    path, rows = new
    cohort = read_new_cohort(ridge, path)
    scores = score(ridge, path, lenient=True)
    by_id = dict(zip(scores.identifiers["patient_id"].to_pylist(), scores.probability, strict=True))
    ids = cohort.labelled.labelled.table["patient_id"].to_pylist()
    np.testing.assert_allclose(cohort.probability, [by_id[name] for name in ids], rtol=1e-12)
    truth = {
        row["patient_id"]: float(row["pain_t0"]) - float(row["pain_t2"]) >= 2
        for row in rows
        if row["pain_t2"] != ""
    }
    assert [truth[name] for name in ids] == cohort.y.astype(bool).tolist()
    flow = cohort.labelled.flow
    assert (flow.rows, flow.eligible, flow.labelled) == (60, 59, 58)


def test_probabilities_are_the_same_however_often_they_are_asked_for(ridge, new) -> None:
    cohort = read_new_cohort(ridge, new[0])
    logit = cohort.logit.copy()
    first, second = cohort.probability, cohort.probability
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(cohort.logit, logit)


def test_the_order_of_the_table_does_not_matter(small, ridge, new) -> None:
    path, rows = new
    turned = small.table(rows[::-1], "turned.csv")
    first, second = (read_new_cohort(ridge, table) for table in (path, turned))
    np.testing.assert_array_equal(first.logit, second.logit)
    np.testing.assert_array_equal(first.y, second.y)
    assert first.entropy == second.entropy


def test_only_what_model_and_outcome_read_has_to_be_there(small, ridge, new) -> None:
    path, rows = new
    needed = ("patient_id", "course", "pain_t0", "age_years", "sex", "limb", "allodynia", "pain_t2")
    bare = small.table([{name: row[name] for name in needed} for row in rows], "bare.csv")
    np.testing.assert_array_equal(
        read_new_cohort(ridge, bare).logit, read_new_cohort(ridge, path).logit
    )


def test_missing_columns_are_all_named_with_what_they_are_for(small, ridge, new) -> None:
    _, rows = new
    without = [
        {k: v for k, v in row.items() if k not in ("pain_t2", "limb")} | {"Limb": "upper"}
        for row in rows
    ]
    path = small.table(without, "without.csv")
    with pytest.raises(DataError) as refused:
        read_new_cohort(ridge, path)
    assert refused.value.faults == (
        f"{path}: limb: the model needs this column; the table has 'Limb': rename it",
        f"{path}: pain_t2: the outcome responder_t2 is read from this column; add it to the table",
    )


def test_the_table_of_the_training_is_refused(trained, ridge) -> None:
    with pytest.raises(DataError, match="this is the table that the model was trained on"):
        read_new_cohort(ridge, trained.study.data)


def test_a_patient_twice_and_too_few_events_are_refused(small, ridge, new) -> None:
    _, rows = new
    with pytest.raises(DataError, match="the same patient more than once"):
        read_new_cohort(ridge, small.table([*rows, rows[5]], "twice.csv"))
    responders = [r for r in rows if r["pain_t2"] != "" and r["pain_t0"] - r["pain_t2"] >= 2]
    with pytest.raises(DataError, match="fewer than 5 had the event, or fewer than 5 had not"):
        read_new_cohort(ridge, small.table(responders, "all.csv"))


def test_a_data_frame_is_read_too(ridge, new) -> None:
    path, _ = new
    frame = read_table(path).to_pandas()
    assert read_frame(frame).num_rows == 60
    np.testing.assert_array_equal(
        read_new_cohort(ridge, frame).logit, read_new_cohort(ridge, Path(path)).logit
    )


def test_patients_of_one_cluster_are_a_sample_of_patients(small, ridge, patients) -> None:
    columns = tuple(
        column.model_copy(update={"roles": ("cluster",)}) if column.name == "note" else column
        for column in ridge.study.columns
    )
    model = replace(ridge, study=ridge.study.model_copy(update={"columns": columns}))
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=60, seed=8))]
    for wards, expected in ((("a", "b", "c"), 3), (("a",), None)):
        table = small.table(
            [{**row, "note": wards[n % len(wards)]} for n, row in enumerate(rows)], "new.csv"
        )
        clusters = read_new_cohort(model, table).clusters
        assert (None if clusters is None else len(set(clusters.tolist()))) == expected
