"""Shapley values of any function of the columns, against one reference patient."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Step = tuple[Ints, Ints, Floats]

_EXACT = 10  # columns; 2 to that power coalitions are looked at for each patient
_COALITIONS = 512  # about as many when columns are more
_FEWEST_PAIRS = 4
_AT_ONCE = 2**16  # rows the function is asked for at one time


def baseline_shapley(function: Callable[[Floats], Floats], Z: Floats) -> tuple[float, Floats]:
    r"""Shapley values of the columns of patients, compared with a patient who has zeros.

    The value :math:`v(S)` of a set S of columns is the function at a patient who has the columns
    in S, and zero elsewhere; column j gets

    .. math:: \sum_{S \not\ni j} \frac{|S|! (p - |S| - 1)!}{p!} \left(v(S \cup j) - v(S)\right),

    exactly for up to 10 columns. For more, it is the mean of :math:`v(S \cup j) - v(S)` over the
    columns S before j in a fixed number of orders, each with its reverse. The orders are always the
    same, so a patient gets the same values alone as among others.

    Parameters
    ----------
    function
        Of rows (m, p), giving (m,).
    Z
        (n, p), centred so that zero is the reference.

    Returns
    -------
    baseline
        The function at the reference patient.
    values
        (n, p), 0 for a column that is zero; `baseline` plus their sum is the function at the
        patient, in both cases.

    References
    ----------
    Sundararajan, Najmi 2020, The many Shapley values for model explanation (baseline Shapley), ICML
    119. Orders with their reverse: Mitchell et al. 2022, JMLR 23.

    Examples
    --------
    >>> baseline_shapley(lambda Z: 1 + Z[:, 0] + 4 * Z[:, 0] * Z[:, 1], np.array([[1.0, 2.0]]))
    (1.0, array([[5., 4.]]))
    """
    members, steps = coalitions(Z.shape[1])
    baseline = float(function(np.zeros((1, Z.shape[1])))[0])
    values = np.zeros(Z.shape)
    patients = max(1, _AT_ONCE // len(members))
    for start in range(0, len(Z), patients):
        part = Z[start : start + patients]
        rows = (part[:, None, :] * members).reshape(-1, Z.shape[1])
        value = function(rows).reshape(len(part), -1)
        for j, (joined, left, weight) in enumerate(steps):
            # differences first: a column that changes nothing gets 0 and not a rounding error
            values[start : start + patients, j] = (value[:, joined] - value[:, left]) @ weight
    return baseline, values


@lru_cache(maxsize=8)
def coalitions(columns: int) -> tuple[Bools, tuple[Step, ...]]:
    """Who is in each coalition (m, p), and what each column adds to which of them.

    The latter are, for each column, the coalitions with it and the same without it, by number, and
    the weights of the differences, which are 1 together.
    """
    if columns > _EXACT:
        return _coalitions_of_orders(columns)
    number = np.arange(2**columns)
    members = (number[:, None] >> np.arange(columns)) % 2 == 1
    share = np.array(
        [factorial(s) * factorial(columns - s - 1) / factorial(columns) for s in range(columns)]
    )
    without = [number[~members[:, j]] for j in range(columns)]
    return members, tuple(
        (left + 2**j, left, share[members[left].sum(axis=1)]) for j, left in enumerate(without)
    )


def _coalitions_of_orders(columns: int) -> tuple[Bools, tuple[Step, ...]]:
    pairs = max(_FEWEST_PAIRS, _COALITIONS // (2 * columns))
    rng = np.random.default_rng(0)
    orders = [rng.permutation(columns) for _ in range(pairs)]
    places = np.argsort([*orders, *(order[::-1] for order in orders)], axis=1)
    # Row k of the triangle has the first k columns of an order.
    first = np.tri(columns + 1, columns, k=-1, dtype=np.bool_)
    every = np.vstack([first[:, place] for place in places])
    members, number = np.unique(every, axis=0, return_inverse=True)
    number = number.reshape(len(places), columns + 1)
    order, weight = np.arange(len(places)), np.full(len(places), 1 / len(places))
    return members, tuple(
        (number[order, place + 1], number[order, place], weight) for place in places.T
    )
