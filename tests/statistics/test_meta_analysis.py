from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.statistics import random_effects

GOLDEN = Path(__file__).parents[1] / "golden" / "centres"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["pooled"]
SETS = sorted(EXPECTED)
# of tau^2 between two ways to the same maximum; in the flat likelihood of few centres it is coarse
CLOSE = {"rel": 1e-6, "abs": 1e-9}


def of(name):
    rows = [line.split(",") for line in (GOLDEN / "input.csv").read_text().split()[1:]]
    values = [[float(cell) for cell in row[1:]] for row in rows if row[0] == name]
    return random_effects(*np.array(values).T)


@pytest.mark.parametrize("name", SETS)
def test_mean_tau_and_q_match_R_metafor(name):
    found, expected = of(name), EXPECTED[name]
    assert found.centres == expected["k"]
    assert found.mean == pytest.approx(expected["mean"], **CLOSE)
    assert found.tau**2 == pytest.approx(expected["tau2"], **CLOSE)
    assert found.i_squared == pytest.approx(expected["i_squared"], **CLOSE)
    assert found.q == pytest.approx(expected["q"], rel=1e-9)
    assert found.p_value == pytest.approx(expected["p_value"], rel=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_the_interval_is_the_wider_of_two_of_R_metafor(name):
    found, expected = of(name), EXPECTED[name]
    wider = "knha" if expected["knha_high"] >= expected["z_high"] else "z"
    assert found.low == pytest.approx(expected[f"{wider}_low"], **CLOSE)
    assert found.high == pytest.approx(expected[f"{wider}_high"], **CLOSE)
    larger = max(expected["knha_error"], expected["z_error"])
    assert found.standard_error == pytest.approx(larger, **CLOSE)


def test_both_kinds_of_interval_are_among_what_is_checked():
    wider = {e["knha_high"] >= e["z_high"] for e in EXPECTED.values()}
    assert wider == {True, False}


@pytest.mark.parametrize("name", SETS)
def test_the_plug_in_prediction_interval_is_that_of_R_metamisc(name):
    found, expected = of(name), EXPECTED[name]
    if expected["k"] == 2:
        assert np.isnan([found.plug_in_low, found.new_low, found.new_high]).all()
        return
    larger = "knha" if expected["knha_error"] >= expected["z_error"] else "z"
    ends = expected["new"][larger]
    assert [found.plug_in_low, found.plug_in_high] == pytest.approx(ends, **CLOSE)


@pytest.mark.parametrize("name", [name for name in SETS if name != "two"])
def test_the_prediction_interval_is_what_R_integrates(name):
    found, expected = of(name), EXPECTED[name]
    width = expected["mixture"][1] - expected["mixture"][0]
    ends = pytest.approx(expected["mixture"], abs=0.005 * width)
    assert [found.new_low, found.new_high] == ends


@pytest.mark.parametrize("name", SETS)
def test_the_interval_of_tau_matches_R_metafor(name):
    found, expected = of(name), EXPECTED[name]
    assert found.tau_low == pytest.approx(expected["tau_low"], rel=1e-5, abs=1e-5)
    assert found.tau_high == pytest.approx(expected["tau_high"], rel=1e-5, abs=1e-5)


def test_a_batch_is_each_of_its_rows():
    rng = np.random.default_rng(1)
    y, error = rng.normal(0, 0.5, (4, 3, 6)), rng.uniform(0.1, 0.6, (4, 3, 6))
    batch, one = random_effects(y, error), random_effects(y[2, 1], error[2, 1])
    assert batch.mean.shape == (4, 3)
    for name in ("mean", "low", "new_high", "tau", "tau_high", "i_squared"):
        assert getattr(batch, name)[2, 1] == pytest.approx(getattr(one, name), rel=1e-12)


CENTRES = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.05, 1.0)), min_size=3, max_size=8, unique=True
)


@given(CENTRES, st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=50, deadline=None)
def test_moving_and_stretching_the_scale_moves_and_stretches_the_answer(centres, shift, factor):
    y, error = np.array(centres).T
    before, after = random_effects(y, error), random_effects(shift + factor * y, factor * error)
    assert after.mean == pytest.approx(shift + factor * before.mean, rel=1e-5, abs=1e-5)
    assert after.tau == pytest.approx(factor * before.tau, rel=1e-4, abs=1e-4)
    assert after.i_squared == pytest.approx(before.i_squared, rel=1e-4, abs=1e-4)


@given(CENTRES)
@settings(max_examples=50, deadline=None)
def test_a_new_centre_is_less_certain_than_the_mean_and_tau_maximises_the_likelihood(centres):
    y, error = np.array(centres).T
    found = random_effects(y, error)
    assert found.new_low <= found.mean <= found.new_high
    assert found.low <= found.mean <= found.high
    assert found.plug_in_low <= found.low <= found.high <= found.plug_in_high

    def restricted(tau):
        w = 1 / (error**2 + tau**2)
        q = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
        return -0.5 * (q - np.log(w).sum() + np.log(w.sum()))

    near = found.tau + np.array([-0.02, 0.02])
    assert restricted(found.tau) >= max(map(restricted, np.maximum(near, 0))) - 1e-9


@pytest.mark.parametrize(
    ("y", "error", "why"),
    [
        ([1.0], [0.1], "two centres"),
        ([1.0, 2.0], [0.1, 0.0], "above 0"),
        ([1.0, np.nan], [0.1, 0.2], "finite"),
    ],
)
def test_what_cannot_be_pooled_is_refused(y, error, why):
    with pytest.raises(ValueError, match=why):
        random_effects(y, error)
