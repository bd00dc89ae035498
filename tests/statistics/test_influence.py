from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from predictor import statistics
from predictor.statistics import influence
from predictor.statistics.influence import standard_error

THRESHOLD = 0.4


def _share(kind):
    def of_each(y, p):
        positive = (p >= THRESHOLD).astype(float)
        among, right = {
            "sensitivity": (y, positive),
            "specificity": (1 - y, 1 - positive),
            "ppv": (positive, y),
            "npv": (1 - positive, 1 - y),
        }[kind]
        return influence.influence_on_share(among, right)

    def measure(y, p, weights):
        return getattr(statistics.classification(y, p, THRESHOLD, weights=weights), kind)

    return measure, of_each


MEASURES = {
    "auroc": (statistics.auroc, influence.influence_on_auroc),
    "brier": (statistics.brier, influence.influence_on_brier),
    "log_loss": (statistics.log_loss, influence.influence_on_log_loss),
    "scaled_brier": (statistics.scaled_brier, influence.influence_on_scaled_brier),
    "intercept": (
        statistics.calibration_intercept,
        influence.influence_on_calibration_intercept,
    ),
    "slope": (statistics.calibration_slope, influence.influence_on_calibration_slope),
    "observed_expected": (
        statistics.observed_expected,
        influence.influence_on_observed_expected,
    ),
    "net_benefit": (
        partial(statistics.net_benefit, threshold=THRESHOLD),
        partial(influence.influence_on_net_benefit, threshold=THRESHOLD),
    ),
    **{kind: _share(kind) for kind in ("sensitivity", "specificity", "ppv", "npv")},
}


@pytest.fixture
def patients():
    rng = np.random.default_rng(4)
    logit = rng.normal(size=60)
    y = (rng.random(60) < 1 / (1 + np.exp(-logit))).astype(float)
    return y, np.round(1 / (1 + np.exp(-0.3 - 1.6 * logit)), 2)  # with ties


@pytest.mark.parametrize("name", MEASURES)
def test_influence_is_the_derivative_by_the_weight_of_a_patient(name, patients) -> None:
    measure, of_each = MEASURES[name]
    y, p = patients
    step = 1e-4
    more = np.ones((len(y), len(y))) + step * np.eye(len(y))
    less = np.ones((len(y), len(y))) - step * np.eye(len(y))
    derivative = len(y) * (measure(y, p, weights=more) - measure(y, p, weights=less)) / (2 * step)
    found = of_each(y, p)
    np.testing.assert_allclose(found, derivative, atol=2e-5)
    assert abs(found.mean()) < 1e-9


def test_the_error_of_an_auroc_is_delongs_but_for_degrees_of_freedom(patients) -> None:
    y, p = patients
    found = standard_error(influence.influence_on_auroc(y, p))
    assert found == pytest.approx(float(statistics.delong_error(y, p)), rel=0.03)


def test_the_error_of_a_mean_is_the_textbooks_and_clusters_are_summed(patients) -> None:
    y, p = patients
    each = influence.influence_on_brier(y, p)
    losses = influence.squared_errors(y, p)
    assert standard_error(each) == pytest.approx(losses.std(ddof=1) / np.sqrt(60))
    # a patient in a cluster of his own is a patient; everybody twice has the error of half
    assert standard_error(each, np.arange(60)) == pytest.approx(standard_error(each))
    twice = standard_error(np.tile(each, 2), np.tile(np.arange(60), 2))
    assert twice == pytest.approx(standard_error(each))
    assert np.isnan(standard_error(each, np.zeros(60, dtype=np.int64)))


def test_losses_are_those_that_the_measures_are_means_of(patients) -> None:
    y, p = patients
    p = np.append(p[:-1], 0.0 if y[-1] else 1.0)  # as wrong as can be
    assert influence.log_losses(y, p).mean() == pytest.approx(float(statistics.log_loss(y, p)))
    assert influence.benefits(y, p, 0.3).mean() == pytest.approx(
        float(statistics.net_benefit(y, p, 0.3))
    )
