from __future__ import annotations

import numpy as np
import pytest

from predictor import statistics
from predictor.measures import measures_of
from predictor.statistics.batch import by_rows


def standardised_net_benefit(y, p, *, weights=None):
    return statistics.standardised_net_benefit(y, p, 0.3, weights=weights)


MEASURES = {
    **{measure.name: measure for measure in measures_of("binary", (0.3,))},
    "standardised_net_benefit": standardised_net_benefit,
}

parametrize_measures = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES.keys())


def cohort(rows: tuple[int, ...], n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    y = (rng.random(n) < 0.4).astype(float)
    return y, rng.random((*rows, n)), rng.poisson(1, (*rows, n)).astype(float)


@parametrize_measures
def test_one_cohort_gives_one_number(measure):
    y, p, _ = cohort((), 40)
    value = measure(y, p)
    assert isinstance(value, np.float64)


@parametrize_measures
def test_leading_dimensions_are_kept(measure):
    y, p, weights = cohort((2, 3), 40)
    values = measure(y, p, weights=weights)
    assert values.shape == (2, 3)
    assert values.dtype == np.float64
    np.testing.assert_allclose(values[1, 2], measure(y, p[1, 2], weights=weights[1, 2]))


@parametrize_measures
def test_outcomes_probabilities_and_weights_broadcast(measure):
    y, p, weights = cohort((5,), 40)
    of_one_model = measure(y, p[0], weights=weights)
    np.testing.assert_array_equal(of_one_model, measure(y, np.tile(p[0], (5, 1)), weights=weights))


@parametrize_measures
def test_many_blocks_give_what_single_rows_give(measure):
    y, p, weights = cohort((30,), 5_000)
    alone = [measure(y, *row[:1], weights=row[1]) for row in zip(p, weights, strict=True)]
    np.testing.assert_allclose(measure(y, p, weights=weights), alone, rtol=1e-12, atol=1e-12)


@parametrize_measures
def test_a_missing_probability_spoils_its_own_row_only(measure):
    y, p, _ = cohort((3,), 40)
    p[1, 7] = np.nan
    values = measure(y, p)
    np.testing.assert_array_equal(np.isnan(values), [False, True, False])


@parametrize_measures
def test_cells_of_patients_who_do_not_count_are_not_looked_at(measure):
    y, p, weights = cohort((3,), 40)
    weights[:, [4, 9]] = 0
    expected = measure(y, p, weights=weights)
    p[:, 4], p[:, 9] = np.nan, np.inf
    # Sums over patients in another order may differ in their last bit.
    np.testing.assert_allclose(measure(y, p, weights=weights), expected, rtol=1e-14)


@parametrize_measures
@pytest.mark.parametrize("weight", [np.nan, np.inf, -1.0])
def test_a_weight_that_is_no_count_leaves_no_answer(measure, weight):
    y, p, weights = cohort((), 40)
    weights[3] = weight
    assert np.isnan(measure(y, p, weights=weights))


@parametrize_measures
def test_nobody_leaves_no_answer(measure):
    y, p, _ = cohort((), 40)
    assert np.isnan(measure(y, p, weights=np.zeros(40)))
    assert np.isnan(measure([], []))
    assert measure(np.empty(0), np.empty((3, 0))).shape == (3,)
    assert measure(y, np.empty((0, 40))).shape == (0,)


@parametrize_measures
def test_inputs_are_left_as_they_were(measure):
    y, p, weights = cohort((3,), 40)
    p[0, 0] = np.nan
    copies = y.copy(), p.copy(), weights.copy()
    for array in (y, p, weights):
        array.flags.writeable = False
    measure(y, p, weights=weights)
    for array, copy in zip((y, p, weights), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_a_statistic_of_several_values_has_them_in_the_last_dimension():
    y, p, weights = cohort((2, 3), 40)
    p[1, 2, 5] = np.nan
    weights[1, 2, 5] = 1

    def sums(y, p, weights):
        return np.stack([(weights * y).sum(axis=-1), (weights * p).sum(axis=-1)], axis=-1)

    values = by_rows(sums, y, p, weights, values=2)
    assert values.shape == (2, 3, 2)
    np.testing.assert_allclose(values[0, 1], [weights[0, 1] @ y, weights[0, 1] @ p[0, 1]])
    np.testing.assert_array_equal(np.isnan(values).all(axis=-1), [[0, 0, 0], [0, 0, 1]])
    assert by_rows(sums, y, p[0, 0], values=2).shape == (2,)


def test_a_number_of_each_row_comes_with_its_row_and_must_be_known():
    y, p, _ = cohort((2, 3), 40)
    limit = np.array([0.2, np.nan, 0.7])

    def above(y, p, weights, limit):
        return (weights * (p > limit[:, None])).sum(axis=-1)

    values = by_rows(above, y, p, of_row=limit)
    np.testing.assert_array_equal(np.isnan(values), [[False, True, False]] * 2)
    assert values[1, 2] == (p[1, 2] > 0.7).sum()
    assert by_rows(above, y, p[0, 0], of_row=[[0.2], [0.5]]).shape == (2, 1)
