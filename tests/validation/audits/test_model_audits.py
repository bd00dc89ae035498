"""Thresholds of the audits that look at what was trained."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.validation.audits import (
    estimators_disagree,
    events_per_parameter,
    expected_shrinkage,
    failed_replicates,
    instability,
    no_better_than_comparator,
    too_few_patients,
)
from predictor.validation.audits.width import item_blocks
from predictor.validation.paired_comparisons import compare


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [(0.05, "passed"), (0.06, "tip"), (0.11, "issue"), (np.nan, "not_applicable")],
)
def test_probabilities_may_move_by_five_points(make_evidence, contender, moved, verdict):
    evidence = make_evidence(learners=(contender(instability=moved),))
    assert instability.AUDIT.rule(evidence).verdict == verdict


@pytest.mark.parametrize(
    ("corrected", "plus", "verdict"),
    [
        (0.79, 0.71, "passed"),
        (0.81, 0.75, "tip"),
        (0.75, 0.69, "tip"),
        (0.86, 0.75, "issue"),
        (np.nan, 0.74, "passed"),
        (np.nan, np.nan, "not_applicable"),
    ],
)
def test_estimates_may_differ_by_005(make_evidence, contender, corrected, plus, verdict):
    evidence = make_evidence(learners=(contender(corrected=corrected, plus=plus),))
    ruling = estimators_disagree.AUDIT.rule(evidence)
    assert ruling.verdict == verdict
    assert "nan" not in ruling.message


@pytest.mark.parametrize(
    ("failed", "verdict"), [(0, "passed"), (1, "tip"), (100, "tip"), (101, "issue")]
)
def test_a_tenth_of_the_samples_may_fail(make_evidence, contender, failed, verdict):
    evidence = make_evidence(learners=(contender(failed=failed),))
    assert failed_replicates.AUDIT.rule(evidence).verdict == verdict


@pytest.mark.parametrize(
    ("parameters", "verdict"), [(3, "passed"), (4, "tip"), (6, "tip"), (7, "issue")]
)
def test_ten_events_per_parameter_are_asked_for_and_five_needed(
    make_evidence, contender, parameters, verdict
):
    evidence = make_evidence(n=60, learners=(contender(parameters=parameters),))
    assert events_per_parameter.AUDIT.rule(evidence).verdict == verdict


def test_before_training_all_covariates_count(make_evidence, contender):
    many = {f"x{k}": np.random.default_rng(k).normal(size=60) for k in range(12)}
    assert "5.0" not in events_per_parameter.AUDIT.rule(make_evidence(covariates_=many)).message
    ruling = events_per_parameter.AUDIT.rule(make_evidence(covariates_=many))
    assert ruling.message == "2.5 patients of the rarer label for each of 12 parameters."
    after = make_evidence(covariates_=many, learners=(contender(parameters=6),))
    assert events_per_parameter.AUDIT.rule(after).message.endswith("6 parameters of ridge.")


def test_expected_shrinkage_is_that_of_the_domain_literature(make_evidence, contender):
    # 48 patients, 23 events, AUROC 0.70: 0.46 for 8 parameters, 0.86 for one
    labels = np.repeat([1, 0], [23, 25])
    for parameters, percent in ((8, 46), (5, 57), (3, 68), (1, 86)):
        learner = contender(parameters=parameters, auroc=(0.75, 0.45, 0.9))
        message = expected_shrinkage.AUDIT.rule(make_evidence(labels, learners=(learner,))).message
        assert f"worth {percent} %" in message
        assert "an AUROC of 0.70 (assumed, because none was shown)" in message


@pytest.mark.parametrize("audit", [expected_shrinkage.AUDIT, too_few_patients.AUDIT])
def test_what_was_found_is_counted_with_once_it_was_shown(make_evidence, contender, audit):
    strong = contender(auroc=(0.89, 0.84, 0.95), parameters=5)
    weak = contender(auroc=(0.60, 0.55, 0.65), parameters=5)
    assert audit.rule(make_evidence(n=480, learners=(strong,))).verdict == "passed"
    assert audit.rule(make_evidence(n=480, learners=(weak,))).verdict != "passed"
    message = audit.rule(make_evidence(n=480, learners=(strong,))).message
    assert "an AUROC of 0.84 (the lower end of what was found)" in message
    before = make_evidence(n=480)
    assert "an AUROC of 0.70 (assumed before training)" in audit.rule(before).message
    certain = contender(auroc=(1.0, 1.0, 1.0), parameters=5)
    assert audit.rule(make_evidence(n=480, learners=(certain,))).verdict == "passed"


@pytest.mark.parametrize(
    ("loss", "error", "verdict"),
    [(0.60, 0.01, "issue"), (0.61, 0.02, "tip"), (0.63, 0.02, "passed"), (0.62, np.nan, "tip")],
)
def test_a_model_must_beat_the_comparator_beyond_noise(
    make_evidence, contender, loss, error, verdict
):
    pain = contender("pain only", comparator=True, auroc=(0.6, 0.4, 0.7), loss=loss, error=error)
    ridge = contender(loss=0.6, error=0.01)
    ruling = no_better_than_comparator.AUDIT.rule(make_evidence(learners=(pain, ridge)))
    assert ruling.verdict == verdict
    # the table of comparisons says the same of the pair
    table = compare(
        {c.name: c.performance for c in (pain, ridge)}, "ridge", "pain only", "log_loss"
    )
    assert table.within_noise == (verdict != "passed")


def test_a_comparator_that_is_the_best_is_an_issue_and_none_is_not_applicable(
    make_evidence, contender
):
    pain = contender("pain only", comparator=True)
    ruling = no_better_than_comparator.AUDIT.rule(make_evidence(learners=(pain,)))
    assert (ruling.verdict, "pain only" in ruling.message) == ("issue", True)
    ruling = no_better_than_comparator.AUDIT.rule(make_evidence(learners=(contender(),)))
    assert ruling.verdict == "not_applicable"


def test_of_more_parameters_than_patients_it_is_said_what_to_do(make_evidence) -> None:
    plain = {f"age at {word}": np.arange(48.0) for word in ("onset", "visit")}
    items = {f"pcs_{k}": np.arange(48.0) % k for k in range(2, 52)}
    wide = make_evidence(n=48, covariates_={**plain, **items})
    ruling = events_per_parameter.AUDIT.rule(wide)
    assert ruling.verdict == "issue"
    assert "50 columns look like items of questionnaires (50 called pcs_…)" in ruling.message
    assert "they would be 1 sum score." in ruling.message
    assert "at 10 for each, these patients carry 2 parameters." in ruling.message

    few = make_evidence(n=48, covariates_=dict(list(items.items())[:40]))
    assert "sum score" not in events_per_parameter.AUDIT.rule(few).message


def test_items_are_told_by_the_number_at_the_end_of_their_names() -> None:
    assert item_blocks(["q1_1", "q1_2", "q1_3", "q2_1", "q2_2", "sex", "nrs_t0", "nrs_t1"]) == {
        "q1_": 3
    }
