"""What can be had of a patient who alone holds a level, from all that a training leaves behind."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from predictor.cohort import read_table
from predictor.saved import SavedModel, read_model, score
from predictor.workflows import make_plan, prepare, train

SAMPLES = 57
LEARNERS = ("ridge", "logistic", "lightgbm")


@dataclass(frozen=True)
class Left:
    """What the training left, and what the attacker must not find."""

    folder: Path
    models: dict[str, SavedModel]
    X: np.ndarray
    weights: np.ndarray
    holder: int


@pytest.fixture(scope="module", params=[30, 40])
def left(request, make_study, patients, trained, tmp_path_factory) -> Left:
    """A training on so few patients, of whom one has limb both and one steroids."""
    n = request.param
    rows = [{**row, "course": 1, "steroids": "no"} for row in patients(n=n, signal=0.3, seed=n)]
    for row in rows:
        row["pain_t2"] = row["pain_t2"] or 5.0
    rows[7] |= {"limb": "both", "steroids": "yes", "age_years": 67.3, "allodynia": "yes"}
    folder = tmp_path_factory.mktemp("one") / "work"
    study = make_study(folder, rows)
    study.change(
        ("  onset: ", "  steroids:     {known_at: T0, type: flag}\n  onset: "),
        ("bootstrap: {replicates: 20}", f"bootstrap: {{replicates: {SAMPLES}}}"),
    )
    study.change(("limb, allodynia", "limb, allodynia, steroids"), file="covariates.sql")
    from predictor.report import Figure

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        patch.setattr(Figure, "png", lambda figure: b"\x89PNG")
        summary = train("study.yaml", "patients.csv", learners=LEARNERS)
        prepared = prepare("study.yaml", "patients.csv")
    holder = prepared.labelled.labelled.table["patient_id"].to_pylist().index("QZID0007")
    plan = make_plan(prepared)
    raw = prepared.eligible.take(~np.isnan(prepared.labelled.labels))
    return Left(
        folder,
        {name: read_model(folder / summary.learners[name].model) for name in LEARNERS},
        raw.X,
        plan.bootstrap,
        holder,
    )


def arrays(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Every array of numbers in the files of a folder, of JSON and of NumPy archives."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            yield from _nested(path.name, json.loads(path.read_text()))
        if path.suffix == ".npz":
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
                for name in archive.namelist():
                    yield f"{path.name}!{name}", np.lib.format.read_array(archive.open(name))


def _nested(name: str, value: Any) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _nested(f"{name}.{key}", part)
    elif isinstance(value, list):
        try:
            yield name, np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            for place, part in enumerate(value):
                yield from _nested(f"{name}[{place}]", part)


def test_no_array_that_is_kept_tells_who_was_in_which_sample(left) -> None:
    """A number of every sample, whatever it is, would be a sum over the weights of its patients."""
    assert left.weights.shape[0] == SAMPLES
    for name, array in arrays(left.folder):
        if SAMPLES not in array.shape:
            continue
        axis = array.shape.index(SAMPLES)
        columns = np.moveaxis(array, axis, 0).reshape(SAMPLES, -1)
        columns = columns[:, np.ptp(columns, axis=0) > 0]
        found = np.corrcoef(columns.T, left.weights.T)[: columns.shape[1], columns.shape[1] :]
        assert not (np.abs(found) > 0.6).any(), name


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_level_and_the_flag_of_one_patient_have_no_number_of_their_own(left, learner) -> None:
    model = left.models[learner]
    places = [
        covariate.start + covariate.levels.index("both") - 1
        if covariate.kind == "category"
        else covariate.start
        for covariate in model.covariates
        if covariate.name in ("limb", "steroids")
    ]
    assert np.array(model.usual.mean)[places].tolist() == [0.0, 0.0]
    assert np.array(model.usual.standard_deviation)[places].tolist() == [0.0, 0.0]
    if model.combinations is not None:
        others = np.delete(model.combinations.correlation[places], places, axis=1)
        assert not others.any()
    there, away = np.nanmean(left.X, axis=0)[None, :].repeat(2, axis=0)
    away[places] = 1.0 - there[places]
    logits = model.model.logit(np.array([there, away]))[0]
    assert abs(logits[0] - logits[1]) < 1e-9
    assert [(p.covariate, p.values) for p in model.pooled] == [
        ("limb", ("both",)),
        ("steroids", ("yes",)),
    ]


@pytest.mark.parametrize("learner", LEARNERS)
def test_who_has_it_is_scored_as_another_and_told_so(left, learner) -> None:
    raw = read_table(left.folder / "patients.csv")
    scores = score(left.models[learner], raw)
    row = raw["patient_id"].to_pylist().index("QZID0007")
    into = next(p.into for p in left.models[learner].pooled if p.covariate == "limb")
    told = "limb: a value of fewer than 5 training patients, scored as"
    assert f"{told} {into}; steroids: a value of fewer than 5" in scores.flags[row]
    assert not [flag for flag in scores.flags[:row] if "fewer than 5" in flag]
    other = raw.set_column(
        raw.column_names.index("limb"),
        "limb",
        [[into if name == "both" else name for name in raw["limb"].to_pylist()]],
    )
    np.testing.assert_array_equal(
        score(left.models[learner], other).probability, scores.probability
    )


def test_it_is_told_when_training_and_in_the_card(left) -> None:
    (report,) = left.folder.glob("reports/*/latest/report.json")
    (finding,) = [a for a in json.loads(report.read_text())["audits"] if a["code"] == "few_holders"]
    assert finding["verdict"] == "tip"
    assert "limb both" in finding["message"]
    assert "steroids yes" in finding["message"]
    for card in left.folder.glob("models/*/latest/*/card.md"):
        assert "steroids yes" in card.read_text()


def test_trees_have_no_counts_and_no_value_of_a_patient(left) -> None:
    (trees,) = left.folder.glob("models/*/latest/lightgbm/trees.json")
    text = trees.read_text()
    assert not re.search(r"count|weight|gain|feature_infos", text)
    (forest,) = left.models["lightgbm"].model.forests  # type: ignore[attr-defined]
    for column, at in zip(forest.column, forest.number, strict=True):
        assert column < 0 or at not in left.X[:, column]


def test_means_are_not_those_of_the_patients_to_the_last_digit(left) -> None:
    """The sum of all less the sum of all but one, from two trainings, would be the one."""
    mean, n = np.array(left.models["ridge"].usual.mean), len(left.X)
    spread = np.nanstd(left.X, axis=0)
    others = np.delete(left.X, left.holder, axis=0)
    exact = np.nanmean(others, axis=0)
    guess = n * mean - (n - 1) * exact
    ages = [
        covariate.start
        for covariate in left.models["ridge"].covariates
        if covariate.name in ("pain_t0", "log_age")
    ]
    off = np.abs(guess - left.X[left.holder])[ages]
    assert (off > 0.02 * spread[ages]).all()
    assert all(len(str(value)) <= 5 for value in mean[ages])


def test_no_figure_with_a_point_per_patient_is_left(left) -> None:
    assert not list(left.folder.rglob("*beeswarm*"))
    (page,) = left.folder.glob("reports/*/latest/report.html")
    assert "One point per patient" not in page.read_text()
