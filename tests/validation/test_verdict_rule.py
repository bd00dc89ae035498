from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor.results import GlobalTest, GlobalTestMember, Power
from predictor.validation import AUDITS, Finding, verdict
from predictor.validation.verdict_rule import level_of

NOTHING = (0.62, 0.45, 0.78)
CONSTANT = {"learner": "prevalence", "parameters": 0, "auroc": (0.5, 0.5, 0.5), "loss": 0.69}
N48 = np.repeat([1.0, 0.0], [23, 25])


def found(**verdicts):
    """Findings of all audits; passed but for those named."""
    titles = {each.code: each.title for each in AUDITS}
    assert set(verdicts) <= set(titles)
    return tuple(
        Finding(
            code=code,
            title=title,
            verdict=verdicts.get(code, "passed"),
            subject=None,
            message="",
            reference="",
        )
        for code, title in titles.items()
    )


def with_p(combined, *, power=(), **members):
    """A global test in which the members have these p."""
    speaks_of = {
        "label": "responder", "graded": "how much of responder a patient shows",
        "T1": "the outcome as it was at T1", "expected": "responder in the expected directions",
    }  # fmt: skip
    return GlobalTest(
        p=combined,
        members=tuple(
            GlobalTestMember(member=name, speaks_of=speaks_of[name], p=p)
            for name, p in members.items()
        ),
        permutations=999,
        exchanged="outcomes of all patients",
        power=tuple(Power(auroc=auroc, share=share) for auroc, share in power),
    )


NOT_THERE = with_p(0.21, label=0.21, power=((0.6, 0.11), (0.65, 0.2), (0.7, 0.37)))
THERE = with_p(0.02, label=0.02)


@pytest.fixture
def said(make_evidence):
    """The verdict on 48 patients with 23 events."""

    def say(*learners, champion="ridge", labels=N48, test=None, **verdicts):
        evidence = make_evidence(labels, learners=learners, champion=champion)
        evidence = dataclasses.replace(evidence, global_test=test)
        if not evidence.shown:
            verdicts = {"no_better_than_prevalence": "issue", **verdicts}
        return verdict(evidence, found(**verdicts))

    return say


@pytest.mark.parametrize(
    ("verdicts", "level"),
    [
        ({}, "ready for external validation"),
        ({"cluster_as_proxy": "not_applicable"}, "ready for external validation"),
        ({"too_few_patients": "tip"}, "worth an external validation"),
        ({"too_few_patients": "tip", "later_name": "issue"}, "exploratory only"),
        ({"later_name": "issue", "shuffled_outcome": "issue"}, "nothing found"),
        ({"no_better_than_prevalence": "issue"}, "nothing found"),
        ({"shuffled_outcome": "tip"}, "worth an external validation"),
    ],
)
def test_the_level_is_that_of_the_worst_audit(verdicts, level):
    assert level_of(found(**verdicts)) == level


@pytest.mark.parametrize("audit", [each.code for each in AUDITS])
def test_no_study_with_an_issue_is_worth_a_validation(audit):
    assert level_of(found(**{audit: "issue"})) in ("nothing found", "exploratory only")
    assert level_of(found(**{audit: "tip"})) == "worth an external validation"


def test_the_verdict_says_what_was_found_what_is_in_the_way_and_in_how_many(said, contender):
    learners = (contender("prevalence", **CONSTANT), contender(parameters=8, instability=0.13))
    found_out = said(*learners, expected_shrinkage="issue", instability="issue", later_name="tip")
    assert found_out.level == "exploratory only"
    assert found_out.sentences == (
        (
            "Exploratory only: ridge predicts better than the prevalence, AUROC 0.75 (95 % "
            "interval 0.60 to 0.85; 0.80 on its own training patients)."
        ),
        "Issues: expected shrinkage, instability.",
        (
            "23 events among 48 patients for 8 parameters of ridge (2.9 each); a fresh sample of "
            "patients would move a typical patient's probability by 13 points."
        ),
    )


def test_the_verdict_says_that_nothing_was_found(said, contender):
    learners = (
        contender("prevalence", **CONSTANT),
        contender(auroc=NOTHING, loss=0.68, parameters=8),
        contender("lightgbm", auroc=(0.58, 0.4, 0.7), loss=0.72),
    )
    found_out = said(*learners, champion="prevalence", expected_shrinkage="issue")
    assert found_out.level == "nothing found"
    assert found_out.sentences == (
        "Nothing found: no learner was shown to predict better than the prevalence.",
        (
            "The highest AUROC is that of ridge: 0.62 (95 % interval 0.45 to 0.78; 0.80 on its own "
            "training patients)."
        ),
        (
            "23 events among 48 patients for 8 parameters of ridge (2.9 each); a fresh sample of "
            "patients would move a typical patient's probability by 3 points."
        ),
    )


def alike(contender, name, k, **numbers):
    """Learners that have nothing in common but their AUROC; one of them is always the best."""
    rng = np.random.default_rng(k)
    return contender(name, auroc=(0.70, 0.51, 0.85), spread=rng.normal(0, 0.1, 21), **numbers)


def test_a_model_that_only_the_choice_made_good_was_not_shown_to_predict(said, contender):
    learners = [alike(contender, name, k) for k, name in enumerate(("ridge", "b", "c", "d"))]
    assert said(learners[0], later_name="issue").level == "exploratory only"
    found_out = said(*learners)
    assert found_out.level == "nothing found"
    first, second, _ = found_out.sentences
    assert first == (
        "Nothing found: no learner was shown to predict better than the prevalence, as 4 were "
        "tried and the best was taken."
    )
    assert second.startswith(
        "The AUROC of ridge is 0.70 (95 % interval 0.51 to 0.85; 0.80 on its own training "
        "patients); 0.6"
    )
    assert second.endswith(") with the choice among 4 learners counted in.")


def test_the_verdict_tells_the_interval_that_it_rests_on(said, contender):
    good = contender(auroc=(0.85, 0.75, 0.95))
    assert "with the choice" not in " ".join(said(good).sentences)
    first = said(good, contender("b", auroc=NOTHING)).sentences[0]
    assert "AUROC 0.85 (95 % interval 0.75 to 0.95; 0.80 on its own training patients); " in first
    assert first.endswith("with the choice among 2 learners counted in.")


def test_what_shuffled_outcomes_show_too_was_not_found(said, contender):
    found_out = said(contender(), shuffled_outcome="issue")
    assert found_out.sentences[:2] == (
        "Nothing found: what was found does not stand against shuffled outcomes: ",
        (
            "The AUROC of ridge is 0.75 (95 % interval 0.60 to 0.85; 0.80 on its own training "
            "patients)."
        ),
    )


def test_of_many_issues_the_first_three_are_named_and_the_others_counted(said, contender):
    every = {each.code: "issue" for each in AUDITS[2:]}
    assert said(contender(), **every).sentences[1] == (
        "Issues: a name speaks of a later time, one covariate too good to be true, a covariate "
        f"like an identifier and {len(every) - 3} more."
    )


def test_tips_are_named_where_there_is_no_issue(said, contender):
    found_out = said(contender(), too_few_patients="tip")
    assert found_out.sentences[0].startswith("Worth an external validation: ridge predicts")
    assert found_out.sentences[1] == "Look first at: too few patients."
    found_out = said(contender(), cluster_as_proxy="not_applicable")
    assert found_out.sentences[0].startswith("Ready for external validation: ridge predicts")
    assert found_out.sentences[1] == f"All {len(AUDITS) - 1} audits that apply were passed."


def test_the_verdict_on_the_prevalence_alone_is_that_nothing_was_found(said, contender):
    assert said(contender("prevalence", **CONSTANT), champion="prevalence").sentences == (
        "Nothing found: no learner was shown to predict better than the prevalence.",
    )


def test_learners_without_an_auroc_are_not_the_highest(said, contender):
    unknown = contender("logistic", auroc=(np.nan, np.nan, np.nan))
    last = contender("last", auroc=(np.nan, np.nan, np.nan))
    assert "that of ridge" in said(unknown, contender(auroc=NOTHING), last).sentences[1]
    assert len(said(unknown, champion="logistic").sentences) == 1


def test_a_champion_that_was_not_shown_to_predict_is_not_praised(said, contender):
    learners = (contender("prevalence", **CONSTANT), contender())
    first = said(*learners, champion="prevalence").sentences[0]
    assert "ridge predicts better than the prevalence" in first
    assert first.endswith(
        "; by log loss the champion is prevalence all the same, which gives everybody the same "
        "probability."
    )
    learners = (contender("simple", auroc=NOTHING), contender())
    first = said(*learners, champion="simple").sentences[0]
    assert first.endswith(
        "; by log loss the champion is simple all the same, which was not shown to."
    )


def test_parameters_are_counted_per_patient_of_the_rarer_label(said, contender):
    labels = np.repeat([1.0, 0.0], [60, 20])
    assert (
        said(contender(parameters=8), labels=labels)
        .sentences[-1]
        .startswith(
            "20 patients without the event among 80 patients for 8 parameters of ridge (2.5 each)"
        )
    )


def test_the_verdict_counts_in_singular_and_plural(said, contender):
    last = said(contender(parameters=1, instability=0.01)).sentences[-1]
    assert "for 1 parameter of ridge" in last
    assert last.endswith("by 1 point.")
    assert said(contender(parameters=8, instability=np.nan)).sentences[-1].endswith("(2.9 each).")


def test_notes_on_the_auroc_are_part_of_the_verdict(said, contender):
    note = "no interval: only 7 of 60 resampled cohorts have a value"
    sentence = said(contender(auroc=(0.7, np.nan, np.nan), note=note)).sentences[1]
    assert f"0.70 (no interval; 0.80 on its own training patients; {note})" in sentence


def test_the_verdict_never_speaks_of_benefit_effect_cause_or_use(said, contender):
    every = {each.code: "issue" for each in AUDITS[2:]}
    for auroc in (NOTHING, (0.75, 0.6, 0.85)):
        for verdicts in ({}, every, {"too_few_patients": "tip"}, {"shuffled_outcome": "issue"}):
            text = " ".join(said(contender(auroc=auroc), **verdicts).sentences).lower()
            for word in ("benefit", "effect", "cause", "significant", "nan", "ready for use"):
                assert word not in text
            assert "probability" in text


def test_the_verdict_has_three_or_four_sentences(said, contender):
    for test in (THERE, NOT_THERE):
        for verdicts in ({}, {"later_name": "issue"}, {"shuffled_outcome": "issue"}):
            sentences = said(contender(), test=test, **verdicts).sentences
            assert 3 <= len(sentences) <= 4


def test_something_is_there_without_a_model_that_uses_it(said, contender):
    found_out = said(contender(auroc=NOTHING, parameters=8), test=THERE, instability="issue")
    assert found_out.level == "something is there, but no model was shown to use it"
    assert found_out.sentences[:3] == (
        (
            "Something is there, but no model was shown to use it: covariates go with responder "
            "more than chance would have it (global test, p = 0.020)."
        ),
        "But no learner was shown to predict better than the prevalence.",
        (
            "The highest AUROC is that of ridge: 0.62 (95 % interval 0.45 to 0.78; 0.80 on its own "
            "training patients)."
        ),
    )


def test_nothing_is_found_only_if_neither_question_has_an_answer(said, contender):
    found_out = said(contender(auroc=NOTHING), test=NOT_THERE)
    assert found_out.level == "nothing found"
    assert found_out.sentences[1] == (
        "Covariates do not go with responder more than chance would have it (global test, "
        "p = 0.210). That is not evidence of nothing: of cohorts like this one the test of "
        "responder finds 11 % of those with a true AUROC of 0.60, and 37 % of those with a true "
        "AUROC of 0.70."
    )
    assert said(contender(), test=NOT_THERE).level == "ready for external validation"
    at_the_edge = with_p(0.05, label=0.05)
    assert said(contender(auroc=NOTHING), test=at_the_edge).level.startswith("something is there")


def test_a_model_that_predicts_is_told_beside_what_the_test_says(said, contender):
    for test, sentence in (
        (THERE, "Covariates go with responder more than chance would have it (global test, p = "),
        (NOT_THERE, "The global test, which asks without a model, does not show it (p = 0.210)."),
    ):
        found_out = said(contender(), test=test, later_name="issue")
        assert found_out.level == "exploratory only"
        assert found_out.sentences[1].startswith(sentence)


def test_a_procedure_that_sees_the_outcome_does_not_take_the_test_with_it(said, contender):
    found_out = said(contender(), test=THERE, shuffled_outcome="issue")
    assert found_out.level == "something is there, but no model was shown to use it"
    assert "does not stand against shuffled outcomes" in found_out.sentences[1]


@pytest.mark.parametrize(
    ("test", "says"),
    [
        (
            with_p(0.03, label=0.2, graded=0.012),
            (
                "go with how much of responder a patient shows (p = 0.012) more than chance would "
                "have it (global test of all its outcomes together, p = 0.030); of responder "
                "itself this was not shown (p = 0.200)."
            ),
        ),
        (
            with_p(0.03, label=0.2, graded=0.5, T1=0.012),
            (
                "go with the outcome as it was at T1 (p = 0.012) more than chance would have it "
                "(global test of all its outcomes together, p = 0.030); of responder itself"
            ),
        ),
        (
            with_p(0.03, label=0.2, expected=0.012),
            "go with responder in the expected directions (p = 0.012) more than chance would",
        ),
        (
            with_p(0.03, label=0.04, graded=0.012),
            "go with responder (p = 0.040) and how much of responder a patient shows (p = 0.012)",
        ),
        (
            with_p(0.03, label=0.04, graded=0.012, T1=0.02),
            "responder (p = 0.040), how much of responder a patient shows (p = 0.012) and the out",
        ),
        (
            with_p(0.07, label=0.04, graded=0.3),
            "do not go with responder more than chance would have it (global test of all its",
        ),
        (with_p(None, label=None), "cannot be asked: wherever outcomes may change places they are"),
    ],
)
def test_every_sentence_names_the_outcome_it_speaks_of(said, contender, test, says):
    text = " ".join(said(contender(auroc=NOTHING), test=test).sentences)
    assert says in text
    assert ("itself this was not shown" in text) == ("itself" in says)
