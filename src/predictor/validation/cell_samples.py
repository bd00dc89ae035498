"""The measures of a training by part: cells of patients in the place of patients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from predictor.scorers import Scorers
from predictor.validation.cells import Cells
from predictor.validation.metric import Metric
from predictor.validation.plan import Plan
from predictor.validation.replicates import Replicates, Trained
from predictor.validation.resamples import Counts, Folds, Integers, KeptModels
from predictor.validation.samples import Place, Samples, Seen, mean_of_known


@dataclass(frozen=True, repr=False)
class CellSamples(Samples):
    """Samples whose rows are cells: patients of one fold, outcome and bin of probability.

    `trained` and `plan` are made of them; a statistic gets each cell as so many patients of its
    mean probability. What is not of the folds is asked of `at`, not of `trained`.

    Attributes
    ----------
    cells
        The histograms.
    """

    cells: Cells = field(kw_only=True)

    @classmethod
    def of(cls, cells: Cells, models: Scorers) -> CellSamples:
        """Samples of a learner.

        Parameters
        ----------
        cells
            Its patients, counted.
        models
            In the order of `cells_of`.
        """
        folds, (fold, y, p, patients, cohorts) = len(cells.folds.known), _of_folds(cells)
        each = np.arange(len(y))
        testing = np.zeros((folds, len(y)))
        testing[fold, each] = patients
        # what a model gives nobody of its fold does not make it tell patients apart
        first = [p[fold == number][:1].sum() for number in range(folds)]
        known = np.where(cells.folds.known, first, np.nan)
        probability = np.repeat(known[:, None], len(y), axis=1)
        probability[fold, each] = p
        nobody, nothing = np.zeros((0, len(y))), np.zeros(folds, dtype=np.int64)
        failed = models.failed[1 + folds :]
        replicates = np.where(failed[:, None], np.nan, 0.5) * np.ones(len(y))
        trained = Trained(
            model=models[:1],
            bootstrap_models=models[1 + folds :],
            whole=Replicates(y, patients[None], np.full((1, len(y)), np.nan)),
            folds=Replicates(y, np.zeros_like(testing), probability),
            interval=Replicates(y, nobody, nobody),
            bootstrap=Replicates(y, np.zeros_like(replicates), replicates),
        )
        plan = Plan(
            Folds(np.zeros_like(testing), testing, nothing, nothing),
            KeptModels(cohorts),
            np.zeros_like(replicates),
        )
        return cls(trained, plan, cells=cells)

    @property
    def patients(self) -> Counts:
        """(n,) how many patients each cell stands for."""
        return np.asarray(self.trained.whole.weights[0])

    @property
    def highest(self) -> float:
        """The highest probability that the model gives a patient it was trained on."""
        return float(self.cells.cohort.highest.max())

    def at(self, place: Place) -> Seen:
        """Cells of a place, and how many patients each has."""
        if place == "cohort":
            y, p, weights = self.cells.cohort.grouped
            return Seen(y, p[0], weights[0])
        found = {
            "inside": self.cells.inside,
            "outside": self.cells.outside,
            "left out": self.cells.left_out,
        }
        return Seen(*found[place].grouped)

    def error(self, metric: Metric) -> float:
        """How far the cross-validated estimate may be from that of the patients themselves.

        nan where nothing is proven of the measure.
        """
        folds = self.cells.folds.pooled() if metric.pooled else self.cells.folds
        bracket = metric.measure.bracket(folds)
        if bracket is None:
            return float("nan")
        errors = np.atleast_1d(bracket.error(self.cross_validated(metric)))
        return mean_of_known(errors)


class _Cells(NamedTuple):
    """Cells of the folds that hold anybody, (n,) each.

    Attributes
    ----------
    fold, y, p
        Whose test patients, their outcome and mean probability: nan if the fold has no model.
    patients
        How many.
    cohorts
        (R, n) how many in each resampled cohort.
    """

    fold: Integers
    y: Counts
    p: Counts
    patients: Counts
    cohorts: Counts


def _of_folds(cells: Cells) -> _Cells:
    binned, resampled = cells.folds, cells.resampled
    y, p, count = binned.grouped
    fold, place = np.nonzero(count > 0)
    m, bins = len(binned.which), len(binned.bins)
    wanted = (2 * fold + place // m) * bins + binned.which[place % m]
    cohorts = resampled.counts[:, np.searchsorted(resampled.cell, wanted)].astype(np.float64)
    found = _Cells(fold, y[place], p[fold, place], count[fold, place], cohorts)
    if binned.known.all():
        return found
    # patients of a fold without a model are in no bin; that they are there makes the repeat unknown
    label = np.array([0.0, 1.0])
    rest = cells.cohort.count.sum(axis=(0, 2)) - count.reshape(-1, 2, m).sum(axis=(0, 2))
    without = np.full(2, np.flatnonzero(~binned.known)[0])
    lost = _Cells(without, label, np.full(2, np.nan), rest, np.tile(rest, (len(cohorts), 1)))
    return _Cells(*(np.concatenate(pair, axis=-1) for pair in zip(found, lost, strict=True)))
