"""Intervals: of a proportion, and of an estimate whose resamples are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import FloatArray

# the smallest and the largest of 20 values are their percentiles 2.5 and 97.5, and cover 0.91
_FEWEST_FOR_PERCENTILES = 40


@dataclass(frozen=True)
class Interval:
    """Two ends, and how many observations (patients, or resamples) they rest on.

    Attributes
    ----------
    low, high
        The ends, float64 of any shape; nan when there is nothing to rest on.
    used
        Number of patients or of resamples that were used, int64 of the same shape.
    """

    low: FloatArray
    high: FloatArray
    used: NDArray[np.int64]


def wilson(events: ArrayLike, n: ArrayLike, level: float = 0.95) -> Interval:
    """Score interval of a proportion.

    The values pi for which ``|events/n - pi| <= z sqrt(pi (1 - pi) / n)``.

    Parameters
    ----------
    events
        Number of events, any shape.
    n
        Number of patients, broadcastable with `events`.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    Interval
        Between 0 and 1, and never of width 0; `used` is `n`.  nan without patients.

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.

    References
    ----------
    Wilson 1927, J Am Stat Assoc 22:209, doi 10.1080/01621459.1927.10502953.
    R: ``prop.test(events, n, correct = FALSE)$conf.int``.
    """
    z = NormalDist().inv_cdf(1 - tail_of(level))
    events, n = np.broadcast_arrays(
        np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    )
    known = n > 0
    patients = np.where(known, n, np.nan)
    others = patients - events
    centre = (events + z**2 / 2) / (patients + z**2)
    half = z / (patients + z**2) * np.sqrt(events * others / patients + z**2 / 4)
    # Without events the lower end is 0, and rounding must not leave -1e-17 there.
    low = np.where(events == 0, 0.0, centre - half)
    high = np.where(others == 0, 1.0, centre + half)
    return Interval(
        low=np.where(known, low, np.nan)[()],
        high=np.where(known, high, np.nan)[()],
        used=np.where(known, n, 0).astype(np.int64)[()],
    )


def shifted_percentiles(estimate: ArrayLike, resamples: ArrayLike, level: float = 0.95) -> Interval:
    """Percentiles of resampled estimates, moved so that their mean is the estimate.

    ``quantile(r - mean(r) + estimate, (1 -+ level) / 2)`` over the resamples r that have a value.
    The shift takes out what every resample has too much or too little (copies of patients make
    resamples easier or harder than the cohort itself). Quantiles are median-unbiased (type 8):
    those of type 7, which numpy and R take by default, leave 8 % of 60 resamples outside instead
    of 5 %. Fewer than 40 resamples do not reach so far: then the ends are Student's,
    ``estimate -+ t sd(r)`` with one degree of freedom less than there are resamples.

    Parameters
    ----------
    estimate
        From the real cohort, (...,).
    resamples
        From resampled cohorts, (..., R); those that are nan or infinite are left out.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    Interval
        (...,); `used` counts the resamples that have a value.  nan with fewer than two of them.

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.

    References
    ----------
    Noma 2021, Stat Med 40:5691, doi 10.1002/sim.9148 (location-shifted bootstrap interval).
    Hyndman and Fan 1996, Am Stat 50:361, doi 10.1080/00031305.1996.10473566 (quantiles).
    R: ``quantile(r - mean(r) + estimate, c(0.025, 0.975), type = 8)``.
    """
    tail = tail_of(level)
    estimate = np.asarray(estimate, dtype=np.float64)
    resamples = np.asarray(resamples, dtype=np.float64)
    resamples = np.where(np.isfinite(resamples), resamples, np.nan)
    used = np.isfinite(resamples).sum(axis=-1, dtype=np.int64)
    ends = np.full((2, *used.shape), np.nan)
    # numpy warns about rows without a value, so it does not get to see them.
    enough = used >= 2
    if enough.any():
        valued = resamples[enough]
        percentiles = np.nanquantile(valued, [tail, 1 - tail], axis=-1, method="median_unbiased")
        few = used[enough] < _FEWEST_FOR_PERCENTILES
        reach = np.zeros(few.shape)
        if few.any():
            from scipy.special import stdtrit

            quantile = stdtrit(used[enough] - 1, 1 - tail)
            reach = quantile * np.nanstd(valued, axis=-1, ddof=1)
        ends[:, enough] = np.where(
            few, np.stack([-reach, reach]), percentiles - np.nanmean(valued, axis=-1)
        )
    low, high = ends + estimate
    return Interval(low=low[()], high=high[()], used=used[()])


def tail_of(level: float) -> float:
    """Probability beyond each end of an interval of this level."""
    if not 0 < level < 1:
        raise ValueError(f"expected a level between 0 and 1, such as 0.95; got {level}")
    return (1 - level) / 2
