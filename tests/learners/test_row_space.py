"""Ridge with more columns than patients is the same model in another basis."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.learners.levels import Grades
from predictor.learners.ridge import Ridge
from predictor.learners.row_space import RowSpace

SETTINGS = [{}, {"weak": [1, 2]}, {"graded": True}, {"graded": "mean"}, {"impute": "regression"}]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_models_are_those_of_the_columns(settings, monkeypatch) -> None:
    rng = np.random.default_rng(3)
    n, p, B = 24, 60, 10
    X = rng.normal(size=(n, p)) * rng.uniform(0.01, 100.0, p) + rng.normal(size=p)
    X[:, 5] = 2.0  # the same for everybody
    X[:, 7] = np.arange(n) < 2  # the same for everybody in some samples
    X[rng.random((n, p)) < 0.05] = np.nan
    y = (np.nan_to_num(X[:, 0]) / 50 + rng.normal(size=n) > 0).astype(float)
    weights = rng.multinomial(n, [1 / n] * n, size=B).astype(float)
    graded = Grades(2 * y + rng.normal(size=n)) if "graded" in settings else None

    def fitted():
        found = Ridge(**settings)._fit_graded(X, y, weights, graded)
        return found.scorers.logit(X), found.scorers.contributions(X)[1], found.chosen["penalty"]

    quick = fitted()
    monkeypatch.setattr(RowSpace, "pays", classmethod(lambda *_: False))
    for ours, theirs in zip(quick, fitted(), strict=True):
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)


def test_a_prior_that_pulls_elsewhere_keeps_the_columns() -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(20, 50))
    y = (rng.random(20) < 1 / (1 + np.exp(-3 * X[:, 49]))).astype(float)
    found = Ridge(prior={49: 3.0}, largest=1e8, smallest=1e7).fit(X, y)
    assert found.scorers_.coefficient[0, 49] == pytest.approx(3.0, abs=0.01)
