"""Values that are each ordinary but do not go together as those of the training patients do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import Covariate, Design
from predictor.errors import ModelError
from predictor.saved import Combinations, Usual, read_model, score, unlike_training, write_model
from predictor.saved.combinations import standardised

GOLDEN = Path(__file__).parents[1] / "golden" / "combinations"
PAIR = 0.7  # correlation of the first two columns in these cohorts


def design(X: np.ndarray) -> Design:
    return Design(X, tuple(Covariate(f"x{j}", "number", (), j, j + 1) for j in range(X.shape[1])))


def cohort(rng: np.random.Generator, n: int, p: int, *, mixed: bool = False) -> np.ndarray:
    """Correlated columns; if mixed, also a skew one, and two that are 0 or 1."""
    correlation = np.full((p, p), 0.3)
    correlation[0, 1] = correlation[1, 0] = PAIR
    np.fill_diagonal(correlation, 1)
    X = rng.multivariate_normal(np.zeros(p), correlation, size=n)
    if mixed:
        X[:, 2], X[:, 3], X[:, 4] = np.exp(0.6 * X[:, 2]), X[:, 3] > 0.5, X[:, 4] > 0
    return X


def alarms(combinations: Combinations | None, usual: Usual, X: np.ndarray) -> np.ndarray:
    """(n,) whether a combination is flagged: not of those who have a value that is far."""
    assert combinations is not None
    mean, sd = np.array(usual.mean), np.array(usual.standard_deviation)
    return combinations.far(X, mean, sd) & ~(np.abs(X - mean) > 3 * sd).any(axis=1)


def test_correlations_and_distances_are_those_of_R() -> None:
    expected = json.loads((GOLDEN / "expected.json").read_text())
    X = np.loadtxt(GOLDEN / "input.csv", delimiter=",", skiprows=1)
    found = Combinations.of(design(X))
    assert found is not None
    np.testing.assert_array_equal(found.correlation, np.array(expected["correlation"]))
    z = standardised(
        np.array(expected["new"]), np.array(expected["mean"]), np.array(expected["deviation"])
    )
    distance = np.einsum("ni,ij,nj->n", z, found.weights, z)
    np.testing.assert_allclose(distance, expected["squared_distance"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("n", "p", "mixed", "caught"),
    [(48, 4, False, 0.4), (48, 8, False, 0.2), (48, 8, True, 0.15), (48, 20, False, 0.0),
     (300, 4, False, 0.7), (300, 8, False, 0.5), (300, 8, True, 0.4)],
)  # fmt: skip
def test_few_false_alarms_and_broken_correlations_are_seen(n, p, mixed, caught) -> None:
    """Of patients like the training patients under 3 %; of those whose two correlated values lie
    1.2 to 1.8 standard deviations apart from the mean to opposite sides, as many as stated."""
    rng = np.random.default_rng(n + p)
    false, seen = [], []
    for _ in range(25):
        X = cohort(rng, n, p, mixed=mixed)
        model = Combinations.of(design(X)), Usual.of(design(X))
        new, odd = (cohort(rng, 500, p, mixed=mixed) for _ in range(2))
        odd[:, 0] = rng.uniform(1.2, 1.8, 500) * rng.choice([-1, 1], 500)
        odd[:, 1] = -odd[:, 0]
        false.append(alarms(*model, new).mean())
        seen.append(alarms(*model, odd).mean())
    assert np.mean(false) < 0.03
    assert np.mean(seen) > caught


def test_nothing_is_told_where_nothing_can_be_told() -> None:
    rng = np.random.default_rng(1)
    assert Combinations.of(design(rng.normal(size=(40, 1)))) is None
    assert Combinations.of(design(rng.normal(size=(8, 12)))) is None
    assert Combinations.of(design(rng.normal(size=(5000, 3)))) is None  # nothing goes together
    assert Combinations.of(design(np.ones((40, 3)))) is None


def test_columns_that_say_the_same_and_gaps_are_no_fault() -> None:
    rng = np.random.default_rng(2)
    X = cohort(rng, 60, 4)
    X = np.column_stack([X, X[:, 0], 2 * X[:, 0] + 1, np.full(60, 3.0)])
    X[rng.random(X.shape) < 0.1] = np.nan
    found = Combinations.of(design(X))
    assert found is not None
    assert np.linalg.eigvalsh(found.correlation).min() > 0.04
    assert (found.correlation[:-1, -1] == 0).all()
    usual = Usual.of(design(X))
    nobody_known = np.full((1, 7), np.nan)
    assert not found.far(
        nobody_known, np.array(usual.mean), np.array(usual.standard_deviation)
    ).any()


def test_two_flags_do_not_tell_how_many_have_both_of_them() -> None:
    """Patients who have both are told to five at best, whatever the margins."""
    n = 48
    for first, second in ((12, 20), (24, 24), (8, 30), (5, 5)):
        told: dict[tuple[float, ...], list[int]] = {}
        for both in range(max(0, first + second - n), min(first, second) + 1):
            X = np.zeros((n, 2))
            X[:first, 0] = 1
            X[first - both : first - both + second, 1] = 1
            found = Combinations.of(design(X))
            value = 0.0 if found is None else float(found.correlation[0, 1])
            told.setdefault((value,), []).append(both)
        inner = list(told.values())[1:-1]  # of the ends a part lies beyond what can be
        assert all(len(counts) >= 5 for counts in inner), (first, second, told)
        assert len(told) <= 1 + min(first, second) / 5


def test_one_patient_more_cannot_be_told_from_two_trainings() -> None:
    """What a patient adds to exact correlations is the product of his values; to those that are
    kept, nothing in most places, and what there is goes along with it by chance."""
    rng = np.random.default_rng(5)
    unchanged, exact, kept = [], [], []
    for _ in range(60):
        X = cohort(rng, 49, 6)
        two = [Combinations.of(design(part)) for part in (X, X[:-1])]
        assert all(two)
        raw = np.corrcoef(X.T) - np.corrcoef(X[:-1].T)
        above = np.triu_indices(6, 1)
        away = (two[0].correlation - two[1].correlation)[above]
        z = (X[-1] - X.mean(axis=0)) / X.std(axis=0)
        added = (np.outer(z, z) - (z[:, None] ** 2 + z**2) / 2 * np.corrcoef(X.T))[above]
        unchanged.append((away == 0).mean())
        exact.append(np.corrcoef(raw[above], added)[0, 1])
        kept += list(zip(away, added, strict=True))
    assert np.mean(exact) > 0.95
    assert np.mean(unchanged) > 0.7
    assert np.corrcoef(np.array(kept).T)[0, 1] < 0.5


def test_it_is_kept_with_the_model_and_flagged(trained, tmp_path) -> None:
    from predictor.cohort import read_table

    model = read_model(trained.directory("ridge"))
    p = len(model.usual.mean)
    strict = np.eye(p)
    strict[0, 1] = strict[1, 0] = -0.9
    model = replace(model, combinations=Combinations(strict))
    write_model(model, tmp_path / "m", card="")
    again = read_model(tmp_path / "m")
    assert again.combinations is not None
    np.testing.assert_array_equal(again.combinations.correlation, strict)
    raw = read_table(trained.study.data)
    found = [flags for flags in score(again, raw, lenient=True).flags if "combination" in flags]
    assert found
    assert all("a combination of values unlike the training patients" in each for each in found)
    assert not any(f"{c.name} unlike" in each for each in found for c in model.covariates)
    before = score(replace(again, combinations=None), raw, lenient=True)
    assert not any("combination" in flags for flags in before.flags)


@pytest.mark.parametrize(
    "wrong",
    [[[1.0, 0.5], [0.4, 1.0]], [[1.0, 1.0], [1.0, 1.0]], [[2.0, 0.0], [0.0, 1.0]], [[1.0]], "x",
     [[1.0, None], [None, 1.0]]],
)  # fmt: skip
def test_correlations_that_cannot_be_are_refused(wrong) -> None:
    from predictor.saved.read import correlations

    with pytest.raises(ModelError):
        correlations(wrong, 2)


def test_a_value_that_is_far_is_not_a_combination(trained) -> None:
    model = read_model(trained.directory("ridge"))
    p = len(model.usual.mean)
    strict = np.eye(p)
    strict[0, 1] = strict[1, 0] = -0.9
    model = replace(model, combinations=Combinations(strict))
    X = np.tile(np.nan_to_num(np.array(model.usual.mean)), (2, 1))
    sd = np.array(model.usual.standard_deviation)
    X[:, :2] += [[2 * sd[0], 2 * sd[1]], [4 * sd[0], 4 * sd[1]]]
    found = unlike_training(model, Design(X, model.covariates))
    assert found.together.tolist() == [True, False]
