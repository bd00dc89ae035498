from __future__ import annotations

import pickle

import numpy as np
import pytest

from predictor.statistics import Binned, Bins, auroc

THRESHOLDS = (0.3, 0.25, 0.301, 0.9, 0.0, 1.0, 1e-13)


def _patients(rng, n=600):
    p = rng.random((3, n))
    weights = rng.poisson(1, (3, n)).astype(float)
    return (rng.random(n) < 0.4).astype(float), p, weights


@pytest.mark.parametrize("per_doubling", [1, 2, 64, 512])
@pytest.mark.parametrize("thresholds", [(), THRESHOLDS])
def test_a_probability_is_in_the_bin_that_begins_at_or_below_it(thresholds, per_doubling):
    bins = Bins(thresholds, per_doubling=per_doubling)
    rng = np.random.default_rng(1)
    small = 10 ** rng.uniform(-15, 0, 2_000)
    p = np.concatenate(
        [
            rng.random(2_000), small, 1 - small, bins.edges,
            np.clip(np.nextafter(bins.edges, -1), 0, 1), np.clip(np.nextafter(bins.edges, 2), 0, 1),
            [0.0, -0.0, 5e-324, 1.0],
        ]
    )  # fmt: skip
    np.testing.assert_array_equal(bins(p), np.searchsorted(bins.edges, p, side="right"))
    assert set(thresholds) <= set(bins.edges.tolist())
    assert bins(p).max() < len(bins)


def test_bins_are_narrow_where_probabilities_are_near_0_or_1():
    edges = Bins(per_doubling=128).edges[1:-1]
    odds = np.log(edges / (1 - edges))
    assert np.diff(odds[(edges > 1e-11) & (edges < 1 - 1e-11)]).max() < 0.016


@pytest.mark.parametrize(("thresholds", "per_doubling"), [((), 3), ((), 0), ((1.1,), 2)])
def test_bins_that_cannot_be_are_refused(thresholds, per_doubling):
    with pytest.raises(ValueError, match="expected"):
        Bins(thresholds, per_doubling=per_doubling)


def test_parts_add_up_to_the_whole():
    rng = np.random.default_rng(2)
    y, p, weights = _patients(rng)
    bins = Bins((0.3,), per_doubling=16)
    whole = Binned.of(bins, y, p, weights=weights)
    ends = [(0, 100), (100, 100), (100, 590), (590, 600)]
    parts = [Binned.of(bins, y[a:b], p[:, a:b], weights=weights[:, a:b]) for a, b in ends]
    added = parts[0] + parts[1] + parts[2] + parts[3]
    np.testing.assert_array_equal(added.which, whole.which)
    np.testing.assert_array_equal(added.count, whole.count)
    np.testing.assert_array_equal(added.lowest, whole.lowest)
    np.testing.assert_array_equal(added.highest, whole.highest)
    np.testing.assert_allclose(added.total, whole.total, rtol=1e-14)
    np.testing.assert_array_equal(whole.count.sum(axis=(-2, -1)), weights.sum(axis=-1))
    np.testing.assert_allclose(whole.total.sum(axis=(-2, -1)), (weights * p).sum(axis=-1))
    assert (whole.pooled().count == whole.count.sum(axis=0)).all()
    assert (whole[1].count == whole.count[1]).all()


def test_histograms_of_other_bins_are_not_added():
    y, p, _ = _patients(np.random.default_rng(3))
    with pytest.raises(ValueError, match="same bins"):
        Binned.of(Bins(), y, p) + Binned.of(Bins((0.3,)), y, p)


def test_who_has_no_probability_leaves_the_sample_without_a_measure():
    y, p, weights = _patients(np.random.default_rng(4))
    weights[0, 5], weights[1, 5] = 1.0, 0.0
    p[:2, 5] = np.nan
    binned = Binned.of(Bins(), y, p, weights=weights)
    assert binned.known.tolist() == [False, True, True]
    grouped = binned.grouped
    found = auroc(grouped.y, grouped.p, weights=grouped.weights)
    assert np.isnan(found).tolist() == [True, False, False]


def test_bins_travel_without_their_tables():
    bins = Bins((0.3,))
    y, p, _ = _patients(np.random.default_rng(5))
    there = pickle.loads(pickle.dumps(bins))
    assert len(pickle.dumps(bins)) < 200
    assert there == bins
    np.testing.assert_array_equal(there(p[0]), bins(p[0]))
    assert (Binned.of(there, y, p) + Binned.of(bins, y, p)).count.sum() == 2 * p.size
