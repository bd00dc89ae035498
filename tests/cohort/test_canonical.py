"""Patients in an order that neither their table nor their names decide."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.cohort import Covariate, Design, canonical_order, numbered


def patients(seed: int, n: int = 60, clusters: int = 9):
    """Few distinct values, so that many patients are alike, and gaps."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, (n, 2)).astype(float)
    X[rng.random((n, 2)) < 0.1] = np.nan
    y = rng.integers(0, 2, n).astype(float)
    y[rng.random(n) < 0.1] = np.nan
    return X, y, [f"c{c}" for c in rng.integers(0, clusters, n)]


def design(X, names=("b", "a")):
    return Design(X, tuple(Covariate(n, "number", (), k, k + 1) for k, n in enumerate(names)))


def sorted_arrays(X, y, clusters):
    order = canonical_order(design(X), y, clusters)
    return X[order], y[order], numbered([clusters[place] for place in order])


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_patients_and_renamed_clusters_come_out_the_same(seed) -> None:
    X, y, clusters = patients(seed)
    rng = np.random.default_rng(seed + 1000)
    shuffled = rng.permutation(len(y))
    renamed = dict(zip(sorted(set(clusters)), rng.permutation(1000).tolist(), strict=False))
    expected = sorted_arrays(X, y, clusters)
    again = sorted_arrays(X[shuffled], y[shuffled], [renamed[clusters[p]] for p in shuffled])
    for one, other in zip(expected, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_covariates_decide_by_their_names_whatever_their_place() -> None:
    X, y, _ = patients(1)
    order = canonical_order(design(X), y)
    turned = canonical_order(design(X[:, ::-1], ("a", "b")), y)
    np.testing.assert_array_equal(X[order], X[turned])
    np.testing.assert_array_equal(y[order], y[turned])


def test_what_the_table_says_decides_before_any_covariate() -> None:
    X, y, clusters = patients(3)
    ranks = np.random.default_rng(3).permutation(len(y))
    expected = np.argsort(ranks)
    for covariates in (design(X), design(X[:, :1], ("a",)), design(1 - X)):
        np.testing.assert_array_equal(canonical_order(covariates, y, clusters, ranks), expected)
    alike = canonical_order(design(X), y, clusters, np.zeros(len(y), dtype=np.int64))
    np.testing.assert_array_equal(alike, canonical_order(design(X), y, clusters))


def test_patients_keep_to_their_clusters() -> None:
    X, y, clusters = patients(2)
    order = canonical_order(design(X), y, clusters)
    assert sorted(order) == list(range(len(y)))
    number = numbered([clusters[place] for place in order])
    together = {(clusters[place], int(n)) for place, n in zip(order, number, strict=True)}
    assert len(together) == len(set(clusters)) == int(number.max()) + 1
