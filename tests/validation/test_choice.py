from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor.validation import Estimate, Performance, choose, predicts

SPREAD = np.linspace(-1, 1, 21) / np.std(np.linspace(-1, 1, 21), ddof=1)
COMMON = np.abs(SPREAD) - np.abs(SPREAD).mean()
COMMON /= COMMON.std(ddof=1)


def performed(
    loss, *, error=0.0, own=1.0, auroc=(0.7, 0.6, 0.8), apparent=0.8, corrected=0.72, plus=0.71
):
    """A learner of this log loss.

    Its standard error is `own`, and that of the difference from a learner without `error` `error`.
    """
    estimate, low, high = auroc
    return Performance(
        estimates={
            "auroc": Estimate(estimate, low, high, apparent, corrected, plus),
            "log_loss": Estimate(loss, loss - 0.1, loss + 0.1, loss, loss, loss),
        },
        cross_validated={"log_loss": np.full(10, loss), "auroc": np.full(10, estimate)},
        resampled={
            "log_loss": (loss + own * COMMON + error * SPREAD)[:, None],
            "auroc": np.full((21, 1), estimate),
        },
        repeats=1,
    )


def test_the_champion_is_the_earliest_within_one_standard_error_of_the_best():
    learners = {
        "prevalence": performed(0.69, error=0.02),
        "pain only": performed(0.66, error=0.02),
        "ridge": performed(0.65),
        "lightgbm": performed(0.70),
    }
    champion = choose(learners)
    assert champion.name == "pain only"
    assert champion.reason == (
        "simplest learner within one standard error of the best log loss (0.660 against 0.650 of "
        "ridge, standard error 0.020)"
    )


def test_the_standard_error_is_that_of_the_difference_and_not_of_the_learners():
    # both vary a lot, but together
    learners = {"first": performed(0.66, error=0.3), "second": performed(0.65, error=0.3)}
    assert choose(learners).name == "second"


def test_a_learner_is_not_excused_by_its_own_instability():
    # its loss explodes in some samples, so that its difference from any other is uncertain
    learners = {
        "prevalence": performed(0.69, error=0.03, own=0.05),
        "logistic": performed(1.38, error=1.1, own=0.05),
        "ridge": performed(0.60, error=0.03, own=0.05),
        "lightgbm": performed(0.58, own=0.05),
    }
    assert choose(learners).name == "ridge"


def test_a_difference_just_below_one_standard_error_is_within():
    learners = {"first": performed(0.75, error=0.1251), "second": performed(0.625)}
    assert choose(learners).name == "first"
    learners["first"] = performed(0.75, error=0.1249)
    assert choose(learners).name == "second"


def test_the_best_learner_is_champion_when_no_simpler_one_comes_close():
    learners = {"first": performed(0.69, error=0.01), "second": performed(0.6)}
    assert choose(learners).name == "second"
    assert choose(learners).reason == "lowest cross-validated log loss (0.600)"


def test_later_learners_are_not_preferred_for_being_close():
    learners = {"first": performed(0.6), "second": performed(0.6001, error=1)}
    assert choose(learners).name == "first"
    learners = {"first": performed(0.6), "second": performed(0.6)}
    assert choose(learners).name == "first"


def test_a_learner_without_log_loss_is_not_chosen():
    learners = {"first": performed(np.nan), "second": performed(0.7), "third": performed(np.nan)}
    assert choose(learners).name == "second"
    learners = {"first": performed(np.nan), "second": performed(np.nan)}
    assert choose(learners).name == "first"
    assert choose(learners).reason == "first in order: no log loss could be estimated"


def test_without_a_standard_error_the_best_is_chosen():
    alone = {
        "first": dataclasses.replace(performed(0.66), resampled={"log_loss": np.full(21, np.nan)}),
        "second": performed(0.65),
    }
    assert choose(alone).name == "second"


@pytest.mark.parametrize(
    ("loss", "auroc", "found"),
    [
        (0.68, (0.7, 0.51, 0.8), True),
        (0.68, (0.7, 0.5, 0.8), False),  # the interval reaches one half
        (0.70, (0.7, 0.51, 0.8), False),  # the probabilities are worse than the prevalence
        (0.69, (0.7, 0.51, 0.8), False),
        (0.68, (0.7, np.nan, np.nan), False),  # no interval
        (np.nan, (0.7, 0.51, 0.8), False),
    ],
)
def test_a_learner_predicts_if_it_ranks_better_than_chance_and_beats_the_prevalence(
    loss, auroc, found
):
    assert predicts(performed(loss, auroc=auroc), prevalence_log_loss=0.69) is found
