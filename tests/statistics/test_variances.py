from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from predictor.statistics import variance_ratio

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics" / "variances"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


def groups(name: str) -> list[list[float]]:
    rows = [line.split(",") for line in (GOLDEN / "input.csv").read_text().splitlines()[1:]]
    return [[float(v) for s, g, v in rows if s == name and g == group] for group in ("1", "2")]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_ratio_matches_R_var_test_and_lnVR_R_metafor(name: str) -> None:
    found, expected = variance_ratio(*groups(name)), EXPECTED[name]

    for key in ("ratio", "low", "high", "log_ratio"):
        np.testing.assert_allclose(getattr(found, key), expected[key], rtol=1e-9)
    np.testing.assert_allclose(found.log_ratio_se**2, expected["log_ratio_variance"], rtol=1e-12)


def test_turned_round_it_is_the_inverse() -> None:
    one, two = groups("wider")
    there, back = variance_ratio(one, two), variance_ratio(two, one)

    np.testing.assert_allclose([back.low, back.high], [1 / there.high, 1 / there.low])
    np.testing.assert_allclose(back.log_ratio, -there.log_ratio)


@pytest.mark.parametrize("first", [[], [1.0], [2.0, 2.0, 2.0], [1.0, math.nan]])
def test_without_a_spread_there_is_no_ratio(first: list[float]) -> None:
    found = variance_ratio(first, [1.0, 2.0, 4.0])
    assert all(math.isnan(value) for value in (found.ratio, found.low, found.log_ratio_se))
