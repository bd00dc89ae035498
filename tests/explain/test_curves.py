"""Shapes: partial effects of the covariates of a model, and their spread."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.cohort import Covariate, Design
from predictor.explain import shapes
from predictor.explain.curves import round_grid
from predictor.learners import make
from predictor.scorers import Scorers

COVARIATES = (
    Covariate("pain", "number", (), 0, 1),
    Covariate("type", "category", ("a", "b", "c"), 1, 3),
    Covariate("allodynia", "flag", (), 3, 4),
)


def patients(rng: np.random.Generator, n: int, gaps: float = 0.0) -> tuple[Design, np.ndarray]:
    """Pain acts as a valley, level c and allodynia raise the odds."""
    pain, level, flag = rng.integers(0, 11, n), rng.integers(0, 3, n), rng.random(n) < 0.4
    logit = 0.15 * (pain - 5.0) ** 2 - 1.5 + 1.2 * (level == 2) + 0.8 * flag
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
    X = np.column_stack([pain, level == 1, level == 2, flag]).astype(float)
    X[rng.random(n) < gaps, 0] = np.nan
    return Design(X, COVARIATES), y


def fitted(name: str, design: Design, y: np.ndarray, weights: np.ndarray, **settings) -> Scorers:
    return make(name, **settings).fit_replicates(design.X, y, weights).scorers


def by_hand(model: Scorers, X: np.ndarray, block: slice, row: np.ndarray) -> float:
    """Mean log-odds with the covariate set for everybody, minus that without."""
    changed = X.copy()
    changed[:, block] = row
    return float(model.logit(changed)[0].mean() - model.logit(X)[0].mean())


@pytest.mark.parametrize(
    ("learner", "settings", "gaps"),
    [("lightgbm", {}, 0.0), ("lightgbm", {}, 0.2), ("ridge", {"splines": {0: 4}}, 0.0)],
)
def test_a_shape_is_the_mean_over_patients_of_what_the_model_says(learner, settings, gaps) -> None:
    rng = np.random.default_rng(5)
    design, y = patients(rng, 300, gaps)
    model = fitted(learner, design, y, np.ones((1, 300)), **settings)
    found = shapes(model, model, design)

    assert [shape.covariate for shape in found] == ["pain", "type", "allodynia"]
    for shape, covariate in zip(found, COVARIATES, strict=True):
        block = slice(covariate.start, covariate.stop)
        width = covariate.stop - covariate.start
        rows = np.vstack([np.zeros(width), np.eye(width)])
        if shape.values is not None:
            rows = shape.values[:, None]
        expected = [by_hand(model, design.X, block, row) for row in rows]
        np.testing.assert_allclose(shape.effect, expected, atol=1e-9)
        np.testing.assert_allclose(shape.low, shape.effect)


@pytest.mark.parametrize(
    ("learner", "settings"), [("lightgbm", {}), ("ridge", {"splines": {0: 4}})]
)
def test_a_valley_is_seen_and_the_band_holds_it(learner, settings) -> None:
    rng = np.random.default_rng(6)
    design, y = patients(rng, 400)
    samples = rng.multinomial(400, np.full(400, 1 / 400), size=40).astype(float)
    model = fitted(learner, design, y, np.ones((1, 400)), **settings)
    pain, kind, _ = shapes(model, fitted(learner, design, y, samples, **settings), design)

    assert pain.values is not None
    assert pain.values.tolist() == list(range(11))
    assert min(pain.effect[0], pain.effect[-1]) > pain.effect[5] + 1
    assert np.mean((pain.low <= pain.effect) & (pain.effect <= pain.high)) > 0.7
    assert kind.levels == ("a", "b", "c")
    assert kind.effect[2] > kind.effect[0]


@pytest.mark.parametrize("learner", ["ridge", "logistic", "firth", "prevalence"])
def test_what_has_odds_ratios_has_no_shapes(learner) -> None:
    design, y = patients(np.random.default_rng(7), 100)
    model = fitted(learner, design, y, np.ones((3, 100)))
    assert shapes(model[:1], model, design) == ()


def test_values_of_fewer_than_five_patients_are_not_asked_of_the_model() -> None:
    rng = np.random.default_rng(8)
    design, y = patients(rng, 60)
    X = design.X.copy()
    X[:4, 0], X[4:8, 0] = 90.0, -70.0
    X[:, 1:3] = 0.0
    X[:4, 1], X[4:40, 2] = 1.0, 1.0
    design = Design(X, COVARIATES)
    model = fitted("lightgbm", design, y, np.ones((2, 60)))
    pain, kind, _ = shapes(model[:1], model, design)

    assert pain.values is not None
    assert (pain.values >= 0).all()
    assert (pain.values <= 10).all()
    assert kind.levels == ("a", "c")


def test_points_are_round_and_at_least_five_patients_lie_beyond() -> None:
    rng = np.random.default_rng(9)
    for scale in (0.003, 1.0, 470.0):
        values = rng.lognormal(0, 1, 80) * scale
        grid = round_grid(values)
        assert grid is not None
        assert 5 < len(grid) <= 21
        assert (values <= grid[0]).sum() >= 5
        assert (values >= grid[-1]).sum() >= 5
        assert not np.isin(grid, values).any()
    assert round_grid(np.r_[np.zeros(50), np.arange(4)]) is None
    assert round_grid(np.arange(9.0)) is None


def test_a_failed_replicate_is_left_out() -> None:
    design, y = patients(np.random.default_rng(10), 120)
    weights = np.ones((4, 120))
    weights[2] = y * 1.0  # only events
    model = fitted("ridge", design, y, weights, splines={0: 3})
    found = shapes(model[:1], model, design)
    assert all(np.isfinite(shape.low).all() for shape in found)
