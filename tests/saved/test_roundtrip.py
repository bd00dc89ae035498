from __future__ import annotations

import shutil

import numpy as np
import pytest

from predictor.cohort import read_table
from predictor.errors import ModelError
from predictor.saved import read_model, score, write_model

LEARNERS = ["prevalence", "pain only", "logistic", "ridge", "lightgbm"]


@pytest.mark.parametrize("learner", LEARNERS)
def test_model_to_disk_to_model_is_the_identity(trained, learner) -> None:
    before, after = trained.models[learner], read_model(trained.directory(learner))
    assert after.study.model_copy(
        update={"covariates": None, "file": ""}
    ) == before.study.model_copy(update={"covariates": None, "file": ""})
    assert after.study.covariates.sql == before.study.covariates.sql
    assert after.learner == before.learner == learner
    assert after.covariates == before.covariates
    assert after.usual == before.usual
    assert after.performance == before.performance
    assert after.provenance == before.provenance
    assert (after.model.kind, len(after.model)) == (before.model.kind, 1)
    arrays, expected = after.model.to_arrays(), before.model.to_arrays()
    assert arrays.keys() == expected.keys()
    for name in arrays:
        np.testing.assert_array_equal(arrays[name], expected[name])
    np.testing.assert_equal(after.spread.to_arrays(), before.spread.to_arrays())


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_model_written_again_has_the_same_numbers(trained, learner, tmp_path) -> None:
    once = read_model(trained.directory(learner))
    write_model(once, tmp_path / "again", card="a card")
    raw = read_table(trained.study.data)
    first, second = score(once, raw), score(read_model(tmp_path / "again"), raw)
    np.testing.assert_array_equal(first.probability, second.probability)
    np.testing.assert_array_equal(first.low, second.low)
    np.testing.assert_array_equal(first.contributions, second.contributions)


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_model_directory_holds_only_the_files_of_the_contract(trained, learner) -> None:
    files = {path.name for path in trained.directory(learner).iterdir()}
    expected = {
        "MLmodel", "study.yaml", "covariates.sql", "model.json", "performance.json", "card.md",
        "requirements.txt", "python_env.yaml",
    }  # fmt: skip
    assert files == expected | ({"trees.json"} if learner == "lightgbm" else set())


def test_a_model_is_found_under_the_name_of_its_learner(trained, tmp_path) -> None:
    shutil.copytree(trained.directory("ridge"), tmp_path / "pain_only")
    assert read_model(tmp_path / "pain only").learner == "ridge"
    with pytest.raises(ModelError, match="pain too"):
        read_model(tmp_path / "pain too")
