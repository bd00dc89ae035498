from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from predictor.statistics import standardised_difference, standardised_difference_of_levels

GOLDEN = Path(__file__).parents[1] / "golden" / "describe"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["differences"]


def flags(events: int, n: int) -> list[float]:
    return [1.0] * events + [0.0] * (n - events)


def test_standardised_difference_matches_the_formula_in_R() -> None:
    found = standardised_difference(EXPECTED["first"], EXPECTED["second"])
    np.testing.assert_allclose(found, EXPECTED["numbers"], rtol=1e-12)
    flag = EXPECTED["flag"]
    groups = [flags(e, n) for e, n in zip(flag["events"], flag["n"], strict=True)]
    np.testing.assert_allclose(standardised_difference(*groups), flag["value"], rtol=1e-12)
    levels = EXPECTED["levels"]
    found = standardised_difference_of_levels(levels["one"], levels["two"])
    np.testing.assert_allclose(found, levels["value"], rtol=1e-12)


def test_a_flag_is_a_category_of_two_levels() -> None:
    found = standardised_difference_of_levels([14, 9], [21, 4])
    np.testing.assert_allclose(found, standardised_difference(flags(9, 23), flags(4, 25)))


def test_the_sign_says_who_has_more_and_gaps_are_left_out() -> None:
    assert standardised_difference([3, 4, math.nan], [1, 2]) > 0
    assert standardised_difference([1, 2], [3, 4, math.nan]) < 0


def test_a_level_that_nobody_has_changes_nothing() -> None:
    np.testing.assert_allclose(
        standardised_difference_of_levels([0, 8, 10, 0, 5], [0, 14, 6, 0, 5]),
        standardised_difference_of_levels([8, 10, 5], [14, 6, 5]),
    )


def test_groups_without_spread() -> None:
    assert standardised_difference([2, 2], [2, 2]) == 0
    assert standardised_difference([3, 3], [2, 2]) == math.inf
    assert standardised_difference([2, 2], [3, 3]) == -math.inf
    assert standardised_difference_of_levels([5, 0], [7, 0]) == 0
    assert standardised_difference_of_levels([5, 5, 0, 0], [0, 0, 4, 4]) == math.inf


def test_one_patient_has_no_spread() -> None:
    assert math.isnan(standardised_difference([1], [2, 3]))
    assert math.isnan(standardised_difference_of_levels([1, 0], [2, 3]))
