from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from predictor import statistics
from predictor.validation import (
    Replicates,
    Samples,
    compare,
    decision_curve,
    metrics,
    performance,
    treat_all,
)

THRESHOLDS = (0.07, 0.3, 0.5, 0.71)
MEASURES = tuple(m for m in metrics("binary", THRESHOLDS) if m.name.startswith("net_benefit@"))


@pytest.fixture(scope="module")
def samples(ridge):
    return Samples(ridge.trained, ridge.plan)


def at(curve, threshold):
    (place,) = np.flatnonzero(curve.threshold == threshold)
    return place


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_at_a_threshold_of_the_study_the_curve_is_the_measure_with_its_interval(
    threshold, ridge, samples
):
    curve = decision_curve(samples)
    measure = performance(ridge.trained, ridge.plan, MEASURES).estimates[
        f"net_benefit@{threshold:g}"
    ]
    place = at(curve, threshold)
    found = curve.net_benefit[place], curve.low[place], curve.high[place]
    expected = measure.estimate, measure.low, measure.high
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


def test_the_grid_is_every_hundredth(samples):
    assert decision_curve(samples).threshold.tolist() == [k / 100 for k in range(1, 100)]


def test_standardised_is_the_share_of_what_a_perfect_model_has(ridge, samples):
    curve = decision_curve(samples)
    np.testing.assert_allclose(curve.standardised * ridge.y.mean(), curve.net_benefit)
    assert curve.standardised.max() <= 1


def test_treating_all_is_that_of_the_statistics_and_zero_where_the_odds_are_the_prevalence(
    ridge, samples
):
    curve = treat_all(samples)
    np.testing.assert_allclose(
        curve.net_benefit, statistics.treat_all(ridge.y, curve.threshold), atol=1e-15
    )
    above = curve.threshold > ridge.y.mean()
    assert (curve.net_benefit[above] < 0).all()
    assert (curve.low <= curve.net_benefit).all()
    assert (curve.net_benefit <= curve.high).all()


def test_the_interval_of_treating_all_is_that_of_the_resampled_prevalence(ridge, samples):
    curve = treat_all(samples)
    folds = ridge.plan.interval
    shares = []
    for resample in range(8):
        counts = folds.testing[(folds.resample == resample)].sum(axis=0)
        shares.append(counts @ ridge.y / counts.sum())
    place = at(curve, 0.5)
    values = 2 * np.array(shares) - 1
    # of fewer than 40 resampled cohorts, Student's
    reach = stats.t.ppf(0.975, 7) * values.std(ddof=1)
    ends = curve.net_benefit[place] + np.array([-reach, reach])
    np.testing.assert_allclose([curve.low[place], curve.high[place]], ends, atol=1e-12)


def test_where_nobody_is_above_the_threshold_nobody_is_treated(prevalence):
    curve = decision_curve(Samples(prevalence.trained, prevalence.plan))
    above = curve.threshold > 0.8
    assert not curve.net_benefit[above].any()


def test_repeats_without_a_model_are_left_out_and_without_any_there_is_no_curve(ridge):
    def without(failed):
        probability = ridge.trained.folds.probability.copy()
        probability[failed] = np.nan
        folds = Replicates(ridge.y, ridge.plan.folds.training, probability)
        trained = dataclasses.replace(ridge.trained, folds=folds)
        return (
            decision_curve(Samples(trained, ridge.plan)),
            performance(trained, ridge.plan, MEASURES).estimates["net_benefit@0.5"],
        )

    curve, measure = without([5])
    assert curve.net_benefit[at(curve, 0.5)] == pytest.approx(measure.estimate)
    curve, _ = without(slice(None))
    assert np.isnan([curve.net_benefit, curve.low, curve.high]).all()


@pytest.fixture(scope="module")
def timid(ridge):
    """A model that gives nobody 0.25, while those of folds and resamples do."""
    return dataclasses.replace(
        ridge.trained,
        whole=dataclasses.replace(
            ridge.trained.whole, probability=0.3 * ridge.trained.whole.probability
        ),
    )


def test_an_interval_that_cannot_hold_the_models_own_net_benefit_is_not_shown(ridge, timid):
    thresholds = (0.2, 0.3, 0.5)
    found, before = (
        performance(trained, ridge.plan, metrics("binary", thresholds)).estimates
        for trained in (timid, ridge.trained)
    )
    for threshold in thresholds:
        ours, theirs = found[f"net_benefit@{threshold}"], before[f"net_benefit@{threshold}"]
        assert ours.estimate == theirs.estimate
        if threshold == 0.3:
            assert theirs.low > 0
            assert np.isnan([ours.low, ours.high]).all()
            assert "its own net benefit is 0" in ours.note
        else:  # the model reaches it, or its interval holds 0
            assert (ours.low, ours.high, ours.note) == (theirs.low, theirs.high, theirs.note)
    curve, before = (decision_curve(Samples(t, ridge.plan)) for t in (timid, ridge.trained))
    hidden = (curve.threshold > timid.probability.max()) & ((before.low > 0) | (before.high < 0))
    assert hidden.any()
    np.testing.assert_array_equal(np.isnan(curve.low), hidden)
    np.testing.assert_array_equal(curve.net_benefit, before.net_benefit)
    assert "its own net benefit is 0" in curve.note
    assert before.note is None


def test_a_difference_in_net_benefit_has_an_interval_only_if_both_have_one(
    ridge, prevalence, timid
):
    measures = metrics("binary", (0.3,))
    both = {
        "ridge": performance(timid, ridge.plan, measures),
        "prevalence": performance(prevalence.trained, prevalence.plan, measures),
    }
    found = compare(both, "ridge", "prevalence", "net_benefit@0.3")
    assert np.isnan([found.low, found.high]).all()
    assert found.within_noise
