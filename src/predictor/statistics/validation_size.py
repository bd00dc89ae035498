"""How many patients a validation needs so that its intervals are narrow enough to say something.

Each measure on its own, for a model that is right in patients with given probabilities. Riley 2021,
Stat Med 40:4230, doi 10.1002/sim.9025; software: ``pmvalsampsize`` (R, Stata, Python).
"""

from __future__ import annotations

from math import asinh, ceil
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

_Z = NormalDist().inv_cdf(0.975)
_MOST = 10**9


def patients_for_observed_expected(prevalence: float, width: float = 0.2) -> int:
    """Patients for an interval of observed / expected events of this width around 1.

    ``(1 - f) / (f SE^2)`` for the prevalence f, with the SE of the logarithm that makes the
    interval so wide, ``asinh(width / 2) / 1.96``.

    References
    ----------
    pmvalsampsize, criterion 1, which looks for the SE in steps of 0.0001.
    """
    error = asinh(width / 2) / _Z
    return ceil((1 - prevalence) / (prevalence * error**2))


def patients_for_slope(logit: ArrayLike, width: float = 0.2) -> int | None:
    """Patients for an interval of the calibration slope of this width, around 1.

    ``I_a / (SE^2 (I_a I_b - I_ab^2))`` with the mean information of a patient about intercept and
    slope, over patients with these linear predictors.

    Parameters
    ----------
    logit
        (n,) linear predictors of patients as expected.
    width
        Of the interval.

    Returns
    -------
    int or None
        None if the linear predictors do not differ: there is no slope.

    References
    ----------
    pmvalsampsize, criterion 2.
    """
    lp = np.asarray(logit, dtype=np.float64)
    p = 1 / (1 + np.exp(-lp))
    weight = p * (1 - p)
    centred = lp - (weight @ lp) / weight.sum()
    information = float((weight * centred**2).mean())
    if information < 1e-12:
        return None
    return ceil((2 * _Z / width) ** 2 / information)


def patients_for_auroc(auroc: float, prevalence: float, width: float = 0.1) -> int:
    """Patients for an interval of the AUROC of this width.

    The fewest for which ``2 * 1.96 SE`` is no wider, by Newcombe's standard error.

    References
    ----------
    Newcombe 2006, Stat Med 25:559, doi 10.1002/sim.2324 (method 4); pmvalsampsize, criterion 3.
    """

    def too_wide(n: int) -> bool:
        half = n / 2 - 1
        square = auroc * (1 - auroc)
        square *= 1 + half * (1 - auroc) / (2 - auroc) + half * auroc / (1 + auroc)
        return bool(2 * _Z * np.sqrt(square / (n * n * prevalence * (1 - prevalence))) > width)

    low, high = 1, 2
    while too_wide(high) and high < _MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if too_wide(middle) else (low, middle)
    return high


def patients_for_net_benefit(p: ArrayLike, threshold: float, width: float = 0.2) -> int:
    """Patients for an interval of the standardised net benefit at a threshold of this width.

    ``(se (1 - se) / f + w^2 sp (1 - sp) / (1 - f) + w^2 (1 - sp)^2 / (f (1 - f))) / SE^2`` with
    ``w = (1 - f) / f * t / (1 - t)``, sensitivity se and specificity sp as of a right model.

    Parameters
    ----------
    p
        (n,) probabilities of patients as expected.
    threshold
        Above 0 and below 1.
    width
        Of the interval.

    References
    ----------
    Marsh 2020, Biometrics 76:843, doi 10.1111/biom.13190; pmvalsampsize, criterion 4.
    """
    p = np.asarray(p, dtype=np.float64)
    f, positive = float(p.mean()), p >= threshold
    sensitivity = float((p * positive).sum() / p.sum())
    specificity = float(((1 - p) * ~positive).sum() / (1 - p).sum())
    w = (1 - f) / f * threshold / (1 - threshold)
    variance = sensitivity * (1 - sensitivity) / f + w**2 * specificity * (1 - specificity) / (
        1 - f
    )
    variance += w**2 * (1 - specificity) ** 2 / (f * (1 - f))
    return max(1, ceil(variance * (2 * _Z / width) ** 2))
