"""More columns than patients: the same models, at a cost that grows as the columns do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from predictor.learners import elastic_net, make, proximal
from predictor.learners.elastic_net import ElasticNet
from predictor.learners.separate_designs import SeparateDesigns
from predictor.learners.shared_design import SharedDesign

N = 30


def items(columns: int, *, gaps: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items of questionnaires, who responded, and how often each patient is in eight samples."""
    rng = np.random.default_rng(2)
    trait = np.repeat(rng.normal(size=(N, -(-columns // 10))), 10, axis=1)[:, :columns]
    X = np.clip(np.rint(3 + trait + rng.normal(size=(N, columns))), 1, 5)
    y = (X[:, 0] - 3 + rng.normal(size=N) > 0).astype(float)
    if gaps:
        X[rng.random(X.shape) < 0.02] = np.nan
    return X, y, rng.multinomial(N, [1 / N] * N, size=8).astype(float)


@pytest.mark.parametrize("settings", [{}, {"weak": [1, 4]}, {"mixing": 1.0}], ids=str)
@pytest.mark.parametrize("columns", [20, 70])
def test_elastic_net_of_few_columns_at_a_time_is_that_of_all(columns, settings, monkeypatch):
    X, y, weights = items(columns)
    X[:, 3] = 2.0  # the same for everybody
    quick = ElasticNet(**settings).fit_replicates(X, y, weights)
    for module in (proximal, elastic_net):
        monkeypatch.setattr(module, "many_columns", lambda *_: False)
    all_of_them = ElasticNet(**settings).fit_replicates(X, y, weights)

    np.testing.assert_allclose(quick.chosen["penalty"], all_of_them.chosen["penalty"], rtol=1e-12)
    np.testing.assert_allclose(quick.probability, all_of_them.probability, atol=1e-8)
    assert not quick.failed.any()


@pytest.mark.parametrize("mixing", [0.5, 1.0])
def test_no_slope_can_be_changed_for_the_better(mixing):
    """The conditions of Karush, Kuhn and Tucker, on the scale of standardised columns."""
    X, y, _ = items(120, gaps=False)
    penalty = 0.06
    model = ElasticNet(penalty=penalty, mixing=mixing).fit(X, y).scorers_
    deviation = X.std(axis=0)
    residual = y - expit(model.logit(X)[0])
    pull = (X - X.mean(axis=0)).T @ residual / N / deviation
    slope = model.coefficient[0] * deviation
    used = slope != 0

    assert 3 < used.sum() < 60
    np.testing.assert_allclose(residual.sum(), 0.0, atol=1e-6)
    np.testing.assert_allclose(
        pull[used],
        penalty * (mixing * np.sign(slope[used]) + (1 - mixing) * slope[used]),
        atol=1e-6,
    )
    assert (np.abs(pull[~used]) <= penalty * mixing + 1e-6).all()


@pytest.mark.parametrize("name", ["ridge", "elastic_net"])
def test_products_of_every_two_columns_are_never_made(name, monkeypatch):
    """They grow as the square of the columns; those of at most as many as patients do not."""
    widths = []
    for kind in (SharedDesign, SeparateDesigns):
        made = kind.products

        def products(self, block, made=made):
            widths.append(self.columns)
            return made(self, block)

        monkeypatch.setattr(kind, "products", products)
    X, y, weights = items(100)
    learner = make(name)
    assert not learner.fit_replicates(X, y, weights).failed.any()
    assert max(widths, default=0) <= N


@pytest.mark.parametrize("name", ["ridge", "elastic_net"])
def test_a_wide_table_is_fitted_in_pieces_that_others_can_do(name):
    learner = make(name)
    assert learner.rows_of_call(60, 20) == learner.batch
    assert 2 <= learner.rows_of_call(60, 508) <= 1201 / 4
    X, y, weights = items(100)
    whole = learner.fit_replicates(X, y, weights)
    parts = [learner.fit_replicates(X, y, weights[k : k + 4]) for k in (0, 4)]
    np.testing.assert_allclose(
        np.vstack([part.probability for part in parts]), whole.probability, atol=1e-12
    )
