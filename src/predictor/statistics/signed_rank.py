"""Change within patients: Wilcoxon's signed-rank test and the shift that goes with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray

_EXACT_BELOW = 50  # patients; R changes over at the same size
_NORMAL = NormalDist()
_BISECTIONS = 60  # as far as float64 goes


@dataclass(frozen=True)
class SignedRank:
    """A change within patients.

    Attributes
    ----------
    used
        Differences other than zero; only they are ranked.
    zeros
        Patients without any change.
    statistic
        Sum of the ranks of the positive differences, R's ``V``.
    p
        Two-sided p value of "as likely up as down"; nan without a difference.
    method
        ``exact``, or ``normal`` for the normal approximation with continuity correction.
    pseudo_median
        Hodges and Lehmann's estimate of the typical difference; nan without one.
    low, high
        Its interval.
    level
        Confidence of the interval. Less than asked for where so few differences cannot reach it.
    rank_biserial
        Effect size: share of the ranks that speak for an increase minus share that speak for a
        decrease, from -1 to 1.
    """

    used: int
    zeros: int
    statistic: float
    p: float
    method: Literal["exact", "normal"]
    pseudo_median: float
    low: float
    high: float
    level: float
    rank_biserial: float


def wilcoxon_signed_rank(differences: ArrayLike, level: float = 0.95) -> SignedRank:
    """Wilcoxon's signed-rank test of paired differences, with the Hodges-Lehmann estimate.

    Ranks of ``|d|`` (ties share the mean rank), summed over the positive d. Zeros are left out of
    the ranks. Exact with fewer than 50 differences, none of them zero and no two of one size;
    else by the normal approximation, corrected for ties and continuity. The estimate is the
    pseudo-median: the shift that, taken off every difference, leaves the ranks in balance (exact:
    the median of the means of all pairs, each patient paired with itself too). The interval holds
    the shifts that the test would not reject.

    Parameters
    ----------
    differences
        (n,) one per patient, after minus before; nan is left out.
    level
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    SignedRank
        Without any change: p nan, rank_biserial 0 and no interval. If all go one way:
        rank_biserial 1 or -1.

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.

    References
    ----------
    Wilcoxon 1945, Biometrics Bull 1:80, doi 10.2307/3001968; Hodges and Lehmann 1963, Ann Math Stat
    34:598, doi 10.1214/aoms/1177704172; Kerby 2014, Compr Psychol 3:1, doi 10.2466/11.IT.3.1 (rank
    biserial). R: ``wilcox.test(d, conf.int = TRUE)``; its iterative estimates stop at 1e-4, these
    go on to the end.
    """
    if not 0 < level < 1:
        raise ValueError(f"expected a level between 0 and 1, such as 0.95; got {level}")
    known = np.asarray(differences, dtype=np.float64)
    known = known[~np.isnan(known)]
    d = known[known != 0]
    n, zeros = len(d), len(known) - len(d)
    if n == 0:
        return SignedRank(0, zeros, 0.0, nan, "normal", nan, nan, nan, level, 0.0)
    ranks = _ranks(np.abs(d))
    statistic = float(ranks[d > 0].sum())
    total = n * (n + 1) / 2
    if n < _EXACT_BELOW and zeros == 0 and len(np.unique(np.abs(d))) == n:
        p, estimate, low, high, reached = _exact(d, statistic, level)
        method: Literal["exact", "normal"] = "exact"
    else:
        p = min(2 * _NORMAL.cdf(-abs(_z(d, correct=True))), 1.0)
        estimate, low, high, reached = _by_inversion(d, level)
        method = "normal"
    effect = (2 * statistic - total) / total
    return SignedRank(n, zeros, statistic, p, method, estimate, low, high, reached, effect)


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, ties sharing their mean."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return np.asarray((last - (sizes - 1) / 2)[group], dtype=np.float64)


def _exact(
    d: FloatArray, statistic: float, level: float
) -> tuple[float, float, float, float, float]:
    n = len(d)
    cumulative = np.cumsum(_distribution(n))
    centre = n * (n + 1) / 4
    v = round(statistic)
    # symmetric about its centre: the upper tail at v is the lower tail at 2 * centre - v
    tail = cumulative[v] if statistic <= centre else cumulative[round(2 * centre) - v]
    p = min(2 * float(tail), 1.0)
    rows, columns = np.triu_indices(n)
    means = np.sort((d[rows] + d[columns]) / 2)
    alpha = 1 - level
    cut = int(np.searchsorted(cumulative, alpha / 2 * (1 - 1e-12)))  # R's qsignrank
    cut = max(cut, 1)
    outside = 2 * float(cumulative[cut - 1])
    reached = 1 - outside if outside > alpha else level
    return p, float(np.median(means)), float(means[cut - 1]), float(means[-cut]), reached


def _distribution(n: int) -> FloatArray:
    """Probability of each sum of ranks, 0 to n (n + 1) / 2, if every sign is a toss of a coin."""
    probability = np.ones(1)
    for rank in range(1, n + 1):
        wider = np.zeros(len(probability) + rank)
        wider[: len(probability)] += probability / 2
        wider[rank:] += probability / 2
        probability = wider
    return probability


def _z(d: FloatArray, *, correct: bool) -> float:
    """Standardised sum of positive ranks of the differences other than zero."""
    d = d[d != 0]
    n = len(d)
    if n == 0:
        return nan
    size = np.abs(d)
    _, ties = np.unique(size, return_counts=True)
    ties = ties.astype(np.float64)
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
    excess = float(_ranks(size)[d > 0].sum()) - n * (n + 1) / 4
    correction = 0.5 * np.sign(excess) if correct else 0.0
    return float((excess - correction) / sqrt(variance))


def _by_inversion(d: FloatArray, level: float) -> tuple[float, float, float, float]:
    """The shifts at which the normal approximation gives 0 and the two critical values."""
    low, high = float(d.min()), float(d.max())
    at_low = _z(d - low, correct=True)
    at_high = _z(d - high, correct=True)
    if np.isnan(at_low) or np.isnan(at_high):
        return low, nan, nan, level  # all differences are the same
    estimate = _crossing(lambda shift: _z(d - shift, correct=False), low, high)
    alpha = 1 - level
    while alpha < 1:
        critical = -_NORMAL.inv_cdf(alpha / 2)
        if at_low >= critical and at_high <= -critical:
            ends = [
                _crossing(lambda s, z=z: _z(d - s, correct=True) - z, low, high)  # type: ignore[misc]
                for z in (critical, -critical)
            ]
            return estimate, ends[0], ends[1], 1 - alpha if alpha > 1 - level else level
        alpha *= 2  # so few differences cannot be that sure
    middle = float(np.median(d))
    return estimate, middle, middle, 0.0


def _crossing(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling step function passes zero; the middle, where it is zero for a while."""

    def last(holds: Callable[[float], bool]) -> float:
        below, above = low, high
        for _ in range(_BISECTIONS):
            middle = (below + above) / 2
            if middle in (below, above):
                break
            below, above = (middle, above) if holds(middle) else (below, middle)
        return (below + above) / 2

    return (last(lambda at: f(at) > 0) + last(lambda at: not f(at) < 0)) / 2
