from __future__ import annotations

import dataclasses

import numpy as np

from predictor.cohort import Target
from predictor.learners import make
from predictor.learners.ridge import Ridge
from predictor.statistics import auroc
from predictor.validation.audits import shuffled_outcome
from predictor.validation.resamples import cross_validation

rule = shuffled_outcome.AUDIT.rule
Y = np.arange(60) % 2
NOISE = np.random.default_rng(5).normal(size=(60, 3))


def test_one_call_on_doubled_patients_is_a_cross_validation_of_every_shuffle(contender):
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


def test_it_does_not_apply_with_slow_learners_only_or_many_patients(make_evidence, contender):
    for evidence in (
        make_evidence(Y, learners=(contender("lightgbm", learner="lightgbm", X=NOISE),)),
        make_evidence(n=2001, learners=(contender(X=NOISE),)),
    ):
        assert rule(evidence).verdict == "not_applicable"


def test_an_honest_procedure_passes_whatever_it_was_said_to_find(make_evidence, contender):
    for clusters in (None, np.arange(60) // 6):
        ruling = rule(make_evidence(Y, learners=(contender(X=NOISE),), clusters=clusters))
        assert (ruling.verdict, ruling.subject) == ("passed", "ridge")
        assert ruling.message.startswith("the mean AUROC over 50 shuffles of the outcome is 0.")


def test_a_procedure_that_sees_the_outcome_is_found_out(make_evidence, contender):
    learners = (contender(X=NOISE), contender("peeking", learner="peeking", X=NOISE))
    ruling = rule(make_evidence(Y, learners=learners))
    assert (ruling.verdict, ruling.subject) == ("issue", "peeking")
    assert ruling.message.startswith("the mean AUROC is 1.00 when outcomes are shuffled")


def test_grades_are_shuffled_with_their_labels(contender):
    rng = np.random.default_rng(11)
    graded = np.where(Y > 0, 2.0, 0.0) + rng.integers(0, 3, 60) * 0.5
    graded[:5] = np.nan
    target = Target.binary(Y.astype(float), graded)
    given = []

    class Watched(Ridge):
        def fit_replicates(self, X, y, weights, graded=None):
            given.append((y, np.asarray(graded), np.asarray(weights)))
            return super().fit_replicates(X, y, weights, graded)

    one = dataclasses.replace(contender(X=NOISE), estimator=Watched(graded=True), target=target)
    shuffled = np.array([rng.permutation(Y) for _ in range(40)], dtype=float)
    found = shuffled_outcome._cross_validated(one, shuffled, rng)
    assert abs(found.mean() - 0.5) < 0.1
    ((label, grade, weights),) = given
    # a shuffle is trained on by four of five folds, and every patient by four
    counts = weights.reshape(40, 5, -1).sum(axis=1) / 4
    assert set(np.unique(weights)) == {0.0, 1.0}
    for value in (0.0, 1.0):
        known = graded[(value == Y) & ~np.isnan(graded)]
        of_label = (label == value) & ~np.isnan(grade)
        sizes = [counts[:, of_label & (grade == g)].sum(axis=1) for g in np.unique(grade[of_label])]
        expected = np.unique(known, return_counts=True)[1]
        np.testing.assert_array_equal(np.transpose(sizes), np.tile(expected, (40, 1)))
