from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from predictor.statistics import calibration_curve, wilson
from predictor.validation import Replicates, Samples, calibration, out_of_fold


@pytest.fixture(scope="module")
def small(ridge):
    return calibration(Samples(ridge.trained, ridge.plan))


@pytest.fixture(scope="module")
def large(logistic):
    return calibration(Samples(logistic.trained, logistic.plan))


def test_out_of_fold_is_the_mean_over_models_that_did_not_see_the_patient(ridge):
    folds, p = ridge.plan.folds, ridge.trained.folds.probability
    for patient, found in enumerate(out_of_fold(ridge.trained, ridge.plan)):
        unseen = p[folds.testing[:, patient] > 0, patient]
        assert len(unseen) == 3
        assert found == pytest.approx(unseen.mean())


def test_a_patient_all_of_whose_folds_failed_has_no_probability(ridge):
    folds, p = ridge.plan.folds, ridge.trained.folds.probability.copy()
    lost = folds.testing[:, 7] > 0
    p[lost] = np.nan
    trained = dataclasses.replace(ridge.trained, folds=Replicates(ridge.y, folds.training, p))
    found = out_of_fold(trained, ridge.plan)
    assert np.isnan(found[7])
    groups = calibration(Samples(trained, ridge.plan)).groups
    assert sum(group.patients for group in groups) == (~np.isnan(found)).sum() < 40


def test_groups_of_at_least_eight_have_wilson_intervals_and_everybody_once(ridge, small):
    assert sum(group.patients for group in small.groups) == 40
    order = np.argsort(out_of_fold(ridge.trained, ridge.plan))
    start = 0
    for group in small.groups:
        assert group.patients >= 8
        patients = order[start : start + group.patients]
        events = ridge.y[patients].sum()
        interval = wilson(events, group.patients)
        assert group.observed == events / group.patients
        assert (group.low, group.high) == (interval.low, interval.high)
        start += group.patients


def test_the_histogram_shows_nobody_in_particular(ridge, small):
    histogram = small.histogram
    patients = histogram.events + histogram.others
    assert patients.sum() == 40
    assert histogram.events.sum() == ridge.y.sum()
    assert ((patients == 0) | (patients >= 5)).all()
    assert (histogram.edges[0], histogram.edges[-1]) == (0, 1)
    assert len(histogram.edges) == len(patients) + 1


def test_a_curve_needs_a_hundred_of_each(ridge, small):
    assert small.curve is None
    events = int(ridge.y.sum())
    assert small.note == (
        "no smooth curve: it needs 100 events and 100 patients without; "
        f"here {events} and {40 - events}"
    )


def test_the_curve_is_the_mean_of_the_curves_of_the_repeats(logistic, large):
    curve, samples = large.curve, Samples(logistic.trained, logistic.plan)
    assert large.note is None
    curves = [
        calibration_curve(logistic.y, p, curve.predicted) for p in samples.pooled_folds.probability
    ]
    np.testing.assert_allclose(curve.observed, np.clip(np.mean(curves, axis=0), 0, 1))
    outside = np.array(
        [
            calibration_curve(logistic.y, p, np.clip(curve.predicted, p.min(), p.max()))
            for p in logistic.trained.bootstrap.probability
        ]
    )
    reach = stats.t.ppf(0.975, len(outside) - 1) * outside.std(axis=0, ddof=1)
    low, high = np.clip(np.mean(curves, axis=0) + np.array([-reach, reach]), 0, 1)
    np.testing.assert_allclose(curve.low, low, atol=1e-12)
    np.testing.assert_allclose(curve.high, high, atol=1e-12)
    # the ends of the range are single patients
    p = out_of_fold(logistic.trained, logistic.plan)
    assert p.min() < curve.predicted[0] < curve.predicted[-1] < p.max()


def test_probabilities_that_do_not_differ_have_one_group_and_no_curve(logistic):
    trained = dataclasses.replace(
        logistic.trained,
        folds=Replicates(
            logistic.y,
            logistic.plan.folds.training,
            np.full_like(logistic.trained.folds.probability, 0.4),
        ),
    )
    found = calibration(Samples(trained, logistic.plan))
    (group,) = found.groups
    assert group.patients == 260
    assert found.note == "no smooth curve: the probabilities do not differ between patients"
