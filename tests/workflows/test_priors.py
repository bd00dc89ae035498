"""Learners that start from another saved model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictor.errors import ModelError, StudyError
from predictor.learners import make
from predictor.report.tripod_table import tripod
from predictor.saved import read_model
from predictor.study import load_study
from predictor.tracking import RecordingTracker
from predictor.workflows import plan, prepare, train, verify

RIDGE = "  ridge: {}\n"


def started(model: Path | str, settings: str = "") -> tuple[str, str]:
    return (RIDGE, f"{RIDGE}  again: {{learner: ridge, prior: {{model: {model}}}{settings}}}\n")


@pytest.fixture
def before(trained) -> Path:
    """The folder of a ridge that was trained on the small study."""
    return trained.directory("ridge")


def test_coefficients_are_found_by_column_and_entered_in_the_study(small, before):
    small.change(started(before, ", covariates: [sex, pain_t0]"))
    planned = plan(prepare("study.yaml", "patients.csv"))
    model = read_model(before)
    names = [name for covariate in model.covariates for name in covariate.columns]
    theirs = dict(zip(names, model.model.coefficients()[0], strict=True))
    own = ("sex=male", "sex=other", "pain_t0")
    (spec,) = (each for each in planned.prepared.study.learners if each.name == "again")
    assert spec.prior.model is None
    assert spec.prior.source.startswith("ridge of small (responder_t2), trained 20")
    assert dict(spec.prior.coefficients) == {name: theirs[name] for name in own}
    assert planned.estimators["again"].prior == {n: theirs[name] for n, name in enumerate(own)}


def test_what_is_kept_says_where_it_started_and_can_be_repeated_without_that_model(small, before):
    small.change(("  ridge: {}\n", "  ridge: {}\n  firth: {}\n"))
    tracker = RecordingTracker()
    result = train("study.yaml", "patients.csv", learners=["firth"], prior=before, tracker=tracker)
    assert list(result.learners) == ["firth", "ridge_prior"]
    facts = result.learners["ridge_prior"]
    source = facts.settings["prior"]
    said = {row.item.number: row.text for row in tripod(result)}
    assert "another model are where ridge_prior started. Internal" in said["12c"]
    assert f"ridge_prior from {source}" in said["24"]
    assert source.startswith("ridge of small (responder_t2), trained 20")
    assert source in facts.description.text[1]
    folder = Path(facts.model)
    saved = read_model(folder)
    assert saved.study.learners[0].prior.source == source
    assert f"- **Started from** {source}" in (folder / "card.md").read_text(encoding="utf-8")
    kept = "".join(
        path.read_text(encoding="utf-8", errors="ignore")
        for path in [*folder.rglob("*"), *Path(result.report).parent.rglob("*")]
        if path.is_file()
    )
    assert str(before) not in kept
    prepared = prepare("study.yaml", "patients.csv")
    coefficients = dict(enumerate(read_model(before).model.coefficients()[0]))
    again = make("ridge", prior=coefficients).fit(prepared.matrix.X, prepared.labelled.y)
    np.testing.assert_allclose(saved.model.coefficient, again.scorers_.coefficient, atol=1e-8)
    for place in (folder, Path(result.report).parent):
        assert verify(place, "patients.csv").same


def test_coefficients_can_be_entered_by_hand(small):
    entered = "{source: a paper, coefficients: {sex=male: 0.7, bmi: 0.1}}"
    small.change((RIDGE, f"  ridge: {{prior: {entered}}}\n"))
    planned = plan(prepare("study.yaml", "patients.csv"))
    place = planned.prepared.matrix.columns.index("sex=male")
    assert planned.estimators["ridge"].prior == {place: 0.7}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ((("name: responder_t2", "name: other"),), "predicts responder_t2, and this study other"),
        (
            (("[female, male, other]", "[male, female, other]"),),
            "sex is compared with female there and male here",
        ),
        (
            (
                (
                    "type: number, unit: NRS, range: [0, 10], required",
                    "type: number, unit: mm, range: [0, 10], required",
                ),
            ),
            "pain_t0 is in NRS there and in mm here",
        ),
    ],
)
def test_a_model_that_does_not_fit_is_refused_in_words(small, before, changes, message):
    small.change(started(before), *changes)
    with pytest.raises(StudyError) as caught:
        prepare("study.yaml", "patients.csv")
    assert f"learners.again.prior.model: {before}: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("{model: nowhere}", ModelError, "nowhere"),
        ("{source: a paper, coefficients: {bmi: 1}}", StudyError, "a paper has no coefficient of"),
        ("{source: a paper}", StudyError, "give the folder of a model, or a source and its coeff"),
        ("{coefficients: {sex=male: 1}}", StudyError, "give the folder of a model, or a source"),
        ("{model: x, source: y}", StudyError, "give the folder of a model, or a source and its"),
    ],
)
def test_a_prior_that_is_none_is_refused(small, spec, error, message):
    small.change((RIDGE, f"  ridge: {{prior: {spec}}}\n"))
    with pytest.raises(error, match=message):
        prepare("study.yaml", "patients.csv")


def test_only_sums_of_log_odds_can_be_started_from_and_only_by_a_ridge(small, trained, before):
    small.change(started(trained.directory("lightgbm")))
    with pytest.raises(StudyError, match="its learner, lightgbm, is no sum of log-odds over"):
        prepare("study.yaml", "patients.csv")
    small.change((str(trained.directory("lightgbm")), str(trained.directory("prevalence"))))
    with pytest.raises(StudyError, match="its learner, prevalence, is no sum of log-odds over"):
        prepare("study.yaml", "patients.csv")
    small.change(
        (str(trained.directory("prevalence")), str(before)),
        ("learner: ridge, prior", "learner: firth, prior"),
    )
    with pytest.raises(StudyError, match="the learner 'firth' starts from no model"):
        plan(prepare("study.yaml", "patients.csv"))


def test_a_second_learner_of_that_name_is_refused(small, before):
    small.change((RIDGE, f"{RIDGE}  ridge_prior: {{learner: ridge}}\n"))
    with pytest.raises(StudyError, match="ridge_prior is there; leave out the model to start"):
        prepare("study.yaml", "patients.csv", prior=before)


def test_a_model_is_named_from_where_the_study_file_lies(small, before):
    small.change(started("models/first"))
    (spec,) = (each for each in load_study(small.config).learners if each.name == "again")
    assert Path(spec.prior.model) == small.config.parent / "models/first"
