from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from predictor.errors import DataError
from predictor.tracking import RecordingTracker
from predictor.workflows import score, score_file
from predictor.workflows.record import read_record


@pytest.fixture
def ridge(trained) -> str:
    return str(trained.directory("ridge"))


def test_scores_are_written_beside_each_other_in_csv_and_parquet(small, ridge, patients) -> None:
    small.table([{**row, "course": 1} for row in small.rows], "new.csv")
    score_file(ridge, "new.csv", Path("out/scores.parquet"))
    found = score_file(ridge, "new.csv", Path("scores.csv"))
    import pandas as pd

    ours, theirs = pd.read_csv("scores.csv"), pd.read_parquet("out/scores.parquet")
    assert list(ours) == list(theirs) == score(ridge, "new.csv").to_table().column_names
    assert (ours["probability"] == theirs["probability"]).all()
    assert (found.patients, found.scored) == (len(small.rows), len(small.rows))
    assert ours["patient_id"].tolist() == [row["patient_id"] for row in small.rows]


def test_a_model_is_scored_from_where_it_is_tracked(small, ridge, trained) -> None:
    small.table([{**row, "course": 1} for row in small.rows], "new.csv")
    run, tracker = read_record(trained.study.folder / "reports/small/latest"), RecordingTracker()
    tracker.log(replace(run, champion="ridge"))
    champion = "models:/small@champion"
    score_file(champion, "new.csv", Path("tracked.csv"), tracker=tracker)
    score_file(ridge, "new.csv", Path("scores.csv"))
    assert Path("tracked.csv").read_text() == Path("scores.csv").read_text()
    tracked = score(champion, "new.csv", tracker=tracker)
    np.testing.assert_array_equal(tracked.probability, score(ridge, "new.csv").probability)


def test_another_kind_of_file_is_refused_before_anything_is_read(small, ridge) -> None:
    before = small.files()
    with pytest.raises(DataError, match=r"scores\.xlsx: scores are written as \.csv or \.parquet"):
        score_file(ridge, "nothing.csv", Path("scores.xlsx"))
    assert small.files() == before


def test_the_table_of_patients_is_never_overwritten(small, ridge) -> None:
    before = small.files()
    Path("link.csv").symlink_to("patients.csv")
    for out in ("patients.csv", "../work/patients.csv", "link.csv"):
        with pytest.raises(DataError, match="this is the table of patients"):
            score_file(ridge, "patients.csv", Path(out))
    Path("link.csv").unlink()
    assert small.files() == before


def test_every_fault_of_the_table_names_the_file(small, ridge) -> None:
    small.table([{**small.rows[0], "pain_t0": 12}, {**small.rows[1], "sex": "m"}], "new.csv")
    with pytest.raises(DataError) as caught:
        score_file(ridge, "new.csv", Path("scores.csv"))
    assert len(caught.value.faults) == 2
    assert all(fault.startswith("new.csv: ") for fault in caught.value.faults)
    with pytest.raises(DataError) as caught:
        score_file(ridge, "nothing.csv", Path("scores.csv"))
    assert caught.value.faults == ("nothing.csv: there is no such file",)
