from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from predictor import statistics

GOLDEN = Path(__file__).parents[1] / "golden" / "centres"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())["centre"]
TABLE = np.genfromtxt(GOLDEN / "patients.csv", delimiter=",", names=True)
Y, P = TABLE["y"], TABLE["p"]


@pytest.mark.parametrize("name", ["calibration_slope"])
def test_the_error_matches_R_glm(name):
    estimate, error = getattr(statistics, name), getattr(statistics, f"{name}_error")
    assert estimate(Y, P) == pytest.approx(EXPECTED[name]["estimate"], rel=1e-8)
    assert error(Y, P) == pytest.approx(EXPECTED[name]["error"], rel=1e-8)


def test_the_error_of_the_auroc_matches_R_pROC():
    area = statistics.auroc(Y, P)
    expected = EXPECTED["auroc"]
    assert area == pytest.approx(expected["estimate"], rel=1e-12)
    assert statistics.delong_error(Y, P) / (area * (1 - area)) == pytest.approx(
        expected["logit_error"], rel=1e-10
    )


def test_the_error_of_observed_to_expected_is_what_leaving_patients_out_gives():
    expected = EXPECTED["observed_expected"]
    assert statistics.observed_expected(Y, P) == pytest.approx(expected["estimate"], rel=1e-12)
    found = statistics.log_observed_expected_error(Y, P)
    assert found == pytest.approx(expected["log_error"], rel=1e-5)


def test_errors_are_what_resampled_cohorts_vary_by():
    rng = np.random.default_rng(3)
    counts = rng.multinomial(len(Y), np.full(len(Y), 1 / len(Y)), size=3000).astype(float)
    drawn = np.log(statistics.observed_expected(Y, P, weights=counts))
    error = statistics.log_observed_expected_error(Y, P)
    assert error == pytest.approx(drawn.std(), rel=0.05)


def test_there_is_no_error_of_what_is_not_there():
    p = np.array([0.2, 0.4, 0.6])
    assert np.isnan(statistics.log_observed_expected_error(np.zeros(3), p))
    assert np.isnan(statistics.calibration_slope_error(np.zeros(3), p))
