from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from predictor.statistics import wilcoxon_signed_rank

GOLDEN = Path(__file__).parents[1] / "golden" / "describe"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["signed_rank"]


def differences(name: str) -> list[float]:
    with (GOLDEN / "input.csv").open(newline="") as file:
        return [float(row["difference"]) for row in csv.DictReader(file) if row["set"] == name]


@pytest.mark.parametrize("name", EXPECTED)
def test_signed_rank_matches_R_wilcox_test(name) -> None:
    for case in EXPECTED[name]:
        found = wilcoxon_signed_rank(differences(name), case["level"])
        assert found.statistic == case["statistic"]
        assert (found.method == "exact") == case["exact"]
        np.testing.assert_allclose(found.p, case["p"], rtol=1e-11)
        # what was reached R gives in two digits, and only when it is far from what was asked for
        assert found.level <= case["level"]
        if case["reached"] < case["level"]:
            np.testing.assert_allclose(found.level, case["reached"], rtol=0, atol=0.005 + 1e-12)
        # R stops searching the normal approximation's shifts at 1e-4, and where a range of shifts
        # leaves the ranks in balance (here one of 0.0003) at any point of it
        tolerance = 1e-12 if case["exact"] else 2e-4
        np.testing.assert_allclose(
            [found.pseudo_median, found.low, found.high],
            [case["estimate"], case["low"], case["high"]],
            rtol=0,
            atol=tolerance,
        )


def test_ties_and_zeros_call_for_the_normal_approximation() -> None:
    assert wilcoxon_signed_rank([1, -2, 3, 4.5]).method == "exact"
    assert wilcoxon_signed_rank([1, -2, 2, 4.5]).method == "normal"
    assert wilcoxon_signed_rank([1, -2, 0, 4.5]).method == "normal"


def test_zeros_are_counted_apart_and_gaps_left_out() -> None:
    found = wilcoxon_signed_rank([1, 2, 0, 0, math.nan])
    assert (found.used, found.zeros) == (2, 2)


def test_effect_is_one_when_everybody_changes_the_same_way() -> None:
    assert wilcoxon_signed_rank([1, 2, 3]).rank_biserial == 1
    assert wilcoxon_signed_rank([-1, -2, -3]).rank_biserial == -1


def test_turning_the_differences_round_turns_the_result_round() -> None:
    d = np.random.default_rng(1).integers(-5, 4, 40).astype(float)
    there, back = wilcoxon_signed_rank(d), wilcoxon_signed_rank(-d)
    assert there.p == back.p
    np.testing.assert_allclose(
        [there.pseudo_median, there.low, there.high, there.rank_biserial],
        [-back.pseudo_median, -back.high, -back.low, -back.rank_biserial],
        atol=1e-9,
    )


def test_without_a_change_there_is_nothing_to_test() -> None:
    found = wilcoxon_signed_rank([0, 0, 0])
    assert (found.used, found.zeros, found.rank_biserial) == (0, 3, 0)
    assert math.isnan(found.p)
    assert math.isnan(found.pseudo_median)


def test_the_same_change_in_everybody_has_no_interval() -> None:
    found = wilcoxon_signed_rank([-2, -2, -2, -2])
    assert found.pseudo_median == -2
    assert math.isnan(found.low)


def test_a_level_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="level between 0 and 1"):
        wilcoxon_signed_rank([1, 2], 95)
