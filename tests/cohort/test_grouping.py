from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from predictor.cohort import Cohort, check_parted, groupings, read_by_groups, read_frame
from predictor.errors import StudyError
from predictor.study import parse_study

STUDY = """
study: grouped
timepoints: {T0: before, T1: after}
predict_at: T0
columns:
  id: {role: id}
  site: {known_at: T0, role: cluster}
  age: {known_at: T0, type: number, range: [18, 100]}
  sex: {known_at: T0, type: category, levels: [male, female, other]}
  smoker: {known_at: T0, type: flag}
  pain: {known_at: T1, type: number, range: [0, 10]}
outcome: {name: better, known_at: T1, rule: pain < 4}
"""


def cohort(groups: str, **columns):
    n = 40
    values = {
        "id": [f"p{k}" for k in range(n)],
        "site": [f"s{k % 2}" for k in range(n)],
        "age": np.linspace(20, 80, n).round(),
        "sex": ["female", "male"] * 19 + ["other", "other"],
        "smoker": ["yes", "no"] * 20,
        "pain": ["3", "5"] * 20,
    } | columns
    study = parse_study(STUDY + f"groups: {groups}\n", file="study.yaml", pipeline=None)
    found, faults = Cohort.check(read_frame(pd.DataFrame(values)), study, study.columns)
    assert not faults
    return found


def test_a_column_is_a_group_of_each_level_in_the_order_of_the_dictionary():
    (found,) = groupings(cohort("[sex]"))
    assert found.name == "sex"
    # two of 40 are too few to be told of, and so is what they have in common
    assert found.groups == ("male", "female", "smaller groups")
    assert np.bincount(found.which).tolist() == [19, 19, 2]


def test_bands_flags_and_the_unknown_are_groups():
    smoker = ["yes", "no", None, None] * 10
    age, smokes = groupings(
        cohort(
            "{age: \"CASE WHEN age >= 50 THEN '50 and over' ELSE 'under 50' END\", smokes: smoker}",
            smoker=smoker,
        )
    )
    assert age.groups == ("50 and over", "under 50")
    assert smokes.groups == ("no", "yes", "unknown")
    assert np.bincount(smokes.which).tolist() == [10, 10, 20]


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("[age]", "gives numbers; name bands of them"),
        ("[pain]", "pain"),
        ('{rank: "rank() OVER (ORDER BY age) > 20"}', "other patients"),
        ("[nothing]", "nothing"),
    ],
)
def test_what_is_no_group_is_refused_in_words(groups, said):
    with pytest.raises(StudyError) as refused:
        groupings(cohort(groups))
    assert "study.yaml: groups." in str(refused.value)
    assert said in str(refused.value)


def test_a_training_refuses_groups_that_do_not_part_its_patients():
    whole = cohort("{all: \"'everybody'\"}")
    found = groupings(whole)
    assert found[0].groups == ("everybody",)
    with pytest.raises(StudyError, match=r"study.yaml: groups.all: all patients are in one group"):
        check_parted(found, whole.study)


def test_what_a_grouping_reads_is_known_without_patients():
    read = read_by_groups(cohort("{old: age > 60 AND smoker, sex: sex}").study)
    assert read == {"old": {"age", "smoker"}, "sex": {"sex"}}


def test_more_than_twelve_groups_are_refused():
    wide = {
        "id": [f"p{k}" for k in range(65)],
        "site": ["s"] * 65,
        "age": [20 + k % 13 for k in range(65)],
        "sex": ["male"] * 65,
        "smoker": ["yes"] * 65,
        "pain": ["3"] * 65,
    }
    with pytest.raises(StudyError, match="gives 13 groups"):
        groupings(cohort("{years: \"age || ''\"}", **wide))


def test_no_groups_are_none():
    assert groupings(cohort("{}")) == ()
