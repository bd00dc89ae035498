from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from predictor.statistics import Change
from predictor.validation.watches import CHARTS, TrainedOn, drift, level_of_watch, watch


def watched(change, periods=8, seed=1):
    rng = np.random.default_rng(seed)
    logits = [rng.normal(0, 1, 25) for _ in range(periods)]
    outcomes = [(rng.random(25) < expit(change.logit(x, 0.0))).astype(float) for x in logits]
    return watch(logits, outcomes, centre=0.0, planned=12, entropy=[3])


@pytest.mark.parametrize(
    ("change", "first"),
    [(Change(odds=3.0), "more events"), (Change(odds=1 / 3), "fewer events"),
     (Change(slope=-0.3), "weaker")],
)  # fmt: skip
def test_each_chart_sees_what_it_looks_for(change, first) -> None:
    found = watched(change)
    alarms = {name: at for name, at in found.first_alarms().items() if at is not None}
    assert min(alarms, key=alarms.__getitem__) == first
    assert level_of_watch(found, None) == "update"


def test_a_right_model_gives_no_alarm_and_few_patients_say_nothing() -> None:
    found = watched(Change())
    assert set(found.first_alarms().values()) == {None}
    assert found.false_alarm_by_now == pytest.approx(1 - 0.95 ** (8 / 12))
    assert level_of_watch(found, None) == "nothing to see"
    assert level_of_watch(watched(Change(), periods=1), None) == "too few to say"
    for name in CHARTS:
        assert (np.diff(found.chances[name]) >= 0).all()
    assert found.chances["nothing"][-1] > found.chances["weaker"][-1]


def numbers(rng, shift, missing):
    values = rng.normal(shift, 1, size=25)
    gaps = rng.random((25, 2)) < [missing, 0.05]
    return np.column_stack([values, gaps])


def drifted(shift, missing, trained=None):
    rng = np.random.default_rng(4)
    periods = [numbers(rng, shift * (k >= 3), missing if k >= 3 else 0.05) for k in range(6)]
    return drift(periods, [p[:, 0] for p in periods], trained, planned=12, entropy=[5])


def test_patients_who_change_are_seen_and_what_has_changed_is_named() -> None:
    assert drifted(0.0, 0.05).first_between() is None
    found = drifted(0.0, 0.6)
    assert found.first_between() in (3, 4)
    assert found.changed(["value", "gaps", "others"])[0][0] == "gaps"
    assert level_of_watch(watched(Change()), found) == "look"
    higher = drifted(2.0, 0.05)
    assert higher.changed(["value", "gaps", "others"])[0][0] == "value"
    assert higher.changed(["value", "gaps", "others"])[0][1] > 2.5


def test_patients_who_are_not_those_of_the_training_are_seen() -> None:
    trained = TrainedOn(mean=0.0, deviation=1.0, patients=48, step=0.1)
    assert drifted(0.0, 0.05, trained).first_since_training() is None
    elsewhere = TrainedOn(mean=1.5, deviation=1.0, patients=48, step=0.1)
    found = drifted(0.0, 0.05, elsewhere)
    assert found.first_since_training() == 0
    assert found.first_between() is None
    assert level_of_watch(watched(Change()), found) == "look"
    assert drifted(0.0, 0.05).first_since_training() is None
