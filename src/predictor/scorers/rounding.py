"""Numbers without the digits that would point at single patients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def to_step(values: Floats, spread: Floats) -> Floats:
    """Round to a power of ten that is at most a tenth of a standard deviation.

    A mean of n patients that is rounded like this is n patients' sum give or take n / 20 standard
    deviations or less: what one of them adds cannot be told by subtraction.

    Examples
    --------
    >>> to_step(np.array([63.4567, 1.2345]), np.array([12.0, 0.3]))
    array([63.  ,  1.23])
    """
    with np.errstate(divide="ignore"):
        power = np.floor(np.log10(np.where(spread > 0, spread, 1.0) / 10))
    digits = -power.astype(np.int64)
    rounded = [
        round(float(v), int(d))
        for v, d in zip(values.flat, np.broadcast_to(digits, values.shape).flat, strict=True)
    ]
    return np.array(rounded, dtype=np.float64).reshape(values.shape)


def significant(values: Floats, digits: int) -> Floats:
    """Round to so many significant digits.

    Examples
    --------
    >>> significant(np.array([0.012345, -123.4, 0.0]), 2)
    array([ 1.2e-02, -1.2e+02,  0.0e+00])
    """
    texts = [f"{value:.{digits - 1}e}" for value in values.ravel()]
    return np.array(texts, dtype=np.float64).reshape(values.shape)


def between(low: float, high: float) -> float:
    """The number with the fewest decimals between two others, of these the nearest to the middle.

    Examples
    --------
    >>> between(67.3, 68.4), between(7.0, 8.0), between(0.31, 0.32)
    (68.0, 7.5, 0.315)
    """
    middle = (low + high) / 2
    for digits in range(-int(np.floor(np.log10(high - low))) - 1, 18):
        found = round(middle, digits)
        if low < found < high:
            return found
    return middle
