from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from predictor.statistics import (
    Change,
    alarms_under,
    cusum,
    cusum_limits,
    cusum_of_p,
    cusum_of_p_limits,
    rate_of_looks,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "control_charts"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())
LOGIT, Y = np.loadtxt(GOLDEN / "input.csv", delimiter=",", skiprows=1).T
CHANGES = [Change(odds=2.0), Change(odds=0.5), Change(slope=0.5)]


def periods(each):
    return [[values[i : i + each] for i in range(0, len(Y), each)] for values in (LOGIT, Y)]


@pytest.mark.parametrize(("each", "name"), [(1, "single"), (10, "periods_of_ten")])
def test_the_chart_matches_R_surveillance(each, name) -> None:
    found = cusum(*periods(each), CHANGES, EXPECTED["centre"])
    expected = np.transpose([EXPECTED[name][each] for each in ("doubled", "halved", "weaker")])
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_the_order_of_patients_within_a_period_has_no_part_in_it() -> None:
    logits, outcomes = periods(20)
    turned = cusum([x[::-1] for x in logits], [x[::-1] for x in outcomes], CHANGES, 0.1)
    np.testing.assert_allclose(cusum(logits, outcomes, CHANGES, 0.1), turned, atol=1e-12)


def watches(rng, number, looks, change, entropy):
    """Share of watches of real outcomes with an alarm; each watch has patients of its own."""
    rate, alarms = rate_of_looks(0.1, looks), 0
    for watch in range(number):
        logits = [rng.normal(-0.5, 1, rng.integers(12, 30)) for _ in range(looks)]
        limits = cusum_limits(
            logits, CHANGES, -0.5, rate=rate, entropy=[entropy, watch], simulated=4000
        )
        outcomes = [rng.random(len(x)) < expit(change.logit(x, -0.5)) for x in logits]
        alarms += bool((cusum(logits, outcomes, CHANGES, -0.5) > limits).any())
    return alarms / number


def test_a_right_model_raises_the_stated_share_of_alarms_and_a_wrong_one_more() -> None:
    # 0.1 -+ 2.6 standard errors
    rng = np.random.default_rng(1)
    assert 0.045 < watches(rng, 200, 8, Change(), 3) < 0.155
    for change in (*CHANGES[:2], Change(slope=-0.5)):
        assert watches(rng, 20, 8, change, 4) > 0.5


def test_a_limit_does_not_change_as_the_watch_goes_on() -> None:
    logits, _ = periods(10)
    settings = {"rate": 0.01, "entropy": [2], "simulated": 2000}
    whole = cusum_limits(logits, CHANGES, 0.0, **settings)
    np.testing.assert_array_equal(whole[:3], cusum_limits(logits[:3], CHANGES, 0.0, **settings))


def test_alarms_of_a_right_model_grow_as_stated_and_no_chart_takes_them_all() -> None:
    rng = np.random.default_rng(5)
    logits = [rng.normal(0, 1.2, 25) for _ in range(10)]
    limits = cusum_limits(logits, CHANGES, 0.0, rate=0.02, entropy=[1])
    found = alarms_under(Change(), logits, limits, CHANGES, 0.0, entropy=[9], simulated=10_000)
    np.testing.assert_allclose(found, 1 - 0.98 ** np.arange(1, 11), atol=0.012)
    worse = alarms_under(Change(odds=2), logits, limits, CHANGES, 0.0, entropy=[9])
    assert (np.diff(worse) >= 0).all()
    assert worse[-1] > 0.9


def test_limits_of_p_values_hold_their_rate() -> None:
    limits = cusum_of_p_limits(12, rate=rate_of_looks(0.05, 12), entropy=[1])
    rng = np.random.default_rng(2)
    alarms = [(cusum_of_p(rng.random(12)) > limits).any() for _ in range(4000)]
    assert 0.04 < np.mean(alarms) < 0.06
    alarms = [(cusum_of_p(rng.random(12) ** 4) > limits).any() for _ in range(400)]
    assert np.mean(alarms) > 0.9
