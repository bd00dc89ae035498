from __future__ import annotations

import pytest

from predictor.description.labels import label_paths


@pytest.fixture(scope="module")
def table(eight):
    return label_paths(eight)


def test_every_patient_is_in_one_row(table) -> None:
    counted = [(row.holds, *row.criteria.values(), *row.patients.values()) for row in table.rows]
    assert counted == [
        ("both", "yes", "yes", 2, 0, 0),
        ("pain only", "yes", "no", 1, 0, 0),
        ("report only", "no", "yes", 1, 0, 0),
        ("none", "no", "no", 0, 2, 0),
        ("unknown", "no", "unknown", 0, 1, 0),
        ("unknown", "unknown", "unknown", 0, 0, 1),
    ]


def test_conflicts_are_criteria_that_contradict_each_other(table) -> None:
    assert [(conflict.criteria, conflict.patients) for conflict in table.conflicts] == [
        ({"pain": "yes", "report": "no"}, 1),
        ({"pain": "no", "report": "yes"}, 1),
    ]


def test_labels_that_rest_on_an_unknown_criterion_are_counted(table) -> None:
    assert table.decided_without == {"pain": 0, "report": 1}


def test_without_criteria_there_is_no_table(make_labelled) -> None:
    criteria = "  criteria: {pain: nrs_t0 - nrs_t2 >= 2, report: success}\n  reported: report\n"
    assert label_paths(make_labelled(None, (criteria, ""))) is None
