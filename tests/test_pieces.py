from __future__ import annotations

from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.pieces import PiecesHere, sum_of_pairs


def of_levels(terms: list[float]) -> float:
    """The sum of pairs as it is defined: level by level."""
    while len(terms) > 1:
        pairs = [terms[k : k + 2] for k in range(0, len(terms), 2)]
        terms = [pair[0] + pair[1] if len(pair) == 2 else pair[0] for pair in pairs]
    return terms[0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_the_sum_of_pairs_has_the_bits_of_its_definition(terms: list[float]) -> None:
    assert sum_of_pairs(terms) == of_levels(terms)


def test_a_sum_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sum_of_pairs([])


@pytest.mark.parametrize("hold", [True, False])
def test_pieces_are_told_and_changed_and_keep_their_order(hold: bool) -> None:
    loaded: list[int] = []

    def load(part: int) -> np.ndarray:
        loaded.append(part)
        return np.arange(3.0) + part

    pieces = PiecesHere.of(load, [0, 10, 20], hold=hold)
    assert len(pieces) == 3
    twice = pieces.changed(np.multiply, 2.0)
    assert [float(each[0]) for each in twice.each(add, 1.0)] == [1.0, 21.0, 41.0]
    assert twice.summed(np.sum) == 2 * (3 * 3 + 3 * 10 + 3 * 20)
    assert loaded == ([0, 10, 20] if hold else 2 * [0, 10, 20])
