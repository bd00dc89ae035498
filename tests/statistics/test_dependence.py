from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from predictor.statistics import (
    complete_linkage,
    explained_by_others,
    redundant,
    squared_spearman,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics" / "dependence"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


def table(name: str) -> np.ndarray:
    return np.genfromtxt(GOLDEN / f"{name}.csv", delimiter=",", skip_header=1)


def blocks() -> list[np.ndarray]:
    """Covariates in the order of R's formula; the last but one has two columns."""
    columns = (GOLDEN / "input.csv").read_text().splitlines()[0].split(",")
    X = table("input")
    owners = ["anxiety", "depression", "distress", "pain", "duration", "age", "sex", "type"]
    return [
        X[:, [place for place, name in enumerate(columns) if name.startswith(owner)]]
        for owner in (*owners, "total")
    ]


@pytest.mark.parametrize(("name", "key"), [("input", "complete"), ("gaps", "gaps")])
def test_clusters_match_R_Hmisc_varclus(name: str, key: str) -> None:
    expected = EXPECTED[key]
    found = squared_spearman(table(name))
    merges = complete_linkage(found)

    np.testing.assert_allclose(found, expected["similarity"], atol=1e-9)
    np.testing.assert_allclose(1 - merges[:, 2], expected["height"], atol=1e-9)
    # hclust counts columns as -1, -2, ... and clusters as 1, 2, ...
    p = len(found)
    theirs = [
        sorted(-each - 1 if each < 0 else p + each - 1 for each in row) for row in expected["merge"]
    ]
    assert [sorted(row) for row in merges[:, :2].astype(int).tolist()] == theirs


@pytest.mark.parametrize("expected", EXPECTED["redundancy"], ids=lambda e: f"{e['type']} {e['r2']}")
def test_what_others_explain_matches_R_Hmisc_redun(expected) -> None:
    adjusted = expected["type"] == "adjusted"
    found = redundant(blocks(), r2=expected["r2"], adjusted=adjusted)

    np.testing.assert_allclose(
        explained_by_others(blocks(), adjusted=adjusted), expected["rsq1"], atol=1e-8
    )
    assert [expected["names"][place] for place, _ in found] == expected["out"]
    np.testing.assert_allclose([r2 for _, r2 in found], expected["rsquared"], atol=1e-8)


def test_a_copy_of_a_column_is_found_and_only_one_of_the_two_goes() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(size=(2, 40, 1))
    assert squared_spearman(np.hstack([one, np.exp(one)]))[0, 1] == pytest.approx(1)
    ((place, r2),) = redundant([one, two, 3 * one + 1])
    assert place in (0, 2)
    assert r2 == pytest.approx(1)


def test_what_cannot_be_told_is_unlike_everything() -> None:
    X = np.array([[1, 5, np.nan], [2, 5, np.nan], [3, 5, np.nan], [4, 5, 1], [6, 5, 2]])
    np.testing.assert_array_equal(squared_spearman(X), np.eye(3))


def test_more_columns_than_patients_explain_nothing_that_counts() -> None:
    rng = np.random.default_rng(2)
    few = [rng.normal(size=(6, 1)) for _ in range(9)]
    assert np.isnan(explained_by_others(few)).all()
    assert redundant(few) == []


def test_of_every_two_columns_the_patients_with_both_are_ranked_as_scipy_does() -> None:
    rng = np.random.default_rng(4)
    X = rng.integers(1, 6, (25, 14)).astype(float)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:, 7], X[:20, 8], X[:, 9] = X[:, 2], np.nan, 3.0  # as another, of few, the same for all
    found = squared_spearman(X, fewest=6)

    for i, j in itertools.combinations(range(X.shape[1]), 2):
        both = ~np.isnan(X[:, [i, j]]).any(axis=1)
        tells = both.sum() >= 6 and np.ptp(X[both][:, [i, j]], axis=0).all()
        expected = spearmanr(X[both, i], X[both, j]).statistic ** 2 if tells else 0.0
        assert found[i, j] == found[j, i] == pytest.approx(expected, abs=1e-12)


def test_nothing_is_computed_of_more_covariates_than_can_be_told(monkeypatch) -> None:
    def no_decomposition(*_args, **_settings):
        raise AssertionError("a decomposition whose result is not used")

    monkeypatch.setattr(np.linalg, "svd", no_decomposition)
    blocks = list(np.random.default_rng(5).standard_normal((40, 20, 1)))

    assert np.isnan(explained_by_others(blocks)).all()
    assert redundant(blocks) == []
