from __future__ import annotations

import numpy as np
import pytest

from predictor.validation import Estimate, Performance, compare, comparisons, metrics, performance

MEASURES = metrics("binary", (0.5,))
NAMES = ("auroc", "log_loss", "brier", "net_benefit@0.5")


@pytest.fixture(scope="module")
def learners(ridge, prevalence):
    return {
        "prevalence": performance(prevalence.trained, prevalence.plan, MEASURES),
        "ridge": performance(ridge.trained, ridge.plan, MEASURES),
    }


def made_up(value, resampled):
    """A learner with this AUROC in the cohort and in resampled cohorts."""
    resampled = np.asarray(resampled, dtype=float)
    return Performance(
        {"auroc": Estimate(value, value - 0.1, value + 0.1, value, value, value)},
        {"auroc": np.full(5, value)},
        {"auroc": resampled[:, None]},
        repeats=1,
    )


@pytest.mark.parametrize("measure", NAMES)
def test_turning_a_comparison_round_changes_its_sign(measure, learners):
    ours = compare(learners, "ridge", "prevalence", measure)
    theirs = compare(learners, "prevalence", "ridge", measure)
    np.testing.assert_allclose(
        [ours.difference, ours.low, ours.high],
        [-theirs.difference, -theirs.high, -theirs.low],
        atol=1e-14,
    )
    assert ours.within_noise == theirs.within_noise


@pytest.mark.parametrize("measure", NAMES)
def test_a_learner_against_itself_is_within_noise(measure, learners):
    same = compare(learners, "ridge", "ridge", measure)
    assert (same.difference, same.low, same.high) == (0, 0, 0)
    assert same.within_noise


def test_the_interval_is_the_shifted_percentiles_of_the_paired_differences():
    rng = np.random.default_rng(3)
    luck, edge = rng.normal(0, 0.1, 60), rng.normal(0.07, 0.01, 60)
    pair = {"a": made_up(0.70, 0.7 + luck + edge), "b": made_up(0.65, 0.7 + luck)}
    found = compare(pair, "a", "b", "auroc")
    assert found.difference == pytest.approx(0.05)
    ends = np.quantile(edge, [0.025, 0.975], method="median_unbiased") - edge.mean() + 0.05
    np.testing.assert_allclose([found.low, found.high], ends)
    # each alone varies ten times more than the difference
    assert not found.within_noise


def test_a_difference_is_within_noise_when_its_interval_holds_zero_or_there_is_none():
    steps = np.linspace(-0.1, 0.1, 41)
    pair = {"a": made_up(0.70, 0.7 + steps), "b": made_up(0.65, np.full(41, 0.65))}
    assert compare(pair, "a", "b", "auroc").within_noise
    few = np.where(np.arange(41) < 30, 0.7, np.nan)
    lost = compare({**pair, "a": made_up(0.70, few)}, "a", "b", "auroc")
    assert np.isnan([lost.low, lost.high]).all()
    assert lost.within_noise


def test_everybody_meets_every_reference_and_the_champion_once():
    learners = {name: made_up(0.6, np.full(20, 0.6)) for name in ("p", "pain", "ridge", "trees")}
    found = comparisons(learners, references=["p", "pain"], champion="ridge", measures=["auroc"])
    assert [(c.first, c.second) for c in found] == [
        ("pain", "p"),
        ("ridge", "p"),
        ("trees", "p"),
        ("ridge", "pain"),
        ("trees", "pain"),
        ("trees", "ridge"),
    ]


def test_a_measure_that_one_of_them_has_no_value_of_is_left_out():
    learners = {"a": made_up(0.6, np.full(20, 0.6)), "b": made_up(np.nan, np.full(20, np.nan))}
    assert comparisons(learners, references=["b"], champion="a", measures=["auroc"]) == ()
