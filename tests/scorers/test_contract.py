"""What holds for every family of scorers."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from predictor.errors import ModelError
from predictor.learners import make
from predictor.scorers import Scorers, kinds, scorers_from_arrays
from predictor.scorers.arrays import LARGEST
from predictor.scorers.families import FILES, family
from predictor.scorers.points import PointsScorers

# what is fitted to have a stack of each family
LEARNERS: dict[str, tuple[str, dict[str, Any]]] = {
    "linear": ("ridge", {}),
    "additive": ("ridge", {"impute": "regression", "splines": {0: 4}}),
    "trees": ("lightgbm", {"leaves": (4,), "min_patients": 2}),
    "sklearn": ("sklearn:sklearn.ensemble.RandomForestClassifier", {"n_estimators": 4}),
}


def points() -> Scorers:
    """A score with a table, recalibrated in six samples, of which the second has failed."""
    one = PointsScorers(
        intercept=np.zeros(1),
        slope=np.ones(1),
        each=np.array([0.0, 0.5, 0.0, 2.0]),
        column=np.array([0, 0, 2]),
        cut=np.array([-0.5, 0.7, 0.1]),
        gain=np.array([1.0, 1.0, -1.0]),
        impute=np.array([0.0, 0.3, -0.2, 0.5]),
        centre=np.array([0.1, 0.0, 0.0, 0.5]),
        total=np.array([-1.0, 0.0, 1.5, 3.0]),
        entry=np.array([-2.0, -1.0, 0.2, 1.5]),
    )
    nan = float("nan")
    return one[np.zeros(6, dtype=int)].recalibrated(
        np.array([0, nan, 0.1, 0.2, -0.1, 0.3]), np.array([1, nan, 0.9, 1.1, 1.2, 0.8])
    )


@cache
def fitted(kind: str) -> tuple[np.ndarray, Scorers]:
    """Patients, and models of six samples, of which the second has one outcome only."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(90, 4))
    X[:, 3] = X[:, 3] > 0
    y = (rng.random(90) < 1 / (1 + np.exp(-3 * X[:, 0]))).astype(float)
    X[rng.random(X.shape) < 0.1] = np.nan
    weights = rng.multinomial(90, np.full(90, 1 / 90), size=6).astype(float)
    weights[1] *= y
    if kind == "points":
        return X, points()
    name, settings = LEARNERS[kind]
    learner = make(name, **settings)
    return X, learner.fit_replicates(X, y, weights).scorers


@pytest.fixture(params=kinds())
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_family_says_what_is_asked_of_it(kind: str) -> None:
    X, scorers = fitted(kind)
    assert scorers.kind == kind
    assert family(kind) is type(scorers)
    assert scorers.kept > 0
    assert scorers.columns == X.shape[1]
    assert scorers.failed.tolist() == [False, True, False, False, False, False]
    assert {*scorers.files.values(), *filter(None, [scorers.numbers])} <= set(FILES)
    coefficients = scorers.coefficients()
    assert coefficients is None or coefficients.shape == (6, 4)
    words = scorers[:1].in_words(scorers[1:], ["a", "b", "c", "c"])
    assert words
    assert all(text.endswith(".") for text in words)


def test_contributions_and_baseline_make_the_logit(kind: str) -> None:
    X, scorers = fitted(kind)
    baseline, values = scorers.contributions(X)
    assert_allclose(baseline[:, None] + values.sum(axis=2), scorers.logit(X), rtol=0, atol=1e-9)
    assert np.isnan(scorers.probability(X)[1]).all()
    p = np.delete(scorers.probability(X), 1, axis=0)
    assert ((p > 0) & (p < 1)).all()


def test_one_patient_alone_gets_the_same(kind: str) -> None:
    X, scorers = fitted(kind)
    alone = np.hstack([scorers.logit(row[None]) for row in X[:9]])
    assert_allclose(alone, scorers.logit(X)[:, :9], rtol=0, atol=1e-12)
    assert scorers.logit(X[:0]).shape == (6, 0)
    with pytest.raises(ValueError, match=r"shape \(n, 4\)"):
        scorers.logit(X[:, :3])


def test_stacks_that_are_joined_are_one_stack(kind: str) -> None:
    X, scorers = fitted(kind)
    joined = type(scorers).join([scorers[:2], scorers[2:3], scorers[3:]])
    assert len(joined) == 6
    assert_array_equal(joined.logit(X), scorers.logit(X))
    assert_array_equal(joined[[4, 0]].logit(X), scorers.logit(X)[[4, 0]])


def test_recalibrated_log_odds_are_a_plus_b_times_those_before(kind: str) -> None:
    X, scorers = fitted(kind)
    a, b = np.linspace(-1, 1, 6), np.linspace(0.5, 2, 6)
    once = scorers.recalibrated(a, b)
    assert_allclose(once.logit(X), a[:, None] + b[:, None] * scorers.logit(X), atol=1e-9)
    twice = type(scorers).join([once, scorers]).recalibrated(np.ones(12), np.full(12, 3.0))
    assert_allclose(twice.logit(X)[:6], 1 + 3 * once.logit(X), atol=1e-9)
    assert_allclose(twice.logit(X)[6:], 1 + 3 * scorers.logit(X), atol=1e-9)
    baseline, values = once.contributions(X)
    assert_allclose(baseline[:, None] + values.sum(axis=2), once.logit(X), rtol=0, atol=1e-9)
    again = scorers_from_arrays(kind, once.to_arrays())
    assert_array_equal(again.logit(X), once.logit(X))


def test_terms_and_weights_make_the_logit_and_other_weights_another_one(kind: str) -> None:
    X, scorers = fitted(kind)
    found = scorers.terms(X)
    assert (found is None) == (kind in ("points", "trees", "sklearn"))
    if found is None:
        with pytest.raises(TypeError, match="no weighted sum"):
            scorers.with_weights(np.zeros(1), np.zeros((1, 4)))
        return
    terms, weight = found
    assert_allclose(scorers.logit(X)[0] - terms @ weight, scorers.intercept[0], rtol=1e-9)
    others = scorers.with_weights(np.array([0.5, 1.0]), np.stack([weight, 2 * weight]))
    assert type(others) is type(scorers)
    expected = np.stack([0.5 + terms @ weight, 1.0 + 2 * terms @ weight])
    assert_allclose(others.logit(X), expected, rtol=1e-9)
    baseline, values = others.contributions(X)
    assert_allclose(baseline[:, None] + values.sum(axis=2), expected, rtol=1e-9)


def test_arrays_hold_numbers_and_make_the_stack_again(kind: str) -> None:
    X, scorers = fitted(kind)
    file = io.BytesIO()
    np.savez(file, **scorers.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        arrays = dict(stored)
    assert all(array.dtype.kind in "fiu" for array in arrays.values())
    again = scorers_from_arrays(kind, arrays)
    assert_array_equal(again.logit(X), scorers.logit(X))
    assert_array_equal(again.contributions(X)[1], scorers.contributions(X)[1])
    # one model also by way of JSON, but for what has a file of its own
    one = scorers[:1].to_arrays()
    for name in scorers.files:
        assert one.pop(name).dtype == np.uint8
        del one[f"{name}_end"]
    json.dumps({name: array.tolist() for name, array in one.items()})


def test_every_array_that_is_lacking_or_not_what_it_is_is_refused(kind: str) -> None:
    _, scorers = fitted(kind)
    arrays = scorers[:1].to_arrays()
    for name, array in arrays.items():
        without = {key: value for key, value in arrays.items() if key != name}
        alone = {key: value for key, value in without.items() if key not in ("mean", "slope")}
        wrong: list[Any] = [
            array[..., None], array.ravel()[:0], np.array(3.0), array.astype(str),
            array.astype(object), np.concatenate([array.ravel(), array.ravel()]),
        ]  # fmt: skip
        if array.dtype.kind == "f" and array.size:
            for number in (np.inf, -3.1e38):
                beyond = array.copy()
                beyond.flat[0] = number
                wrong.append(beyond)
        for changed in ({**arrays, name: value} for value in wrong):
            with pytest.raises(ModelError):
                scorers_from_arrays(kind, changed)
        if alone.keys() == without.keys():
            with pytest.raises(ModelError):
                scorers_from_arrays(kind, without)
    with pytest.raises(ModelError, match="'further' is nothing"):
        scorers_from_arrays(kind, {**arrays, "further": np.zeros(1)})


def test_reading_a_stack_loads_no_library_but_numpy(kind: str) -> None:
    code = (
        f"import sys; from predictor.scorers.families import family; family({kind!r}); "
        "print({'sklearn', 'scipy', 'pandas', 'lightgbm', 'skops', 'predictor.learners'} "
        "& set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("near", [False, True])
def test_of_the_largest_numbers_that_are_read_nothing_infinite_is_made(
    kind: str, near: bool
) -> None:
    X, scorers = fitted(kind)
    arrays = scorers[:1].to_arrays()
    for name, array in arrays.items():
        if name == "knots":
            arrays[name] = np.array([[[-LARGEST, -1e-30, 0.0, 1e-30 if near else LARGEST]]])
        elif name == "total":
            arrays[name] = np.array([-LARGEST, -1e-30, 1e-30, LARGEST])
        elif name == "scale" and near:
            arrays[name] = np.full(array.shape, 1.01 / LARGEST)
        elif array.dtype.kind == "f" and name != "share":
            arrays[name] = np.where(array < 0, -LARGEST, LARGEST)
    again = scorers_from_arrays(kind, arrays)
    far = np.where(np.isnan(X), np.nan, np.where(X < 0, -LARGEST, LARGEST))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        baseline, values = again.contributions(far)
        assert np.isfinite(again.logit(far)).all()
    assert np.isfinite(baseline).all()
    assert np.isfinite(values).all()


def test_knots_that_are_nearer_than_their_squares_can_be_told_are_refused() -> None:
    _, scorers = fitted("additive")
    arrays = scorers[:1].to_arrays()
    knots = arrays["knots"].copy()
    knots[0, 0] = 1e-200 * np.arange(knots.shape[2])
    with pytest.raises(ModelError, match="knots are not in increasing order, 1e-30 or more apart"):
        scorers_from_arrays("additive", {**arrays, "knots": knots})
