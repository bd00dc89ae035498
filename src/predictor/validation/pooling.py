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
    known = ~trained.folds.failed[:, None]
    tested = (plan.folds.testing > 0) & known
    total = np.where(tested, trained.folds.probability, 0.0).sum(axis=0)
    times = tested.sum(axis=0)
    return np.where(times > 0, total / np.maximum(times, 1), np.nan)


def of_cohorts(values: Counts, repeats: int) -> Counts:
    """The value of every resampled cohort, no more variable than that of the cohort itself.

    A cohort whose folds were dealt out twice is uncertain by the luck of two deals, the cohort
    itself by that of many. The luck is seen in how much the repeats of a cohort differ; what is too
    much of it is taken out of the spread between cohorts, and their mean stays:
    ``m + s (r - m)`` with ``s^2 = 1 - v (1/k - 1/repeats) / V``, v the variance between the k
    repeats of a cohort, V that of the cohorts' means r. Without a difference between cohorts
    ``s^2`` is ``k/repeats``, and it is taken to be no less.

    Parameters
    ----------
    values
        (..., R, k) of every repeat in every resampled cohort, nan where not known.
    repeats
        Of the cohort itself.

    Returns
    -------
    ndarray
        (..., R); nan where no repeat has a value.
    """
    k = values.shape[-1]
    known = ~np.isnan(values)
    count = known.sum(axis=-1)
    means = np.where(count > 0, _sum(values) / np.maximum(count, 1), np.nan)
    if k == 1 or k >= repeats:
        return means
    whole = (count == k)[..., None]
    cohorts = whole.sum(axis=(-2, -1))
    enough = cohorts > 1
    squares = np.where(whole, (values - means[..., None]) ** 2, 0.0).sum(axis=(-2, -1))
    within = squares / np.maximum(cohorts, 1) / (k - 1)
    there = (count > 0).sum(axis=-1)
    centre = (_sum(means) / np.maximum(there, 1))[..., None]
    between = _sum((means - centre) ** 2) / np.maximum(there - 1, 1)
    excess = within * (1 / k - 1 / repeats)
    share = np.where(enough & (between > 0), 1 - excess / np.where(between > 0, between, 1), 1.0)
    return np.asarray(
        centre + np.sqrt(np.maximum(share, k / repeats))[..., None] * (means - centre)
    )


def _sum(values: Counts) -> Counts:
    return np.asarray(np.where(np.isnan(values), 0.0, values).sum(axis=-1))


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
