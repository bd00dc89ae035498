"""A graded outcome reaches the learners that ask for it, whatever they are trained again on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictor.errors import StudyError
from predictor.learners import make
from predictor.saved import read_model
from predictor.scorers import LinearScorers
from predictor.statistics import auroc
from predictor.tracking import RecordingTracker
from predictor.workflows import plan, prepare, train
from predictor.workflows.fitted import fit
from predictor.workflows.other_definitions import sensitivity

RULE = "  rule: pain_t0 - pain_t2 >= 2\n"
GRADED = (RULE, f"{RULE}  graded: pain_t0 - pain_t2\n")
BOTH = """\
  ridge: {}
  graded: {learner: ridge, parameters: {graded: true}}
  both: {learner: ridge, parameters: {graded: mean}}
"""
LEARNERS = ("  ridge: {}\n", BOTH)


def test_the_model_is_that_of_labels_and_grades_and_is_saved_as_any_other(small):
    small.change(GRADED, LEARNERS)
    tracker = RecordingTracker()
    result = train("study.yaml", "patients.csv", learners=["graded", "both"], tracker=tracker)
    prepared = prepare("study.yaml", "patients.csv")
    target = prepared.labelled.target
    alone = make("ridge").fit(prepared.matrix.X, target.values).scorers_.coefficient
    for name, how in (("graded", True), ("both", "mean")):
        facts = result.learners[name]
        saved = read_model(Path(facts.model)).model
        assert isinstance(saved, LinearScorers)
        again = make("ridge", graded=how).fit(prepared.matrix.X, target.values, None, target.graded)
        np.testing.assert_allclose(saved.coefficient, again.scorers_.coefficient, atol=1e-9)
        assert np.abs(saved.coefficient - alone).max() > 1e-6
        assert "the graded outcome" in facts.description.text[1]
        assert facts.settings["graded"] == str(how)
    assert {row.learner for row in result.sensitivity} <= {"graded", "both"}
    assert all(row.auroc.estimate is not None for row in result.sensitivity)
    audit = next(each for each in result.audits if each.code == "shuffled_outcome")
    assert audit.verdict != "not_applicable"
    assert tracker.runs[0].learners[0].parameters["setting.graded"] == "True"


def test_one_model_answers_every_definition_that_is_a_threshold_of_the_grade(small):
    deeper = "    deeper: CASE WHEN age_years < 70 THEN pain_t0 - pain_t2 >= 2.5 END\n"
    less = "    less: pain_t0 - pain_t2 >= 1\n"
    small.change(GRADED, LEARNERS, ("    half:", f"{deeper}{less}    half:"))
    planned = plan(prepare("study.yaml", "patients.csv", learners=["graded", "both"]))
    fitted = fit(planned)
    labelled, trained = planned.prepared.labelled, fitted.trained["graded"]
    rows = {row.definition: row for row in sensitivity(planned, fitted.trained, "graded")}
    assert {name for name, row in rows.items() if row.same_model} == {"deeper", "less"}
    assert rows["half"].why_trained_again == "it is no threshold of the grade"
    known = ~np.isnan(labelled.labels)
    testing = planned.plan.folds.testing
    for name in ("deeper", "less"):
        other = labelled.alternatives[name][known]
        assert rows[name].labelled == (~np.isnan(other)).sum()
        # whom the models rank highest does not depend on the cut
        of_folds = [
            auroc(other[used], p[used])
            for p, tested in zip(trained.folds.probability, testing, strict=True)
            for used in [(tested > 0) & ~np.isnan(other)]
        ]
        assert rows[name].auroc.estimate == pytest.approx(np.nanmean(of_folds), abs=1e-12)
    # of the patients who have both labels
    told = ~np.isnan(labelled.alternatives["deeper"][known])
    labels = [
        np.where(told, labelled.alternatives[name][known], np.nan) for name in ("deeper", "less")
    ]
    for learner in fitted.trained.values():
        strict, loose = (learner.of_threshold(k, each) for k, each in enumerate(labels))
        for name in ("whole", "folds", "interval", "bootstrap"):
            low, rule, high = (getattr(each, name) for each in (strict, learner, loose))
            here = ~(low.failed | high.failed)
            assert here.mean() > 0.9
            assert (low.probability <= rule.probability[:, told] + 1e-12)[here].all()
            assert (rule.probability[:, told] <= high.probability + 1e-12)[here].all()
        for each in (strict, loose):
            assert each.probability.mean() == pytest.approx(each.y.mean(), abs=0.04)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ((LEARNERS,), "there is no graded outcome; say in `outcome.graded`"),
        (((GRADED[0], f"{RULE}  graded: 'NULL'\n"), LEARNERS), "is unknown for all labelled pati"),
        (
            (
                (GRADED[0], "  rule: pain_t0 - pain_t2 >= 3.2\n  graded: pain_t0 - pain_t2\n"),
                LEARNERS,
            ),
            "% of the patients have the event. Outside of 20 to 80 % the label is about the ends",
        ),
    ],
    ids=["none", "unknown", "rare"],
)
def test_grades_that_are_not_there_or_would_do_harm_are_refused(small, changes, message):
    small.change(*changes)
    with pytest.raises(StudyError) as caught:
        plan(prepare("study.yaml", "patients.csv"))
    assert f"{small.config.name}: learners.graded.parameters.graded: " in str(caught.value)
    assert message in str(caught.value)
