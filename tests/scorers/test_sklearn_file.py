from __future__ import annotations

import io
import shutil
import zipfile
from importlib.metadata import version

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import fetch_openml
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from predictor.errors import ModelError
from predictor.scorers.sklearn_file import from_bytes, to_bytes

rng = np.random.default_rng(9)
X, y = rng.normal(size=(40, 3)), np.arange(40) % 2


class Foreign(ClassifierMixin, BaseEstimator):
    """Not of scikit-learn."""


@pytest.mark.parametrize(
    "classifier",
    [GaussianNB(), RandomForestClassifier(5), GradientBoostingClassifier(n_estimators=3)],
    ids=lambda classifier: type(classifier).__name__,
)
def test_classifier_survives_its_file(classifier):
    fitted = classifier.fit(X, y)
    again = from_bytes(to_bytes(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_equal_classifiers_have_equal_files():
    one, other = (RandomForestClassifier(3, random_state=1).fit(X, y) for _ in range(2))
    assert to_bytes(one) == to_bytes(other)


@pytest.mark.parametrize(
    ("holding", "named"),
    [
        (Foreign(), "Foreign"),
        (GaussianNB(priors=Foreign()), "Foreign"),
        (GaussianNB(priors=np.memmap), "numpy.memmap"),
        (GaussianNB(priors=shutil.rmtree), "shutil.rmtree"),
        (GaussianNB(priors=fetch_openml), "fetch_openml"),
    ],
    ids=["classifier", "parameter", "class of numpy", "function", "function of sklearn"],
)
def test_type_from_elsewhere_is_refused_and_named(holding, named):
    with pytest.raises(ModelError, match=rf"the type .*{named}.* is not trusted"):
        from_bytes(skops.io.dumps(holding))


def test_what_is_no_classifier_is_refused():
    for other in (StandardScaler(), [1.0, 2.0]):
        with pytest.raises(ModelError, match="no classifier"):
            from_bytes(skops.io.dumps(other))


def test_damaged_file_is_refused():
    content = to_bytes(GaussianNB().fit(X, y))
    for damaged in (b"", b"no file", content[:-30], content[: len(content) // 2]):
        with pytest.raises(ModelError, match="cannot be read"):
            from_bytes(damaged)


@pytest.mark.parametrize(
    ("field", "value"),
    [("left_child", 0), ("right_child", 2**31 - 1), ("feature", 7), ("feature", -5)],
)
def test_a_tree_that_points_astray_is_refused(field, value) -> None:
    import io
    import zipfile

    from sklearn.ensemble import RandomForestClassifier

    X = np.random.default_rng(1).normal(size=(40, 3))
    forest = RandomForestClassifier(2, random_state=1).fit(X, X[:, 0] > 0)
    content = to_bytes(forest)
    assert from_bytes(content).n_features_in_ == 3
    stream = io.BytesIO()
    changed = 0
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            inside = old.read(name)
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(inside))
                if array.dtype.names and field in array.dtype.names:
                    array[field][0] = value
                    changed += 1
                    part = io.BytesIO()
                    np.save(part, array)
                    inside = part.getvalue()
            new.writestr(name, inside)
    assert changed
    with pytest.raises(ModelError, match=r"trees of scikit-learn that are none|cannot be read"):
        from_bytes(stream.getvalue())


def rewritten(content: bytes, old: bytes, new: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(stream, "w") as after,
    ):
        assert old in before.read("schema.json")
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(old, new) if name == "schema.json" else text)
    return stream.getvalue()


def test_classifier_of_another_version_is_read_with_both_versions_said():
    fitted = GaussianNB().fit(X, y)
    old = rewritten(to_bytes(fitted), version("scikit-learn").encode(), b"0.99.1")
    said = rf"written with scikit-learn 0\.99\.1 .* here are scikit-learn {version('scikit-learn')}"
    with pytest.warns(UserWarning, match=said):
        again = from_bytes(old)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_classifier_that_is_too_new_is_refused_with_both_versions_said():
    newer = rewritten(to_bytes(GaussianNB().fit(X, y)), b'"protocol":2', b'"protocol":99')
    newer = rewritten(newer, version("skops").encode(), b"7.1")
    with pytest.raises(ModelError, match=r"skops 7\.1, here are .* skops 0"):
        from_bytes(newer)


def test_a_classifier_of_one_outcome_is_refused() -> None:
    one = RandomForestClassifier(2, random_state=1).fit(X, np.zeros(len(X)))
    with pytest.raises(ModelError, match="not one of two outcomes"):
        from_bytes(to_bytes(one))
