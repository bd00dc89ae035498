"""From how many patients on a share of studies is reached, from simulated studies."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray

_DRAWS = 400


@dataclass(frozen=True)
class Reached:
    """A number of patients with its 95 % interval.

    Attributes
    ----------
    patients, low, high
        ``inf`` where the largest number that was tried does not reach the share.
    """

    patients: float
    low: float
    high: float


def reached(
    patients: ArrayLike,
    successes: ArrayLike,
    studies: ArrayLike,
    wanted: float,
    rng: np.random.Generator,
) -> Reached:
    """The smallest number of patients at which a share of studies succeeds.

    Shares of success are made increasing in the number of patients (isotonic regression, weighted
    by studies) and joined by lines over its logarithm. The interval comes from drawing the studies
    again, binomially, from the increasing shares: it is about the simulation's own error only.

    Parameters
    ----------
    patients
        (k,) in increasing order.
    successes, studies
        (k,) studies that succeed, and all that were simulated.
    wanted
        Share, between 0 and 1.
    rng
        For the interval.

    Examples
    --------
    >>> found = reached([50, 200], [10, 30], [40, 40], 0.5, np.random.default_rng(1))
    >>> round(found.patients)
    100
    """
    n, k, m = (np.asarray(each, dtype=np.float64) for each in (patients, successes, studies))
    shares = _increasing(k / m, m)
    again = [
        _first(n, _increasing(rng.binomial(m.astype(int), shares) / m, m), wanted)
        for _ in range(_DRAWS)
    ]
    low, high = np.quantile(again, [0.025, 0.975], method="nearest")
    return Reached(_first(n, shares, wanted), float(low), float(high))


def _increasing(shares: FloatArray, weights: FloatArray) -> FloatArray:
    from scipy.optimize import isotonic_regression

    return np.asarray(isotonic_regression(shares, weights=weights).x)


def _first(n: FloatArray, shares: FloatArray, wanted: float) -> float:
    there = np.flatnonzero(shares >= wanted - 1e-12)
    if not len(there):
        return inf
    k = int(there[0])
    if k == 0:
        return float(n[0])
    part = (wanted - shares[k - 1]) / (shares[k] - shares[k - 1])
    return float(np.exp(np.log(n[k - 1]) + part * np.log(n[k] / n[k - 1])))


def falls_to(patients: ArrayLike, values: ArrayLike, wanted: float) -> float:
    """The smallest number of patients at which a mean that falls with their number is low enough.

    Parameters
    ----------
    patients
        (k,) in increasing order.
    values
        (k,) means; those above an earlier one count as that.
    wanted
        What is low enough.

    Returns
    -------
    float
        On a line over the logarithm; ``inf`` where the largest number does not do.

    Examples
    --------
    >>> round(falls_to([50, 200], [0.2, 0.1], 0.15))
    100
    """
    n, v = np.asarray(patients, dtype=np.float64), np.asarray(values, dtype=np.float64)
    return _first(n, -np.minimum.accumulate(v), -wanted)
