"""A model that stands as it is, among the learners of a training."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from predictor.errors import StudyError
from predictor.learners.published_scorers import scorers_of
from predictor.saved import read_model
from predictor.tracking import RecordingTracker
from predictor.workflows import (
    enter,
    estimate,
    fit,
    plan,
    plan_study,
    prepare,
    train,
    verify,
)
from predictor.workflows.standing import published

RIDGE = "  ridge: {}\n"
INLINE = """\
  published:
    model:
      source: Somebody 2019, doi 10.1000/1
      equation:
        intercept: 0.2
        coefficients: {sex=male: 1.1, sex=other: 0, allodynia: -1.4}
      missing: {sex=male: 0.5, sex=other: 0, allodynia: 0.5}
"""


def beside(model: Path | str) -> tuple[str, str]:
    return (RIDGE, f"{RIDGE}  old: {{model: {model}}}\n")


def test_every_sample_has_the_same_model_and_the_saved_one_gives_its_probabilities(small, trained):
    small.change(beside(trained.directory("ridge")))
    fitted = fit(plan(prepare("study.yaml", "patients.csv", learners=["ridge", "old"])))
    old = fitted.trained["old"]
    for part in (old.folds, old.interval, old.bootstrap):
        assert_array_equal(part.probability, np.tile(old.probability, (len(part), 1)))
        assert not part.failed.any()
    theirs = read_model(trained.directory("ridge")).model.probability(fitted.prepared.matrix.X)[0]
    assert_allclose(old.probability, theirs, rtol=0, atol=1e-12)
    found = estimate(fitted).learners["old"].result
    assert found.parameters == 0
    assert found.comparator
    assert not found.constant
    assert found.sample_size is None
    assert found.published.startswith("ridge of small (responder_t2), trained 20")
    # apparent and cross-validated are of the same model in the same patients
    assert found.metrics["brier"].estimate == pytest.approx(
        found.metrics["brier"].apparent, rel=0.01
    )
    assert found.metrics["auroc"].low < found.metrics["auroc"].estimate
    share = found.metrics["observed_expected"]
    assert share.high - share.low > 0.1  # patients are resampled where models cannot be


def test_a_training_with_a_published_model_is_repeated_without_its_folder(small):
    small.change((RIDGE, f"{RIDGE}{INLINE}"))
    (told,) = enter("study.yaml").models
    small.change((INLINE, f"  published: {{model: {told.model}}}\n"))
    tracker = RecordingTracker()
    result = train("study.yaml", "patients.csv", learners=["ridge", "published"], tracker=tracker)
    shutil.rmtree(told.model)
    facts = result.learners["published"]
    assert facts.published == "Somebody 2019, doi 10.1000/1"
    assert any("nothing of it was learned here" in text for text in facts.description.text)
    saved = read_model(facts.model)
    assert not saved.spread.known
    assert saved.model.coefficient[0].tolist() == [1.1, 0.0, -1.4]
    assert saved.model.impute[0].tolist() == [0.5, 0.0, 0.5]
    card = (Path(facts.model) / "card.md").read_text()
    assert "Entered as it was published, and measured in 88 other patients." in card
    for path in (small.folder / "reports").rglob("*"):
        if path.suffix in (".json", ".yaml", ".html") and path.is_file():
            assert str(told.model) not in path.read_text()
    assert verify(result.report_json.rsplit("/", 1)[0], "patients.csv").same


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("allodynia: -1.4}", "bmi: -1.4}", "bmi is no column of the design matrix"),
        ("sex=other: 0, all", "all", "the model says nothing of sex=other"),
        ("      missing: {sex=male: 0.5, sex=other: 0, allodynia: 0.5}", "      missing: refuse",
         "some have none"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_the_patients_is_refused(small, old, new, said):
    text = INLINE.replace(old, new)
    if "bmi" in new:
        text = text.replace("allodynia: 0.5", "bmi: 0.5")
    if new == "all":
        text = text.replace("sex=other: 0, all", "all")
    small.change((RIDGE, RIDGE + text))
    with pytest.raises(StudyError, match=said):
        prepare("study.yaml", "patients.csv")


def test_a_model_without_an_equation_is_refused_with_a_way_out(small, trained):
    small.change(beside(trained.directory("lightgbm")))
    with pytest.raises(StudyError, match=r"no sum of log-odds.*predictor validate"):
        prepare("study.yaml", "patients.csv")


def test_of_models_that_stand_alone_nothing_is_trained(small, trained):
    small.change(beside(trained.directory("ridge")))
    with pytest.raises(StudyError, match="there is nothing to train"):
        prepare("study.yaml", "patients.csv", learners=["old"])


def test_a_learner_starts_from_an_entered_model(small):
    small.change((RIDGE, RIDGE + INLINE))
    (told,) = enter("study.yaml").models
    small.change((INLINE, f"  again: {{learner: ridge, prior: {{model: {told.model}}}}}\n"))
    prepared = prepare("study.yaml", "patients.csv")
    (spec,) = (each for each in prepared.study.learners if each.name == "again")
    assert spec.prior.source == "Somebody 2019, doi 10.1000/1"
    assert dict(spec.prior.coefficients) == {"sex=male": 1.1, "sex=other": 0.0, "allodynia": -1.4}


def test_a_plan_leaves_it_out_for_no_simulated_outcome_follows_it(small):
    small.change((RIDGE, RIDGE + INLINE))
    found = plan_study("study.yaml", patients=[30], strengths=[0.5], studies=10, jobs=1)
    assert "published" in found.left_out
    assert "published" not in found.learners


def test_splines_of_a_saved_model_are_found_again(small, tmp_path):
    small.change((RIDGE, "  ridge: {splines: {pain_t0: 4}}\n"))
    result = train(
        "study.yaml", "patients.csv", learners=["ridge", "prevalence"], tracker=RecordingTracker()
    )
    folder = Path(result.learners["ridge"].model)
    small.change(("  ridge: {splines: {pain_t0: 4}}\n", f"{RIDGE}  old: {{model: {folder}}}\n"))
    planned = plan(prepare("study.yaml", "patients.csv", learners=["ridge", "old"]))
    X = planned.prepared.matrix.X
    theirs = read_model(folder).model.probability(X)
    ours = planned.estimators["old"].scorers.probability(X)
    assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["glm", "rcs", "score", "line", "rule"])
def test_an_updated_model_stands_beside_others_as_updated(name, tmp_path):
    golden = Path(__file__).parents[1] / "golden" / "enter"
    (told,) = enter(golden / "study.yaml", learners=[name], out=tmp_path / "model").models
    saved = read_model(told.model)
    updated = replace(saved, model=saved.model.recalibrated(np.array([0.3]), np.array([0.8])))
    assert published(saved, "here") == saved.study.learners[0].model
    again = scorers_of(published(updated, "here"), saved.covariates)
    X = np.random.default_rng(2).normal(5, 30, size=(50, saved.model.columns))
    assert_allclose(again.logit(X), updated.model.logit(X), rtol=0, atol=1e-9)
    assert published(updated, "here").refused == published(saved, "here").refused
