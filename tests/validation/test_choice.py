from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor.validation import Estimate, Performance, choose, predicts, verdict

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
            "log_loss": loss + own * COMMON + error * SPREAD,
            "auroc": np.full(21, estimate),
        },
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


def said(learners, champion, *, events=23, patients=48, instability=0.13, parameters=8):
    sizes = {name: 0 if name == "prevalence" else parameters for name in learners}
    return verdict(
        learners,
        champion,
        prevalence_log_loss=0.69,
        events=events,
        patients=patients,
        parameters=sizes,
        instability=dict.fromkeys(learners, instability),
    )


NOTHING = (0.62, 0.45, 0.78)
CONSTANT = {"auroc": (0.5, 0.5, 0.5), "apparent": 0.5, "corrected": 0.5, "plus": 0.5}


def test_the_verdict_says_what_was_found_in_how_many_patients():
    learners = {"prevalence": performed(0.69, **CONSTANT), "ridge": performed(0.65)}
    assert said(learners, "ridge") == (
        (
            "Exploratory only: ridge predicts better than the prevalence, AUROC 0.70 (95 % "
            "interval 0.60 to 0.80; 0.80 on its own training patients)."
        ),
        (
            "23 events among 48 patients for 8 parameters of ridge (2.9 each); a fresh sample of "
            "patients would move a typical patient's probability by 13 points."
        ),
    )


def test_the_verdict_says_that_nothing_was_found():
    learners = {
        "prevalence": performed(0.69, **CONSTANT),
        "ridge": performed(0.68, auroc=NOTHING, corrected=0.64, plus=0.63),
        "lightgbm": performed(0.72, auroc=(0.58, 0.4, 0.7), corrected=0.6, plus=0.59),
    }
    assert said(learners, "prevalence") == (
        "Nothing found: no learner was shown to predict better than the prevalence.",
        (
            "The highest AUROC is that of ridge: 0.62 (95 % interval 0.45 to 0.78; 0.80 on its own "
            "training patients)."
        ),
        (
            "23 events among 48 patients for 8 parameters of ridge (2.9 each); a fresh sample of "
            "patients would move a typical patient's probability by 13 points."
        ),
    )


def test_the_verdict_on_the_prevalence_alone_is_that_nothing_was_found():
    sentences = said({"prevalence": performed(0.69, **CONSTANT)}, "prevalence")
    assert sentences == (
        "Nothing found: no learner was shown to predict better than the prevalence.",
    )


def test_learners_without_an_auroc_are_not_the_highest():
    unknown = performed(np.nan, auroc=(np.nan, np.nan, np.nan))
    learners = {"logistic": unknown, "ridge": performed(0.7, auroc=NOTHING), "last": unknown}
    assert "that of ridge" in said(learners, "ridge")[1]
    assert len(said({"logistic": unknown}, "logistic")) == 1


def test_the_verdict_says_when_the_bootstrap_disagrees():
    learners = {"ridge": performed(0.65, corrected=0.76, plus=0.74)}
    assert said(learners, "ridge")[1] == (
        "The bootstrap disagrees (0.76 optimism-corrected); the cross-validated AUROC counts."
    )
    learners = {"ridge": performed(0.65, corrected=0.76, plus=0.64)}
    assert "(0.76 optimism-corrected, 0.64 .632+)" in said(learners, "ridge")[1]
    learners = {"ridge": performed(0.65, corrected=np.nan, plus=np.nan)}
    assert "disagrees" not in " ".join(said(learners, "ridge"))


def test_a_champion_that_was_not_shown_to_predict_is_not_praised():
    learners = {"prevalence": performed(0.69, **CONSTANT), "ridge": performed(0.68)}
    first, second, _ = said(learners, "prevalence")
    assert first.startswith("Exploratory only: ridge predicts better than the prevalence")
    assert second == "By log loss the champion is prevalence all the same."


def test_a_cohort_as_large_as_riley_asks_for_is_more_than_exploratory():
    learners = {"ridge": performed(0.65)}
    sentences = said(learners, "ridge", events=4000, patients=10000)
    assert sentences[0].startswith("Found, but only within this cohort: ridge predicts")
    assert said(learners, "ridge", events=200, patients=500)[0].startswith("Exploratory only")


def test_parameters_are_counted_per_patient_of_the_rarer_label():
    learners = {"ridge": performed(0.65)}
    assert said(learners, "ridge", events=60, patients=80)[-1].startswith(
        "20 patients without the event among 80 patients for 8 parameters of ridge (2.5 each)"
    )


def test_the_verdict_counts_in_singular_and_plural():
    learners = {"pain only": performed(0.65)}
    last = said(learners, "pain only", parameters=1, instability=0.01)[-1]
    assert "for 1 parameter of pain only" in last
    assert last.endswith("by 1 point.")
    assert said(learners, "pain only", instability=np.nan)[-1].endswith("(2.9 each).")


def test_notes_on_the_auroc_are_part_of_the_verdict():
    learner = performed(0.65, auroc=(0.7, np.nan, np.nan))
    note = "no interval: only 7 of 60 resampled cohorts have a value"
    auroc = dataclasses.replace(learner.estimates["auroc"], note=note)
    learner = dataclasses.replace(learner, estimates={**learner.estimates, "auroc": auroc})
    sentence = said({"ridge": learner}, "ridge")[1]
    assert f"0.70 (no interval; 0.80 on its own training patients; {note})" in sentence


def test_the_verdict_never_speaks_of_benefit_effect_or_cause():
    learners = {"prevalence": performed(0.69, **CONSTANT), "ridge": performed(0.65, corrected=0.8)}
    for champion in learners:
        text = " ".join(said(learners, champion)).lower()
        for word in ("benefit", "effect", "cause", "significant", "nan"):
            assert word not in text
        assert "probability" in text
