"""A small cohort with a signal, a small plan, and a learner trained on all of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from predictor.learners import make
from predictor.validation import (
    Plan,
    Trained,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    train,
)


@dataclasses.dataclass(frozen=True)
class Example:
    X: np.ndarray
    y: np.ndarray
    plan: Plan
    trained: Trained


def example(name: str, patients: int = 40, strength: float = 1.0) -> Example:
    rng = np.random.default_rng(20240601)
    X = rng.normal(size=(patients, 3))
    y = (rng.random(patients) < 1 / (1 + np.exp(-strength * X[:, 0]))).astype(float)
    plan = Plan(
        folds=cross_validation(y, folds=4, repeats=3, rng=rng),
        interval=bootstrap_of_cross_validation(y, resamples=8, folds=4, repeats=2, rng=rng),
        bootstrap=bootstrap(patients, 25, rng),
    )
    return Example(X, y, plan, train(make(name), X, y, plan))


@pytest.fixture(scope="session")
def ridge() -> Example:
    return example("ridge")


@pytest.fixture(scope="session")
def logistic() -> Example:
    # enough patients for the calibration slope to be estimable
    return example("logistic", patients=260)


@pytest.fixture(scope="session")
def prevalence() -> Example:
    return example("prevalence")
