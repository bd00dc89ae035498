"""An attacker with an integer programme, and counts nobody chose to be kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from predictor.description import describe, sentences, suppressed
from predictor.description.equations import margins
from predictor.description.protection import _together, ambiguous
from predictor.description.table_to_share import pooled
from predictor.disclosure import SMALL, hidden, small


def cells(seed: int, n: int) -> dict[str, list[Any]]:
    """Patients of whom few are anything in particular."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(4, 11, n)
    falls = rng.choice([0, 0, 1, 2, 3], n)
    back = rng.choice([0, 0, 0, 1, 2], n)
    return {
        "age": rng.integers(20, 80, n).tolist(),
        "sex": rng.choice(["female", "male", "other"], n, p=[0.5, 0.42, 0.08]).tolist(),
        "smoker": rng.choice(["yes", "no", "NA"], n, p=[0.15, 0.8, 0.05]).tolist(),
        "nrs_t0": drawn.tolist(),
        "nrs_t1": [value if rng.random() > 0.05 else "NA" for value in (drawn - falls).tolist()],
        "nrs_t2": (drawn - falls + back).clip(0, 10).tolist(),
        "success": rng.choice(["yes", "no", "NA"], n, p=[0.2, 0.72, 0.08]).tolist(),
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [20, 48])
def test_no_hidden_count_can_be_solved_for(make_labelled, seed: int, n: int) -> None:
    exact = pooled(describe(make_labelled(cells(seed, n)), by="sex"))
    shown = suppressed(exact)
    system = margins(exact, shown)
    hid = 0
    for place, cell in enumerate(system.cells):
        if cell.value is None or not small(cell.value):
            continue
        assert not cell.shown
        hid += 1
        near = _together(system, place)
        withheld = [k for k in near if system.cells[k].shown and (system.cells[k].value or 0) >= 5]
        assert ambiguous(system, near, place) or not withheld
    assert hid


def test_kept_and_lost_are_not_told_by_the_responders_seen_again(make_labelled) -> None:
    """9 responders at T1 seen again, of whom 7 kept the response: 2 lost it."""
    found = suppressed(
        describe(
            make_labelled(
                {
                    "sex": ["female"] * 30,
                    "nrs_t0": [8] * 30,
                    "nrs_t1": [5] * 9 + [8] * 21,
                    "nrs_t2": [5] * 7 + [8] * 2 + [5] * 8 + [8] * 13,
                    "success": ["no"] * 30,
                }
            )
        )
    )
    (move,), (duration,) = found.transitions, found.durations
    assert move.lost == SMALL
    assert hidden(move.kept) or hidden(duration.responders)
    assert hidden(move.kept) is hidden(duration.kept)
    assert found.mcnemar[0].p.exact is None
    text = " ".join(sentences(found))
    assert " 7 still" not in text
    assert "is not shown" in text
