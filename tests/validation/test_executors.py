from __future__ import annotations

import numpy as np
import pytest

from predictor.errors import DataError, StudyError
from predictor.learners import make
from predictor.processes import Processes
from predictor.validation import (
    Plan,
    asking,
    bootstrap,
    cross_validation,
    serial,
    threads,
    train,
)

RNG = np.random.default_rng(4)
X = np.where(RNG.random((40, 3)) < 0.1, np.nan, RNG.normal(size=(40, 3)))
Y = (RNG.random(40) < 1 / (1 + np.exp(-np.nan_to_num(X[:, 0])))).astype(float)
FOLDS = cross_validation(Y, folds=4, repeats=5, rng=RNG)
PLAN = Plan(folds=FOLDS, interval=FOLDS, bootstrap=bootstrap(40, 40, RNG))
LEARNERS = {
    "ridge": {},
    "logistic": {"impute": "regression", "splines": {0: 3}},
    "lightgbm": {"max_trees": 20, "leaves": (2,)},
    "sklearn:sklearn.naive_bayes.GaussianNB": {},
}


def numbers(trained) -> list[np.ndarray]:
    parts = (trained.folds, trained.interval, trained.bootstrap)
    models = (trained.model.probability(X), trained.bootstrap_models.probability(X))
    return [trained.probability, *(part.probability for part in parts), *models]


@pytest.mark.parametrize("name", LEARNERS)
def test_every_executor_gives_the_same_bits(name: str, monkeypatch) -> None:
    learner = make(name, **LEARNERS[name])
    monkeypatch.setattr(type(learner), "batch", 7)
    expected = numbers(train(learner, X, Y, PLAN, serial))
    for number in (1, 2, 4):
        for ours, theirs in zip(
            numbers(train(learner, X, Y, PLAN, threads(number))), expected, strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", LEARNERS)
def test_other_processes_give_the_same_bits(name: str) -> None:
    learner = make(name, **LEARNERS[name])
    expected = numbers(train(learner, X, Y, PLAN))
    with Processes(2) as processes:
        found = numbers(train(learner, X, Y, PLAN, processes))
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_is_asked_in_between_can_end_it(monkeypatch) -> None:
    monkeypatch.setattr(type(make("ridge")), "batch", 7)
    asked = []

    def ask() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise StudyError("enough")

    with Processes(2) as processes, pytest.raises(StudyError, match="enough"):
        train(make("ridge", penalties=3), X, Y, PLAN, asking(processes, ask))
    assert len(asked) == 3


def test_a_plan_is_cut_into_all_of_its_rows() -> None:
    chunks = PLAN.chunks(7)
    assert {len(chunk) for chunk in chunks[:-1]} == {7}
    everybody = np.ones((1, 40))
    whole = np.vstack([everybody, FOLDS.training, FOLDS.training, PLAN.bootstrap])
    np.testing.assert_array_equal(np.vstack(chunks), whole)


def test_models_of_chunks_are_those_of_one_call(monkeypatch) -> None:
    whole = make("ridge").fit_replicates(X, Y, PLAN.bootstrap)
    monkeypatch.setattr(type(make("ridge")), "batch", 7)
    trained = train(make("ridge"), X, Y, PLAN, threads(2))
    assert len(trained.bootstrap_models) == 40
    np.testing.assert_allclose(
        trained.bootstrap_models.probability(X), whole.scorers.probability(X), rtol=0, atol=1e-12
    )


def test_a_learner_without_any_model_says_why_and_one_without_that_of_all_is_refused() -> None:
    never = make("sklearn:sklearn.linear_model.LogisticRegression", max_iter=1)
    with pytest.raises(StudyError, match="any sample: ConvergenceWarning"):
        train(never, X, Y, PLAN, threads(2))
    with pytest.raises(DataError, match="no model for all 40 patients"):
        train(make("ridge"), X, np.zeros(40), PLAN)


def test_a_learner_stays_as_it_was() -> None:
    learner = make("ridge")
    before = dict(vars(learner))
    train(learner, X, Y, PLAN, threads(2))
    assert vars(learner) == before
