"""What must hold for every cohort, whatever is in it."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from predictor import statistics
from predictor.measures import measures_of
from predictor.statistics import auprc, auroc, decision_curve, net_benefit, treat_all

MEASURES = measures_of("binary", (0.3,))

measures = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)

# No deadline: a machine may be busy.
examples = settings(max_examples=60, deadline=None)

# A grid, so that ties are common and differences are larger than rounding.
PROBABILITY = st.integers(0, 64).map(lambda k: k / 64)
# The slope of an outcome that is nearly separated magnifies the last bit, hence the tolerance.
close = partial(np.testing.assert_allclose, rtol=1e-7, atol=1e-9)


@st.composite
def cohorts(draw, rows: int | None = None, elements=PROBABILITY):
    n = draw(st.integers(1, 15))
    shape = (n,) if rows is None else (rows, n)
    y = draw(arrays(np.float64, n, elements=st.sampled_from([0.0, 1.0])))
    p = draw(arrays(np.float64, shape, elements=elements))
    weights = draw(arrays(np.float64, shape, elements=st.integers(0, 3).map(float)))
    return y, p, weights


@measures
@examples
@given(cohorts())
def test_integer_weights_equal_repeated_rows(measure, cohort):
    y, p, weights = cohort
    rows = np.repeat(np.arange(len(y)), weights.astype(int))
    close(measure(y, p, weights=weights), measure(y[rows], p[rows]))


@measures
@examples
@given(cohorts(), st.randoms(use_true_random=False))
def test_the_order_of_patients_changes_nothing(measure, cohort, random):
    y, p, weights = cohort
    order = list(range(len(y)))
    random.shuffle(order)
    close(measure(y[order], p[order], weights=weights[order]), measure(y, p, weights=weights))


@measures
@examples
@given(cohorts(rows=4))
def test_a_row_of_a_batch_is_the_single_call(measure, cohort):
    y, p, weights = cohort
    batch = measure(y, p, weights=weights)
    close(batch, [measure(y, p[i], weights=weights[i]) for i in range(4)])


@measures
@examples
@given(
    cohorts(elements=st.floats(0, 1) | st.just(np.nan) | st.floats(0, 1e-9)),
    st.floats(0, 1),
)
def test_nothing_warns_whatever_the_probabilities(measure, cohort, share):
    y, p, weights = cohort
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = measure(y, p, weights=weights * share)
        measure(y, p)
    unknown = np.isnan(p) & (weights * share > 0)
    if unknown.any() or not (weights * share).any():
        assert np.isnan(value)


@examples
@given(cohorts(), st.sampled_from([np.sqrt, np.square, lambda p: (p + 1) / 3, np.expm1]))
def test_auroc_is_unchanged_by_increasing_maps(cohort, increasing):
    y, p, weights = cohort
    np.testing.assert_array_equal(
        auroc(y, increasing(p), weights=weights), auroc(y, p, weights=weights)
    )


@examples
@given(cohorts())
def test_auroc_of_the_complement_is_the_complement(cohort):
    y, p, weights = cohort
    close(auroc(y, 1 - p, weights=weights), 1 - auroc(y, p, weights=weights))
    close(auroc(1 - y, p, weights=weights), 1 - auroc(y, p, weights=weights))


@examples
@given(cohorts())
def test_auroc_is_the_share_of_pairs_in_order(cohort):
    y, p, weights = cohort
    pairs = np.outer(weights * y, weights * (1 - y))
    order = (p[:, None] > p) + (p[:, None] == p) / 2
    if pairs.sum() > 0:
        close(auroc(y, p, weights=weights), (pairs * order).sum() / pairs.sum())
    else:
        assert np.isnan(auroc(y, p, weights=weights))


@examples
@given(cohorts(), st.floats(0, 0.99))
def test_net_benefit_of_treating_all_is_its_formula(cohort, threshold):
    y, _, weights = cohort
    if weights.sum() == 0:
        assert np.isnan(treat_all(y, threshold, weights=weights))
        return
    prevalence = (weights * y).sum() / weights.sum()
    formula = prevalence - (1 - prevalence) * threshold / (1 - threshold)
    close(treat_all(y, threshold, weights=weights), formula)
    close(net_benefit(y, np.ones(len(y)), threshold, weights=weights), formula)


THRESHOLDS = arrays(np.float64, st.integers(0, 9), elements=PROBABILITY)


@examples
@given(cohorts(rows=3), THRESHOLDS)
def test_a_decision_curve_is_the_net_benefit_at_each_threshold(cohort, thresholds):
    y, p, weights = cohort
    each = net_benefit(y, p[:, None], thresholds, weights=weights[:, None])
    close(decision_curve(y, p, thresholds, weights=weights), each)


@examples
@given(cohorts(), PROBABILITY, PROBABILITY)
def test_a_higher_threshold_never_finds_more_events(cohort, one, other):
    y, p, weights = cohort
    low, high = sorted([one, other])
    found = statistics.classification(y, p, [low, high], weights=weights)
    if (weights * y).sum() > 0:
        assert found.sensitivity[1] <= found.sensitivity[0]
    if (weights * (1 - y)).sum() > 0:
        assert found.specificity[1] >= found.specificity[0]


@examples
@given(cohorts(), PROBABILITY)
def test_predictive_values_put_together_are_the_prevalence(cohort, threshold):
    y, p, weights = cohort
    positive = weights * (p >= threshold)
    if positive.sum() in (0, weights.sum()):
        return
    found = statistics.classification(y, p, threshold, weights=weights)
    events = found.ppv * positive.sum() + (1 - found.npv) * (weights - positive).sum()
    close(events, weights @ y)


@examples
@given(cohorts())
def test_auprc_is_the_prevalence_when_all_tie_and_one_when_perfect(cohort):
    y, p, weights = cohort
    if (weights * y).sum() > 0:
        assert 0 < auprc(y, p, weights=weights) <= 1 + 1e-12
        assert auprc(y, y, weights=weights) == 1
        close(auprc(y, p * 0, weights=weights), weights @ y / weights.sum())


@examples
@given(cohorts(), st.floats(-2, 2), st.floats(-2, 2))
def test_the_curve_along_a_straight_line_is_the_line(cohort, intercept, slope):
    _, p, weights = cohort
    if weights.sum() > 0:
        at = np.linspace(*np.quantile(p[weights > 0], [0, 1]), 7)
        line = intercept + slope * p
        curve = statistics.calibration_curve(line, p, at, weights=weights)
        close(curve, intercept + slope * at)


@examples
@given(cohorts())
def test_errors_of_calibration_are_in_order_and_within_reach(cohort):
    y, p, weights = cohort
    if weights.sum() > 0:
        ici, e50, e90 = statistics.ici_e50_e90(y, p, weights=weights)
        assert 0 <= e50 <= e90
        assert ici >= 0.1 * e90 - 1e-12


@examples
@given(cohorts())
def test_delong_agrees_with_the_auroc_and_with_its_own_mirror_image(cohort):
    y, p, _ = cohort
    interval, mirror = (statistics.delong_interval(y, value) for value in (p, 1 - p))
    close(interval.low, 1 - mirror.high)
    if np.isfinite(interval.low):
        assert interval.low <= auroc(y, p) <= interval.high


@examples
@given(cohorts())
def test_the_slope_has_the_sign_of_the_difference_in_mean_logit(cohort):
    y, p, weights = cohort
    p = 0.1 + 0.8 * p
    slope = statistics.calibration_slope(y, p, weights=weights)
    if np.isnan(slope):
        return
    logit = np.log(p / (1 - p))
    events, others = weights * y, weights * (1 - y)
    difference = events @ logit / events.sum() - others @ logit / others.sum()
    assert slope * difference > -1e-12


@examples
@given(cohorts())
def test_every_calibration_has_an_intercept(cohort):
    y, p, weights = cohort
    intercept = statistics.calibration_intercept(y, p, weights=weights)
    classes = np.unique(y[weights > 0])
    assert np.isfinite(intercept) == (len(classes) == 2)


@examples
@given(
    st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.01, 0.99),
)
def test_a_wilson_interval_holds_the_proportion_and_mirrors(counts, level):
    events, n = counts
    interval, mirror = (statistics.wilson(k, n, level) for k in (events, n - events))
    assert 0 <= interval.low <= events / n + 1e-12
    assert events / n - 1e-12 <= interval.high <= 1
    close(interval.low, 1 - mirror.high)
