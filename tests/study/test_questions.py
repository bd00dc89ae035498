"""Two studies ask the same, or not, whatever the look of what they say."""

from __future__ import annotations

import pytest

from predictor.study import differences, on_one_line

RULE = "(pain_t0 - pain_t2 >= 2) OR coalesce(said, 'a  b') = 'Yes'"


@pytest.mark.parametrize(
    "again",
    [
        "(pain_t0-pain_t2>=2)OR coalesce(said,'a  b')='Yes'",
        "( pain_t0 - pain_t2 >= 2 )\n  or Coalesce( said , 'a  b' ) = 'Yes'\n",
        "(pain_t0 - pain_t2 >= 2) -- points\nOR /* a\nword */ coalesce(said, 'a  b') = 'Yes'",
    ],
)
def test_a_rule_is_the_same_however_it_is_written(again) -> None:
    assert differences({"rule": RULE}, {"rule": again}) == []
    assert differences({"rule": on_one_line(RULE)}, {"rule": on_one_line(again)}) == []


@pytest.mark.parametrize(
    "other",
    [
        RULE.replace("2)", "3)"),
        RULE.replace("2)", "2.0)"),
        RULE.replace(">=", ">"),
        RULE.replace("Yes", "yes"),
        RULE.replace("a  b", "a b"),
        RULE.replace("OR", "AND"),
        RULE.replace("pain_t2", "pain_t1"),
        RULE.replace("'Yes'", '"Yes"'),
    ],
)
def test_another_rule_is_another_one(other) -> None:
    assert differences({"rule": RULE}, {"rule": other}) == ["rule"]
    assert differences({"rule": on_one_line(RULE)}, {"rule": on_one_line(other)}) == ["rule"]


def test_a_comment_does_not_swallow_what_follows() -> None:
    assert on_one_line("pain < 4 -- low\nOR better") == "pain < 4 OR better"
    assert on_one_line("note = '-- no comment'") == "note = '-- no comment'"


def test_names_are_what_they_are_and_what_is_not_said_does_not_count() -> None:
    ours = {"outcome": "responder", "predict_at": "T0", "rule": "x"}
    assert differences({}, ours) == []
    assert differences({"outcome": "Responder", "rule": "X"}, ours) == ["outcome"]
