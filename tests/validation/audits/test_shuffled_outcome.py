from __future__ import annotations

import dataclasses

import numpy as np

from predictor.learners import make
from predictor.statistics import auroc
from predictor.validation.audits import shuffled_outcome
from predictor.validation.resamples import cross_validation

rule = shuffled_outcome.AUDIT.rule
Y = np.arange(60) % 2
NOISE = np.random.default_rng(5).normal(size=(60, 3))


def test_one_call_on_doubled_patients_is_a_cross_validation_of_every_shuffle(
    contender, monkeypatch
):
    rng = np.random.default_rng(3)
    shuffled = np.array([rng.permutation(Y) for _ in range(4)], dtype=float)
    X = np.where(rng.random(NOISE.shape) < 0.1, np.nan, NOISE)
    found = shuffled_outcome._cross_validated(contender(X=X), shuffled, np.random.default_rng(8))
    stream = np.random.default_rng(8)
    for value, y in zip(found, shuffled, strict=True):
        folds = cross_validation(y, folds=5, repeats=1, rng=stream)
        probability = make("ridge").fit_replicates(X, y, folds.training).probability
        direct = auroc(y, probability, weights=folds.testing).mean()
        np.testing.assert_allclose(value, direct, atol=1e-9)


def test_it_does_not_apply_with_clusters_slow_learners_or_many_patients(make_evidence, contender):
    for evidence in (
        make_evidence(Y, learners=(contender(X=NOISE),), clusters=np.arange(60) // 6),
        make_evidence(Y, learners=(contender("lightgbm", learner="lightgbm", X=NOISE),)),
        make_evidence(n=2001, learners=(contender(X=NOISE),)),
    ):
        assert rule(evidence).verdict == "not_applicable"


def test_a_learner_that_was_not_shuffled_is_only_warned_of(make_evidence, contender):
    learners = (
        contender(X=NOISE, auroc=(0.55, 0.4, 0.7)),
        contender("lightgbm", learner="lightgbm", X=NOISE),
    )
    ruling = rule(make_evidence(Y, learners=learners, champion="lightgbm"))
    assert (ruling.verdict, ruling.subject) == ("tip", "ridge")


def test_a_procedure_that_sees_the_outcome_is_found_out(make_evidence, contender, monkeypatch):
    def seeing(_contender, shuffled, _rng):
        return np.full(len(shuffled), 0.6)

    monkeypatch.setattr(shuffled_outcome, "_cross_validated", seeing)
    ruling = rule(make_evidence(Y, learners=(contender(X=NOISE, auroc=(0.9, 0.8, 0.95)),)))
    assert ruling.verdict == "issue"
    assert ruling.message.startswith("the mean AUROC is 0.60 when outcomes are shuffled")


def test_the_best_of_several_learners_is_compared_with_the_best_of_several(
    make_evidence, contender, monkeypatch
):
    # each reaches 0.6 in 3 % of shuffles, but not in the same ones
    def each(contender_, shuffled, _rng):
        values = np.where(np.arange(len(shuffled)) % 2, 0.51, 0.49)
        start = 6 * (contender_.name == "ridge")
        values[start : start + 6] = 0.65
        return values

    monkeypatch.setattr(shuffled_outcome, "_cross_validated", each)
    ridge = contender(X=NOISE, auroc=(0.62, 0.51, 0.7))
    assert rule(make_evidence(Y, learners=(ridge,))).verdict == "passed"
    other = dataclasses.replace(ridge, spec=ridge.spec.model_copy(update={"name": "second"}))
    ruling = rule(make_evidence(Y, learners=(ridge, other)))
    assert ruling.verdict == "issue"
    assert "p = 0.065" in ruling.message
