"""What is told of other definitions of the outcome, wherever it is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictor.description import alternatives, describe, suppressed
from predictor.workflows import prepare


@pytest.fixture
def counted(small):
    """Counts of one other definition: the labels of the study, changed at some places."""
    labelled = prepare("study.yaml", "patients.csv").labelled

    def count(changed):
        labels = changed(labelled.labels.copy(), *np.split(_known(labelled.labels), 2))
        other = replace(labelled, alternatives={"other": labels})
        found = alternatives(other)
        described = suppressed(describe(other)).definitions[1]
        assert all(count == getattr(described, name) for name, count in found["other"])
        return found["other"], int(np.nansum(labels))

    return count


def _known(labels: np.ndarray) -> np.ndarray:
    """Places of as many with the event as without."""
    with_, without = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    size = min(len(with_), len(without))
    return np.concatenate([with_[:size], without[:size]])


def test_counts_are_told_if_nobody_is_among_few(counted) -> None:
    def change(labels, with_, without):
        labels[with_[:6]] = 0
        labels[without[:7]] = 1
        return labels

    found, events = counted(change)
    assert (found.events, found.differs) == (events, 13)
    assert counted(lambda labels, *_: labels)[0].differs == 0


def test_few_events_are_hidden_and_so_is_what_would_tell_that_few_have_none(counted) -> None:
    def few(labels, with_, _):
        labels[~np.isnan(labels)] = 0
        labels[with_[:3]] = 1
        return labels

    def nearly_all(labels, _, without):
        labels[~np.isnan(labels)] = 1
        labels[without[:3]] = 0
        return labels

    assert counted(few)[0].events == "<5"
    assert counted(nearly_all)[0].events == "withheld"


@pytest.mark.parametrize("lost", [3, 4])
def test_labels_that_differ_do_not_follow_from_the_numbers_of_events(counted, lost) -> None:
    """Three events less and fewer than five changes are three changes: one of the two goes."""

    def change(labels, with_, _):
        labels[with_[:lost]] = 0
        return labels

    found, _ = counted(change)
    assert (found.events, found.differs) == ("withheld", "<5")


def test_one_label_that_differs_leaves_open_how_many_do(counted) -> None:
    def change(labels, with_, _):
        labels[with_[:1]] = 0
        return labels

    found, events = counted(change)
    assert (found.events, found.differs) == (events, "<5")
