"""Conditions that hang on a value which meets them exactly."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.cohort import Cohort, at_the_edge
from predictor.cohort.edge import step
from predictor.study import Study

nan = float("nan")


def cohort(kind: str, tmp_path, **columns) -> Cohort:
    study = Study.model_validate(
        {
            "study": "made-up",
            "timepoints": {"T0": "before", "T1": "after"},
            "predict_at": "T0",
            "columns": [
                {"name": "patient_id", "role": "id"},
                *(
                    {"name": name, "known_at": "T0", "type": kind, "range": [0, 10]}
                    for name in columns
                ),
                {"name": "note", "known_at": "T0", "type": "text"},
            ],
            "outcome": {"name": "event", "known_at": "T1", "rule": "true"},
        }
    )
    rows = zip(*columns.values(), strict=True)
    lines = [
        f"P{place}," + ",".join("" if v is None else str(v) for v in row) + ",-"
        for place, row in enumerate(rows)
    ]
    path = tmp_path / "table.csv"
    path.write_text("\n".join([f"patient_id,{','.join(columns)},note", *lines]), "utf-8")
    return Cohort.read(path, study)


@pytest.mark.parametrize("kind", ["number", "integer"])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("before - after >= 2", {"before": [0, 1, 0, 0], "after": [0, 1, 0, 0]}),
        ("before - after > 2", {"before": [0, 1, 0, 0], "after": [0, 1, 0, 0]}),
        ("(before - after) / before >= 0.25", {"before": [0, 1, 0, 0], "after": [0, 1, 0, 0]}),
        ("after <= 6", {"after": [0, 1, 0, 0]}),
        ("after BETWEEN 5 AND 6", {"after": [1, 1, 0, 0]}),
        # met or not in both directions
        ("after = 6", {"after": [0, 0, 0, 0]}),
        ("after IN (5, 6)", {"after": [0, 0, 0, 0]}),
        ("after::INTEGER < 6", {"after": [0, 0, 0, 0]}),
        # nobody is below 0
        ("after BETWEEN 0 AND 4", {"after": [0, 0, 0, 0]}),
        ("sqrt(after) >= 0", {"after": [0, 0, 0, 0]}),
        # a label that comes and goes
        ("CASE WHEN after >= 6 THEN true END", {"after": [0, 1, 0, 0]}),
        # nothing measured
        ("note = '-'", {}),
    ],
)
def test_a_condition_is_at_its_edge_where_the_direction_of_a_small_move_decides(
    tmp_path, kind, rule, expected
):
    patients = cohort(kind, tmp_path, before=[9, 8, 10, None], after=[5, 6, 0, 3])
    edges = at_the_edge(patients, rule, "rule")
    assert {name: edge.astype(int).tolist() for name, edge in edges.items()} == expected


def test_one_computed_cell_does_not_hide_the_edge_of_the_others(tmp_path):
    after = [6.3, 6.4, 6.3, 0.1 + 0.2]
    patients = cohort("number", tmp_path, before=[8.3] * 4, after=after)
    edges = at_the_edge(patients, "before - after >= 2", "rule")
    assert edges["after"].tolist() == [True, False, True, False]


def test_a_column_of_computed_numbers_has_an_edge_too(tmp_path):
    before, after = [20 / 3, 17 / 3, 19 / 3], [14 / 3, 8 / 3, 13 / 3]
    patients = cohort("number", tmp_path, before=before, after=after)
    edges = at_the_edge(patients, "before - after >= 2", "rule")
    assert edges["before"].tolist() == edges["after"].tolist() == [True, False, True]


def test_a_column_that_has_to_be_whole_is_not_moved(tmp_path):
    patients = cohort("integer", tmp_path, before=[1, 1], after=[5, 6])
    edges = at_the_edge(patients, "(before & 1) = 1 AND after >= 6", "rule")
    assert {name: edge.tolist() for name, edge in edges.items()} == {"after": [False, True]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 30], 1),
        ([0.5, 1, 2.5], 0.1),
        ([0.25, 1.75, 2.5], 0.01),
        ([1.1, 2.2, 1 / 3], 0.1),
        ([1e6, 2e6, nan], 1),
        ([1 / 3, 2 / 3, 1 / 7], 2e-9 / 3),
        ([nan], 1),
        ([], 1),
    ],
)
def test_the_step_is_what_most_values_are_written_in(values, expected):
    assert step(np.array(values, dtype=float)) == pytest.approx(expected, rel=1e-12)
