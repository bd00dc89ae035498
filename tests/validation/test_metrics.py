from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import ici_e50_e90
from predictor.validation import metrics

MEASURES = metrics((0.3, 0.5, 0.7))


def test_measures_have_the_names_of_the_report():
    assert [m.name for m in MEASURES] == [
        "auroc",
        "brier",
        "scaled_brier",
        "log_loss",
        "calibration_intercept",
        "calibration_slope",
        "observed_expected",
        "net_benefit@0.3",
        "net_benefit@0.5",
        "net_benefit@0.7",
        "auprc",
        *(
            f"{name}@{threshold}"
            for threshold in (0.3, 0.5, 0.7)
            for name in ("sensitivity", "specificity", "ppv", "npv")
        ),
        "ici",
        "e50",
        "e90",
    ]


def test_measures_of_single_patients_and_ranks_are_taken_per_fold_and_the_others_pooled():
    assert {m.name for m in MEASURES if not m.pooled} == {"auroc", "brier", "log_loss", "auprc"}


def test_no_information_of_average_precision_is_the_prevalence_of_many_patients():
    (metric,) = (m for m in MEASURES if m.name == "auprc")
    rng = np.random.default_rng(4)
    y, p = np.repeat([0.0, 1.0], [14_000, 6_000]), rng.random(20_000)
    assert metric.no_information(y, p) == 0.3
    assert metric.statistic(y, p) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(
    "metric",
    [m for m in MEASURES if m.no_information and m.name != "auprc"],
    ids=lambda m: m.name,
)
def test_no_information_is_the_mean_over_shuffled_outcomes(metric):
    rng = np.random.default_rng(4)
    y = (rng.random(30) < 0.4).astype(float)
    p = rng.uniform(0.05, 0.95, 30)
    shuffled = np.array([rng.permutation(y) for _ in range(20_000)])
    values = metric.statistic(shuffled, p)
    error = values.std() / np.sqrt(len(values))
    # drawn without replacement: a patient never meets another's outcome twice
    assert abs(values.mean() - metric.no_information(y, p)) < 5 * error


@pytest.mark.parametrize("metric", [m for m in MEASURES if m.no_information], ids=lambda m: m.name)
def test_no_information_is_worse_than_good_probabilities(metric):
    y = np.array([0.0, 0, 0, 1, 1])
    p = np.array([0.1, 0.2, 0.1, 0.8, 0.9])
    better = metric.statistic(y, p) - metric.no_information(y, p)
    assert better * (1 if metric.higher_is_better else -1) > 0


@pytest.mark.parametrize("metric", MEASURES, ids=lambda m: m.name)
def test_no_probabilities_leave_the_bounds(metric):
    rng = np.random.default_rng(6)
    y = (rng.random(12) < 0.5).astype(float)
    y[:2] = 0, 1
    extremes = np.array([y, 1 - y, np.ones(12), np.zeros(12), *rng.random((200, 12))])
    values = metric.statistic(y, extremes)
    values = values if metric.part is None else values[metric.part]
    values = values[~np.isnan(values)]
    assert metric.lowest <= values.min()
    assert values.max() <= metric.highest


def test_the_curve_of_many_patients_is_nearly_that_of_their_thousandths():
    rng = np.random.default_rng(4)
    p = rng.beta(2, 3, (3, 6_000))
    y = (rng.random(6_000) < p[0]).astype(float)
    weights = rng.poisson(1, p.shape).astype(float)
    p[1, weights[1] == 0] = np.nan  # nobody who counts
    p[2, np.flatnonzero(weights[2])[0]] = np.nan
    known = np.where(np.isnan(p), 0.5, p)
    errors = {metric.name: metric for metric in metrics(()) if metric.name in ("ici", "e50", "e90")}
    for name, metric in errors.items():
        found = metric.statistic(y, p, weights=weights)[metric.part]
        expected = getattr(ici_e50_e90(y, known, weights=weights), name)
        np.testing.assert_allclose(found[:2], expected[:2], atol=2e-4)
        assert np.isnan(found[2])
    everybody = errors["ici"].statistic(y, known[0])[0]
    np.testing.assert_allclose(everybody, ici_e50_e90(y, known[0]).ici, atol=2e-4)


def test_the_curve_of_many_patients_with_rare_events_is_not_rounded_away():
    rng = np.random.default_rng(6)
    p = rng.uniform(0.0006, 0.0014, 60_000)
    y = (rng.random(len(p)) < 2 * p).astype(float)
    (ici,) = (metric for metric in metrics(()) if metric.name == "ici")
    np.testing.assert_allclose(ici.statistic(y, p)[0], ici_e50_e90(y, p).ici, rtol=0.01)
