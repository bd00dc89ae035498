"""A model that holds scikit-learn classifiers, from disk to scores."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.naive_bayes import GaussianNB

from predictor.cohort import Design, read_table
from predictor.errors import ModelError
from predictor.learners import make
from predictor.saved import Spread, read_model, score, write_model
from predictor.saved.files import digest


@pytest.fixture(scope="module")
def before(trained) -> Any:
    """The saved logistic model with forests in its place, fitted to made-up numbers."""
    logistic = trained.models["logistic"]
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, logistic.covariates[-1].stop))
    y = (rng.random(60) < 0.5).astype(float)
    forest = make("sklearn:sklearn.ensemble.RandomForestClassifier", n_estimators=3, max_depth=3)
    weights = rng.multinomial(60, np.full(60, 1 / 60), size=4)
    # the last one fails
    scorers = forest.fit_replicates(X, y, np.vstack([np.ones(60), weights, y])).scorers
    spread = Spread.of(scorers[:1], scorers[1:], Design(X, logistic.covariates))
    return replace(logistic, model=scorers[:1], spread=spread)


@pytest.fixture
def directory(before, tmp_path) -> Path:
    write_model(before, tmp_path / "forest", card="")
    return tmp_path / "forest"


def test_model_to_disk_to_model_is_the_identity(before, directory) -> None:
    after = read_model(directory)
    assert (after.model.kind, len(after.model)) == ("sklearn", 1)
    arrays, expected = after.model.to_arrays(), before.model.to_arrays()
    assert arrays.keys() == expected.keys()
    for name in arrays:
        np.testing.assert_array_equal(arrays[name], expected[name])


def test_files_are_plain_and_what_they_need_is_said(directory) -> None:
    assert skops.io.get_untrusted_types(file=directory / "estimator.skops") == [
        "sklearn.tree._tree.Tree"
    ]
    requirements = (directory / "requirements.txt").read_text()
    assert "\nscikit-learn==" in requirements
    assert "\nskops==" in requirements


def test_scores_of_the_model_on_disk_add_up(trained, before, directory) -> None:
    raw = read_table(trained.study.data)
    scores, expected = score(read_model(directory), raw), score(before, raw)
    np.testing.assert_array_equal(scores.probability, expected.probability)
    np.testing.assert_array_equal(scores.contributions, expected.contributions)
    scored = ~np.isnan(scores.probability)
    total = scores.baseline + scores.contributions[scored].sum(axis=1)
    p = scores.probability[scored]
    np.testing.assert_allclose(total, np.log(p / (1 - p)), rtol=0, atol=1e-9)
    assert (scores.low[scored] <= scores.high[scored]).all()


def test_type_that_is_not_trusted_is_named_and_nothing_is_scored(trained, directory) -> None:
    harm = skops.io.dumps(GaussianNB(priors=shutil.rmtree))
    (directory / "estimator.skops").write_bytes(harm)
    description = json.loads((directory / "model.json").read_text())
    description["files"]["estimator.skops"] = hashlib.sha256(harm).hexdigest()
    description["digest"] = digest(description)
    (directory / "model.json").write_text(json.dumps(description))
    with pytest.raises(ModelError, match=r"shutil\.rmtree, which is not one of scikit-learn's"):
        score(read_model(directory), read_table(trained.study.data))
