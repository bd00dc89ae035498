from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from predictor.cohort import read_table
from predictor.errors import DataError
from predictor.saved import read_model, score

LEARNERS = ["prevalence", "pain only", "logistic", "ridge", "lightgbm"]


@pytest.fixture(scope="module")
def frame(trained) -> pd.DataFrame:
    """Training patients as a researcher's data frame: numbers, flags, texts."""
    frame = pd.read_csv(trained.study.data)
    return frame[frame["course"] == 1].reset_index(drop=True)


@pytest.fixture(scope="module")
def expected(trained) -> dict[str, np.ndarray]:
    raw = read_table(trained.study.data)
    raw = raw.take([row for row, text in enumerate(raw["course"].to_pylist()) if text == "1"])
    return {n: score(read_model(trained.directory(n)), raw).probability for n in LEARNERS}


def _load(uri: str):
    import mlflow

    return mlflow.pyfunc.load_model(uri)


@pytest.mark.parametrize("learner", LEARNERS)
def test_mlflow_loads_the_directory_and_gives_the_same_probability(
    trained, frame, expected, learner
) -> None:
    found = _load(str(trained.directory(learner))).predict(frame)
    np.testing.assert_allclose(found["probability"], expected[learner], rtol=0, atol=1e-12)


def test_mlflow_serves_the_champion_of_the_registry(trained, frame, expected, monkeypatch) -> None:
    monkeypatch.chdir(trained.study.folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.result.store)
    import mlflow

    mlflow.set_tracking_uri(trained.result.store)
    try:
        found = _load("models:/small.responder_t2.T0@champion").predict(frame)
    finally:
        mlflow.set_tracking_uri(None)
    np.testing.assert_allclose(
        found["probability"], expected[trained.result.champion], rtol=0, atol=1e-12
    )


FRAMES = {
    "text": lambda f: f.astype("string"),
    "objects": lambda f: f.astype(object),
    "objects with None": lambda f: f.astype(object).where(f.notna(), None),
    "nullable": lambda f: f.convert_dtypes(),
    "nullable floats": lambda f: f.assign(age_years=f["age_years"].astype("Float64")),
    "whole numbers as floats": lambda f: f.assign(course=f["course"].astype(float)),
    "flags as booleans": lambda f: f.assign(
        allodynia=f["allodynia"].map({"yes": True, "no": False}).astype("boolean")
    ),
    "categories": lambda f: f.assign(sex=f["sex"].astype("category")),
    "further columns": lambda f: f.assign(shoe_size=1),
    "columns in another order": lambda f: f[f.columns[::-1]],
    "other index": lambda f: f.set_index(pd.Index(range(100, 100 + len(f)))),
}


@pytest.mark.parametrize("change", FRAMES.values(), ids=FRAMES)
def test_any_kind_of_data_frame_gives_the_same_probability(
    trained, frame, expected, change
) -> None:
    found = _load(str(trained.directory("ridge"))).predict(change(frame))
    np.testing.assert_allclose(found["probability"], expected["ridge"], rtol=0, atol=1e-12)


def test_whole_numbers_floats_and_texts_mean_the_same(trained, frame) -> None:
    model = _load(str(trained.directory("ridge")))
    one = frame.head(1)
    found = {
        kind: model.predict(one.assign(pain_t0=[value]))["probability"][0]
        for kind, value in (("whole", 7), ("float", 7.0), ("text", "7"), ("other text", "7.00"))
    }
    assert len(set(found.values())) == 1


def test_the_signature_names_the_columns_the_model_needs(trained) -> None:
    description = json.loads((trained.directory("ridge") / "MLmodel").read_text())
    inputs = json.loads(description["signature"]["inputs"])
    assert [column["name"] for column in inputs] == [
        "patient_id", "course", "pain_t0", "age_years", "sex", "limb", "allodynia",
    ]  # fmt: skip


def test_a_refusal_through_mlflow_shows_no_value(trained, frame) -> None:
    model = _load(str(trained.directory("ridge")))
    with pytest.raises(Exception, match="pain_t0: row 2: outside") as caught:
        model.predict(frame.head(1).assign(pain_t0=[77.123]))
    assert "77.123" not in str(caught.value)
    assert str(frame["patient_id"][0]) not in str(caught.value)


def test_a_broken_row_need_not_stop_the_others(trained, frame, expected) -> None:
    model = _load(str(trained.directory("ridge")))
    broken = pd.concat([frame, frame.iloc[[0]]], ignore_index=True)
    broken.loc[1, "pain_t0"] = 11
    with pytest.raises(DataError, match="pain_t0: row 3: outside 0 to 10"):
        model.predict(broken)
    found = model.predict(broken, params={"lenient": True})
    kept = np.delete(np.arange(len(frame)), 1)
    np.testing.assert_allclose(
        found["probability"][kept], expected["ridge"][kept], rtol=0, atol=1e-12
    )
    assert found["flags"][1].startswith("not scored: pain_t0 outside 0 to 10")
    assert "the same patient in another row" in found["flags"].iloc[-1]
