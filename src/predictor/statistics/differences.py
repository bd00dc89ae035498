"""How different two groups of patients are, on one scale for every kind of variable."""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray

_NOTHING = 1e-12  # a spread or a difference below this is rounding


def standardised_difference(first: ArrayLike, second: ArrayLike) -> float:
    """Difference of two means in units of their pooled standard deviation.

    ``(mean1 - mean2) / sqrt((var1 + var2) / 2)``; variances of numbers with n - 1, of flags (only
    0 and 1) ``p (1 - p)``. 0: no difference; 0.1 is often called negligible, though in 20 against
    20 patients chance alone gives 0.25 on average.

    Parameters
    ----------
    first, second
        Values of the patients of each group; nan is left out.

    Returns
    -------
    float
        Positive if the first group has more. nan with fewer than two known values in a group,
        infinite if the groups differ and neither varies.

    References
    ----------
    Austin 2009, Stat Med 28:3083, doi 10.1002/sim.3697.
    R: ``stddiff::stddiff.numeric`` and ``stddiff.binary``, with the sign kept.
    """
    groups = [np.asarray(values, dtype=np.float64) for values in (first, second)]
    groups = [values[~np.isnan(values)] for values in groups]
    if min(len(values) for values in groups) < 2:
        return nan
    flags = all(np.isin(values, (0.0, 1.0)).all() for values in groups)
    variances = [float(values.var(ddof=0 if flags else 1)) for values in groups]
    difference = float(groups[0].mean() - groups[1].mean())
    spread = sqrt(sum(variances) / 2)
    if spread < _NOTHING:
        return 0.0 if abs(difference) < _NOTHING else inf * np.sign(difference)
    return difference / spread


def standardised_difference_of_levels(first: ArrayLike, second: ArrayLike) -> float:
    """The same for a category: Mahalanobis distance between two sets of shares.

    ``sqrt((T - C)' S^-1 (T - C))`` with T and C the shares of all levels but one, and S the mean
    of their two multinomial covariance matrices. With two levels it is the absolute standardised
    difference of the flag.

    Parameters
    ----------
    first, second
        (levels,) patients of each group per level, in the same order.

    Returns
    -------
    float
        0 or more. nan with fewer than two patients in a group, infinite if a combination of
        levels tells the groups apart without exception.

    References
    ----------
    Yang and Dalton 2012, SAS Global Forum, paper 335-2012. R: ``stddiff::stddiff.category``.
    """
    counts = np.asarray([first, second], dtype=np.float64)
    sizes = counts.sum(axis=1)
    if sizes.min() < 2:
        return nan
    shares = counts[:, counts.sum(axis=0) > 0] / sizes[:, None]
    gap = (shares[0] - shares[1])[1:]
    covariance = (_covariance(shares[0, 1:]) + _covariance(shares[1, 1:])) / 2
    if not len(gap):
        return 0.0
    solved = np.linalg.pinv(covariance, hermitian=True) @ gap
    if np.abs(covariance @ solved - gap).max() > sqrt(_NOTHING):
        return inf
    return sqrt(max(float(gap @ solved), 0.0))


def _covariance(shares: FloatArray) -> FloatArray:
    """Covariance of the indicators of some levels of a category."""
    return np.asarray(np.diag(shares) - np.outer(shares, shares), dtype=np.float64)
