"""Samples whose histograms could fill a memory are refused; how many would not be is said."""

from __future__ import annotations

import re

import pytest

from predictor.errors import StudyError
from predictor.study import Study, parse_study
from predictor.workflows.by_part_refusals import check_by_part

STUDY = """\
study: registry
timepoints: {T0: before, T1: later}
predict_at: T0
columns:
  pid: {role: id}
  age: {type: number, known_at: T0, range: [18, 100]}
  died: {type: flag, known_at: T1}
outcome: {name: death, known_at: T1, rule: died}
learners: {ridge: {}}
"""


def study(**samples: int) -> Study:
    """With these keys of `validation`, each by the last of its names."""
    keys = {"folds": "cross_validation", "replicates": "bootstrap", "resamples": "interval"}
    given = [f"{keys[name]}: {{{name}: {number}}}" for name, number in samples.items()]
    return parse_study(
        f"{STUDY}validation: {{{', '.join(given)}}}\n", file="study.yaml", pipeline=None
    )


def test_what_is_not_given_is_never_refused() -> None:
    check_by_part(study())


@pytest.mark.parametrize(
    ("samples", "key", "said"),
    [
        ({"replicates": 500}, "replicates", "bootstrap.replicates: .* 500 models may take 3.8 GB"),
        ({"resamples": 2000}, "resamples", "interval.resamples: .* in 10 folds may take 6.4 GB"),
        ({"resamples": 2000, "folds": 5}, "resamples", "interval.resamples: .* in 5 folds may"),
    ],
)
def test_the_number_that_is_said_to_be_accepted_is_the_largest_that_is(samples, key, said) -> None:
    with pytest.raises(StudyError, match=said) as refused:
        check_by_part(study(**samples))
    assert "without --by-part" in str(refused.value)
    (most,) = re.findall(r"give at most ([0-9]+)", str(refused.value))
    check_by_part(study(**{**samples, key: int(most)}))
    with pytest.raises(StudyError, match=f"give at most {most}"):
        check_by_part(study(**{**samples, key: int(most) + 1}))


def test_both_are_told_at_once_and_of_many_folds_how_many_go_together() -> None:
    with pytest.raises(StudyError, match=r"(?s)replicates: .*\n.*resamples: ") as refused:
        check_by_part(study(replicates=210, folds=300))
    assert "or fewer folds (folds times resamples are at most 5028)" in str(refused.value)
