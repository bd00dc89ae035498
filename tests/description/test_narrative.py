from __future__ import annotations

import numpy as np
import pytest

from predictor.description import describe, sentences, suppressed
from predictor.results.places import replaced


@pytest.fixture(scope="module")
def founding_like(make_labelled):
    """30 responders at T1, of whom 21 still respond; 2 more respond late."""
    first = [1] * 30 + [0] * 18
    second = [1] * 21 + [0] * 9 + [1] * 2 + [0] * 16
    cells = {
        "nrs_t0": [8] * 48,
        "nrs_t1": np.where(first, 5, 8),
        "nrs_t2": np.where(second, 6, 8),
        "success": ["no"] * 48,
    }
    return describe(make_labelled(cells))


def test_duration_of_response_is_told_in_words(founding_like) -> None:
    said = sentences(founding_like)
    assert (
        "Of 30 responders at T1 seen again, 21 still responded at T2 "
        "(70 %; 95 % interval 52 to 83 %)." in said
    )


def test_a_change_says_its_size_interval_and_test(founding_like) -> None:
    said = sentences(founding_like)
    assert said[0].startswith("From T0 to T1 (48 patients) the score fell by 3 (Hodges-Lehmann; ")
    assert "p < 0.001 (signed rank, normal approximation), rank-biserial -1." in said[0]


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        ((-0.5, -1.5, 2.5), "fell by 0.5 (Hodges-Lehmann; 95 % interval -2.5 to 1.5)"),
        ((-3, -4, -2), "fell by 3 (Hodges-Lehmann; 95 % interval 2 to 4)"),
        ((0.5, -1.5, 2.5), "rose by 0.5 (Hodges-Lehmann; 95 % interval -1.5 to 2.5)"),
        ((-0.001, -2, 1), "did not shift (Hodges-Lehmann; 95 % interval -2 to 1)"),
        ((-1, -1, 0), "fell by 1 (Hodges-Lehmann; 95 % interval 0 to 1)"),
    ],
)
def test_the_interval_turns_with_the_sentence(founding_like, shift, said) -> None:
    numbers = dict(zip(("estimate", "low", "high"), shift, strict=True)) | {"level": 0.95}
    where = ("changes", 0, "hodges_lehmann")
    found = replaced(founding_like, {(*where, name): value for name, value in numbers.items()})
    assert f"the score {said}, p " in sentences(found)[0]


def test_patients_without_a_label_are_told(exact) -> None:
    said = " ".join(sentences(exact))
    assert "1 of 8 patients have no label" in said
    assert "Of the labelled, 1 have no report on record; the other criteria decided." in said


def test_hidden_counts_stay_hidden_in_words(exact) -> None:
    said = " ".join(sentences(suppressed(exact)))
    assert "Of <5 responders at T1 seen again, <5 still responded at T2." in said


def test_nobody_changes(make_labelled) -> None:
    cells = {"nrs_t0": [8] * 6, "nrs_t1": [8] * 6, "nrs_t2": [8] * 6, "success": ["no"] * 6}
    said = sentences(describe(make_labelled(cells)))
    assert said[0] == "From T0 to T1 (6 patients): too few changes of the score to say anything."
    assert "Nobody who responded at T1 was followed to T2." in said
    assert "Nobody's response changed from T1 to T2." in said
