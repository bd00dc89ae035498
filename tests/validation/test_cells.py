"""Cells of patients give the measures of the patients, but for an error that is stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from predictor.cohort.blocks import Block
from predictor.pieces import PiecesHere
from predictor.scorers import LinearScorers
from predictor.statistics import Bins
from predictor.validation import (
    Folds,
    KeptModels,
    Plan,
    Replicates,
    Samples,
    Trained,
    calibration,
    decision_curve,
    metrics,
    performance,
    roc_curve,
)
from predictor.validation.cell_samples import CellSamples
from predictor.validation.cells import CellPlan, bytes_of_cohort, bytes_of_replicate, cells_of
from predictor.validation.estimates import performance_in
from predictor.validation.net_benefit import THRESHOLDS
from predictor.validation.parted_plan import PartedPlan

MEASURES = metrics("binary", (0.3, 0.5))
FOLDS, REPLICATES, COHORTS = 3, 20, 20
PLAN = CellPlan(PartedPlan(FOLDS, REPLICATES, 1, 2**200), COHORTS, Bins(tuple(THRESHOLDS.tolist())))


def blocks(*sizes: int) -> list[Block]:
    rng = np.random.default_rng(8)
    found = []
    for number, n in enumerate(sizes):
        X = rng.normal(size=(n, 2))
        y = (rng.random(n) < 1 / (1 + np.exp(0.5 - X[:, 0]))).astype(float)
        X[rng.random((n, 2)) < 0.1] = np.nan
        found.append(Block(X, y, number))
    return found


def models(*failed: int) -> LinearScorers:
    rng = np.random.default_rng(9)
    number = 1 + FOLDS + REPLICATES
    intercept, mean = -0.5 + 0.05 * rng.normal(size=number), np.zeros((number, 2))
    intercept[list(failed)] = np.nan
    coefficient = np.array([0.9, 0.1]) + 0.05 * rng.normal(size=(number, 2))
    return LinearScorers(intercept, coefficient, mean, mean)


def in_cells(parts: list[Block], scorers: LinearScorers) -> CellSamples:
    cells = PiecesHere.of(lambda number: parts[number], range(len(parts))).summed(
        cells_of, PLAN, scorers
    )
    return CellSamples.of(cells, scorers)


def in_memory(parts: list[Block], scorers: LinearScorers) -> Samples:
    """The same patients, samples and models, each patient by himself."""
    X, y = np.concatenate([b.X for b in parts]), np.concatenate([b.y for b in parts])
    counts = np.concatenate([PLAN.samples.training(b) for b in parts], axis=1).astype(float)
    fold = np.concatenate([PLAN.samples.fold(b) for b in parts])
    again = np.concatenate([PLAN.resampling.training(b) for b in parts], axis=1).astype(float)
    testing = (fold == np.arange(FOLDS)[:, None]).astype(float)
    folds = Folds(counts[1 : 1 + FOLDS], testing, np.zeros(FOLDS, int), np.zeros(FOLDS, int))
    plan = Plan(folds, KeptModels(again[1 + FOLDS :]), counts[1 + FOLDS :])
    p = scorers.probability(X)
    nobody = np.zeros((0, len(y)))
    trained = Trained(
        model=scorers[:1],
        bootstrap_models=scorers[1 + FOLDS :],
        whole=Replicates(y, np.ones((1, len(y))), p[:1]),
        folds=Replicates(y, folds.training, p[1 : 1 + FOLDS]),
        interval=Replicates(y, nobody, nobody),
        bootstrap=Replicates(y, plan.bootstrap, p[1 + FOLDS :]),
    )
    return Samples(trained, plan)


PARTS = blocks(1500, 0, 1, 1200)
CELLS, PATIENTS = in_cells(PARTS, models()), in_memory(PARTS, models())
FOUND, TRUE = (
    performance_in(CELLS, MEASURES),
    performance(PATIENTS.trained, PATIENTS.plan, MEASURES),
)


@pytest.mark.parametrize("metric", MEASURES, ids=lambda metric: metric.name)
def test_an_estimate_is_within_its_error_of_that_of_the_patients(metric) -> None:
    found, true = FOUND.estimates[metric.name], TRUE.estimates[metric.name]
    error = CELLS.error(metric)
    if metric.measure.bracketed is None:
        assert np.isnan(error)
        error = 0.002  # a distance from a smooth curve, of which nothing is proven
    assert error < 0.005
    assert_allclose(found.estimate, true.estimate, rtol=0, atol=error + 1e-9)


@pytest.mark.parametrize("metric", MEASURES, ids=lambda metric: metric.name)
def test_whatever_stands_beside_an_estimate_is_that_of_the_patients(metric) -> None:
    found, true = FOUND.estimates[metric.name], TRUE.estimates[metric.name]
    for name in ("low", "high", "apparent", "optimism_corrected", "bootstrap_632plus"):
        assert_allclose(getattr(found, name), getattr(true, name), rtol=0, atol=0.004)
    assert_allclose(found.out_of_bag, true.out_of_bag, rtol=0, atol=0.004)
    assert found.note == true.note
    assert_allclose(FOUND.resampled[metric.name], TRUE.resampled[metric.name], rtol=0, atol=0.004)


def test_no_table_takes_more_memory_than_is_said() -> None:
    """One with somebody in every bin of every fold takes so much."""
    plan = replace(PLAN, bins=Bins((0.3,), per_doubling=1))
    edges = plan.bins.edges
    inside = np.concatenate([[edges[0] / 2], (edges[1:] + edges[:-1]) / 2, [1.0]])
    odds = np.log(inside / np.maximum(1 - inside, 1e-20))
    X, y = np.repeat(odds, 200)[:, None], np.tile([0.0, 1.0], 100 * len(odds))
    number = len(plan.samples)
    scorers = LinearScorers(np.zeros(number), np.ones((number, 1)), *np.zeros((2, number, 1)))
    cells = cells_of(Block(X, y, 0), plan, scorers)
    of_bootstrap = [
        array.nbytes
        for binned in (cells.inside, cells.outside, cells.left_out)
        for array in (binned.count, binned.total, binned.lowest, binned.highest)
    ]
    assert sum(of_bootstrap) == REPLICATES * bytes_of_replicate(plan.bins)
    assert cells.resampled.counts.nbytes == COHORTS * bytes_of_cohort(plan.bins, FOLDS)


def test_curves_are_those_of_the_patients() -> None:
    ours, theirs = roc_curve(CELLS), roc_curve(PATIENTS)
    assert_array_equal(ours.false_positive_rate, theirs.false_positive_rate)
    assert_allclose(ours.sensitivity, theirs.sensitivity, atol=0.005)
    benefit, true = decision_curve(CELLS), decision_curve(PATIENTS)
    assert_allclose(benefit.net_benefit, true.net_benefit, atol=1e-12)  # thresholds are edges
    assert_allclose(benefit.standardised, true.standardised, atol=1e-12)
    shown, expected = calibration(CELLS), calibration(PATIENTS)
    assert shown.note is expected.note is None
    assert_allclose(
        [(g.predicted, g.observed) for g in shown.groups],
        [(g.predicted, g.observed) for g in expected.groups],
        atol=0.005,
    )
    assert sum(g.patients for g in shown.groups) == sum(g.patients for g in expected.groups)
    assert_array_equal(shown.histogram.events, expected.histogram.events)
    assert_array_equal(shown.histogram.others, expected.histogram.others)
    assert shown.curve is not None
    assert expected.curve is not None
    assert_allclose(shown.curve.observed, expected.curve.observed, atol=0.005)


def test_a_model_that_failed_leaves_no_value() -> None:
    some = models(1, 5, 7)  # of the first fold, and of two bootstrap samples
    cells, patients = in_cells(PARTS, some), in_memory(PARTS, some)
    assert cells.trained.failed == patients.trained.failed == 3
    ours, theirs = (performance_in(samples, MEASURES).estimates for samples in (cells, patients))
    assert_allclose(ours["auroc"].estimate, theirs["auroc"].estimate, atol=0.001)
    assert np.isnan(ours["calibration_intercept"].estimate)
    for name, found in ours.items():
        assert found.note == theirs[name].note


def test_without_bootstrap_models_there_is_no_optimism_and_no_interval_of_theirs() -> None:
    found = performance_in(in_cells(PARTS, models()[: 1 + FOLDS]), MEASURES).estimates
    assert_allclose(found["auroc"].estimate, FOUND.estimates["auroc"].estimate)
    assert np.isfinite(found["auroc"].low)
    assert np.isnan(found["auroc"].optimism_corrected)
    assert found["calibration_intercept"].note == "no interval: there are no bootstrap replicates"


def test_a_learner_that_tells_nobody_apart_is_known_as_one() -> None:
    number = 1 + FOLDS + REPLICATES
    scorers = LinearScorers.constant(np.linspace(-0.5, -0.4, number), 2)
    ours, theirs = in_cells(PARTS, scorers), in_memory(PARTS, scorers)
    found, true = (performance_in(each, MEASURES).estimates for each in (ours, theirs))
    assert found["auroc"].estimate == 0.5
    assert found["calibration_slope"].note == true["calibration_slope"].note


def test_curves_without_bootstrap_models_have_no_band() -> None:
    shown = calibration(in_cells(PARTS, models()[: 1 + FOLDS])).curve
    assert shown is not None
    assert np.isfinite(shown.observed).all()
    assert np.isnan(shown.low).all()
