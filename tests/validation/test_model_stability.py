from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor import statistics
from predictor.validation import Replicates, instability, instability_mape, stability


def with_replicates(example, probability):
    """The same model with these probabilities of the replicates."""
    weights = np.resize(example.plan.bootstrap, probability.shape)
    bootstrap = Replicates(example.y, weights, probability)
    return dataclasses.replace(example.trained, bootstrap=bootstrap)


def test_instability_is_the_mean_absolute_change_of_each_patient(ridge):
    expected = np.zeros(40)
    for replicate in ridge.trained.bootstrap.probability:
        for patient in range(40):
            expected[patient] += abs(replicate[patient] - ridge.trained.probability[patient]) / 25
    np.testing.assert_allclose(instability(ridge.trained), expected)
    np.testing.assert_allclose(instability_mape(ridge.trained), expected.mean())


def test_failed_replicates_do_not_move_anybody(ridge):
    bootstrap = ridge.trained.bootstrap
    probability = bootstrap.probability.copy()
    probability[:5] = np.nan
    lost, kept = (
        dataclasses.replace(ridge.trained, bootstrap=Replicates(ridge.y, weights, p))
        for weights, p in (
            (bootstrap.weights, probability),
            (bootstrap.weights[5:], bootstrap.probability[5:]),
        )
    )
    np.testing.assert_allclose(instability(lost), instability(kept))


def test_a_model_that_does_not_depend_on_the_sample_is_stable(ridge):
    same = np.tile(ridge.trained.probability, (25, 1))
    bootstrap = Replicates(ridge.y, ridge.plan.bootstrap, same)
    assert instability_mape(dataclasses.replace(ridge.trained, bootstrap=bootstrap)) == 0


def test_the_spread_of_a_patient_is_that_of_the_replicates(ridge):
    found = stability(ridge.trained, (0.5,))
    replicates = ridge.trained.bootstrap.probability
    assert found.replicates == 25
    for patient in (0, 17, 39):
        np.testing.assert_allclose(
            [found.low[patient], found.median[patient], found.high[patient]],
            np.quantile(replicates[:, patient], [0.025, 0.5, 0.975]),
        )
    assert found.mape == instability_mape(ridge.trained)


def test_groups_hold_at_least_five_patients_and_everybody_once(ridge):
    groups = stability(ridge.trained, (0.5,)).groups
    assert [group.patients for group in groups] == [5] * 8
    order = np.argsort(ridge.trained.probability)
    found = stability(ridge.trained, (0.5,))
    for group, patients in zip(groups, order.reshape(8, 5), strict=True):
        assert group.probability == pytest.approx(ridge.trained.probability[patients].mean())
        assert group.low == pytest.approx(found.low[patients].mean())
        assert group.median == pytest.approx(found.median[patients].mean())
        assert group.high == pytest.approx(found.high[patients].mean())


def test_classification_instability_is_the_share_that_changes_sides(ridge):
    own = ridge.trained.probability
    # of four replicates one puts everybody on the other side of one half, one only patient 3
    other = np.where(own >= 0.5, 0.1, 0.9)
    one = own.copy()
    one[3] = other[3]
    trained = with_replicates(ridge, np.array([own, other, one, own]))
    found = stability(trained, (0.5, 0.95))
    assert found.thresholds == (0.5, 0.95)
    np.testing.assert_allclose(found.share_changed, [(40 + 1) / 160, 0])


def test_a_patient_on_the_threshold_is_above_it(ridge):
    own = np.full(40, 0.5)
    moved = with_replicates(ridge, np.array([own, own - 1e-6]))
    trained = dataclasses.replace(
        moved, whole=dataclasses.replace(moved.whole, probability=own[None])
    )
    assert stability(trained, (0.5,)).share_changed[0] == 0.5


def test_calibration_and_decision_curves_are_those_of_the_replicates(ridge):
    found = stability(ridge.trained, (0.5,))
    replicates = ridge.trained.bootstrap.probability
    slopes = [float(statistics.calibration_slope(ridge.y, p)) for p in replicates]
    np.testing.assert_allclose(
        [found.slope_low, found.slope_high], np.quantile(slopes, [0.025, 0.975])
    )
    place = int(np.flatnonzero(found.grid == 0.4)[0])
    benefits = [float(statistics.net_benefit(ridge.y, p, 0.4)) for p in replicates]
    np.testing.assert_allclose(
        [found.benefit_low[place], found.benefit_high[place]],
        np.quantile(benefits, [0.025, 0.975]),
    )


def test_failed_replicates_do_not_enter_and_are_counted(ridge):
    probability = ridge.trained.bootstrap.probability
    lost = probability.copy()
    lost[[2, 11]] = np.nan
    found = stability(with_replicates(ridge, lost), (0.3, 0.5))
    kept = stability(with_replicates(ridge, np.delete(probability, [2, 11], axis=0)), (0.3, 0.5))
    assert found.replicates == 23
    for field in dataclasses.fields(found):
        ours, theirs = getattr(found, field.name), getattr(kept, field.name)
        if field.name == "groups":
            assert ours == theirs
        else:
            np.testing.assert_array_equal(ours, theirs)


def test_without_any_replicate_nothing_is_said(ridge):
    found = stability(with_replicates(ridge, np.full((4, 40), np.nan)), (0.5,))
    assert found.replicates == 0
    assert found.groups == ()
    assert np.isnan([found.mape, found.slope_low, *found.share_changed, *found.benefit_low]).all()


def test_the_order_of_the_patients_does_not_matter(ridge):
    order = np.random.default_rng(2).permutation(40)
    trained, bootstrap = ridge.trained, ridge.trained.bootstrap
    turned = dataclasses.replace(
        trained,
        whole=dataclasses.replace(
            trained.whole,
            y=trained.y[order],
            probability=trained.whole.probability[:, order],
        ),
        bootstrap=Replicates(
            trained.y[order], bootstrap.weights[:, order], bootstrap.probability[:, order]
        ),
    )
    found, again = stability(trained, (0.4,)), stability(turned, (0.4,))
    for ours, theirs in zip(found.groups, again.groups, strict=True):
        np.testing.assert_allclose(dataclasses.astuple(ours), dataclasses.astuple(theirs))
    np.testing.assert_allclose(found.moved[order], again.moved)
    np.testing.assert_allclose(found.share_changed, again.share_changed)
    np.testing.assert_allclose(found.slope_low, again.slope_low)
    np.testing.assert_allclose(found.benefit_high, again.benefit_high)
