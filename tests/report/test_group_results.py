from __future__ import annotations

import numpy as np

from predictor.cohort import Grouping
from predictor.report import by_groups_result
from predictor.report.groups_in_words import in_words
from predictor.validation import InGroup, Measured


def shown(sizes, events, aurocs=None):
    """Groups of so many patients and events; those of fewer than 10 of each are not told."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    y = np.concatenate([np.arange(n) < k for n, k in zip(sizes, events, strict=True)]).astype(float)
    found = []
    for place, (n, k) in enumerate(zip(sizes, events, strict=True)):
        if min(k, n - k) < 10:
            found.append(InGroup(*[Measured.missing("too few to say: ...")] * 3))
            continue
        auroc = 0.6 if aurocs is None else aurocs[place]
        found.append(
            InGroup(
                Measured(auroc, auroc - 0.1, auroc + 0.1),
                Measured(-0.123456, -0.2, -0.01),
                Measured(0.0, -0.3, 0.2),
            )
        )
    names = tuple("abcdef"[: len(sizes)])
    return by_groups_result(Grouping("kind", names, which), y, found)


def test_large_groups_are_told_to_four_digits():
    found = shown([40, 50], [20, 20])
    assert [(g.patients, g.events) for g in found.groups] == [(40, 20), (50, 20)]
    assert found.groups[0].observed_minus_predicted.estimate == -0.1235


def test_nobody_learns_of_few_patients_by_subtraction():
    """All patients and events are known: what is left over must not be one to four."""
    found = shown([40, 50, 3], [20, 20, 1])
    assert [g.patients for g in found.groups] == [None, 50, None]
    assert found.groups[0].auroc.estimate is None
    assert "by subtraction" in found.groups[0].auroc.note
    assert found.groups[2].auroc.note == "too few to say: ..."


def test_few_events_of_a_middling_group_are_hidden_too():
    found = shown([30, 60, 20], [15, 30, 2])
    assert [g.patients for g in found.groups] == [None, 60, None]


def test_a_group_too_small_to_judge_is_left_alone_where_it_tells_of_nobody():
    found = shown([40, 50, 15], [20, 20, 7])
    assert [g.patients for g in found.groups] == [40, 50, None]


def test_every_hidden_number_has_more_than_one_way():
    """For any sizes: what can be reckoned from totals and told numbers is 0 or at least five."""
    rng = np.random.default_rng(5)
    for _ in range(300):
        sizes = rng.integers(1, 60, rng.integers(2, 6))
        events = np.array([rng.integers(0, n + 1) for n in sizes])
        found = shown(sizes.tolist(), events.tolist())
        told = [g for g in found.groups if g.patients is not None]
        left = sizes.sum() - sum(g.patients for g in told)
        with_event = events.sum() - sum(g.events for g in told)
        for rest in (left, with_event, left - with_event):
            assert rest == 0 or rest >= 5 or not told


def test_sentences_say_what_was_and_was_not_shown():
    (said,) = in_words([shown([40, 50, 15], [20, 20, 7])])
    assert said == (
        "By kind: AUROC of a 0.60 (0.50 to 0.70) and b 0.60 (0.50 to 0.70). Nothing can be said of "
        "c. No difference between groups was shown; one of up to 0.30 cannot be ruled out. "
        "Of a, fewer had the event than predicted, by 12 points. "
        "Of b, fewer had the event than predicted, by 12 points."
    )
    (nothing,) = in_words([shown([5, 6], [2, 2])])
    assert nothing == "By kind: too few patients in every group to say anything."
