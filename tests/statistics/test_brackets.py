"""Brackets hold the measures of the patients: every measure of the catalogue that has one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from predictor.measures import measures_of
from predictor.statistics import Binned, Bins

EDGE, NO_EDGE = 0.3, 0.41
MEASURES = measures_of("binary", (EDGE, NO_EDGE))
WITHOUT = {"ici", "e50", "e90"}
BRACKETED = [measure for measure in MEASURES if measure.stem not in WITHOUT]

examples = settings(max_examples=25, deadline=None)
measures = pytest.mark.parametrize("measure", BRACKETED, ids=lambda measure: measure.name)

# values in one bin, on both sides of an edge, in ties of rounding, and beyond all logarithms
NEAR = [np.nextafter(0.3, 0), 0.3, np.nextafter(0.3, 1), 0.3 + 1e-12, 0.31, 0.3100001, 0.41, 0.42]
FAR = [0.0, 1e-14, 1e-12, 3e-12, 1e-5, 0.5, 0.75, 0.99, 1 - 1e-13, 1.0]
probability = st.sampled_from(NEAR + FAR) | st.floats(0, 1)


@st.composite
def cohorts(draw):
    n = draw(st.integers(1, 25))
    y = draw(arrays(np.float64, n, elements=st.sampled_from([0.0, 1.0])))
    p = draw(arrays(np.float64, n, elements=probability))
    weights = draw(arrays(np.float64, n, elements=st.integers(0, 3).map(float)))
    return y, p, weights


def _holds(measure, y, p, weights, bins):
    exact = np.asarray(measure(y, p, weights=weights))
    binned = Binned.of(bins, y, p, weights=weights)
    bracket = measure.bracket(binned)
    grouped = binned.grouped
    value = np.asarray(measure(*grouped[:2], weights=grouped.weights))
    rounding = 1e-9 * (1 + np.abs(exact))
    with np.errstate(invalid="ignore"):
        inside = (exact >= bracket.low - rounding) & (exact <= bracket.high + rounding)
        near = np.abs(exact - value) <= bracket.error(value) + 2 * rounding
    return np.isnan(exact) | inside, np.isnan(exact) | np.isnan(value) | near


def test_every_measure_without_a_bracket_is_a_distance_from_a_smooth_curve():
    assert {measure.stem for measure in MEASURES if measure.bracketed is None} == WITHOUT


@measures
@examples
@given(cohorts(), st.sampled_from([1, 8, 512]))
def test_no_patients_are_outside_the_bracket(measure, cohort, per_doubling):
    inside, near = _holds(measure, *cohort, Bins((EDGE,), per_doubling=per_doubling))
    assert inside
    assert near


@measures
@pytest.mark.parametrize("spread", [0.2, 1.0, 6.0])
def test_no_larger_cohort_is_outside_the_bracket(measure, spread):
    rng = np.random.default_rng(7)
    p = 1 / (1 + np.exp(-rng.normal(-1, spread, (12, 300))))
    p[6:] = np.round(p[6:], 2)
    y = (rng.random(300) < p[0]).astype(float)
    weights = rng.poisson(1, p.shape).astype(float)
    for per_doubling in (1, 4, 64):
        inside, near = _holds(measure, y, p, weights, Bins((EDGE,), per_doubling=per_doubling))
        assert inside.all()
        assert near.all()


@measures
def test_a_bracket_closes_where_bins_tell_patients_apart(measure):
    rng = np.random.default_rng(8)
    p = rng.choice(np.linspace(0.02, 0.98, 97), 2_000)
    y = (rng.random(2_000) < p).astype(float)
    bracket = measure.bracket(Binned.of(Bins(), y, p))
    np.testing.assert_allclose(bracket.low, measure(y, p), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(bracket.high, measure(y, p), rtol=1e-8, atol=1e-9)


@measures
def test_a_bracket_has_no_value_where_the_measure_has_none(measure):
    p = np.array([0.2, 0.7, np.nan])
    for y in ([0.0, 1.0, 1.0], [1.0, 1.0, 0.0]):
        weights = np.array([1.0, 1.0, 1.0])
        bracket = measure.bracket(Binned.of(Bins(), np.array(y), p, weights=weights))
        assert np.isnan(bracket.low)
        assert np.isnan(bracket.high)


BOUNDS = {  # that a million patients leave with the bins as they are
    "auroc": 3e-4, "brier": 1e-7, "scaled_brier": 5e-7, "log_loss": 3e-7,
    "calibration_intercept": 1e-7, "calibration_slope": 1e-5, "observed_expected": 1e-12,
    "auprc": 1e-3,
}  # fmt: skip


def test_a_million_patients_are_measured_within_narrow_brackets():
    rng = np.random.default_rng(9)
    odds = rng.normal(-1, 1, 1_000_000)
    p = 1 / (1 + np.exp(-odds))
    y = (rng.random(len(p)) < 1 / (1 + np.exp(-0.1 - 0.9 * odds))).astype(float)
    bins = Bins((EDGE,))
    parts = [Binned.of(bins, y[k::4], p[k::4]) for k in range(4)]
    binned = (parts[0] + parts[1]) + (parts[2] + parts[3])
    grouped = binned.grouped
    for measure in measures_of("binary", (EDGE,)):
        exact = measure(y, p)
        value = measure(*grouped[:2], weights=grouped.weights)
        bracket = measure.bracket(binned)
        if bracket is None:
            assert abs(value - exact) < 2e-4
            continue
        error = bracket.error(value)
        assert abs(value - exact) <= error + 1e-9
        assert error <= BOUNDS.get(measure.name, 1e-12)
