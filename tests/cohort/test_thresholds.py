"""Which alternative outcomes are thresholds of the grade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictor.cohort import label, thresholds, why_no_threshold
from predictor.cohort.thresholds_of_grade import NO_GRADE, NO_THRESHOLD, OTHER_PATIENTS

NAN = np.nan
# in order of the rule, then of the grade; the last of each label has no grade
RULE = np.array([0.0, 0, 0, 0, 1, 1, 1, 1, NAN])
GRADE = np.array([-1.0, 0, 1, NAN, 0, 2, 4, NAN, 9])


@pytest.fixture
def labelled(make_cohort):
    return replace(label(make_cohort()), labels=RULE, graded=GRADE)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (RULE, None),
        ([0, 0, 0, 0, 0, 1, 1, 1, NAN], None),  # stricter; the last could be anywhere
        ([0, 0, 0, 0, 0, 1, 1, 0, NAN], None),
        ([0, 1, 1, 1, 1, 1, 1, 1, NAN], None),
        ([0, NAN, 1, 0, 1, 1, NAN, 1, NAN], None),
        ([0, 0, 0, 0, 0, 0, 0, 0, NAN], None),
        ([0, 0, 1, 0, 0, 1, 1, 1, NAN], NO_THRESHOLD),  # one without the event, not one with it
        ([0, 0, 0, 0, 1, 0, 1, 1, NAN], NO_THRESHOLD),
        ([0, 1, 1, 0, 1, 1, 1, 0, NAN], NO_THRESHOLD),
        ([0, 0, 0, 1, 0, 1, 1, 1, NAN], NO_THRESHOLD),
        ([0, 0, 0, 0, 0, 1, 1, 1, 1], OTHER_PATIENTS),
    ],
)
def test_it_is_one_if_all_who_have_it_could_stand_above_all_who_have_it_not(labelled, other, why):
    cohort = replace(labelled, alternatives={"other": np.array(other, dtype=float)})
    assert why_no_threshold(cohort, "other") == why
    assert list(thresholds(cohort)) == ([] if why else ["other"])


def test_without_a_grade_nothing_is_one(labelled):
    cohort = replace(labelled, graded=None, alternatives={"other": RULE})
    assert why_no_threshold(cohort, "other") == NO_GRADE


def test_labels_are_those_of_the_labelled_patients(labelled):
    cohort = replace(labelled, alternatives={"same": RULE})
    np.testing.assert_array_equal(thresholds(cohort)["same"], RULE[:-1])
