"""A graded outcome reaches the learners that ask for it, whatever they are trained again on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictor.errors import StudyError
from predictor.learners import make
from predictor.saved import read_model
from predictor.scorers import LinearScorers
from predictor.tracking import RecordingTracker
from predictor.workflows import plan, prepare, train

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
