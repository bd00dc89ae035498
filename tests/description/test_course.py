from __future__ import annotations

import numpy as np
import pytest

from predictor.description.course import changes, scores, trajectories
from predictor.statistics import wilcoxon_signed_rank


@pytest.fixture(scope="module")
def measured(eight):
    return scores(eight.eligible)


def test_score_is_described_at_every_time(eight, measured) -> None:
    found = trajectories(eight.eligible, measured)
    assert (found.score, found.range) == ("NRS", (0, 10))
    assert [point.time for point in found.points] == ["T0", "T1", "T2"]
    assert [point.n for point in found.points] == [8, 7, 7]
    first = found.points[0]
    assert (first.q1, first.median, first.q3) == (6.75, 7.5, 8)
    assert first.counts == {"5": 1, "6": 1, "7": 2, "8": 3, "9": 1}


def test_values_of_a_fine_scale_are_not_counted_one_by_one(make_labelled) -> None:
    fine = make_labelled({"nrs_t0": np.linspace(4, 10, 40).round(4)}).eligible
    found = trajectories(fine, scores(fine))
    assert [point.counts for point in found.points] == [{}, {}, {}]


def test_change_is_counted_from_the_first_time_and_from_each_to_the_next(measured) -> None:
    assert [(c.start, c.end) for c in changes(measured)] == [
        ("T0", "T1"), ("T0", "T2"), ("T1", "T2"),
    ]  # fmt: skip


def test_change_is_within_the_patients_seen_at_both_times(measured) -> None:
    change = changes(measured)[1]
    assert (change.patients, change.lower, change.same) == (7, 3, 4)
    test = wilcoxon_signed_rank([-3, 0, -2, 0, 0, 0, -4])
    assert change.signed_rank.p == test.p
    assert change.hodges_lehmann.estimate == test.pseudo_median
    assert change.rank_biserial == -1


def test_without_a_score_there_is_no_course(make_labelled) -> None:
    scoreless = make_labelled(None, ("  score: {T0: nrs_t0, T1: nrs_t1, T2: nrs_t2}\n", ""))
    measured = scores(scoreless.eligible)
    assert trajectories(scoreless.eligible, measured) is None
    assert changes(measured) == ()
