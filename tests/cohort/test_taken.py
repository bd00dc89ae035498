"""What `predictor check` lists of cells that were taken for something."""

from __future__ import annotations

import pytest

from predictor.cohort import Taken


@pytest.mark.parametrize("cells", range(1, 5))
def test_small_counts_are_not_told(cells) -> None:
    assert Taken("a", "b", cells).words == "b: a (fewer than 5 cells)"


def test_larger_counts_are_told_and_what_has_none_stands_alone() -> None:
    assert Taken("a", "b", 5).words == "b: a (5 cells)"
    assert Taken("a", "b").words == "b: a"
    assert Taken("a").words == "a"
