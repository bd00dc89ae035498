from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from predictor.cohort import Covariate, Design, Pooled, few_holders, pool

NAN = float("nan")


def category(codes: list[float], levels: tuple[str, ...] = ("upper", "lower", "both")) -> Design:
    numbers = np.array(codes)
    block = (numbers[:, None] == np.arange(1, len(levels))).astype(float)
    block[np.isnan(numbers)] = NAN
    return Design(block, (Covariate("limb", "category", levels, 0, len(levels) - 1),))


def column(values: list[float], kind: str) -> Design:
    return Design(np.array(values)[:, None], (Covariate("x", kind, (), 0, 1),))  # type: ignore[arg-type]


@pytest.mark.parametrize("few", [1, 4])
def test_a_level_of_1_to_4_patients_is_taken_as_the_most_frequent_one(few: int) -> None:
    matrix = category([0.0] * 8 + [1.0] * 9 + [2.0] * few + [NAN])
    found = few_holders(matrix)
    assert found == (Pooled("limb", ("both",), "lower"),)
    after, changed = pool(matrix, found)
    assert_array_equal(after.X[17 : 17 + few], [[1.0, 0.0]] * few)
    assert_array_equal(np.flatnonzero(changed["limb"]), np.arange(17, 17 + few))
    assert_array_equal(after.X[:17], matrix.X[:17])
    assert np.isnan(after.X[-1]).all()
    assert few_holders(after) == ()


def test_a_first_level_of_few_patients_is_pooled_too() -> None:
    matrix = category([0.0] * 2 + [1.0] * 9 + [2.0] * 6)
    assert few_holders(matrix) == (Pooled("limb", ("upper",), "lower"),)
    assert_array_equal(pool(matrix, few_holders(matrix))[0].X[:2], [[1.0, 0.0]] * 2)


@pytest.mark.parametrize("codes", [[0.0] * 9 + [1.0] * 5, [0.0] * 5 + [2.0] * 5])
def test_five_patients_are_enough_and_a_level_of_nobody_is_left(codes: list[float]) -> None:
    assert few_holders(category(codes)) == ()


@pytest.mark.parametrize(("few", "side", "into"), [(1.0, "yes", "no"), (0.0, "no", "yes")])
def test_a_side_of_a_flag_that_few_have_is_the_other_side(few: float, side: str, into: str) -> None:
    matrix = column([1 - few] * 9 + [few] * 3 + [NAN], "flag")
    assert few_holders(matrix) == (Pooled("x", (side,), into),)
    after, _ = pool(matrix, few_holders(matrix))
    assert_array_equal(after.X[:, 0], [1 - few] * 12 + [NAN])


def test_a_number_that_is_the_same_for_all_but_few_becomes_that_number() -> None:
    matrix = column([0.1] * 9 + [3.0, 4.0, 5.0, 6.0], "number")
    assert few_holders(matrix) == (Pooled("x", (), "0.1"),)
    assert_array_equal(pool(matrix, few_holders(matrix))[0].X, np.full((13, 1), 0.1))


def test_numbers_that_differ_are_left() -> None:
    assert few_holders(column([0.1] * 9 + [3.0, 4.0, 5.0, 6.0, 7.0], "number")) == ()
    assert few_holders(column(list(np.arange(20.0)), "number")) == ()


def test_a_new_patient_is_pooled_as_in_training_whoever_comes_with_him() -> None:
    pooled = (Pooled("limb", ("both",), "lower"),)
    after, changed = pool(category([2.0] * 30), pooled)
    assert_array_equal(after.X, [[1.0, 0.0]] * 30)
    assert changed["limb"].all()
