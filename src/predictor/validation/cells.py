"""Patients of a table in parts, counted by outcome and probability where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from predictor.cohort.blocks import Block
from predictor.pieces import sum_of_pairs
from predictor.scorers import Scorers
from predictor.statistics import Binned, Bins
from predictor.validation.net_benefit import THRESHOLDS
from predictor.validation.parted_plan import PartedPlan

Counts = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_AT_ONCE = 2**17  # patients whose probabilities by all models are in memory


@dataclass(frozen=True, eq=False, repr=False)
class Resampled:
    """Resampled cohorts, of patients as the models of their folds see them.

    Attributes
    ----------
    cell
        (m,) ascending: ``(2 fold + outcome) bins + bin`` of the cells that hold anybody.
    counts
        (R, m) patients of each cohort in them.
    """

    cell: Integers
    counts: npt.NDArray[np.uint32]

    def __add__(self, other: Resampled) -> Resampled:
        """Cohorts of the patients of both."""
        cell = np.union1d(self.cell, other.cell)
        counts = np.zeros((len(self.counts), len(cell)), dtype=np.uint32)
        for each in (self, other):
            counts[:, np.searchsorted(cell, each.cell)] += each.counts
        return Resampled(cell, counts)


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """Histograms of the patients, one for every sample that a measure is taken of.

    Cells of few patients tell their probabilities: nothing of this is written down.

    Attributes
    ----------
    cohort
        (1,) everybody, by the model of everybody.
    folds
        (K,) the patients of each fold, by the model that was trained without them.
    resampled
        The same of resampled cohorts.
    inside, outside, left_out
        (B,) the own sample, everybody, and those not in the sample, by each bootstrap model.
    """

    cohort: Binned
    folds: Binned
    resampled: Resampled
    inside: Binned
    outside: Binned
    left_out: Binned

    def __add__(self, other: Cells) -> Cells:
        """The patients of both."""
        return Cells(**{name: mine + getattr(other, name) for name, mine in vars(self).items()})


def bins_for(thresholds: Sequence[float]) -> Bins:
    """Bins that thresholds of a study, and those of decision curves, are edges of."""
    return Bins((*THRESHOLDS.tolist(), *thresholds))


def bytes_of_replicate(bins: Bins) -> int:
    """Most that a bootstrap model takes in `Cells`: 3 histograms of 4 numbers, by outcome."""
    return 3 * 4 * 2 * len(bins) * np.dtype(np.float64).itemsize


def bytes_of_cohort(bins: Bins, folds: int) -> int:
    """Most that a resampled cohort takes in `Cells`."""
    return folds * 2 * len(bins) * np.dtype(np.uint32).itemsize


@dataclass(frozen=True)
class CellPlan:
    """What is counted.

    Attributes
    ----------
    samples
        On which models were trained.
    cohorts
        Resampled cohorts.
    bins
        Of the probability.
    """

    samples: PartedPlan
    cohorts: int
    bins: Bins

    @property
    def resampling(self) -> PartedPlan:
        """Cohorts of a stream of their own; the same for every learner, which pairs them."""
        return replace(self.samples, replicates=self.cohorts, entropy=self.samples.entropy ^ 1)


def cells_of(
    block: Block, plan: CellPlan, models: Scorers, columns: Sequence[int] | None = None
) -> Cells:
    """Count the patients of a block.

    Parameters
    ----------
    block
        The patients.
    plan
        Samples, cohorts, bins.
    models
        In the order of the samples: of everybody, without each fold, of the bootstrap; those of
        the bootstrap may be left out.
    columns
        Places of the columns of X that the models read; all if None.
    """
    drawn, cohorts = plan.samples.training(block), plan.resampling.training(block)
    fold = plan.samples.fold(block).astype(np.int64)
    X = block.X if columns is None else block.X[:, list(columns)]
    parts = [slice(k, k + _AT_ONCE) for k in range(0, max(len(block.y), 1), _AT_ONCE)]
    return sum_of_pairs(
        _counted(
            X[part],
            block.y[part],
            models,
            plan.bins,
            fold[part],
            drawn[1 + plan.samples.folds : len(models), part],
            cohorts[1 + plan.samples.folds :, part],
        )
        for part in parts
    )


def _counted(
    X: Counts,
    y: Counts,
    models: Scorers,
    bins: Bins,
    fold: Integers,
    drawn: npt.NDArray[np.uint8],
    cohorts: npt.NDArray[np.uint8],
) -> Cells:
    probability = models.probability(X)
    folds = len(models) - 1 - len(drawn)
    others, again = probability[1 : 1 + folds], probability[1 + folds :]
    return Cells(
        cohort=Binned.of(bins, y, probability[:1]),
        folds=Binned.of(bins, y, others, weights=fold == np.arange(folds)[:, None]),
        resampled=_resampled(y, others[fold, np.arange(len(y))], fold, bins, cohorts),
        inside=Binned.of(bins, y, again, weights=drawn),
        outside=Binned.of(bins, y, again),
        left_out=Binned.of(bins, y, again, weights=drawn == 0),
    )


def _resampled(
    y: Counts,
    probability: Counts,
    fold: Integers,
    bins: Bins,
    cohorts: npt.NDArray[np.uint8],
) -> Resampled:
    known = ~np.isnan(probability)
    which = bins(probability[known])
    cell = (2 * fold[known] + (y[known] == 1)) * len(bins) + which
    cells, place = np.unique(cell, return_inverse=True)
    found = [np.bincount(place, row, len(cells)) for row in cohorts[:, known]]
    counts = np.array(found, dtype=np.uint32).reshape(len(cohorts), len(cells))
    return Resampled(cells, counts)
