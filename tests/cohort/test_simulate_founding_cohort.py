"""The fixed cohort gives every published figure, and claims no more."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2, wilcoxon

from predictor.cohort.simulate import published

TABLE = published().table


def numbers(column: str) -> NDArray[np.float64]:
    return TABLE[column].to_numpy(zero_copy_only=False).astype(float)


def responder(when: str) -> NDArray[np.bool_]:
    return (numbers("nrs_t0") - numbers(f"nrs_{when}") >= 2) | (numbers(f"success_{when}") == 1)


def test_there_are_48_patients_without_a_known_truth() -> None:
    assert TABLE.num_rows == 48
    assert published().probability is None


# numpy's default is R's type 7, "weibull" is R's type 6 and what SPSS reports
@pytest.mark.parametrize("definition", ["linear", "weibull"])
@pytest.mark.parametrize(
    ("column", "median", "iqr"),
    [("nrs_t0", 8, 2), ("nrs_t1", 6, 4), ("disease_duration_years", 5, 6)],
)
def test_median_and_iqr_are_as_published(
    column: str, median: float, iqr: float, definition: str
) -> None:
    low, middle, high = np.quantile(numbers(column), [0.25, 0.5, 0.75], method=definition)
    assert middle == median
    assert high - low == iqr


def test_disease_duration_has_mean_five_too() -> None:
    assert numbers("disease_duration_years").mean() == pytest.approx(5.0, abs=1e-12)


def test_responders_are_62_percent_at_t1_and_48_percent_at_t2() -> None:
    assert responder("t1").sum() == 30
    assert responder("t2").sum() == 23


def test_nine_lose_the_response_and_two_gain_it() -> None:
    lost = int(np.sum(responder("t1") & ~responder("t2")))
    gained = int(np.sum(~responder("t1") & responder("t2")))
    assert (lost, gained) == (9, 2)
    mcnemar = chi2.sf((lost - gained) ** 2 / (lost + gained), df=1)
    assert round(mcnemar, 3) == 0.035


def test_pain_falls_from_t0_to_t1() -> None:
    assert wilcoxon(numbers("nrs_t0"), numbers("nrs_t1")).pvalue < 0.001


def test_pain_is_in_whole_points_and_nothing_is_missing_but_some_baseline_values() -> None:
    later = [
        "nrs_t0", "nrs_t1", "success_t1", "nrs_t2", "success_t2", "t2_days_after_infusion",
        "max_dose_mg_h", "infusion_days", "stopped_early_side_effects", "disease_duration_years",
    ]  # fmt: skip
    assert all(TABLE[column].null_count == 0 for column in later)
    assert TABLE["hads_anxiety"].null_count > 0


def test_every_patient_says_synthetic() -> None:
    ids = TABLE["patient_id"].to_pylist()
    assert ids == [f"SYNTHETIC-{row:04d}" for row in range(1, 49)]
    assert b"SYNTHETIC" in TABLE.schema.metadata[b"notice"]


def test_the_cohort_is_the_same_every_time() -> None:
    assert TABLE.equals(published().table)
