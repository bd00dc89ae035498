"""Simulated cohorts: a known truth, a stated strength, dependence as in the field."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor.cohort.simulate import Simulated, simulate
from predictor.cohort.simulate.after_infusion import assess
from predictor.cohort.simulate.noise import Noise
from predictor.cohort.simulate.signal import expected_auroc
from predictor.errors import StudyError

LARGE = 100_000


def numbers(simulated: Simulated, column: str) -> NDArray[np.float64]:
    return simulated.table[column].to_numpy(zero_copy_only=False).astype(float)


def responder(simulated: Simulated, when: str) -> NDArray[np.bool_]:
    fall = numbers(simulated, "nrs_t0") - numbers(simulated, f"nrs_{when}")
    return (fall >= 2) | (numbers(simulated, f"success_{when}") == 1)


def spread(values: NDArray[np.float64]) -> float:
    low, high = np.nanquantile(values, [0.25, 0.75])
    return float(high - low)


@pytest.fixture(scope="module")
def cohort() -> Simulated:
    return simulate(LARGE, seed=1, without_t2=0)


class TestTruth:
    @pytest.mark.parametrize("auroc", [0.5, 0.55, 0.6, 0.7, 0.8, 0.9])
    def test_auroc_of_the_true_probability_is_the_one_asked_for(self, auroc: float) -> None:
        probability = simulate(LARGE, seed=2, auroc=auroc).probability
        assert probability is not None
        assert abs(expected_auroc(probability) - auroc) < 0.005

    def test_expected_auroc_equals_its_definition_over_pairs(self) -> None:
        p = np.round(np.random.default_rng(3).random(40), 1)
        wins = (p[:, None] > p) + 0.5 * (p[:, None] == p)
        pairs = p[:, None] * (1 - p)
        assert expected_auroc(p) == pytest.approx(np.sum(wins * pairs) / np.sum(pairs), abs=1e-12)

    def test_without_signal_everybody_has_the_same_probability(self) -> None:
        probability = simulate(50, seed=4, auroc=0.5).probability
        assert probability is not None
        np.testing.assert_allclose(probability, 0.48, atol=1e-9)

    def test_responders_are_as_many_as_their_probabilities_say(self, cohort: Simulated) -> None:
        assert cohort.probability is not None
        label = responder(cohort, "t2")
        order = np.argsort(cohort.probability)
        for tenth in np.array_split(order, 10):
            assert abs(label[tenth].mean() - cohort.probability[tenth].mean()) < 0.02

    def test_true_probability_discriminates_the_labels_as_stated(self, cohort: Simulated) -> None:
        assert cohort.probability is not None
        label = responder(cohort, "t2")
        rank = np.argsort(np.argsort(cohort.probability)) + 1
        events = label.sum()
        auroc = (rank[label].sum() - events * (events + 1) / 2) / (events * (~label).sum())
        assert abs(auroc - 0.70) < 0.01

    def test_shares_of_responders_are_near_the_published_ones(self, cohort: Simulated) -> None:
        t1, t2 = responder(cohort, "t1"), responder(cohort, "t2")
        assert abs(t1.mean() - 0.62) < 0.015
        assert abs(t2.mean() - 0.48) < 0.01
        assert abs((t1 & ~t2).mean() - 9 / 48) < 0.01
        assert abs((~t1 & t2).mean() - 2 / 48) < 0.01


class TestOutcome:
    @pytest.mark.parametrize("when", ["T1", "T2"])
    def test_rule_gives_back_the_drawn_response_of_everybody(self, when: str) -> None:
        noise = Noise(90_000, seed=5)
        nrs_t0 = np.arange(90_000) % 9 + 2
        drawn = noise.happens("drawn", 0.5)
        nrs, success, silent = assess(noise, when, nrs_t0, drawn, noise.normal("depth"))
        np.testing.assert_array_equal((nrs_t0 - nrs >= 2) | (success & ~silent), drawn)
        assert nrs.min() >= 0
        assert nrs.max() <= 10

    def test_some_respond_by_report_alone_and_some_reports_are_missing(
        self, cohort: Simulated
    ) -> None:
        fall = numbers(cohort, "nrs_t0") - numbers(cohort, "nrs_t2")
        success = numbers(cohort, "success_t2")
        assert 0.02 < ((fall < 2) & (success == 1)).mean() < 0.08
        assert 0.05 < np.isnan(success).mean() < 0.2

    def test_pain_has_the_published_medians_and_spreads(self, cohort: Simulated) -> None:
        for column, median, iqr in (("nrs_t0", 8, 2), ("nrs_t1", 6, 4)):
            assert np.median(numbers(cohort, column)) == median
            assert spread(numbers(cohort, column)) == iqr

    def test_dose_gives_the_response_away(self, cohort: Simulated) -> None:
        dose, label = numbers(cohort, "max_dose_mg_h"), responder(cohort, "t2")
        assert dose[~label].mean() - dose[label].mean() > 1

    def test_patients_not_seen_at_t2_are_few_and_not_chosen_by_outcome(self) -> None:
        everybody = simulate(LARGE, seed=6, without_t2=0)
        some = simulate(LARGE, seed=6, without_t2=0.1)
        lost = np.isnan(numbers(some, "nrs_t2"))
        assert abs(lost.mean() - 0.1) < 0.01
        for column in ("success_t2", "t2_days_after_infusion"):
            assert np.isnan(numbers(some, column))[lost].all()
        label, young = responder(everybody, "t2"), numbers(everybody, "age_years") < 40
        for group in (young, ~young):
            assert abs(label[lost & group].mean() - label[~lost & group].mean()) < 0.025


class TestBaseline:
    def test_disease_duration_is_skewed_with_median_five_and_iqr_six(
        self, cohort: Simulated
    ) -> None:
        duration = numbers(cohort, "disease_duration_years")
        assert abs(np.nanmedian(duration) - 5) < 0.2
        assert abs(spread(duration) - 6) < 0.3
        assert np.nanmean(duration) > np.nanmedian(duration) + 1
        assert np.nanmax(duration - numbers(cohort, "age_years")) < 0

    def test_anxiety_depression_and_catastrophizing_go_together(self, cohort: Simulated) -> None:
        scales = [
            numbers(cohort, name) for name in ("hads_anxiety", "hads_depression", "pcs_total")
        ]
        correlation = np.corrcoef(np.array(scales)[:, ~np.isnan(scales[0])])
        assert correlation.min() > 0.4

    def test_cold_limbs_go_with_long_disease_and_low_temperature(self, cohort: Simulated) -> None:
        phenotype = np.array(cohort.table["temperature_phenotype"].to_pylist())
        cold, warm = phenotype == "cold", phenotype == "warm"
        for column, sign in (("disease_duration_years", 1), ("skin_temp_diff_c", -1)):
            values = numbers(cohort, column)
            assert sign * (np.nanmedian(values[cold]) - np.nanmedian(values[warm])) > 1

    def test_shares_are_those_of_published_cohorts(self, cohort: Simulated) -> None:
        def share(column: str, level: str) -> float:
            return float(np.mean(np.array(cohort.table[column].to_pylist()) == level))

        assert abs(share("sex", "female") - 0.8) < 0.02
        assert abs(share("crps_type", "type_1") - 0.845) < 0.02
        assert share("smp_status", "not_tested") > 0.5
        assert abs(np.nanmean(numbers(cohort, "opioid_mme_day") > 0) - 0.5) < 0.03
        assert abs(np.mean(numbers(cohort, "age_years")) - 45) < 1

    def test_several_columns_have_gaps_but_pain_at_t0_has_none(self, cohort: Simulated) -> None:
        gaps = {name for name in cohort.table.column_names if cohort.table[name].null_count}
        assert {"bmi_kg_m2", "hads_anxiety", "allodynia_present", "skin_temp_diff_c"} <= gaps
        assert "nrs_t0" not in gaps


class TestDraw:
    def test_same_seed_gives_the_same_cohort_and_another_seed_another(self) -> None:
        first, again, other = (simulate(60, seed=seed) for seed in (7, 7, 8))
        assert first.table.equals(again.table)
        np.testing.assert_array_equal(first.probability, again.probability)
        assert not first.table.equals(other.table)

    def test_more_patients_leave_the_earlier_ones_as_they_were(self) -> None:
        assert simulate(500, seed=9).table.slice(0, 48).equals(simulate(48, seed=9).table)

    def test_every_identifier_says_synthetic(self) -> None:
        ids = simulate(12, seed=10).table["patient_id"].to_pylist()
        assert ids[0] == "SYNTHETIC-0001"
        assert len(set(ids)) == 12
        assert all(name.startswith("SYNTHETIC-") for name in ids)

    def test_a_hundred_thousand_patients_take_seconds(self) -> None:
        begin = time.perf_counter()
        simulate(LARGE, seed=11)
        assert time.perf_counter() - begin < 5

    def test_all_arguments_out_of_bounds_are_named_at_once(self) -> None:
        with pytest.raises(StudyError) as error:
            simulate(0, seed=-1, auroc=0.95, without_t2=0.9)
        for name in ("patients", "seed", "auroc", "without_t2"):
            assert f"{name}: expected" in str(error.value)
