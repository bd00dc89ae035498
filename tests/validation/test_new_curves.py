from __future__ import annotations

import numpy as np
import pytest

from predictor.measures import measures_of
from predictor.statistics import decision_curve, net_benefit
from predictor.validation.membership import membership_auroc
from predictor.validation.new_curves import (
    calibration_in,
    decision_curve_in,
    gain_over_all,
    treat_all_in,
)
from predictor.validation.new_patients import NewPatients, measure_in


@pytest.fixture(scope="module")
def new():
    rng = np.random.default_rng(3)
    logit = rng.normal(size=600)
    y = (rng.random(600) < 1 / (1 + np.exp(-logit))).astype(float)
    return NewPatients(y, None, 2, resamples=200), 1 / (1 + np.exp(-0.8 - logit))


def test_a_decision_curve_is_the_measure_at_each_threshold(new) -> None:
    patients, p = new
    curve = decision_curve_in(patients, p)
    np.testing.assert_allclose(
        curve.net_benefit, decision_curve(patients.y, p, curve.threshold), atol=1e-12
    )
    found = measure_in(patients, p, measures_of("binary", (0.3,)))["net_benefit@0.3"]
    at = np.flatnonzero(curve.threshold == 0.3)[0]
    assert (curve.low[at], curve.high[at]) == pytest.approx((found.low, found.high))


def test_a_gain_over_treating_all_is_paired(new) -> None:
    patients, p = new
    gained = gain_over_all(patients, p)
    everybody, model = treat_all_in(patients), decision_curve_in(patients, p)
    np.testing.assert_allclose(
        gained.difference, model.net_benefit - everybody.net_benefit, atol=1e-12
    )
    at = np.flatnonzero(gained.threshold == 0.4)[0]
    paired = gained.high[at] - gained.low[at]
    assert paired < (model.high - model.low)[at] + (everybody.high - everybody.low)[at]
    # nobody is below 1 %
    assert gained.difference[0] == 0
    assert np.isnan(gained.low[0])
    assert net_benefit(patients.y, p, 0.4) > everybody.net_benefit[at]


def test_a_band_tells_a_model_that_is_wrong_from_the_diagonal(new) -> None:
    patients, p = new
    seen = calibration_in(patients, p)
    curve = seen.curve
    assert seen.note is None
    assert (curve.low <= curve.observed).all()
    assert (curve.observed <= curve.high).all()
    middle = np.abs(curve.predicted - 0.6).argmin()
    assert curve.high[middle] < curve.predicted[middle]
    few = NewPatients(patients.y, np.arange(600) // 100, 2, resamples=50)
    assert np.isnan(calibration_in(few, p).curve.low).all()


def test_few_patients_have_groups_and_no_curve(new) -> None:
    patients, p = new
    few = calibration_in(NewPatients(patients.y[:60], None, 2), p[:60])
    assert few.curve is None
    assert few.note.startswith("no smooth curve: it needs 100 events")
    assert min(group.patients for group in few.groups) >= 8


def test_members_are_told_apart_as_far_as_they_differ() -> None:
    rng = np.random.default_rng(6)
    here, there = rng.normal(size=(80, 3)), rng.normal(size=(70, 3))
    here[::9, 1] = np.nan
    alike = membership_auroc(here, there, 1)
    moved = membership_auroc(here + np.array([2.0, 0.0, 0.0]), there, 1)
    assert 0.35 < alike < 0.65
    assert moved > 0.85
    assert membership_auroc(np.zeros((20, 1)), np.zeros((20, 1)), 1) == 0.5
