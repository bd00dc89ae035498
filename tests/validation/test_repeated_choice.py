from __future__ import annotations

import numpy as np
import pytest

from predictor.validation import Estimate, Performance, choose, repeat_choice, subject_of
from predictor.validation.repeated_choice import NO_SUBJECT, ONE_CANDIDATE

COHORTS = 60
PREVALENCE = 0.69


def performed(auroc, loss, again, losses=None, low=0.2):
    """A learner with this AUROC in every resampled cohort."""
    losses = np.full(COHORTS, loss) if losses is None else losses
    return Performance(
        estimates={
            "auroc": Estimate(auroc, auroc - low, auroc + 0.2, auroc, auroc, auroc),
            "log_loss": Estimate(loss, loss - 0.1, loss + 0.1, loss, loss, loss),
        },
        cross_validated={"auroc": np.full(10, auroc), "log_loss": np.full(10, loss)},
        resampled={"auroc": np.asarray(again)[:, None], "log_loss": losses[:, None]},
        repeats=1,
    )


def noise(rng, auroc=0.55, loss=0.70):
    return performed(auroc, loss, rng.normal(0.5, 0.08, COHORTS))


def repeated(performances, prevalence=None):
    reference = performed(0.5, PREVALENCE, np.full(COHORTS, 0.5))
    return repeat_choice(
        performances, frozenset(performances) - {"prevalence"}, prevalence or reference
    )


def test_the_best_of_two_equal_learners_gains_what_the_larger_of_two_normal_numbers_gains():
    rng = np.random.default_rng(1)
    found = [repeated({"a": noise(rng), "b": noise(rng)}) for _ in range(20)]
    # E max(Z1, Z2) = 1/sqrt(pi)
    assert np.mean([each.optimism for each in found]) == pytest.approx(0.08 / np.pi**0.5, abs=0.004)


def test_more_learners_gain_more_by_the_choice_alone():
    rng = np.random.default_rng(2)
    learners = {name: noise(rng) for name in "abcdefgh"}
    gained = [repeated(dict(list(learners.items())[:k])).optimism for k in (2, 4, 8)]
    assert gained == sorted(gained)
    # E max of eight is 1.42 standard deviations
    assert gained[-1] == pytest.approx(1.42 * 0.08, abs=0.03)


def test_estimate_and_interval_of_the_subject_are_moved_by_what_the_choice_gained():
    rng = np.random.default_rng(3)
    learners = {"a": noise(rng, 0.55), "b": noise(rng, 0.61)}
    found = repeated(learners)
    assert subject_of(learners, choose(learners).name, PREVALENCE).name == "b"
    assert found.estimate == pytest.approx(0.61 - found.optimism)
    assert (found.low, found.high) == pytest.approx((0.41 - found.optimism, 0.81 - found.optimism))
    assert sum(found.chosen.values()) == pytest.approx(1)
    assert list(found.chosen) == ["a", "b"]


def test_learners_that_always_agree_gain_nothing_by_the_choice():
    again = np.random.default_rng(4).normal(0.6, 0.08, COHORTS)
    found = repeated({"a": performed(0.6, 0.70, again), "b": performed(0.6, 0.70, again)})
    assert found.optimism == pytest.approx(0, abs=1e-12)
    assert found.estimate == pytest.approx(0.6)


def test_a_learner_that_is_shown_to_predict_everywhere_is_everywhere_the_one():
    rng = np.random.default_rng(5)
    good = performed(0.8, 0.55, rng.normal(0.8, 0.02, COHORTS))
    found = repeated({"a": noise(rng), "good": good, "b": noise(rng)})
    assert found.chosen == {"a": 0.0, "good": 1.0, "b": 0.0}
    assert found.optimism == pytest.approx(0, abs=1e-12)


def test_the_prevalence_may_be_champion_and_is_never_the_subject():
    rng = np.random.default_rng(6)
    prevalence = performed(0.5, 0.69, np.full(COHORTS, 0.5))
    found = repeated({"prevalence": prevalence, "a": noise(rng), "b": noise(rng)}, prevalence)
    assert set(found.chosen) == {"a", "b"}


def test_with_one_learner_there_is_nothing_to_choose_and_it_is_said():
    found = repeated({"a": noise(np.random.default_rng(7))})
    assert np.isnan([found.estimate, found.low, found.high, found.optimism]).all()
    assert found.note == ONE_CANDIDATE


def test_learners_without_an_auroc_are_not_chosen():
    nothing = performed(np.nan, 0.7, np.full(COHORTS, np.nan))
    assert repeated({"a": nothing, "b": nothing}).note == NO_SUBJECT


def test_cohorts_without_a_learner_to_name_are_few_or_there_is_no_number():
    rng = np.random.default_rng(8)
    gaps = np.where(np.arange(COHORTS) < 10, np.nan, rng.normal(0.5, 0.08, COHORTS))
    learners = {"a": performed(0.6, 0.7, gaps), "b": performed(0.5, 0.7, gaps)}
    found = repeated(learners)
    assert found.note == "only 50 of 60 resampled cohorts have a learner to name"
    assert np.isnan(found.estimate)


def test_a_subject_without_an_interval_has_none_here_either():
    rng = np.random.default_rng(9)
    without = performed(0.7, 0.7, rng.normal(0.6, 0.05, COHORTS), low=np.nan)
    found = repeated({"a": noise(rng), "b": without})
    assert not np.isnan(found.estimate)
    assert np.isnan(found.low)
    assert found.note == "no interval: b has none"
