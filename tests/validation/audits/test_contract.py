"""What every audit keeps to; an audit without a case that passes and one that fails is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from predictor.validation.audits import AUDITS, Audit, Evidence, audit

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "src" / "predictor" / "validation" / "audits"
NOT_AUDITS = {"__init__", "dropped", "evidence", "finding", "size", "width"}
VERDICTS = {"passed", "tip", "issue", "not_applicable"}

RNG = np.random.default_rng(11)
Y = np.arange(60) % 2
NOISE = RNG.normal(size=60)
GAPS = np.where(RNG.random(60) < 0.3, np.nan, NOISE)
TIED_GAPS = np.where(np.where(Y == 1, RNG.random(60) < 0.8, RNG.random(60) < 0.1), np.nan, NOISE)
TWICE = np.concatenate([NOISE[:59], NOISE[:1]])
WEAK = (0.6, 0.4, 0.8)
SCORED = {
    "dictionary": (
        {"name": "score_t2", "known_at": "T2", "type": "number", "range": [0.0, 10.0]},
        {"name": "success", "known_at": "T2", "type": "flag"},
    ),
    "outcome": {
        "criteria": {"pain": "pain - score_t2 >= 2", "report": "success"},
        "reported": "report",
        "score": {"T0": "pain", "T2": "score_t2"},
    },
}


def _scored(make, pain, after, success) -> Evidence:
    extra = {"score_t2": np.full(60, float(after)), "success": success}
    return make(Y, covariates_={"pain": np.asarray(pain, dtype=float)}, extra=extra, **SCORED)


def _ruled(make, rule, pain, after) -> Evidence:
    return make(
        Y,
        covariates_={"pain": np.asarray(pain, dtype=float)},
        extra={"score_t2": np.full(60, float(after))},
        dictionary=SCORED["dictionary"][:1],
        outcome={"rule": rule},
    )


def _seen(make, days_apart) -> Evidence:
    """Patients who come one after another; the last of sixty after 354 days, or 413."""
    days = pa.array(days_apart * np.arange(60, dtype=np.int32)).cast(pa.date32())
    date = {"name": "seen", "known_at": "T0", "type": "date"}
    return make(Y, covariates_={"age": NOISE}, extra={"seen": days}, dictionary=(date,))


def _dropped(make, shift) -> Evidence:
    labels = Y.astype(float)
    labels[:8] = np.nan
    return make(labels, covariates_={"age": NOISE + shift * (np.arange(60) < 8)})


def _shuffled(make, contender, learner) -> Evidence:
    return make(Y, learners=(contender(learner=learner, X=NOISE[:, None]),))


CASES: dict[str, tuple[Callable[..., Evidence], Callable[..., Evidence], str]] = {
    # code: what passes, what fails, and how it fails
    "no_better_than_prevalence": (
        lambda make, c: make(Y, learners=(c(),)),
        lambda make, c: make(Y, learners=(c(auroc=(0.6, 0.4, 0.8)),)),
        "issue",
    ),
    "shuffled_outcome": (
        lambda make, c: _shuffled(make, c, "ridge"),
        lambda make, c: _shuffled(make, c, "peeking"),
        "issue",
    ),
    "later_name": (
        lambda make, c: make(Y, covariates_={"pain_T0": NOISE}),
        lambda make, c: make(Y, covariates_={"pain_T2": NOISE}),
        "issue",
    ),
    "one_covariate_too_good": (
        lambda make, c: make(Y, covariates_={"age": NOISE}),
        lambda make, c: make(Y, covariates_={"age": NOISE, "leak": -NOISE / 10 - Y}),
        "issue",
    ),
    "id_like_covariate": (
        lambda make, c: make(Y, covariates_={"age": NOISE}),
        lambda make, c: make(Y, covariates_={"number": RNG.permutation(60)}),
        "issue",
    ),
    "duplicated_patients": (
        lambda make, c: make(Y, covariates_={"age": NOISE, "height": NOISE**2}),
        lambda make, c: make(Y, covariates_={"age": TWICE, "height": TWICE**2}),
        "issue",
    ),
    "few_holders": (
        lambda make, c: make(Y, covariates_={"dose": 1.0 * (np.arange(60) < 5)}),
        lambda make, c: make(Y, covariates_={"dose": 1.0 * (np.arange(60) < 4)}),
        "tip",
    ),
    "years_mixed": (
        lambda make, c: _seen(make, days_apart=6),
        lambda make, c: _seen(make, days_apart=7),
        "tip",
    ),
    "far_out_values": (
        lambda make, c: make(Y, covariates_={"age": NOISE}),
        lambda make, c: make(Y, covariates_={"age": np.where(np.arange(60) < 8, 999.0, NOISE)}),
        "tip",
    ),
    "missingness_predicts": (
        lambda make, c: make(Y, covariates_={"age": GAPS}),
        lambda make, c: make(Y, covariates_={"age": TIED_GAPS}),
        "issue",
    ),
    "cluster_as_proxy": (
        lambda make, c: make(Y, clusters=np.arange(60) // 10),
        lambda make, c: make(Y, clusters=Y * 3 + np.arange(60) % 3),
        "issue",
    ),
    "no_better_than_comparator": (
        lambda make, c: make(Y, learners=(c("pain", comparator=True, loss=0.68, auroc=WEAK), c())),
        lambda make, c: make(Y, learners=(c("pain", comparator=True, loss=0.55, auroc=WEAK), c())),
        "issue",
    ),
    "expected_shrinkage": (
        lambda make, c: make(n=400, learners=(c(parameters=2, auroc=(0.8, 0.7, 0.9)),)),
        lambda make, c: make(n=60, learners=(c(parameters=8),)),
        "issue",
    ),
    "events_per_parameter": (
        lambda make, c: make(n=60, learners=(c(parameters=3),)),
        lambda make, c: make(n=60, learners=(c(parameters=7),)),
        "issue",
    ),
    "instability": (
        lambda make, c: make(Y, learners=(c(instability=0.05),)),
        lambda make, c: make(Y, learners=(c(instability=0.11),)),
        "issue",
    ),
    "estimators_disagree": (
        lambda make, c: make(Y, learners=(c(corrected=0.79, plus=0.71),)),
        lambda make, c: make(Y, learners=(c(corrected=0.79, plus=0.64),)),
        "issue",
    ),
    "failed_replicates": (
        lambda make, c: make(Y, learners=(c(failed=0),)),
        lambda make, c: make(Y, learners=(c(failed=101),)),
        "issue",
    ),
    "too_few_patients": (
        lambda make, c: make(n=600, learners=(c(parameters=2, auroc=(0.8, 0.7, 0.9)),)),
        lambda make, c: make(n=200, learners=(c(parameters=2),)),
        "tip",
    ),
    "report_only_labels": (
        lambda make, c: _scored(make, np.full(60, 8), 2, [True] * 60),
        lambda make, c: _scored(make, np.full(60, 8), 8, [True] * 60),
        "issue",
    ),
    "baseline_too_low_for_rule": (
        lambda make, c: _scored(make, np.full(60, 2), 2, [True] * 60),
        lambda make, c: _scored(make, np.where(np.arange(60) < 7, 1.5, 8), 2, [True] * 60),
        "issue",
    ),
    "labels_at_the_edge": (
        lambda make, c: _ruled(make, "pain - score_t2 >= 2", np.full(60, 4.1), 2.0),
        lambda make, c: _ruled(make, "pain - score_t2 >= 2", 4.0 + (np.arange(60) < 49), 2.0),
        "tip",
    ),
    "many_without_outcome": (
        lambda make, c: make(np.where(np.arange(60) < 5, np.nan, Y)),
        lambda make, c: make(np.where(np.arange(60) < 13, np.nan, Y)),
        "issue",
    ),
    "labelled_differ_from_dropped": (
        lambda make, c: _dropped(make, 0),
        lambda make, c: _dropped(make, 3),
        "tip",
    ),
}
each_audit = pytest.mark.parametrize("audited", AUDITS, ids=[a.code for a in AUDITS])


def test_every_file_is_an_audit_that_is_run_and_every_audit_has_its_file():
    files = {path.stem for path in FOLDER.glob("*.py")} - NOT_AUDITS
    codes = [a.code for a in AUDITS]
    assert set(codes) == files == set(CASES)
    assert len(set(codes)) == len(codes)
    for each in AUDITS:
        assert each.rule.__module__.rpartition(".")[2] == each.code
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+|instability", each.code)


@each_audit
def test_an_audit_says_its_threshold_and_its_source(audited: Audit):
    assert re.search(r"\bdoi 10\.\d{4,}/\S+", audited.reference)
    assert re.search(r"\b(tip|issue)\b", audited.threshold)
    assert "own rule" in audited.threshold.lower() or re.search(
        r"Riley|doi 10\.|chance|p > ", audited.threshold
    )


@each_audit
def test_an_audit_is_explained_in_the_docs(audited: Audit):
    text = (ROOT / "docs" / "audits.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"(?ms)^### {audited.code}\n(.*?)(?=^##|\Z)", text)
    for part in ("**What it looks at.**", "**Why it matters.**", "**What to do.**"):
        assert part in section
    (doi,) = re.findall(r"doi (10\.\S+)", audited.reference)
    assert doi in section


@each_audit
def test_an_audit_passes_what_is_right_and_fails_what_is_wrong(
    audited: Audit, make_evidence, contender
):
    right, wrong, how = CASES[audited.code]
    passed, failed = (audited.rule(case(make_evidence, contender)) for case in (right, wrong))
    assert (passed.verdict, failed.verdict) == ("passed", how), (passed, failed)
    for ruling in (passed, failed):
        assert ruling.message.endswith((".", "?"))
        assert "QZ" not in ruling.message
        assert "nan" not in ruling.message
        assert len(ruling.message) < 250


def test_what_needs_no_model_runs_before_training_and_the_rest_after(make_evidence, contender):
    before = audit(make_evidence(Y))
    after = audit(make_evidence(Y, learners=(contender(X=NOISE[:, None]),)))
    assert {f.code for f in before} == {a.code for a in AUDITS if a.before_training}
    assert [f.code for f in after] == [a.code for a in AUDITS]
    assert {f.verdict for f in (*before, *after)} <= VERDICTS
    assert all(f.subject is None for f in before)


def test_audits_of_a_cohort_say_the_same_twice(make_evidence, contender):
    cohort = {"covariates_": {"age": GAPS}, "clusters": np.arange(60) // 10}
    for settings in (cohort, {"learners": (contender(X=NOISE[:, None]),)}):
        assert audit(make_evidence(Y, **settings)) == audit(make_evidence(Y, **settings))


def test_more_learners_make_it_harder_to_be_better_than_the_prevalence(make_evidence, contender):
    rng = np.random.default_rng(3)
    learners = [
        contender(f"l{k}", auroc=(0.70, 0.51, 0.85), spread=rng.normal(0, 0.1, 21))
        for k in range(8)
    ]
    found = [make_evidence(Y, learners=tuple(learners[:k]), champion="l0") for k in (1, 2, 4, 8)]
    assert [evidence.subject.name for evidence in found] == ["l0"] * 4
    lowest = [evidence.lowest for evidence in found]
    assert lowest[0] == 0.51
    assert lowest == sorted(lowest, reverse=True)
    verdicts = [{f.code: f for f in audit(e)}["no_better_than_prevalence"] for e in found]
    assert verdicts[0].verdict == "passed"
    assert verdicts[-1].verdict == "issue"
    assert "interval from 0.51 (0." in verdicts[-1].message
    assert "with the choice among 8 learners counted in" in verdicts[-1].message


def test_patients_are_counted_with_the_interval_that_the_verdict_rests_on(make_evidence, contender):
    weak = {"auroc": (0.65, 0.56, 0.8)}
    learners = (contender(**weak, spread=0.07), contender("b", **weak, spread=-0.07))
    alone = make_evidence(Y, learners=learners[:1], champion="ridge").strength
    assert (alone.auroc, alone.why) == (0.56, "the lower end of what was found")
    chosen = make_evidence(Y, learners=learners, champion="ridge")
    assert chosen.strength.auroc == chosen.repeated_choice.low
    assert 0.5 < chosen.strength.auroc < 0.56
    assert chosen.strength.why.endswith(", with the choice among the learners counted in")


def test_nothing_is_said_of_models_when_only_the_prevalence_was_trained(make_evidence, contender):
    alone = contender("prevalence", learner="prevalence", parameters=0, auroc=(0.5, 0.5, 0.5))
    by_code = {f.code: f for f in audit(make_evidence(Y, learners=(alone,)))}
    assert by_code["no_better_than_prevalence"].verdict == "issue"
    of_models = {a.code for a in AUDITS if not a.before_training} - {"no_better_than_prevalence"}
    for code in (*of_models, "expected_shrinkage", "events_per_parameter", "too_few_patients"):
        assert by_code[code].verdict == "not_applicable"
