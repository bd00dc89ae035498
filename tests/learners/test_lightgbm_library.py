from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from predictor.learners import lightgbm_library
from predictor.learners.lightgbm_library import Booster, Dataset, LightGBMError

PARAMETERS: dict[str, Any] = {
    "num_leaves": 3,
    "extra_trees": True,
    "min_data_in_leaf": 1,
    "min_data_in_bin": 1,
    "feature_pre_filter": False,
    "num_threads": 1,
    "seed": 3,
    "verbosity": -1,
}
BINARY = {**PARAMETERS, "objective": "binary"}
ROWS = np.arange(0, 200, 3)


def patients(missing: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 4))
    X[rng.random(X.shape) < missing] = np.nan
    return X, (np.nan_to_num(X[:, 0]) + rng.normal(size=200) > 0).astype(float)


def theirs() -> lightgbm.Dataset:
    X, y = patients()
    return lightgbm.Dataset(X, label=y, params=PARAMETERS, free_raw_data=False).construct()


def trees(text: str) -> str:
    return text[: text.index("end of trees")]


@pytest.mark.parametrize("part", [False, True], ids=["all", "some"])
def test_trees_are_those_of_the_python_package(part) -> None:
    X, y = patients()
    dataset, reference = Dataset(X, y, PARAMETERS), theirs()
    if part:
        dataset, reference = dataset.subset(ROWS), reference.subset(ROWS.tolist()).construct()
    dataset.start_from(0.3)
    reference.set_init_score(np.full(reference.num_data(), 0.3))
    ours, booster = Booster(dataset, BINARY), lightgbm.Booster(BINARY, reference)
    ours.steps(20)
    for _ in range(20):
        booster.update()
    assert trees(ours.text()) == trees(booster.model_to_string())


def test_steps_by_derivatives_are_those_of_the_python_package() -> None:
    X, y = patients()
    parameters = {**PARAMETERS, "objective": "none", "num_class": 2}
    weight = np.array([[0.5], [2.0]])
    ours = Booster(Dataset(X, y, PARAMETERS), parameters, models=2)
    booster = lightgbm.Booster(parameters, theirs())
    scores: list[np.ndarray] = []

    def derivatives(score: Any, _: Any) -> Any:
        scores.append(score.T.copy())
        return ((score.T - y) * weight).T, np.broadcast_to(weight, score.T.shape).T

    for step in range(10):
        booster.update(fobj=derivatives)
        assert_array_equal(ours.read_score(), scores[step])
        ours.gradient[:] = (ours.score - y) * weight
        ours.hessian[:] = weight
        ours.step()
    assert trees(ours.text()) == trees(booster.model_to_string())


def test_a_text_longer_than_the_room_for_it_is_whole(monkeypatch) -> None:
    booster = Booster(Dataset(*patients(), PARAMETERS), BINARY)
    booster.steps(5)
    text = booster.text()
    monkeypatch.setattr(lightgbm_library, "_TEXT", 100)
    assert booster.text() == text


def test_what_lightgbm_refuses_is_an_error_with_its_reason(capfd) -> None:
    dataset = Dataset(*patients(), PARAMETERS)
    with pytest.raises(LightGBMError, match="num_leaves"):
        Booster(dataset, {**BINARY, "num_leaves": -1})
