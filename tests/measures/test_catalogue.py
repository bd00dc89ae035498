"""What must hold for every measure in the catalogue."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.measures import Measure, measure_named, measures_of, too_few
from predictor.statistics import ici_e50_e90

MEASURES = measures_of("binary", (0.3, 0.5))

every_measure = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)


def off(measure: Measure, value: float) -> float:
    """How far a value is from good, in whatever direction that is."""
    if isinstance(measure.better, str):
        return float(-value if measure.better == "higher" else value)
    return float(abs(value - measure.better))


@every_measure
def test_true_probabilities_are_better_than_those_of_the_opposite(measure: Measure) -> None:
    rng = np.random.default_rng(5)
    p = np.where(rng.random(3_000) < 0.4, 0.9, 0.1)
    y = (rng.random(len(p)) < p).astype(float)

    assert off(measure, measure(y, p)) < off(measure, measure(y, 1 - p))


@every_measure
def test_no_probabilities_leave_the_bounds(measure: Measure) -> None:
    rng = np.random.default_rng(6)
    y = (rng.random(12) < 0.5).astype(float)
    y[:2] = 0, 1
    extremes = np.array([y, 1 - y, np.ones(12), np.zeros(12), *rng.random((200, 12))])

    values = measure(y, extremes)
    values = values[~np.isnan(values)]

    assert measure.lowest <= values.min()
    assert values.max() <= measure.highest
    if not isinstance(measure.better, str):
        assert measure.lowest <= measure.better <= measure.highest


@every_measure
def test_a_measure_is_found_by_the_name_that_documents_have(measure: Measure) -> None:
    found = measure_named(measure.name)

    assert found is not None
    assert (found.name, found.called) == (measure.name, measure.called)
    assert found.stem == measure.name.partition("@")[0]


def test_every_measure_has_a_name_and_words_of_its_own() -> None:
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)
    assert len({measure.called for measure in MEASURES}) == len(MEASURES)
    assert all(measure.reading for measure in MEASURES)


@pytest.mark.parametrize(
    "name", ["", "r_squared", "auroc@0.3", "net_benefit", "net_benefit@", "net_benefit@all",
             "net_benefit@1", "net_benefit@nan", "ppv@-0.1", "ppv@0.30"],
)  # fmt: skip
def test_a_name_that_no_document_has_is_no_measure(name: str) -> None:
    assert measure_named(name) is None


def test_measures_of_decisions_stand_together_threshold_by_threshold() -> None:
    names = [measure.name for measure in MEASURES]
    first = names.index("sensitivity@0.3")

    assert [name.partition("@") for name in names[first : first + 8]] == [
        (name, "@", threshold)
        for threshold in ("0.3", "0.5")
        for name in ("sensitivity", "specificity", "ppv", "npv")
    ]
    assert not [measure for measure in measures_of("binary") if measure.threshold is not None]


def test_enough_patients_are_enough_of_the_rarer_outcome() -> None:
    y = np.repeat([0.0, 1.0], [5, 3])

    assert too_few(3, y) is None
    assert too_few(4, y) == "needs 4 events and 4 patients without; here 3 and 5"


def test_the_curve_of_many_patients_is_nearly_that_of_their_thousandths() -> None:
    rng = np.random.default_rng(4)
    p = rng.beta(2, 3, (3, 6_000))
    y = (rng.random(6_000) < p[0]).astype(float)
    weights = rng.poisson(1, p.shape).astype(float)
    p[1, weights[1] == 0] = np.nan  # nobody who counts
    p[2, np.flatnonzero(weights[2])[0]] = np.nan
    known = np.where(np.isnan(p), 0.5, p)
    errors = {
        measure.name: measure for measure in MEASURES if measure.name in ("ici", "e50", "e90")
    }
    for name, measure in errors.items():
        found = measure(y, p, weights=weights)
        expected = getattr(ici_e50_e90(y, known, weights=weights), name)
        np.testing.assert_allclose(found[:2], expected[:2], atol=2e-4)
        assert np.isnan(found[2])
    everybody = errors["ici"](y, known[0])
    np.testing.assert_allclose(everybody, ici_e50_e90(y, known[0]).ici, atol=2e-4)


def test_the_curve_of_many_patients_with_rare_events_is_not_rounded_away() -> None:
    rng = np.random.default_rng(6)
    p = rng.uniform(0.0006, 0.0014, 60_000)
    y = (rng.random(len(p)) < 2 * p).astype(float)
    (ici,) = (measure for measure in MEASURES if measure.name == "ici")
    np.testing.assert_allclose(ici(y, p), ici_e50_e90(y, p).ici, rtol=0.01)
