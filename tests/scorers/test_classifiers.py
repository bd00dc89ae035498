"""Stacks of scikit-learn classifiers that may come from anybody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from predictor.errors import ModelError
from predictor.scorers.arrays import WAY_OUT, packed
from predictor.scorers.classifiers import SklearnScorers
from predictor.scorers.sklearn_file import to_bytes

rng = np.random.default_rng(3)
X = rng.normal(size=(60, 3))
y = (X[:, 0] + rng.normal(size=60) > 0).astype(int)


def scorers(classifier: Any, centre: float = 0.0, scale: float = 1.0) -> SklearnScorers:
    return SklearnScorers.from_arrays(
        packed("estimator", [to_bytes(classifier)])
        | {"centre": np.array([[0.0, centre, 0.0]]), "scale": np.array([[1.0, scale, 1.0]])}
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("scale", number) for number in (0.0, -1.0, 1e-300, 1e-39, 3.1e38, 1e300)),
        *(("centre", number) for number in (3.1e38, -1e300)),
    ],
)
def test_centre_and_scale_out_of_reach_are_refused(name: str, number: float) -> None:
    with pytest.raises(ModelError, match=rf"{name} .*{WAY_OUT}"):
        scorers(GaussianNB().fit(X, y), **{name: number})


@pytest.mark.parametrize(
    "classifier",
    [GaussianNB(), LogisticRegression(), DecisionTreeClassifier(max_depth=2)],
    ids=lambda classifier: type(classifier).__name__,
)
@pytest.mark.parametrize(("centre", "scale"), [(0.0, 1e-38), (-3e38, 1e-38), (3e38, 3e38)])
def test_whatever_is_within_reach_scores(classifier: Any, centre: float, scale: float) -> None:
    stack = scorers(classifier.fit(X, y), centre, scale)
    far = np.array([[1.0, x, -1.0] for x in (-3e38, -1.0, 0.0, np.nan, 3e38)])
    baseline, values = stack.contributions(far)
    assert np.isfinite(stack.logit(far)).all()
    np.testing.assert_allclose(baseline + values.sum(axis=2), stack.logit(far), atol=1e-9)


def test_a_classifier_that_cannot_score_is_refused_in_words() -> None:
    other = GaussianNB().fit(X[:, :2], y)
    with pytest.raises(ModelError, match=rf"cannot score \(ValueError\).*{WAY_OUT}"):
        scorers(other).logit(X)


def test_a_classifier_that_holds_a_number_beyond_3e38_is_refused() -> None:
    bayes = GaussianNB().fit(X, y)
    bayes.theta_[0, 1] = 3.1e38
    tree = DecisionTreeClassifier(max_depth=2).fit(X, y)
    tree.tree_.value[0, 0, 0] = -1e300
    for edited in (bayes, tree):
        with pytest.raises(ModelError, match=rf"a number beyond 3e\+38.*{WAY_OUT}"):
            scorers(edited).logit(X)
