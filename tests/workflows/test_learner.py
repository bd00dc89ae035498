"""Splines and imputation of a study file reach the learner, its saved model and its facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import read_table
from predictor.errors import StudyError
from predictor.saved import read_model, score
from predictor.scorers.additive import AdditiveScorers
from predictor.study import LearnerSpec
from predictor.tracking import RecordingTracker
from predictor.workflows import prepare, train
from predictor.workflows.learner import make_learner

BENT = """\
  ridge: {}
  bent: {learner: ridge, covariates: [sex, log_age, pain_t0], splines: {pain_t0: 4},
         parameters: {impute: regression}}
"""


def made(study, **settings):
    prepared = prepare(study.config, study.data)
    spec = LearnerSpec(**{"name": "bent", "learner": "ridge", **settings})
    return make_learner(spec, prepared.study, prepared.matrix)


def test_splines_go_to_the_matrix_columns_of_their_covariates(small):
    learner = made(small, covariates=("sex", "log_age", "pain_t0"), splines={"pain_t0": 4})
    assert dict(learner.splines) == {3: 4}
    assert learner.impute == "mean"
    assert made(small, parameters={"impute": "regression"}).impute == "regression"


WEAK = ("learners:\n", "penalty: {weak: [sex, pain_t0]}\nlearners:\n")


def test_weak_covariates_go_to_all_columns_of_each_covariate_the_learner_has(small):
    small.change(WEAK)
    sex, pain = (0, 1), (3,)
    assert made(small, covariates=("sex", "log_age", "pain_t0")).weak == sex + pain
    assert made(small, covariates=("sex",), learner="elastic_net").weak == sex
    assert made(small, covariates=("log_age",)).weak is None
    assert "weak" not in made(small, learner="logistic").get_params()


def test_weak_covariates_are_told_wherever_a_learner_is(small):
    small.change(WEAK, ("  ridge: {}\n", "  ridge: {}\n  firth: {covariates: [sex]}\n"))
    tracker = RecordingTracker()
    summary = train("study.yaml", "patients.csv", learners=["ridge", "firth"], tracker=tracker)
    assert summary.learners["ridge"].settings["weak"] == "sex, pain_t0"
    assert "weak" not in summary.learners["firth"].settings
    said = "penalised four times as much as the others: sex and pain_t0."
    assert said in summary.learners["ridge"].description.text[1]
    (run,) = tracker.runs
    assert run.learners[0].parameters["setting.weak"] == "sex, pain_t0"
    page = (Path(summary.report).parent / "report.html").read_text(encoding="utf-8")
    assert said in page


def test_a_weak_covariate_that_the_pipeline_lacks_is_refused(small):
    small.change(("learners:\n", "penalty: {weak: [age]}\nlearners:\n"))
    with pytest.raises(
        StudyError, match=r"penalty\.weak: the pipeline returns no covariate age; it"
    ):
        prepare("study.yaml", "patients.csv")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"splines": {"age": 4}}, "splines.age: no covariate of this learner; it has pain_t0, log"),
        ({"covariates": ("sex",), "splines": {"pain_t0": 4}}, "splines.pain_t0: no covariate"),
        ({"splines": {"sex": 3}}, "splines.sex: a category; only numbers can have splines"),
        ({"splines": {"allodynia": 3}}, "splines.allodynia: a flag; only numbers"),
        ({"learner": "lightgbm", "splines": {"pain_t0": 3}}, "the learner 'lightgbm' has no spl"),
        ({"parameters": {"splines": {0: 3}}}, "parameters.splines: splines are given by covariate"),
        ({"parameters": {"weak": [0]}}, "parameters.weak: weak covariates are those of the study"),
        (
            {"parameters": {"impute": "median"}},
            "parameters.impute: expected mean, regression or multiple",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_file_learner_and_covariate(small, settings, message):
    with pytest.raises(StudyError) as caught:
        made(small, **settings)
    assert str(caught.value).startswith(f"{small.config}: learners.bent.")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("knots", "message"),
    [("2", "greater than or equal to 3"), ("8", "less than or equal to 7"), ("'4'", "integer")],
)
def test_a_number_of_knots_is_3_to_7(small, knots, message):
    small.change(("  ridge: {}\n", f"  ridge: {{splines: {{pain_t0: {knots}}}}}\n"))
    with pytest.raises(StudyError, match=f"learners.ridge.splines.pain_t0: .*{message}"):
        prepare("study.yaml", "patients.csv")


def test_a_bent_learner_is_trained_saved_read_and_scores_new_patients(small):
    small.change(("  ridge: {}\n", BENT))
    summary = train("study.yaml", "patients.csv", learners=["bent"], tracker=RecordingTracker())
    facts = summary.learners["bent"]
    # pain on 3 terms, age, and two levels of sex
    assert facts.parameters == 6
    model = read_model(Path(facts.model))
    assert isinstance(model.model, AdditiveScorers)
    assert dict(model.study.learners[0].splines) == {"pain_t0": 4}
    again = score(model, read_table(small.data))
    everybody = prepare("study.yaml", "patients.csv").matrix.select(["sex", "log_age", "pain_t0"])
    assert np.isnan(everybody.X).any()
    expected = model.model.probability(everybody.X)[0]
    # two rows have no label; the others were sorted by content before training
    np.testing.assert_allclose(
        np.sort(again.probability[2:]), np.sort(expected), rtol=0, atol=1e-12
    )
    total = again.baseline + again.contributions.sum(axis=1)
    np.testing.assert_allclose(1 / (1 + np.exp(-total)), again.probability, rtol=0, atol=1e-12)
    assert (again.low[2:] <= again.high[2:]).all()
    one = score(model, read_table(small.table([small.rows[7]], "one.csv")))
    np.testing.assert_allclose(one.probability, again.probability[7], rtol=0, atol=1e-13)
