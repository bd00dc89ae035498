from __future__ import annotations

import csv
import json
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from predictor.statistics.exchangeability import Exchangeable
from predictor.statistics.quadratic_forms import weighted_chi_square_tail
from predictor.statistics.score_test import Votes, global_test, graded_scores
from predictor.statistics.score_test_power import power, strength

GOLDEN = Path(__file__).parents[1] / "golden" / "global_test"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())
AUROCS = (0.5, 0.6, 0.7, 0.8)


def golden_patients(number):
    """Matrix, label, grade, label at T1 and clusters of the first patients of the golden file."""
    with (GOLDEN / "input.csv").open() as file:
        rows = list(csv.DictReader(file))[:number]

    def column(name):
        return np.array([float(row[name] or "nan") for row in rows])

    limb = [row["limb"] for row in rows]
    lower, both = ([float(each == level) for each in limb] for level in ("lower", "both"))
    X = np.column_stack([column("age"), column("pain"), lower, both])
    return X, column("label"), column("graded"), column("t1"), column("cluster").astype(int)


class Enumerated(Exchangeable):
    """Deals every permutation but the observed one, instead of random ones."""

    def deals(self, number, rng, *, at_once):
        del number, rng, at_once
        every = [np.arange(self.patients)]
        for orbit in self.orbits:
            again = []
            for order in permutations(range(len(orbit))):
                for inside in product(permutations(range(orbit.shape[1])), repeat=len(orbit)):
                    donors = np.array(
                        [orbit[c][list(w)] for c, w in zip(order, inside, strict=True)]
                    )
                    again.append(donors.ravel())
            dealt = []
            for base in every:
                for donors in again:
                    new = base.copy()
                    new[orbit.ravel()] = donors
                    dealt.append(new)
            every = dealt
        yield np.array(every[1:])


@pytest.mark.parametrize(("name", "patients"), [("clusters", 11), ("first_seven", 7)])
def test_every_permutation_matches_R(name, patients):
    X, label, graded, t1, clusters = golden_patients(patients)
    expected = EXPECTED[name]
    exchangeable = Enumerated.of(patients, clusters if name == "clusters" else None)
    votes = Votes.of(X, [slice(0, 1), slice(1, 2), slice(2, 4)])
    scores = graded_scores(label, graded)
    np.testing.assert_allclose(scores, expected["graded_scores"], atol=1e-8)
    found = global_test(
        votes,
        {"label": label, "graded": scores, "t1": t1, "expected": label},
        exchangeable,
        np.random.default_rng(1),
        index={"expected": np.array([-1.0, 1.0, 0.0, 1.0])},
        permutations=expected["permutations"] - 1,
    )
    assert found.p == pytest.approx(expected["p"], abs=1e-12)
    assert found.combined == pytest.approx(expected["combined"], abs=1e-12)
    covariance = exchangeable.covariance(votes.weighted, exchangeable.centred(label))
    np.testing.assert_allclose(covariance, expected["covariance"], atol=1e-9)


def test_weighted_sums_of_chi_squares_match_R():
    for form in EXPECTED["mixtures"]:
        tail = weighted_chi_square_tail(form["q"], form["weights"])
        assert tail == pytest.approx(form["imhof"], abs=1e-7)
        assert tail == pytest.approx(form["saddlepoint"], rel=0.05)  # what that method is good for
    for form in (EXPECTED["pairs"], EXPECTED["two"]):
        for q, p in zip(form["q"], form["p"], strict=True):
            assert weighted_chi_square_tail(q, form["weights"]) == pytest.approx(p, abs=1e-6)


def test_the_tail_of_nothing_and_of_everything():
    assert np.isnan(weighted_chi_square_tail(1.0, [0.0, 0.0]))
    assert weighted_chi_square_tail(0.0, [1.0]) == 1.0
    assert 0 <= weighted_chi_square_tail(1e4, [1.0, 0.5]) < 1e-8
    assert weighted_chi_square_tail(30.0, [3.0, 3.0]) == pytest.approx(np.exp(-5))


def test_a_sum_of_chi_squares_in_other_units_is_as_likely():
    weights = np.array([5.0, 1.0, 0.1])
    small, large = (weighted_chi_square_tail(9.0 * k, weights * k) for k in (1e-6, 1e6))
    assert small == pytest.approx(large, abs=1e-8)


@pytest.mark.parametrize("clustered", [False, True])
def test_the_limit_is_that_of_the_permutations(clustered):
    rng = np.random.default_rng(4)
    n = 3000
    X = rng.normal(size=(n, 6)) * [1, 5, 1, 1, 0.1, 9]
    clusters = np.sort(rng.integers(0, 400, n)) if clustered else None
    label = (rng.random(n) < 0.3 + 0.02 * X[:, 0]).astype(float)
    exchangeable, votes = Exchangeable.of(n, clusters), Votes.of(X)
    outcomes, index = {"label": label, "signs": label}, {"signs": np.array([1.0, 0, 0, -1, 0, 0])}
    dealt, limit = (
        global_test(votes, outcomes, exchangeable, rng, index=index, most_permuted=most)
        for most in (n, n - 1)
    )
    assert limit.permutations == 0
    for name in outcomes:
        assert limit.p[name] == pytest.approx(dealt.p[name], abs=0.04)
    assert limit.combined == pytest.approx(min(1.0, 2 * min(limit.p.values())))


def test_dummies_of_one_covariate_share_a_vote_and_constants_have_none():
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.normal(size=40), rng.integers(0, 2, (40, 2)), np.ones(40)])
    votes = Votes.of(X, [slice(0, 1), slice(1, 4)])
    np.testing.assert_allclose((votes.weighted**2).sum(axis=0) / 40, [1, 0.5, 0.5, 0])
    assert not votes.standard[:, 3].any()


def test_gaps_count_as_the_mean():
    X = np.array([[1.0], [3.0], [np.nan], [2.0]])
    np.testing.assert_allclose(Votes.of(X).standard[:, 0] * np.sqrt(0.5), [-1, 1, 0, 0])
    assert not Votes.of(np.full((3, 1), np.nan)).standard.any()


def test_scores_follow_the_label_whatever_the_grade_says():
    label = np.array([0.0, 0, 0, 1, 1])
    scores = graded_scores(label, np.array([9.0, 0, np.nan, -5, 8]))
    assert scores[label == 1].min() > scores[label == 0].max()
    assert scores.sum() == pytest.approx(0)
    assert scores[2] == pytest.approx(scores[:2].mean())
    unknown = graded_scores(label, np.full(5, np.nan))
    np.testing.assert_allclose(unknown - unknown[0], 0.5 * label)


def test_clusters_change_places_only_with_enough_of_their_size():
    clusters = np.repeat(np.arange(8), [2, 2, 2, 2, 3, 3, 3, 1])
    exchangeable = Exchangeable.of(18, clusters)
    assert sorted(orbit.shape for orbit in exchangeable.orbits) == [(1, 1), (1, 3)] + [
        (1, 3)
    ] * 2 + [(4, 2)]
    (dealt,) = exchangeable.deals(200, np.random.default_rng(1), at_once=500)
    np.testing.assert_array_equal(np.sort(dealt, axis=1), np.tile(np.arange(18), (200, 1)))
    of = clusters[dealt]
    np.testing.assert_array_equal(of[:, 8:], np.tile(clusters[8:], (200, 1)))
    pairs = of[:, :8].reshape(200, 4, 2)
    np.testing.assert_array_equal(pairs[..., 0], pairs[..., 1])
    assert len({tuple(row) for row in pairs[..., 0]}) == 24


def test_residuals_are_about_the_mean_of_those_they_could_be_dealt_to():
    exchangeable = Exchangeable.of(5, np.array([0, 0, 0, 1, 1]))
    residual = exchangeable.centred(np.array([1.0, 0, np.nan, 1, 1]))
    np.testing.assert_allclose(residual, [0.5, -0.5, 0, 0, 0])


@pytest.mark.parametrize("alike", [None, 6])
def test_the_size_is_five_per_cent(alike):
    """Of each member and of the smallest p, also where patients of a cluster are alike."""
    rng = np.random.default_rng(8)
    n, said = 48, []
    clusters = None if alike is None else np.arange(n) // alike
    exchangeable = Exchangeable.of(n, clusters)
    for _ in range(400):
        # a covariate that belongs to the cluster, as the outcome does in part
        shared = (
            rng.normal(size=(2, n)) if clusters is None else rng.normal(size=(2, 8))[:, clusters]
        )
        X = np.column_stack([rng.normal(size=(n, 4)), shared[0]])
        latent = rng.normal(size=n) + 1.5 * shared[1]
        label = (latent > 0).astype(float)
        t1 = np.where(rng.random(n) < 0.1, np.nan, latent + rng.normal(size=n) > 0)
        outcomes = {"label": label, "graded": graded_scores(label, latent), "t1": t1, "up": label}
        found = global_test(
            Votes.of(X), outcomes, exchangeable, rng, index={"up": np.ones(5)}, permutations=199
        )
        said.append([*found.p.values(), found.combined])
    shares = (np.array(said) <= 0.05).mean(axis=0)
    assert (np.abs(shares - 0.05) < 0.035).all(), shares


def test_what_cannot_be_told_has_no_p():
    X = np.random.default_rng(1).normal(size=(12, 2))
    clusters = np.repeat([0, 1, 2], [3, 4, 5])
    label = (clusters == 1).astype(float)  # all of a cluster the same: no permutation changes it
    exchangeable = Exchangeable.of(12, clusters)
    for most in (12, 0):
        found = global_test(
            Votes.of(X),
            {"label": label},
            exchangeable,
            np.random.default_rng(1),
            most_permuted=most,
        )
        assert np.isnan(found.p["label"])
        assert np.isnan(found.combined)


def test_the_power_is_that_of_cohorts_that_were_simulated_and_tested():
    rng = np.random.default_rng(3)
    n = 60
    X = rng.normal(size=(n, 5)) + rng.normal(size=(n, 1))
    votes, exchangeable = Votes.of(X), Exchangeable.of(n)
    label = (rng.random(n) < 0.4).astype(float)
    found = global_test(votes, {"label": label}, exchangeable, rng)
    told = power(votes, label.mean(), found.critical, AUROCS, exchangeable, rng)
    assert told[0] == pytest.approx(0.05, abs=0.02)
    assert (np.diff(told) > 0).all()
    (intercept,), (slope,) = strength([0.7], label.mean())
    rejected = []
    for _ in range(300):
        score = votes.weighted @ rng.normal(size=5)
        p = 1 / (1 + np.exp(-intercept - slope * score / score.std()))
        y = (rng.random(n) < p).astype(float)
        rejected.append(global_test(votes, {"y": y}, exchangeable, rng, permutations=199).p["y"])
    assert told[2] == pytest.approx(np.mean(np.array(rejected) <= 0.05), abs=0.08)


@pytest.mark.parametrize("prevalence", [0.1, 0.48, 0.9])
def test_the_strength_gives_auroc_and_prevalence(prevalence):
    (intercept,), (slope,) = strength([0.7], prevalence)
    score = np.random.default_rng(5).normal(size=400_000)
    p = 1 / (1 + np.exp(-intercept - slope * score))
    assert p.mean() == pytest.approx(prevalence, abs=0.003)
    order = np.sort(p)
    below = np.cumsum(1 - order) - (1 - order) / 2
    auroc = (order * below).sum() / (order.sum() * (1 - order).sum())
    assert auroc == pytest.approx(0.7, abs=0.003)
