"""The same likelihood, whether replicates share a design or have one each."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from predictor.learners import likelihood as module
from predictor.learners.likelihood import Likelihood
from predictor.learners.newton import invert
from predictor.learners.separate_designs import PerReplicate, SeparateDesigns
from predictor.learners.shared_design import SharedDesign

SAMPLES = 3  # of each of two replicates


def problem() -> tuple[Likelihood, Likelihood]:
    """Six samples of complete patients with a shared design, and with two separate ones."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(150, 4))
    y = (rng.random(150) < expit(X[:, 0])).astype(float)
    weights = rng.multinomial(150, np.full(150, 1 / 150), size=2 * SAMPLES).astype(float)
    shared = SharedDesign.of(X, y)
    separate = SeparateDesigns.of(np.stack([X, X]), y, shared.shift, shared.scale)
    return Likelihood.of(shared, weights), Likelihood.of(separate, weights)


@pytest.mark.parametrize("at_a_time", [2**17, 1])
def test_separate_designs_that_are_alike_give_what_a_shared_one_gives(at_a_time, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", at_a_time)
    beta = 0.4 * np.random.default_rng(2).normal(size=(2 * SAMPLES, 5))
    pairs = []
    for likelihood in problem():
        result = likelihood.evaluate(beta, keep_terms=True)
        inverse = invert(result.information, np.zeros((2 * SAMPLES, 5), dtype=bool))
        loss = likelihood.leave_one_out(result.terms, inverse, 0.1 * beta)
        pairs.append((likelihood.mean, likelihood.variance, *likelihood.gram(), result.deviance,
                      result.score, result.information, loss))  # fmt: skip
    for ours, theirs in zip(*pairs, strict=True):
        assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def test_selected_samples_keep_their_designs():
    rng = np.random.default_rng(3)
    terms = rng.normal(size=(2, 30, 2))
    y = (rng.random(30) < 0.5).astype(float)
    design = SeparateDesigns.of(terms, y, np.zeros(2), np.ones(2))
    chosen = design.select(np.array([True, False, True, False, False, True]))
    assert_array_equal(chosen.rows.values[:, :, 1:], terms[[0, 0, 1]])


def test_vectors_are_multiplied_by_the_matrix_of_their_own_replicate():
    rng = np.random.default_rng(4)
    matrices, vectors = rng.normal(size=(2, 3, 5)), rng.normal(size=(4, 3))
    product = vectors @ PerReplicate(matrices)
    assert_allclose(product, [vectors[i] @ matrices[i // 2] for i in range(4)], rtol=1e-13)
