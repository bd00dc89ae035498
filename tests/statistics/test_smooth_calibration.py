from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import calibration_curve, ici_e50_e90

COLUMNS = pytest.mark.parametrize("column", ["plain", "tied", "extreme"])
ROWS = pytest.mark.parametrize("which", ["once", "repeated"])


@ROWS
@COLUMNS
def test_errors_of_calibration_match_R_val_prob(golden, which, column):
    data, expected = golden("calibration_curve")
    weights = data["weight"] if which == "repeated" else None
    errors = ici_e50_e90(data["y"], data[column], weights=weights)
    table = expected[which][column]
    np.testing.assert_allclose(
        errors, [table["ici"], table["e50"], table["e90"]], rtol=0, atol=1e-12
    )


@ROWS
@COLUMNS
def test_calibration_curve_matches_R_lowess(golden, which, column):
    data, expected = golden("calibration_curve")
    weights = data["weight"] if which == "repeated" else None
    curve = calibration_curve(data["y"], data[column], expected["at"], weights=weights)
    table = np.array(expected[which][column]["curve"], dtype=float)
    np.testing.assert_allclose(curve, table, rtol=0, atol=1e-12)


def test_errors_of_a_batch_are_those_of_its_rows():
    rng = np.random.default_rng(1)
    y, p = (rng.random(40) < 0.4).astype(float), rng.random((2, 3, 40))
    batch = ici_e50_e90(y, p)
    assert batch.ici.shape == batch.e50.shape == batch.e90.shape == (2, 3)
    np.testing.assert_array_equal([part[1, 2] for part in batch], ici_e50_e90(y, p[1, 2]))
    assert calibration_curve(y, p, [0.2, 0.5, 0.6, 0.7]).shape == (2, 3, 4)


def test_the_prevalence_has_no_error_of_calibration_and_another_constant_its_distance():
    y = [1, 0, 0, 1, 0]
    np.testing.assert_allclose(ici_e50_e90(y, np.full(5, 0.4)), 0, atol=1e-15)
    np.testing.assert_allclose(ici_e50_e90(y, np.full(5, 0.7)), 0.3)


def test_probabilities_of_a_large_calibrated_cohort_are_near_their_curve():
    rng = np.random.default_rng(2)
    p = rng.random(20_000)
    y = (rng.random(20_000) < p).astype(float)
    errors = ici_e50_e90(y, p)
    assert errors.e50 < 0.02
    assert errors.ici < 0.02
    assert ici_e50_e90(y, p**2).ici > 0.1


def test_the_curve_ends_where_the_probabilities_end():
    curve = calibration_curve([0, 1, 0, 1], [0.2, 0.4, 0.6, 0.8], [0.1, 0.2, 0.8, 0.9])
    np.testing.assert_array_equal(np.isnan(curve), [True, False, False, True])


def test_a_patient_without_weight_does_not_bend_the_curve():
    y, p, weights = [0, 1, 0, 1, 1], [0.2, 0.4, 0.6, 0.7, 0.99], [1, 1, 1, 1, 0]
    alone = ici_e50_e90(y[:4], p[:4])
    np.testing.assert_array_equal(ici_e50_e90(y, p, weights=weights), alone)
    np.testing.assert_array_equal(ici_e50_e90(y, [*p[:4], np.nan], weights=weights), alone)


def test_the_scale_of_weights_that_are_no_integers_hardly_matters():
    rng = np.random.default_rng(3)
    y, p = (rng.random(200) < 0.4).astype(float), rng.random(200)
    weights = rng.random(200)
    once, twice = (ici_e50_e90(y, p, weights=scale * weights) for scale in (3, 6))
    np.testing.assert_allclose(once, twice, rtol=0.03)


def test_without_weight_or_with_an_unknown_probability_there_is_no_curve():
    assert np.isnan(ici_e50_e90([0, 1], [0.2, 0.4], weights=[0, 0])).all()
    assert np.isnan(ici_e50_e90([0, 1], [0.2, np.nan])).all()
    assert np.isnan(calibration_curve([0, 1], [0.2, np.nan], [0.2])).all()


def test_the_places_to_read_the_curve_at_are_one_row():
    with pytest.raises(ValueError, match=r"one row of probabilities, got .* shape \(1, 2\)"):
        calibration_curve([0, 1], [0.2, 0.4], [[0.2, 0.3]])
