from __future__ import annotations

import pytest

from predictor.description.response import (
    by_group,
    change_tests,
    definitions,
    durations,
    responders,
    responses,
    transitions,
)
from predictor.results import Transition
from predictor.statistics import mcnemar, wilson


@pytest.fixture(scope="module")
def found(eight):
    return responses(eight)


def test_responders_are_counted_among_those_whose_response_is_known(found) -> None:
    rows = responders(found)
    assert [(r.time, r.events, r.labelled) for r in rows] == [("T1", 4, 7), ("T2", 4, 7)]
    interval = wilson(4, 7)
    assert (rows[0].low, rows[0].high) == (interval.low, interval.high)


def test_every_patient_is_in_one_transition(found) -> None:
    (move,) = transitions(found)
    assert move == Transition(start="T1", end="T2", kept=2, lost=1, gained=2, neither=1, unknown=2)


def test_each_mcnemar_test_has_its_name(found) -> None:
    (tests,) = change_tests(transitions(found))
    expected = mcnemar(1, 2)
    assert dict(tests.p) == {
        "exact": expected.exact, "mid_p": expected.mid_p,
        "uncorrected": expected.uncorrected, "corrected": expected.corrected,
    }  # fmt: skip


def test_duration_counts_the_responders_who_were_seen_again(found) -> None:
    (row,) = durations(transitions(found))
    assert (row.responders, row.kept) == (3, 2)


def test_definitions_disagree_only_where_both_are_known(eight) -> None:
    rule, pain, report = definitions(eight)
    assert (rule.definition, rule.events, rule.differs) == ("responder", 4, None)
    assert (pain.events, pain.labelled, pain.differs, pain.compared) == (3, 7, 1, 7)
    assert (report.events, report.labelled, report.differs) == (3, 6, 1)


def test_groups_add_up_to_all_patients(eight) -> None:
    table = by_group(eight, eight.eligible.study.column("sex"))
    assert table.sizes == {"female": 4, "male": 3, "other": 1}
    rule = table.rows[0].groups
    assert {level: facts.events for level, facts in rule.items()} == {
        "female": 1, "male": 3, "other": 0,
    }  # fmt: skip
    assert rule["other"].share is None


def test_patients_without_a_group_are_counted(eight) -> None:
    table = by_group(eight, eight.eligible.study.column("smoker"))
    assert (table.sizes, table.missing) == ({"no": 5, "yes": 2}, 1)
