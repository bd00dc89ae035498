"""LightGBM of a table in parts, in this process and by workers together."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from predictor.cluster import LOCAL, Cluster, PiecesThere, connect
from predictor.cluster.machines import Machine
from predictor.cluster.tasks import Sealed, load
from predictor.cohort.blocks import Block
from predictor.learners import make
from predictor.learners.lightgbm import LightGBM
from predictor.learners.parted import FitsOfParts, fit_parted
from predictor.learners.parted.boosted import fit_boosted
from predictor.pieces import PiecesHere
from predictor.scorers.trees import TreeScorers
from predictor.statistics import auroc
from tests.learners.parted.given import Given

Floats = NDArray[np.float64]


def _table(n: int) -> tuple[Floats, Floats, Floats]:
    """Covariates, labels, and counts: everybody, two folds, a bootstrap, and one label only."""
    rng = np.random.default_rng(16)
    X = rng.normal(size=(n, 6))
    X[:, 2] = X[:, 2] > 1
    X[rng.random(n) < 0.1, 0] = np.nan
    X[:, 5] = rng.integers(0, 4, n)
    y = (rng.random(n) < 1 / (1 + np.exp(1 - X[:, 1] - X[:, 2] + X[:, 1] * X[:, 3]))).astype(float)
    fold = rng.integers(0, 2, n)
    counts = np.stack([np.ones(n), fold == 0, fold == 1, rng.poisson(1.0, n), y])
    return X, y, counts


def _blocks(X: Floats, y: Floats, starts: tuple[int, ...]) -> list[Block]:
    ends = (*starts[1:], len(y))
    return [
        Block(X[start:end], y[start:end], number)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _itself(block: Block) -> Block:
    return block


def _process_id() -> int:
    return os.getpid()


def _numbers(fits: FitsOfParts) -> Floats:
    assert isinstance(fits.scorers, TreeScorers)
    return np.concatenate([forest.number for forest in fits.scorers.forests])


def test_models_of_parts_are_those_of_the_whole_table_to_the_bit() -> None:
    X, y, counts = _table(900)
    starts = (0, 250, 250, 730, 900)  # two parts are empty
    learner = LightGBM(max_trees=60, random_state=3)
    whole = learner.fit_replicates(X, y, counts)
    parts = fit_boosted(
        learner, PiecesHere.of(_itself, _blocks(X, y, starts)), Given(counts, starts)
    )
    assert parts.failed.tolist() == [False, False, False, False, True]
    for name in ("leaves", "trees"):
        assert_array_equal(parts.chosen[name], whole.chosen[name])
    assert parts.chosen["trees"][:4].all()
    assert_array_equal(parts.scorers.probability(X), whole.probability)
    assert isinstance(whole.scorers, TreeScorers)
    assert_array_equal(_numbers(parts), np.concatenate([f.number for f in whole.scorers.forests]))


def test_some_columns_only_are_learned_from() -> None:
    X, y, counts = _table(600)
    columns = [5, 1, 2]
    learner = LightGBM(max_trees=60)
    blocks = PiecesHere.of(_itself, _blocks(X, y, (0, 300)), hold=False)
    parts = fit_boosted(learner, blocks, Given(counts[:2], (0, 300)), columns)
    whole = learner.fit_replicates(X[:, columns], y, counts[:2])
    assert_array_equal(parts.scorers.probability(X[:, columns]), whole.probability)


class _File:
    """A part that is read again for every pass."""

    def __init__(self, block: Block) -> None:
        self._block, self.read = block, 0

    def __call__(self) -> Block:
        self.read += 1
        return self._block


@pytest.mark.parametrize("name", ["prevalence", "logistic", "ridge", "lightgbm"])
def test_as_many_passes_are_told_as_there_were(name: str) -> None:
    X, y, counts = _table(600)
    starts = (0, 300)
    files = [_File(block) for block in _blocks(X, y, starts)]
    pieces, given = PiecesHere(files), Given(counts, starts)
    if name == "lightgbm":
        fits = fit_boosted(LightGBM(max_trees=20), pieces, given)
    else:
        fits = fit_parted(make(name), pieces, given)
    assert fits.passes > 1
    assert [file.read for file in files] == [fits.passes, fits.passes]


def test_of_more_patients_some_choose_bins_and_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("predictor.learners.parted.boosted.SEEN", 1_500)
    X, y, counts = _table(3_000)
    starts = (0, 500, 2_000)
    learner = LightGBM(max_trees=80, tuning_patients=1_500)
    parts = fit_boosted(
        learner, PiecesHere.of(_itself, _blocks(X, y, starts)), Given(counts[:2], starts)
    )
    whole = learner.fit_replicates(X, y, counts[:2])
    test = counts[0] - counts[:2]  # of the folds, those who were left out
    test[0] = 1
    ours, theirs = (
        auroc(y, p, weights=test) for p in (parts.scorers.probability(X), whole.probability)
    )
    np.testing.assert_allclose(ours, theirs, atol=0.02)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with connect(LOCAL, jobs=2) as found:
        yield found


def _read_by(cluster: Cluster, blocks: list[Block], turn: int) -> PiecesThere[Block]:
    """Pieces that two workers have read in turns."""
    workers = sorted(cluster.threads())
    sealed = cluster.sent(_itself)
    return PiecesThere(
        cluster,
        [
            cluster.submit("piece", load, sealed, Sealed(block), worker=workers[(k + turn) % 2])
            for k, block in enumerate(blocks)
        ],
    )


def test_two_workers_grow_the_same_trees_whoever_has_read_what(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    X, y, counts = _table(2_800)
    starts = (0, 600, 1_400, 2_100)
    learner, given = LightGBM(max_trees=24, leaves=(3,)), Given(counts[:2], starts, size=1_000)
    blocks = _blocks(X, y, starts)
    one, other = (fit_boosted(learner, _read_by(cluster, blocks, turn), given) for turn in (0, 1))
    assert_array_equal(_numbers(one), _numbers(other))
    here = fit_boosted(learner, PiecesHere.of(_itself, blocks), given)
    assert_array_equal(one.chosen["trees"], here.chosen["trees"])
    # other random thresholds are drawn, as with another seed
    assert not np.array_equal(one.scorers.probability(X), here.scorers.probability(X))
    test = np.stack([np.ones(len(y)), 1 - counts[1]])
    ours, alone = (auroc(y, fits.scorers.probability(X), weights=test) for fits in (one, here))
    np.testing.assert_allclose(ours, alone, atol=0.02)
    distance = np.abs(one.scorers.probability(X) - here.scorers.probability(X))
    assert distance.mean() < 0.02
    assert capfd.readouterr() == ("", "")


def test_few_patients_are_one_workers(cluster: Cluster) -> None:
    X, y, counts = _table(900)
    learner, given = LightGBM(max_trees=40, leaves=(2,)), Given(counts[:1], (0, 400))
    blocks = _blocks(X, y, (0, 400))
    there = fit_boosted(learner, _read_by(cluster, blocks, 0), given)
    assert_array_equal(
        _numbers(there), _numbers(fit_boosted(learner, PiecesHere.of(_itself, blocks), given))
    )


def test_all_begin_again_if_a_worker_dies_while_trees_are_grown(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y, counts = _table(2_400)
    starts = (0, 1_200)
    learner = LightGBM(max_trees=4_000, leaves=(2,), learning_rate=0.001)
    pieces = cluster.pieces(_itself, _blocks(X, y, starts))
    given = Given(counts[:1], starts, size=1_000)
    alone = fit_boosted(learner, PiecesHere.of(_itself, _blocks(X, y, starts)), given)
    undisturbed = fit_boosted(learner, pieces, given)
    victim = next(iter(cluster.client.run(_process_id).values()))
    begun = 0

    def sealed(thing: object) -> Sealed:
        """Who is told of the others begins at once; the first two do not come to an end."""
        nonlocal begun
        if isinstance(thing, Machine):
            begun += 1
            if begun == 2:
                threading.Timer(0.5, os.kill, (victim, signal.SIGKILL)).start()
        return Sealed(thing)

    monkeypatch.setattr("predictor.cluster.machines.Sealed", sealed)
    again = fit_boosted(learner, pieces, given)
    # the other one alone, if a new one was not there in time
    expected = {3: alone, 4: undisturbed}[begun]
    assert_array_equal(_numbers(again), _numbers(expected))
