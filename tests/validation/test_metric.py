from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor.measures import measures_of
from predictor.validation import metric_of, metrics

METRICS = metrics("binary", (0.3, 0.5, 0.7))


def test_measures_of_single_patients_and_ranks_are_taken_per_fold_and_the_others_pooled():
    assert {m.name for m in METRICS if not m.pooled} == {"auroc", "brier", "log_loss", "auprc"}


def test_no_information_of_average_precision_is_the_prevalence_of_many_patients():
    (metric,) = (m for m in METRICS if m.name == "auprc")
    rng = np.random.default_rng(4)
    y, p = np.repeat([0.0, 1.0], [14_000, 6_000]), rng.random(20_000)
    assert metric.no_information(y, p) == 0.3
    assert metric.measure(y, p) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(
    "metric",
    [m for m in METRICS if m.no_information and m.name != "auprc"],
    ids=lambda m: m.name,
)
def test_no_information_is_the_mean_over_shuffled_outcomes(metric):
    rng = np.random.default_rng(4)
    y = (rng.random(30) < 0.4).astype(float)
    p = rng.uniform(0.05, 0.95, 30)
    shuffled = np.array([rng.permutation(y) for _ in range(20_000)])
    values = metric.measure(shuffled, p)
    error = values.std() / np.sqrt(len(values))
    # drawn without replacement: a patient never meets another's outcome twice
    assert abs(values.mean() - metric.no_information(y, p)) < 5 * error


@pytest.mark.parametrize("metric", [m for m in METRICS if m.no_information], ids=lambda m: m.name)
def test_no_information_is_worse_than_good_probabilities(metric):
    y = np.array([0.0, 0, 0, 1, 1])
    p = np.array([0.1, 0.2, 0.1, 0.8, 0.9])
    better = metric.measure(y, p) - metric.no_information(y, p)
    # of a measure with a target there is no telling how much of the way to useless it has gone
    assert better * {"higher": 1, "lower": -1}[metric.measure.better] > 0


def test_what_nobody_has_shown_to_be_covered_has_no_interval():
    (auroc, *_) = measures_of("binary")
    unknown = metric_of(dataclasses.replace(auroc, name="unknown"))
    assert (unknown.pooled, unknown.interval, unknown.compared) == (True, None, False)
    assert metric_of(auroc).interval == "cross_validation"
