"""Numbers that are so round that they tell of no patient, and numbers that stand for no value."""

from __future__ import annotations

import math
from collections.abc import Iterable

from predictor.cohort.words_for_missing import CODES

_NEAR = 0.6  # of the highest value: where the lowest lies above, a range does not begin at 0
_SMALLEST = 1e-9  # of numbers whose range is worth a guess


def suspected_codes(values: Iterable[float]) -> frozenset[float]:
    """Numbers that are typed for "no value" and lie far from all others."""
    given = set(values)
    suspects = given & CODES
    rest = given - suspects
    if not rest:
        return frozenset()
    low, high = min(rest), max(rest)
    return frozenset(
        code
        for code in suspects
        if (code < 0 <= low) or code < 10 * min(low, -1) or (code > 2 * high and high > 0)
    )


def rounded_outwards(low: float, high: float) -> tuple[float, float]:
    """Round numbers around two ends, so round that they tell of no patient.

    Examples
    --------
    >>> rounded_outwards(23.4, 71), rounded_outwards(0, 9.5), rounded_outwards(36.1, 40.3)
    ((0, 100), (0, 10), (35, 45))
    >>> rounded_outwards(-3.1, 2.2), rounded_outwards(5, 5)
    ((-5, 5), (0, 5))
    """
    if (low >= 0 and low <= high / 2) or low == high:
        ends = (0.0 if low >= 0 else -_step(-low), _step(high) if high > 0 else 0.0)
    elif low < 0 < high:
        ends = (-_step(-low), _step(high))
    elif high <= 0 and high >= _NEAR * low:
        ends = (-_step(-low), 0.0)
    else:
        step = _step(high - low)
        ends = (math.floor(low / step) * step, math.ceil(high / step) * step)
    if ends[0] == ends[1]:
        ends = (ends[0], ends[0] + 10)
    return _plain_number(ends[0]), _plain_number(ends[1])


def _step(size: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    power = 10.0 ** math.floor(math.log10(max(size, _SMALLEST)))
    step = next(each * power for each in (1, 2, 5, 10, 100) if each * power >= size)
    return _plain_number(float(f"{step:.6g}"))


def _plain_number(number: float) -> float:
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number


def as_range(ends: tuple[float, float]) -> list[float]:
    """A range as a study file writes it."""
    return [_plain_number(end) for end in ends]
