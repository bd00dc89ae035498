"""What can be had of a patient from the values in resampled cohorts that a training keeps."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.results.compared import HEADLINE
from predictor.validation import draw_plan, out_of_fold
from predictor.workflows import estimate, fit, plan, prepare
from predictor.workflows.comparable import _resampled

RESAMPLES = 160


@pytest.fixture(scope="module")
def attacked(make_study, patients, tmp_path_factory):
    """A training of 40 patients in more resampled cohorts than there are patients."""
    rows = [{**row, "course": 1} for row in patients(n=40, signal=0.3, seed=40)]
    for row in rows:
        row["pain_t2"] = row["pain_t2"] or 5.0
    study = make_study(tmp_path_factory.mktemp("attacked") / "work", rows)
    study.change(
        (
            "interval: {resamples: 20, repeats: 1}",
            f"interval: {{resamples: {RESAMPLES}, repeats: 1}}",
        )
    )
    learners = ("prevalence", "ridge")
    return estimate(fit(plan(prepare(study.config, study.data, learners=learners))))


def guessed(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What each patient adds to a value, by least squares, if these were the cohorts."""
    X = np.column_stack([np.ones(len(values)), weights])
    return np.linalg.lstsq(X, values, rcond=None)[0][1:]


def cohorts(of_plan) -> np.ndarray:
    """(R, n) how often each patient is in each resampled cohort."""
    interval = of_plan.interval
    return np.array(
        [interval.testing[interval.resample == k].sum(axis=0) for k in range(RESAMPLES)]
    )


def test_without_the_samples_no_patient_comes_out_of_the_values_that_are_kept(attacked) -> None:
    """With them they would: that they cannot be drawn again without the table is what protects."""
    ridge, prepared = attacked.learners["ridge"], attacked.prepared
    target = prepared.labelled.target
    error = (target.values - out_of_fold(ridge.trained, attacked.plan)) ** 2
    kept = np.array(_resampled(ridge.performance, "brier").resampled, dtype=float)[:, 0]

    with_samples = guessed(kept, cohorts(attacked.plan))
    assert np.corrcoef(with_samples, error)[0, 1] > 0.5  # the attack works

    # what anybody can draw who has the report: seed, number of patients, even who had the event
    rng = np.random.default_rng([prepared.study.seed, 0])
    anybody = draw_plan(target, prepared.study.validation, rng)
    without = guessed(kept, cohorts(anybody))
    assert abs(np.corrcoef(without, error)[0, 1]) < 0.4


def test_no_value_follows_how_often_one_patient_was_drawn(attacked) -> None:
    """Not even with the samples: a value is of forty patients, none of whom decides it."""
    weights = cohorts(attacked.plan)
    for learner in attacked.learners.values():
        for measure in HEADLINE:
            kept = np.array(_resampled(learner.performance, measure).resampled, dtype=float)[:, 0]
            if np.ptp(kept) > 0:
                found = np.corrcoef(kept, weights.T)[0, 1:]
                assert (np.abs(found) < 0.6).all(), measure


def test_values_are_kept_to_five_decimals(attacked) -> None:
    kept = _resampled(attacked.learners["ridge"].performance, "log_loss")
    values = [value for row in kept.resampled for value in row]
    assert all(value == round(value, 5) for value in (*values, kept.estimate, kept.low, kept.high))
