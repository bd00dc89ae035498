from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictor import statistics
from predictor.statistics.intervals import shifted_percentiles
from predictor.statistics.resampled_cohorts import of_cohorts
from predictor.validation import KeptModels, Samples, metrics, performance, roc_curve

AUROC = tuple(metric for metric in metrics("binary") if metric.name == "auroc")


@pytest.fixture(scope="module")
def samples(ridge):
    return Samples(ridge.trained, ridge.plan)


def test_the_mean_of_the_steps_is_the_auroc(ridge, samples) -> None:
    curve = roc_curve(samples)
    auroc = performance(ridge.trained, ridge.plan, AUROC).estimates["auroc"].estimate
    np.testing.assert_allclose(curve.sensitivity.mean(), auroc, atol=0.005)
    assert (np.diff(curve.sensitivity) >= -1e-12).all()
    assert (curve.low <= curve.sensitivity + 1e-12).all()
    assert (curve.high >= curve.sensitivity - 1e-12).all()


def test_there_are_as_many_steps_as_a_fold_has_patients_without_the_event(ridge, samples) -> None:
    others = samples.plan.folds.testing @ (1 - ridge.y)
    curve = roc_curve(samples)
    assert len(curve.sensitivity) == max(4, int(others.min()))
    np.testing.assert_allclose(np.diff(curve.false_positive_rate), 1 / len(curve.sensitivity))


def test_the_area_over_resampled_cohorts_is_the_auroc_of_each(ridge, samples) -> None:
    """What the band is taken from is what the interval of the AUROC is taken from."""
    again = performance(ridge.trained, ridge.plan, AUROC).resampled["auroc"]
    interval = samples.plan.interval
    fine = (np.arange(2000) + 0.5) / 2000
    areas = statistics.sensitivity_at(
        ridge.y, ridge.trained.interval.probability, fine, weights=interval.testing
    ).mean(axis=-1)
    of_repeat = [
        np.nanmean(areas[interval.repeat == each]) for each in range(int(interval.repeat[-1]) + 1)
    ]
    np.testing.assert_allclose(np.reshape(of_repeat, again.shape), again, atol=2e-3)
    ends = shifted_percentiles(np.nanmean(areas), of_cohorts(again, samples.repeats))
    assert ends.low < ends.high


def test_models_that_are_kept_are_measured_fold_by_fold(ridge) -> None:
    """The same number of times everybody, resampled with the models of the folds: no spread."""
    plan = replace(ridge.plan, interval=KeptModels(np.ones((50, len(ridge.y)))))
    curve = roc_curve(Samples(ridge.trained, plan))
    np.testing.assert_allclose(curve.low, curve.sensitivity, atol=1e-9)
    np.testing.assert_allclose(curve.high, curve.sensitivity, atol=1e-9)
