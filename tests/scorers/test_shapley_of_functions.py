from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from predictor.scorers.shapley_of_functions import baseline_shapley


def bent(Z: np.ndarray) -> np.ndarray:
    """Pairs of neighbouring columns that act together, and a bend."""
    together = (Z[:, :-1] * Z[:, 1:]).sum(axis=1)
    return np.asarray(1.5 + Z @ np.arange(1, Z.shape[1] + 1) + together + np.abs(Z[:, 0]))


def rows(columns: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(6, columns))


@pytest.mark.parametrize("columns", [1, 4, 10, 11, 30])
def test_values_add_up_to_the_function(columns):
    Z = rows(columns)
    baseline, values = baseline_shapley(bent, Z)
    assert baseline == 1.5
    assert_allclose(baseline + values.sum(axis=1), bent(Z), rtol=0, atol=1e-11)


@pytest.mark.parametrize("columns", [4, 12])
def test_columns_that_act_together_share_what_they_do_also_in_orders_with_their_reverse(columns):
    Z = rows(columns)
    _, values = baseline_shapley(bent, Z)
    product = Z[:, :-1] * Z[:, 1:]
    expected = Z * np.arange(1, columns + 1)
    expected[:, 1:] += product / 2
    expected[:, :-1] += product / 2
    expected[:, 0] += np.abs(Z[:, 0])
    assert_allclose(values, expected, rtol=0, atol=1e-12)


def test_three_columns_have_their_values_by_definition():
    Z = np.array([[1.0, 2.0, 3.0]])
    _, values = baseline_shapley(lambda Z: Z.prod(axis=1), Z)
    assert_allclose(values, [[2.0, 2.0, 2.0]], atol=1e-14)


@pytest.mark.parametrize("columns", [4, 12])
def test_column_that_changes_nothing_or_is_unknown_has_exactly_zero(columns):
    Z = rows(columns)
    Z[2, 1] = 0.0
    _, values = baseline_shapley(lambda Z: np.tanh(bent(Z[:, :-1])), Z)
    assert_array_equal(values[:, -1], 0.0)
    assert values[2, 1] == 0


@pytest.mark.parametrize("columns", [4, 12])
def test_patient_alone_has_the_values_of_the_batch(columns):
    Z = rows(columns)
    _, together = baseline_shapley(bent, Z)
    alone = np.vstack([baseline_shapley(bent, row[None])[1] for row in Z])
    assert_allclose(alone, together, rtol=0, atol=1e-13)


def test_nobody_has_no_values():
    assert baseline_shapley(bent, np.zeros((0, 3)))[1].shape == (0, 3)
