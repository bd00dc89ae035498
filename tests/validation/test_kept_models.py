"""Very large cohorts: patients are resampled, models are kept."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from predictor.learners import make
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import (
    KeptModels,
    Plan,
    bootstrap,
    cross_validation,
    metrics,
    performance,
    train,
)

MEASURES = metrics("binary", (0.3,))


def trained_with(counts: np.ndarray, y: np.ndarray, X: np.ndarray, rng: np.random.Generator):
    plan = Plan(
        folds=cross_validation(y, folds=4, repeats=1, rng=rng),
        interval=KeptModels(counts),
        bootstrap=bootstrap(len(y), 20, rng),
    )
    return train(make("ridge"), X, y, plan), plan


@pytest.fixture
def patients() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(240, 3))
    return X, (rng.random(240) < 1 / (1 + np.exp(-X[:, 0]))).astype(float)


def test_no_further_models_are_trained(patients) -> None:
    X, y = patients
    trained, _ = trained_with(np.ones((30, 240)), y, X, np.random.default_rng(1))
    assert len(trained.interval) == 0
    assert len(trained.folds) == 4
    assert len(trained.bootstrap) == 20


def test_every_patient_once_gives_the_estimate_itself(patients) -> None:
    X, y = patients
    trained, plan = trained_with(np.ones((30, 240)), y, X, np.random.default_rng(1))
    found = performance(trained, plan, MEASURES)
    for metric in MEASURES:
        if metric.name not in ("calibration_slope", "auprc"):  # not given for so few patients
            assert_allclose(
                found.resampled[metric.name].mean(axis=1),
                np.nanmean(found.cross_validated[metric.name]),
                rtol=1e-10,
                atol=1e-12,
                err_msg=metric.name,
            )


def test_a_resampled_cohort_counts_a_patient_as_often_as_it_drew_them(patients) -> None:
    X, y = patients
    rng = np.random.default_rng(2)
    counts = bootstrap(240, 25, rng)
    trained, plan = trained_with(counts, y, X, rng)
    found = performance(trained, plan, MEASURES)
    (brier,) = (m for m in MEASURES if m.name == "brier")
    by_hand = [
        np.mean(
            [
                brier.measure(y, p, weights=drawn * testing)
                for p, testing in zip(trained.folds.probability, plan.folds.testing, strict=True)
            ]
        )
        for drawn in counts
    ]
    assert_allclose(found.resampled["brier"][:, 0], by_hand, rtol=1e-12)
    auroc = found.estimates["auroc"]
    assert auroc.low < auroc.estimate < auroc.high


@pytest.mark.parametrize(
    ("patients", "models", "refit"),
    [
        (30, 20 * 5 + 60 * 2 * 5 + 500, True),
        (200, 20 * 5 + 60 * 2 * 5 + 500, True),
        (201, 10 * 5 + 60 * 2 * 5 + 200, True),
        (1_001, 4 * 5 + 60 * 5 + 100, True),
        (10_001, 10 + 20, False),
        (1_000_000, 10 + 20, False),
    ],
)
def test_the_default_plan_trains_fewer_models_of_more_patients(patients, models, refit) -> None:
    spec = ValidationSpec().for_patients(patients)
    folds = spec.cross_validation
    again = spec.interval.resamples * spec.interval.repeats * folds.folds if refit else 0
    assert spec.interval.refit is refit
    assert folds.folds * folds.repeats + again + spec.bootstrap.replicates == models


def test_what_a_study_file_says_is_never_overruled() -> None:
    spec = ValidationSpec(
        cross_validation=CrossValidationSpec(folds=7),
        interval=IntervalSpec(resamples=33),
        bootstrap=BootstrapSpec(replicates=44),
    )
    assert spec.for_patients(1_000_000) == spec
    only = ValidationSpec(bootstrap=BootstrapSpec(replicates=44)).for_patients(1_000_000)
    assert only.bootstrap.replicates == 44
    assert only.interval.refit is False


def test_thresholds_do_not_depend_on_the_number_of_patients() -> None:
    spec = ValidationSpec(thresholds=(0.2,))
    assert spec.for_patients(5_000).thresholds == (0.2,)
