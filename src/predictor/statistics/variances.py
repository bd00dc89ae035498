"""Whether patients differ more from each other in one group than in another."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class VarianceRatio:
    """Two variances, one by the other.

    Attributes
    ----------
    ratio, low, high
        Variance of the first group by that of the second, with its F interval.
    log_ratio, log_ratio_se
        Logarithm of the ratio of standard deviations, corrected for the size of the groups, and
        its standard error (lnVR), for a meta-analysis.
    """

    ratio: float
    low: float
    high: float
    log_ratio: float
    log_ratio_se: float


def variance_ratio(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> VarianceRatio:
    """Compare two variances.

    ``s1^2 / s2^2``, with the interval that has its level where both groups are normal:
    ``ratio / F(1 - a/2)`` to ``ratio / F(a/2)`` at n1 - 1 and n2 - 1 degrees of freedom; and
    ``lnVR = ln(s1 / s2) + 1 / (2 (n1 - 1)) - 1 / (2 (n2 - 1))`` of variance
    ``1 / (2 (n1 - 1)) + 1 / (2 (n2 - 1))``. 1: as unlike each other in the one as in the other.

    Parameters
    ----------
    first, second
        Values of the patients of each group; nan is left out.
    level
        Of the interval.

    Returns
    -------
    VarianceRatio
        All nan with fewer than two known values, or none that differ, in a group.

    References
    ----------
    Nakagawa 2015, Methods Ecol Evol 6:143, doi 10.1111/2041-210X.12309; Cortes 2018, F1000Research
    7:30, doi 10.12688/f1000research.13723.2.
    R: ``var.test(first, second)``, ``metafor::escalc(measure = "VR")``.
    """
    groups = [np.asarray(values, dtype=np.float64) for values in (first, second)]
    groups = [values[~np.isnan(values)] for values in groups]
    nan = float("nan")
    if any(len(values) < 2 or np.ptp(values) == 0 for values in groups):
        return VarianceRatio(nan, nan, nan, nan, nan)
    (v1, v2), (d1, d2) = ([float(v.var(ddof=1)) for v in groups], [len(v) - 1 for v in groups])
    ratio, tail = v1 / v2, (1 - level) / 2
    low, high = (ratio / float(stats.f.ppf(q, d1, d2)) for q in (1 - tail, tail))
    return VarianceRatio(
        ratio,
        low,
        high,
        log(ratio) / 2 + 1 / (2 * d1) - 1 / (2 * d2),
        sqrt(1 / (2 * d1) + 1 / (2 * d2)),
    )
