from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import auroc, delong_interval, delong_test

COLUMNS = ["plain", "other", "tied"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(
    ("kind", "level", "patients"),
    [("interval", 0.95, 90), ("interval_90", 0.9, 90), ("few", 0.95, 12)],
)
def test_delong_interval_matches_R_pROC(golden, kind, level, patients, column):
    data, expected = golden("delong")
    y, p = data["y"][:patients], data[column][:patients]
    interval = delong_interval(y, p, level)
    table = expected[kind][column]
    assert interval.low == pytest.approx(table["low"], rel=0, abs=1e-10)
    assert interval.high == pytest.approx(table["high"], rel=0, abs=1e-10)
    assert interval.used == patients


@pytest.mark.parametrize(("first", "second"), [("plain", "other"), ("other", "tied")])
def test_delong_test_matches_R_pROC(golden, first, second):
    data, expected = golden("delong")
    test = delong_test(data["y"], data[first], data[second], level=0.9)
    for name, value in expected["test_90"][f"{first}_{second}"].items():
        assert getattr(test, name) == pytest.approx(value, rel=0, abs=1e-10)


def test_a_batch_has_an_interval_and_a_test_for_each_row():
    rng = np.random.default_rng(1)
    y, p = (rng.random(60) < 0.4).astype(float), np.round(rng.random((3, 60)), 1)
    interval, test = delong_interval(y, p), delong_test(y, p[0], p)
    assert interval.low.shape == test.z.shape == (3,)
    assert interval.low[2] == delong_interval(y, p[2]).low
    np.testing.assert_allclose(test.difference, auroc(y, p[0]) - auroc(y, p), atol=1e-15)


def test_the_test_of_two_models_is_that_of_the_others_with_its_sign_turned():
    rng = np.random.default_rng(2)
    y, p1, p2 = (rng.random(50) < 0.5).astype(float), rng.random(50), rng.random(50)
    one, other = delong_test(y, p1, p2), delong_test(y, p2, p1)
    assert one.z == -other.z
    assert one.p_value == other.p_value
    assert (one.low, one.high) == (-other.high, -other.low)


def test_nothing_is_certain_about_models_that_never_err_or_never_differ():
    y, p = [0, 0, 1, 1], np.array([0.1, 0.2, 0.3, 0.4])
    assert np.isnan(delong_interval(y, p).low)
    same = delong_test([0, 1, 0, 1], p, p**2)
    assert same.difference == 0
    assert np.isnan([same.low, same.high, same.z, same.p_value]).all()


def test_one_patient_of_a_class_has_no_interval():
    assert np.isnan(delong_interval([0, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]).high)
    assert np.isnan(delong_interval([0, 0, 0], [0.1, 0.2, 0.3]).high)
    assert np.isnan(delong_interval([0, 1, 1, 0], [0.1, 0.2, np.nan, 0.4]).high)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_outside_zero_to_one_is_refused(level):
    with pytest.raises(ValueError, match="level between 0 and 1"):
        delong_interval([0, 1], [0.1, 0.2], level)
    with pytest.raises(ValueError, match="level between 0 and 1"):
        delong_test([0, 1], [0.1, 0.2], [0.1, 0.2], level)


def test_the_interval_holds_the_true_auroc_as_often_as_it_says():
    rng = np.random.default_rng(3)
    y = np.repeat([0.0, 1.0], 100)
    p = 1 / (1 + np.exp(-rng.normal(y, 1, (2000, 200))))
    interval = delong_interval(y, p)
    truth = 0.7602499389  # Phi(1 / sqrt 2)
    covered = (interval.low <= truth) & (truth <= interval.high)
    assert covered.mean() == pytest.approx(0.95, abs=0.015)
