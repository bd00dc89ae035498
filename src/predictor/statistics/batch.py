"""Outcomes, probabilities and counts of many replicates, taken block by block.

Every statistic of this folder is a calculation on a few rows at once. `by_rows` brings the inputs
to one shape, decides which rows have an answer at all, and hands blocks of rows to the calculation
that are small enough to stay in the processor's cache (several times faster than whole matrices,
and memory does not grow with the number of replicates).
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
RowStatistic = Callable[..., FloatArray]

CELLS_PER_BLOCK = 2**15  # 256 kB per array: about a dozen arrays fit in a 4 MB cache


def by_rows(
    statistic: RowStatistic,
    y: ArrayLike,
    p: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    of_row: ArrayLike | None = None,
    values: int | None = None,
) -> FloatArray:
    """Apply a statistic to every row of a batch; rows without an answer are nan.

    A row has no answer when a patient with a positive weight lacks its outcome or probability
    (nan or infinite), when a weight is negative or not finite, when `of_row` is not finite,
    and when the statistic itself is not finite there, as it is where no patient has weight.
    Patients of weight 0 have no influence, whatever is written in their cells.

    Parameters
    ----------
    statistic
        Function of `y`, `p` and `weights`, each (rows, n), finite, and of `of_row` (rows,) if that
        is given, to (rows,) or, with `values`, (rows, values).  It may divide by zero where it is
        undefined, which is how it says so.
    y
        Outcomes, 0 or 1, broadcastable to (..., n).
    p
        Probabilities, broadcastable to (..., n).
    weights
        How often each patient counts, broadcastable to (..., n); default 1.
    of_row
        A number for each row, such as a threshold, broadcastable to (...,).
    values
        How many numbers the statistic has for each row; None for one number without a dimension
        of its own.

    Returns
    -------
    ndarray
        float64 of the leading shape (with `values` behind it); a numpy float when all inputs have
        one dimension and `values` is None.
    """
    arrays = np.broadcast_arrays(
        np.asarray(y, dtype=np.float64),
        np.asarray(p, dtype=np.float64),
        np.asarray(1.0 if weights is None else weights, dtype=np.float64),
        *(() if of_row is None else (np.asarray(of_row, dtype=np.float64)[..., None],)),
    )
    *leading, n = arrays[0].shape
    rows = prod(leading)
    each = () if values is None else (values,)
    result = np.full((rows, *each), np.nan)
    if n:
        outcome, probability, count, *given = (array.reshape(rows, n) for array in arrays)
        step = max(1, CELLS_PER_BLOCK // n)
        for start in range(0, rows, step):
            block = slice(start, start + step)
            result[block] = _block(
                statistic,
                outcome[block],
                probability[block],
                count[block],
                [number[block, 0] for number in given],
            )
    answer: FloatArray = result.reshape((*leading, *each))[()]
    return answer


def _block(
    statistic: RowStatistic,
    y: FloatArray,
    p: FloatArray,
    weights: FloatArray,
    of_row: list[FloatArray],
) -> FloatArray:
    unknown = ~(np.isfinite(y) & np.isfinite(p))
    unweighable = ~(np.isfinite(weights) & (weights >= 0))
    if unknown.any() or unweighable.any():
        defined = ~(unweighable | (unknown & (weights > 0))).any(axis=-1)
        # 0 * nan is nan, so a patient of weight 0 needs numbers too.
        y, p = np.where(unknown, 0.0, y), np.where(unknown, 0.5, p)
        weights = np.where(unweighable, 0.0, weights)
    else:
        defined = np.ones(len(y), dtype=bool)
    for number in of_row:
        defined &= np.isfinite(number)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = statistic(y, p, weights, *of_row)
    value = np.where(np.isfinite(value), value, np.nan)
    value[~defined] = np.nan
    return value


def total(*factors: FloatArray) -> FloatArray:
    """Sum, over the patients of each row, of the product of the factors."""
    # einsum makes no temporary array, which is most of the time of a weighted sum.
    spec = ",".join(["ij"] * len(factors)) + "->i"
    summed: FloatArray = np.einsum(spec, *factors)
    return summed
