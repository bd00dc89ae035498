from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from predictor.statistics import (
    patients_for_auroc,
    patients_for_net_benefit,
    patients_for_observed_expected,
    patients_for_slope,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics"
CASES = json.loads((GOLDEN / "validation_size" / "expected.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["asked"]["prevalence"]))
def test_patients_needed_are_those_of_pmvalsampsize(case) -> None:
    asked, needed = case["asked"], case["needed"]
    prevalence, width = asked["prevalence"], asked.get("oeciwidth", 0.2)
    mean, deviation = asked["lpnormal"]
    # it draws a million linear predictors; here they are the quantiles
    at = NormalDist(mean, deviation)
    logit = np.array([at.inv_cdf((k + 0.5) / 50_000) for k in range(50_000)])
    # it looks for the standard error in steps of 0.0001, of 0.05
    found = patients_for_observed_expected(prevalence, width)
    assert found == pytest.approx(needed[0], rel=0.01)
    assert patients_for_slope(logit) == pytest.approx(needed[1], rel=0.01)
    assert patients_for_auroc(asked["cstatistic"], prevalence) == pytest.approx(needed[2], abs=1)
    if "threshold" in asked:
        # whose sensitivity and specificity are of drawn outcomes, and rounded
        p = 1 / (1 + np.exp(-logit))
        found = patients_for_net_benefit(p, asked["threshold"])
        assert found == pytest.approx(needed[3], rel=0.02)


def test_half_the_width_takes_four_times_the_patients() -> None:
    logit = np.random.default_rng(1).normal(size=500)
    for needed in (
        lambda width: patients_for_slope(logit, width),
        lambda width: patients_for_auroc(0.7, 0.3, width),
        lambda width: patients_for_net_benefit(1 / (1 + np.exp(-logit)), 0.4, width),
    ):
        assert needed(0.1) == pytest.approx(4 * needed(0.2), rel=0.02)


def test_who_is_told_the_same_has_no_slope() -> None:
    assert patients_for_slope(np.full(10, 0.3)) is None
