"""LightGBM on a table in parts: every worker sorts its own patients into bins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.cluster import PiecesThere
from predictor.cluster.machines import Machine, together
from predictor.cohort.blocks import Block
from predictor.errors import PredictorError
from predictor.learners.lightgbm import LightGBM, grown
from predictor.learners.lightgbm_library import Dataset, LightGBMError, network
from predictor.learners.parted.fitting import FitsOfParts
from predictor.learners.parted.likelihood import Samples
from predictor.pieces import PiecesHere
from predictor.scorers.booster_text import read_booster
from predictor.scorers.forest import Forest
from predictor.scorers.trees import TreeScorers

if TYPE_CHECKING:
    from predictor.pieces import Pieces

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEEN = 200_000
"""Patients by whom the edges of bins are chosen: LightGBM's own number."""
_FEWEST = 1_000  # patients that a worker should have to take part
_MINUTES = 20  # for which a worker waits for another
_ALONE = Machine((), 0, 1)


@dataclass(frozen=True, eq=False, repr=False)
class Counted:
    """Sums over the patients of B samples, of which the beginning of a model is made.

    Attributes
    ----------
    sizes
        Patients of each part, whatever the samples.
    patients, events
        (B,).
    sums
        (B, p) of the columns, nan where a patient of the sample has no value.
    """

    sizes: tuple[int, ...]
    patients: Floats
    events: Floats
    sums: Floats

    def __add__(self, other: Counted) -> Counted:
        """Of parts and those that follow them together."""
        return Counted(
            self.sizes + other.sizes,
            self.patients + other.patients,
            self.events + other.events,
            self.sums + other.sums,
        )


@dataclass(frozen=True, eq=False, repr=False)
class Some:
    """Some patients of every part, who are brought together.

    Attributes
    ----------
    X, y
        (m, p) and (m,).
    counts
        (B, m) how often each is in each sample.
    """

    X: Floats
    y: Floats
    counts: Ints


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """How parts are read.

    Attributes
    ----------
    samples
        Of the patients.
    columns
        Places of the columns of X to learn from; None for all.
    """

    samples: Samples
    columns: Ints | None

    def covariates(self, X: Floats) -> Floats:
        """The columns that are learned from."""
        return X if self.columns is None else X[:, self.columns]

    def stripes(self, block: Block) -> Iterator[tuple[Floats, Floats, Ints]]:
        """Covariates, labels, and counts (B, rows), of some rows at a time."""
        for rows in self.samples.stripes(block):
            counts = self.samples.drawn(block, rows).astype(np.int64)
            yield self.covariates(block.X[rows]), block.y[rows], counts


@dataclass(frozen=True, eq=False, repr=False)
class Growing:
    """What is grown, of which sample.

    Attributes
    ----------
    reading
        Of the parts.
    sample
        Which one.
    bins
        Of the trees (`Dataset.in_bytes`).
    settings
        LightGBM's parameters.
    initial
        Log-odds to begin from.
    leaves, trees
        How large.
    """

    reading: Reading
    sample: int
    bins: bytes
    settings: Mapping[str, float | str]
    initial: float
    leaves: int
    trees: int


def fit_boosted(
    learner: LightGBM,
    pieces: Pieces[Block],
    samples: Samples,
    columns: Sequence[int] | None = None,
) -> FitsOfParts:
    """Fit LightGBM to every sample of a table in parts.

    With pieces of this process, patients are sorted into bins piece by piece, so that a byte for
    each value is kept of them. With those of a cluster each worker does so with its own, and they
    grow every tree together (LightGBM's data-parallel learner): what they tell each other is how
    the derivatives of the loss add up in each bin. Edges of bins are those of 200,000 patients from
    all parts, leaves and trees are chosen on `LightGBM.tuning_patients` of them; nothing else of
    patients is brought together.

    With one process the model is the one that ``learner.fit_replicates`` makes of the same
    patients, as long as these are no more than both numbers. With several it has the same bits
    whenever the number of workers is the same, whichever of them had read what; another number
    rounds sums otherwise.

    Parameters
    ----------
    learner
        LightGBM.
    pieces
        The blocks, whose columns have names in the order of `columns`.
    samples
        Mostly a `predictor.validation.parted_plan.PartedPlan`.
    columns
        Places of the columns of X to learn from; all if None.

    Raises
    ------
    PredictorError
        If workers are lost again and again, or LightGBM gives up.
    """
    places = None if columns is None else np.asarray(columns, dtype=np.int64)
    reading = Reading(samples, places)
    counted = pieces.summed(_counted, reading)
    with np.errstate(invalid="ignore", divide="ignore"):
        prevalence = counted.events / counted.patients
        initial = logit(prevalence)
        impute = counted.sums / counted.patients[:, None]
    some = _brought_together(
        pieces.each(
            _some, reading, min(1.0, SEEN / max(1, sum(counted.sizes))), learner.random_state
        )
    )
    both = (counted.events > 0) & (counted.events < counted.patients)
    initial[~both], impute[~both] = np.nan, np.nan
    chosen = np.zeros((len(samples), 2), dtype=np.int64)
    chosen[both] = _sizes(learner, pieces, some, prevalence, np.flatnonzero(both))
    forests, passes = [], 2
    for sample, (leaves, trees) in enumerate(chosen.tolist()):
        if not trees:
            forests.append(Forest.empty())
            continue
        settings = learner.settings(float(prevalence[sample]))
        rows = np.repeat(np.arange(len(some.y)), some.counts[sample])
        bins = Dataset(some.X[rows], some.y[rows], settings).in_bytes
        growing = Growing(reading, sample, bins, settings, float(initial[sample]), leaves, trees)
        forests.append(read_booster(_text(pieces, growing, counted.sizes))[0])
        chosen[sample, 1] = forests[-1].trees
        passes += 2
    return FitsOfParts(
        TreeScorers(tuple(forests), initial, impute),
        ~both,
        {"leaves": chosen[:, 0], "trees": chosen[:, 1]},
        passes=passes,
    )


def _counted(block: Block, reading: Reading) -> Counted:
    width = reading.covariates(block.X[:0]).shape[1]
    b = len(reading.samples)
    patients, events, sums = np.zeros(b), np.zeros(b), np.zeros((b, width))
    for X, y, counts in reading.stripes(block):
        weights, gap = counts.astype(np.float64), np.isnan(X)
        some = weights @ np.where(gap, 0.0, X)
        some[(weights @ gap) > 0] = np.nan
        patients, events, sums = patients + weights.sum(axis=1), events + weights @ y, sums + some
    return Counted((len(block),), patients, events, sums)


def _some(block: Block, reading: Reading, share: float, seed: int) -> Some:
    """Patients by chance, each with the same share."""
    rng = np.random.default_rng([seed, block.number])
    found = []
    for X, y, counts in reading.stripes(block):
        rows = rng.random(len(y)) < share if share < 1 else np.ones(len(y), dtype=np.bool_)
        found.append(Some(X[rows], y[rows], counts[:, rows]))
    nobody = Some(
        reading.covariates(block.X[:0]), block.y[:0], np.zeros((len(reading.samples), 0), np.int64)
    )
    return _brought_together([nobody, *found])


def _brought_together(parts: Sequence[Some]) -> Some:
    return Some(
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.counts for part in parts], axis=1),
    )


def _sizes(
    learner: LightGBM, pieces: Pieces[Block], some: Some, prevalence: Floats, samples: Ints
) -> Ints:
    """Leaves and trees (k, 2) of some samples."""
    work = partial(_size, learner, some.X, some.y)
    chunks = [(some.counts[sample], float(prevalence[sample])) for sample in samples]
    found = pieces.cluster(work, chunks) if isinstance(pieces, PiecesThere) else map(work, chunks)
    return np.array(list(found), dtype=np.int64).reshape(len(samples), 2)


def _size(learner: LightGBM, X: Floats, y: Floats, chunk: tuple[Ints, float]) -> tuple[int, int]:
    return learner.size(X, y, *chunk)


def _text(pieces: Pieces[Block], growing: Growing, sizes: Sequence[int]) -> str:
    try:
        if not isinstance(pieces, PiecesThere):
            return _grown(_dataset(pieces, growing), _ALONE, growing)
        return together(pieces, _dataset_of, _grown, growing, weights=sizes, least=_FEWEST)[0]
    except LightGBMError as error:
        raise PredictorError(
            f"LightGBM gave up while the workers grew trees together ({error}); can they reach "
            f"each other at any port (no firewall between them)? ridge needs no such thing"
        ) from None


def _dataset_of(blocks: Sequence[Block], growing: Growing) -> Dataset:
    return _dataset(PiecesHere.of(_itself, blocks), growing)


def _itself(block: Block) -> Block:
    return block


def _dataset(pieces: Pieces[Block], growing: Growing) -> Dataset:
    """The patients of a sample, sorted into bins."""
    outcome = np.concatenate(pieces.each(_outcomes, growing))
    dataset = Dataset.like(growing.bins, len(outcome), growing.settings)
    pieces.each(_add, dataset, growing)
    dataset.label(outcome)
    dataset.start_from(growing.initial)
    return dataset


def _grown(dataset: Dataset, machine: Machine, growing: Growing) -> str:
    """The trees as LightGBM writes them, the same on all machines."""
    settings = {**growing.settings, "num_threads": machine.threads}
    several = len(machine.addresses) > 1
    if several:
        settings |= {"tree_learner": "data", "num_machines": len(machine.addresses)}
    if machine.port is not None:
        machine.port.let_go()  # LightGBM takes it
    with network(machine.addresses, machine.own, _MINUTES) if several else nullcontext():
        return grown(dataset, settings, growing.leaves, growing.trees).text()


def _outcomes(block: Block, growing: Growing) -> Floats:
    found = [
        np.repeat(y, counts[growing.sample]) for _, y, counts in growing.reading.stripes(block)
    ]
    return np.concatenate([block.y[:0], *found])


def _add(block: Block, dataset: Dataset, growing: Growing) -> None:
    for X, _, counts in growing.reading.stripes(block):
        dataset.add(np.repeat(X, counts[growing.sample], axis=0))
