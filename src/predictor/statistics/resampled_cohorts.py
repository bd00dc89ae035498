"""What estimates from resampled cohorts say of the cohort itself, and of the difference of two."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np

from predictor.statistics.batch import FloatArray
from predictor.statistics.intervals import shifted_percentiles

# an interval needs nearly all resampled cohorts: those without a value are not like the others
SHARE_NEEDED = 0.9


def of_cohorts(values: FloatArray, repeats: int) -> FloatArray:
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


def paired_interval(
    difference: float, first: FloatArray, second: FloatArray, repeats: int
) -> tuple[float, float]:
    """95 % interval of the difference of two estimates from the same resampled cohorts.

    The percentiles of the differences in the resampled cohorts (`of_cohorts`), shifted so that
    their mean is the difference in the cohort itself (`shifted_percentiles`).

    Parameters
    ----------
    difference
        Of the two estimates, first minus second.
    first, second
        (R, k) of every repeat in every resampled cohort, nan where not known; both of the same
        cohorts and deals.
    repeats
        Of the cohort itself.

    Returns
    -------
    tuple
        Both ends; nan where fewer than nine in ten cohorts have a value of both.
    """
    again = of_cohorts(first - second, repeats)
    found = shifted_percentiles(difference, again)
    if found.used < SHARE_NEEDED * len(again):
        return nan, nan
    return float(found.low), float(found.high)


def unpaired_interval(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float]:
    """95 % interval of the difference of two independent estimates, from their own intervals.

    ``d - sqrt((a - low_a)^2 + (high_b - b)^2)`` and ``d + sqrt((high_a - a)^2 + (b - low_b)^2)``
    with d = a - b. It is too wide where both were estimated in the same patients, as what is
    uncertain in both alike does not fall out.

    Parameters
    ----------
    first, second
        Estimate, low and high.

    Returns
    -------
    tuple
        Both ends; nan where one of the two has no interval.

    References
    ----------
    Zou and Donner 2008, Stat Med 27:1693, doi 10.1002/sim.3095 (method of variance estimates
    recovery).
    """
    (a, low_a, high_a), (b, low_b, high_b) = first, second
    difference = a - b
    return (
        difference - sqrt((a - low_a) ** 2 + (high_b - b) ** 2),
        difference + sqrt((high_a - a) ** 2 + (b - low_b) ** 2),
    )


def _sum(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isnan(values), 0.0, values).sum(axis=-1))
