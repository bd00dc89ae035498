from __future__ import annotations

import math

import numpy as np
import pytest

from predictor.statistics.reached_share import falls_to, reached

SIZES = [50, 100, 200, 400]


def found(successes, wanted=0.8, studies=100, seed=1):
    rng = np.random.default_rng(seed)
    return reached(SIZES, successes, [studies] * 4, wanted, rng)


def test_the_number_lies_on_a_line_over_the_logarithm() -> None:
    assert found([20, 60, 100, 100]).patients == pytest.approx(100 * math.sqrt(2))


def test_where_no_size_reaches_the_share_there_is_no_number() -> None:
    nothing = found([5, 10, 20, 30])
    assert math.isinf(nothing.patients)
    assert math.isinf(nothing.high)


def test_the_smallest_size_may_do() -> None:
    assert found([95, 96, 97, 98]).patients == 50


def test_a_dip_between_neighbours_is_the_luck_of_the_simulation() -> None:
    # 82 then 78 are both 80
    assert found([40, 82, 78, 99]).patients == pytest.approx(100)


def test_the_interval_holds_the_number_and_narrows_with_more_studies() -> None:
    few, many = found([4, 10, 18, 20], studies=20), found([400, 1000, 1800, 2000], studies=2000)
    assert few.low <= few.patients <= few.high
    assert many.low <= many.patients <= many.high
    assert math.log(many.high / many.low) < math.log(few.high / few.low) / 3


def test_a_mean_falls_to_what_is_wanted() -> None:
    assert falls_to([50, 200], [0.2, 0.1], 0.15) == pytest.approx(100)
    assert falls_to([50, 200, 800], [0.2, 0.1, 0.12], 0.1) == pytest.approx(200)
    assert math.isinf(falls_to([50, 200], [0.2, 0.1], 0.05))
