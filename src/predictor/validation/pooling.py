"""The probabilities that patients got from models that were trained without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.validation.plan import Plan
from predictor.validation.replicates import Replicates, Trained
from predictor.validation.resamples import Counts, Folds, Integers


@dataclass(frozen=True, repr=False)
class Pooled:
    """The test predictions of all folds of a repeat put together, for R repeats.

    Attributes
    ----------
    probability
        (R, n); nan for the patients of a fold whose model failed.
    weights
        (R, n) how often each patient was tested.
    resample
        (R,) the resampled cohort of each repeat.
    flat
        (R,) whether a fold of the repeat has a model that tells no patients apart.
    """

    probability: Counts
    weights: Counts
    resample: Integers
    flat: npt.NDArray[np.bool_]

    @property
    def cohorts(self) -> int:
        """How many resampled cohorts there are, each with as many repeats."""
        return int(self.resample[-1]) + 1

    def again(self, counts: Counts) -> Pooled:
        """The same predictions in other resampled cohorts: every repeat in each of them.

        Parameters
        ----------
        counts
            (C, n) how often each patient is in each.
        """
        cohorts, repeats = len(counts), len(self.probability)
        shape, rows = (cohorts, repeats, counts.shape[1]), (cohorts * repeats, -1)
        # a repeat of the cohort itself tests everybody once; with one repeat, which is what large
        # cohorts have, nothing is copied
        return Pooled(
            probability=np.broadcast_to(self.probability, shape).reshape(rows),
            weights=np.broadcast_to(counts[:, None], shape).reshape(rows),
            resample=np.repeat(np.arange(cohorts), repeats),
            flat=np.tile(self.flat, cohorts),
        )


def pool(replicates: Replicates, folds: Folds) -> Pooled:
    """Put the test predictions of the folds of each repeat together.

    The folds of a repeat test different patients, so nothing is added to anything but zero. A
    failed fold leaves its patients without a probability, and the repeat without a value.
    """
    rows = folds.repeat[-1] + 1
    tested = folds.testing > 0
    probability = np.zeros((rows, folds.testing.shape[1]))
    np.add.at(probability, folds.repeat, np.where(tested, replicates.probability, 0.0))
    weights = np.zeros_like(probability)
    np.add.at(weights, folds.repeat, folds.testing)
    flat = np.zeros(rows, dtype=np.bool_)
    flat[folds.repeat[is_flat(replicates.probability) & tested.any(axis=1)]] = True
    first = np.searchsorted(folds.repeat, np.arange(rows))
    return Pooled(probability, weights, folds.resample[first], flat)


def is_flat(probability: Counts) -> npt.NDArray[np.bool_]:
    """Which rows of probabilities (B, n) tell no patients apart."""
    return np.asarray(np.ptp(probability, axis=1) < 1e-9)


def out_of_fold(trained: Trained, plan: Plan) -> Counts:
    """Mean probability of each patient over the folds that did not train on that patient.

    Returns
    -------
    ndarray
        (n,); nan for a patient all of whose folds failed.
    """
    if trained.stands:  # a mean of the same number again and again is not quite that number
        return trained.probability
    known = ~trained.folds.failed[:, None]
    tested = (plan.folds.testing > 0) & known
    total = np.where(tested, trained.folds.probability, 0.0).sum(axis=0)
    times = tested.sum(axis=0)
    return np.where(times > 0, total / np.maximum(times, 1), np.nan)


def mean_by(groups: Integers, values: Counts) -> Counts:
    """Mean of the known values of each group, nan where there is none.

    Parameters
    ----------
    groups
        (F,) numbers from 0, in order.
    values
        (F,), nan where not known.
    """
    known = ~np.isnan(values)
    size = int(groups[-1]) + 1
    count = np.bincount(groups[known], minlength=size)
    total = np.bincount(groups[known], values[known], minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
