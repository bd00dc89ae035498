"""How many samples a training by part can afford."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from predictor.learners import make
from predictor.study import Study, load_study
from predictor.workflows.afforded_samples import sizes_by_part


@pytest.fixture
def study(tmp_path: Path, make_study: Callable[..., Any]) -> Study:
    return load_study(make_study(tmp_path / "work").config)


def _default(study: Study) -> Study:
    """Without what the study file says of the samples."""
    return study.model_copy(update={"validation": type(study.validation)()})


def test_a_million_patients_get_what_a_training_in_memory_gets(study: Study) -> None:
    found = sizes_by_part(_default(study), 10**6, 12, {"ridge": make("ridge")})
    assert (found.folds, found.replicates) == (10, 20)
    assert "fall" not in found.why


def test_a_billion_patients_of_forty_columns_are_affordable_for_logistic_not_for_ridge(
    study: Study,
) -> None:
    plain = _default(study)
    logistic = sizes_by_part(plain, 10**9, 40, {"plain": make("logistic")})
    assert (logistic.folds, logistic.replicates) == (10, 20)
    both = sizes_by_part(plain, 10**9, 40, {"plain": make("logistic"), "shrunk": make("ridge")})
    assert (both.folds, both.replicates) == (5, 20)
    assert "100 hours of a processor for shrunk, 10 folds fall to 5" in both.why
    wide = sizes_by_part(plain, 10**9, 100, {"shrunk": make("ridge")})
    assert (wide.folds, wide.replicates) == (5, 0)
    assert "20 bootstrap samples fall to 0, so that there is no range" in wide.why


def test_trees_of_very_many_patients_have_fewer_folds_and_leave_the_bootstrap_alone(
    study: Study,
) -> None:
    plain, trees = _default(study), {"trees": make("lightgbm")}
    found = sizes_by_part(plain, 10**8, 12, trees)
    assert (found.folds, found.replicates) == (10, 20)
    found = sizes_by_part(plain, 10**9, 12, trees)
    assert (found.folds, found.replicates) == (5, 20)
    assert found.why.endswith("100 hours of a processor for trees, 10 folds fall to 5")
    # no bootstrap model is trees: with however many columns none can be saved
    assert sizes_by_part(plain, 10**9, 500, trees).replicates == 20
    fewer = sizes_by_part(plain, 10**9, 12, {"trees": make("lightgbm", max_trees=100)})
    assert fewer.folds == 10


def test_it_is_said_for_which_learner_what_fell(study: Study) -> None:
    trees, shrunk = make("lightgbm"), make("ridge")
    plain = _default(study)
    both = sizes_by_part(plain, 10**9, 12, {"shrunk": shrunk, "trees": trees})
    assert (both.folds, both.replicates) == (5, 20)
    assert both.why.endswith("of a processor for trees, 10 folds fall to 5")
    few = {"trees": make("lightgbm", max_trees=300), "shrunk": shrunk}
    both = sizes_by_part(plain, 10**9, 100, few)
    assert (both.folds, both.replicates) == (5, 0)
    assert "for shrunk, 10 folds fall to 5, 20 bootstrap samples fall to 0" in both.why
    both = sizes_by_part(plain, 10**9, 100, {"shrunk": make("ridge", penalties=5), "trees": trees})
    assert (both.folds, both.replicates) == (5, 0)
    assert "for trees, 10 folds fall to 5; for shrunk, 20 bootstrap samples fall to 0" in both.why


def test_what_the_study_file_gives_is_said(study: Study) -> None:
    found = sizes_by_part(study, 90, 6, {"ridge": make("ridge")})
    assert (found.folds, found.cohorts, found.replicates) == (3, 20, 20)
    assert found.why.startswith("given in the study file: cross_validation, interval, bootstrap")
    assert "2 repeats fall to 1" in found.why
