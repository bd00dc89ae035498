from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.description import describe, suppressed
from predictor.description.disclosure import SMALL, WITHHELD, shield


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([10, 0, 7], [10, 0, 7]),
        ([10, 3, 7], [10, SMALL, WITHHELD]),
        ([10, 3, 2], [10, SMALL, SMALL]),
        ([10, 1, 1], [WITHHELD, SMALL, SMALL]),
        ([4, 4, 12], [SMALL, SMALL, WITHHELD]),
        ([9, 1, 5], [WITHHELD, SMALL, WITHHELD]),
        ([3, 0], [SMALL, 0]),
        ([], []),
    ],
)
def test_small_counts_and_what_gives_them_away_are_not_shown(cells, shown) -> None:
    assert shield(cells) == shown


@given(st.lists(st.integers(0, 12), min_size=2, max_size=5))
def test_hidden_counts_do_not_follow_from_the_total(cells) -> None:
    shown = shield(cells)
    hidden = {place: text for place, text in enumerate(shown) if isinstance(text, str)}
    total = sum(cells[place] for place in hidden)
    ranges = [range(1, 5) if text == SMALL else range(5, total + 1) for text in hidden.values()]
    ways = sum(sum(way) == total for way in itertools.product(*ranges))
    # with nothing left to withhold, a total made of small cells alone tells itself
    if hidden and any(isinstance(text, int) and text >= 5 for text in shown):
        assert ways > 1


def ways_of(change):
    return [change.lower, change.same, change.higher]


@pytest.fixture(scope="module")
def closed(exact):
    return suppressed(exact)


def test_no_count_of_one_to_four_patients_is_left(closed) -> None:
    counts = [
        cell
        for row in closed.characteristics.rows
        for facts in row.groups.values()
        for cell in getattr(facts, "counts", {}).values()
    ]
    counts += [count for row in closed.labels.rows for count in row.patients.values()]
    counts += [conflict.patients for conflict in closed.labels.conflicts]
    counts += [
        getattr(closed.transitions[0], name) for name in ("kept", "lost", "gained", "neither")
    ]
    counts += [row.events for row in closed.definitions]
    counts += [facts.events for row in closed.by.rows for facts in row.groups.values()]
    counts += list(closed.by.sizes.values())
    counts += [n for point in closed.trajectories.points for n in point.counts.values()]
    counts += [pattern.patients for pattern in closed.missing.patterns]
    counts += [cell for change in closed.changes for cell in ways_of(change)]
    assert not {1, 2, 3, 4} & {count for count in counts if isinstance(count, int)}
    assert SMALL in counts


def test_a_hidden_count_takes_its_share_and_difference_along(closed) -> None:
    for row in closed.responders:
        assert (row.events, row.share, row.low) == (SMALL, None, None)
    for row in closed.characteristics.rows:
        assert row.standardised_difference is None


def test_what_rests_on_few_patients_is_listed(closed) -> None:
    assert "responders at T1" in closed.few
    assert "from T1 to T2: kept" in closed.few
    groups = [f"responder, sex = {level}" for level in ("female", "male", "other")]
    assert [said for said in closed.few if said in groups] == groups


def test_a_group_cannot_be_found_by_subtraction(make_labelled) -> None:
    cells = {
        "sex": ["female"] * 12 + ["male"] * 12,
        "nrs_t0": [8] * 24,
        "nrs_t2": [5] * 3 + [8] * 9 + [5] * 6 + [8] * 6,
        "success": ["no"] * 24,
    }
    found = suppressed(describe(make_labelled(cells), by="sex"))
    rule = found.by.rows[0].groups
    assert rule["female"].events == SMALL
    assert rule["male"].events == WITHHELD
    assert found.definitions[0].events == 9


def test_suppressing_leaves_the_exact_description_alone(exact) -> None:
    before = json.dumps(exact.to_json())
    suppressed(exact)
    assert json.dumps(exact.to_json()) == before


def test_a_large_cohort_loses_nothing(make_labelled) -> None:
    cells = {
        "sex": ["female", "male"] * 50, "age": [40, 50] * 50, "smoker": ["yes", "no"] * 50,
        "nrs_t0": [8] * 100, "nrs_t1": [6] * 50 + [8] * 50,
        "nrs_t2": [5] * 40 + [8] * 40 + [5] * 20, "success": ["yes", "no", "no", "yes"] * 25,
    }  # fmt: skip
    exact = describe(make_labelled(cells), by="sex")
    found = suppressed(exact)
    assert found.few == ()
    assert exact.definitions == found.definitions
    assert exact.transitions == found.transitions


def test_changes_and_label_paths_cannot_be_found_by_subtraction(make_labelled) -> None:
    cells = {
        "sex": ["female"] * 30,
        "nrs_t0": [8] * 30,
        "nrs_t2": [5] * 17 + [8] * 10 + [9] * 3,
        "success": ["yes"] * 14 + ["no"] * 16,
    }
    found = suppressed(describe(make_labelled(cells)))
    for change in found.changes:
        ways = ways_of(change)
        hidden = [cell for cell in ways if isinstance(cell, str)]
        assert len(hidden) != 1, ways
    assert any(c.higher == SMALL and WITHHELD in ways_of(c) for c in found.changes)
    rows = found.labels.rows
    several = False
    for label in rows[0].patients:
        told = [row.patients[label] for row in rows]
        assert sum(isinstance(cell, str) for cell in told) != 1, (label, told)
        several |= SMALL in told and WITHHELD in told
    assert several
