from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from predictor import statistics
from predictor.measures import measures_of
from predictor.validation.new_patients import NewPatients, difference_in, measure_in

GOLDEN = Path(__file__).parents[1] / "golden" / "external_validation"
MEASURES = measures_of("binary", (0.4,))


@pytest.fixture(scope="module")
def golden():
    table = np.genfromtxt(GOLDEN / "input.csv", delimiter=",", names=True)
    expected = json.loads((GOLDEN / "expected.json").read_text())
    return {name: table[name] for name in table.dtype.names}, expected


def _patients(columns, clustered) -> NewPatients:
    clusters = columns["cluster"].astype(np.int64) if clustered else None
    return NewPatients(columns["y"], clusters, 1, resamples=200)


@pytest.mark.parametrize("clustered", [False, True], ids=["independent", "clustered"])
def test_measures_and_intervals_match_R_survey_pROC_and_glm(golden, clustered) -> None:
    columns, expected = golden
    found = measure_in(_patients(columns, clustered), columns["p"], MEASURES)
    for name, numbers in expected["clustered" if clustered else "independent"].items():
        each = found[name]
        np.testing.assert_allclose([each.estimate, each.low, each.high], numbers, rtol=0, atol=1e-7)


@pytest.mark.parametrize("clustered", [False, True], ids=["independent", "clustered"])
def test_paired_differences_match_R_survey_and_pROC(golden, clustered) -> None:
    columns, expected = golden
    patients = _patients(columns, clustered)
    found = difference_in(patients, columns["p"], columns["q"], MEASURES)
    for name, numbers in expected["differences" + "_clustered" * clustered].items():
        each = found[name]
        np.testing.assert_allclose([each.estimate, each.low, each.high], numbers, rtol=0, atol=1e-7)


def test_what_rms_val_prob_says_comes_out(golden) -> None:
    columns, expected = golden
    y, p, rms = columns["y"], columns["p"], expected["val_prob"]
    assert float(statistics.brier(y, p)) == pytest.approx(rms["Brier"], abs=1e-9)
    assert float(statistics.calibration_slope(y, p)) == pytest.approx(rms["Slope"], abs=1e-9)
    errors = statistics.ici_e50_e90(y, p)
    assert float(errors.ici) == pytest.approx(rms["Eavg"], abs=1e-9)
    assert float(errors.e90) == pytest.approx(rms["E90"], abs=1e-9)
    # its C is of the probabilities in bins
    assert float(statistics.auroc(y, p)) == pytest.approx(rms["C (ROC)"], abs=1e-4)


def test_every_measure_has_an_interval_that_holds_the_estimate(golden) -> None:
    columns, _ = golden
    patients = _patients(columns, clustered=False)
    y = (np.random.default_rng(1).random(260) < columns["p"]).astype(float)
    found = measure_in(replace(patients, y=y), columns["p"], MEASURES)
    assert list(found) == [measure.name for measure in MEASURES]
    for name, each in found.items():
        if each.note is None:
            assert each.low <= each.estimate <= each.high, name
    assert found["ici"].low == 0 or found["ici"].note is not None


def test_the_order_of_clusters_and_their_numbers_do_not_matter(golden) -> None:
    columns, _ = golden
    numbers = columns["cluster"].astype(np.int64)
    patients = _patients(columns, clustered=True)
    renamed = replace(patients, clusters=numbers.max() - numbers)
    analytic = [m for m in MEASURES if m.stem not in ("auprc", "ici", "e50", "e90")]
    first = measure_in(patients, columns["p"], analytic)
    second = measure_in(renamed, columns["p"], analytic)
    for name, each in first.items():
        assert each.low == pytest.approx(second[name].low, nan_ok=True), name


def test_few_clusters_that_are_alike_by_chance_are_not_told_as_certain() -> None:
    """Four sites that show the same numbers do not make 60 patients worth 6,000."""
    rng = np.random.default_rng(4)
    p = rng.uniform(0.1, 0.9, 15)
    y = (rng.random(15) < p).astype(float)
    four = np.repeat(np.arange(4), 15)
    alike = NewPatients(np.tile(y, 4), four, 1)
    independent = NewPatients(np.tile(y, 4), None, 1)
    p4 = np.tile(p, 4)
    together, apart = (measure_in(each, p4, MEASURES) for each in (alike, independent))
    for name in ("brier", "calibration_intercept", "observed_expected", "scaled_brier"):
        found, honest = together[name], apart[name]
        assert found.high - found.low >= honest.high - honest.low - 1e-12, name
    # that of the influences, where independent patients have a form of their own
    for name in ("auroc", "calibration_slope", "log_loss", "net_benefit@0.4"):
        found, honest = together[name], apart[name]
        assert found.high - found.low > 0.85 * (honest.high - honest.low), name
    # enough clusters are believed
    ten = NewPatients(np.tile(y, 10), np.repeat(np.arange(10), 15), 1)
    narrow = measure_in(ten, np.tile(p, 10), MEASURES)["brier"]
    assert narrow.high - narrow.low < 1e-6 or np.isnan(narrow.low)


def test_what_cannot_be_said_has_its_reason() -> None:
    y = np.repeat([0.0, 1.0], 20)
    apart = np.where(y > 0, 0.9, 0.1)
    found = measure_in(NewPatients(y, None, 1, 50), apart, MEASURES)
    assert found["auroc"].estimate == 1
    assert found["auroc"].note == "no interval: the outcomes do not overlap"
    assert (
        found["ici"].note
        == "not applicable: needs 100 events and 100 patients without; here 20 and 20"
    )
    same = measure_in(NewPatients(y, None, 1, 50), np.full(40, 0.2), MEASURES)
    assert same["calibration_slope"].note.startswith("not defined")
    assert same["net_benefit@0.4"].note == "no interval: no probability reaches the threshold"
    few = NewPatients(y, np.arange(40) // 10, 1, 50)
    found = measure_in(few, np.linspace(0.1, 0.8, 40), MEASURES)
    assert found["auprc"].note == "no interval: needs 10 clusters; here 4"
    assert np.isfinite(found["brier"].low)


def test_a_model_is_no_better_than_itself(golden) -> None:
    columns, _ = golden
    patients = _patients(columns, clustered=False)
    found = difference_in(patients, columns["p"], columns["p"], MEASURES)
    assert {each.estimate for each in found.values()} == {0.0}
    assert {each.note for each in found.values()} == {"no interval: no patient tells the two apart"}


@pytest.mark.parametrize("prevalence", [0.2, 0.5])
@pytest.mark.slow
def test_intervals_cover(prevalence) -> None:
    """A hundredth of benchmarks/validation.py: enough to see an interval that is far too narrow."""
    rng = np.random.default_rng(5)
    intercept = -1.62 if prevalence == 0.2 else 0.0
    measures = [m for m in MEASURES if m.stem not in ("auprc", "ici", "e50", "e90")]

    def draw(n):
        lp = intercept + rng.normal(size=n)
        y = (rng.random(n) < 1 / (1 + np.exp(-lp))).astype(float)
        return y, 1 / (1 + np.exp(-0.4 - 2 * lp))

    y, p = draw(500_000)
    truth = {measure.name: float(measure(y, p)) for measure in measures}
    held: dict[str, list[bool]] = {}
    for cohort in range(200):
        y, p = draw(80)
        found = measure_in(NewPatients(y, None, cohort, 200), p, measures)
        for name, each in found.items():
            if np.isfinite(each.low):
                held.setdefault(name, []).append(each.low <= truth[name] <= each.high)
    for name, inside in held.items():
        assert np.mean(inside) > 0.9, name
