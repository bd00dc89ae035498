"""Round numbers on a scale, as dense as the scale has room for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

Fits = Callable[[float, float], bool]


def round_numbers(low: float, high: float, fits: Fits, *, least: float) -> list[float]:
    """Round numbers from `low` to `high`, more of them where there is room.

    Steps are 1, 2 or 5 times a power of ten. A stretch between two neighbours is divided again
    where the scale is wide enough, as on a logarithmic one.

    Parameters
    ----------
    low, high
        Ends of the scale, which are among the numbers if they fit.
    fits
        ``fits(a, b)``: whether two neighbours, ``a < b``, may stand side by side.
    least
        Smallest step.

    Examples
    --------
    >>> round_numbers(0.0, 20.0, lambda a, b: b - a >= 4, least=1.0)
    [0.0, 5.0, 10.0, 15.0, 20.0]
    >>> round_numbers(0.0, 40.0, lambda a, b: (1 + b) / (1 + a) >= 1.19, least=1.0)
    [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0]
    """
    steps = _steps(high - low, least)
    even = [found for step in steps if len(found := _multiples(step, low, high)) > 1]
    found = next((each for each in even if _fit(each, fits)), [])
    if not found:
        return [low, high] if fits(low, high) else [low]
    inner = [n for a, b in pairwise(found) for n in (a, *_between(a, b, steps, fits))]
    chain = [*_before(low, found[0], steps, fits), *inner, found[-1]]
    chain += _after(found[-1], high, steps, fits)
    if low < chain[0] and fits(low, chain[0]):
        chain = [low, *chain]
    if chain[-1] < high and fits(chain[-1], high):
        chain = [*chain, high]
    return chain


def _steps(width: float, least: float) -> list[float]:
    """From the smallest to the largest that is not wider than the scale."""
    power = math.floor(math.log10(least) + 1e-9)
    found = []
    while 10.0**power <= width * (1 + 1e-9):
        found += [many * 10.0**power for many in (1, 2, 5)]
        power += 1
    return [step for step in found if least * (1 - 1e-9) <= step <= width * (1 + 1e-9)]


def _multiples(step: float, low: float, high: float) -> list[float]:
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, digits) for number in range(first, last + 1)]


def _fit(chain: Sequence[float], fits: Fits) -> bool:
    return all(fits(a, b) for a, b in pairwise(chain))


def _is_multiple(number: float, step: float) -> bool:
    return abs(number / step - round(number / step)) < 1e-6


def _between(a: float, b: float, steps: Sequence[float], fits: Fits) -> list[float]:
    """Numbers between two neighbours, which are round on the same scale."""
    allowed = [step for step in steps if _is_multiple(a, step) and _is_multiple(b, step)]
    inner = _most(lambda step: _multiples(step, a, b)[1:-1], allowed, fits, a, b)
    if not inner:
        return []
    chain = [a, *inner, b]
    return [n for c, d in pairwise(chain) for n in (c, *_between(c, d, steps, fits))][1:]


def _before(low: float, first: float, steps: Sequence[float], fits: Fits) -> list[float]:
    """Numbers before the first one, whose stretch begins nowhere round."""
    allowed = [step for step in steps if _is_multiple(first, step)]
    outer = _most(lambda step: _multiples(step, low, first)[:-1], allowed, fits, None, first)
    return [n for a, b in pairwise([*outer, first]) for n in (a, *_between(a, b, steps, fits))]


def _after(last: float, high: float, steps: Sequence[float], fits: Fits) -> list[float]:
    allowed = [step for step in steps if _is_multiple(last, step)]
    outer = _most(lambda step: _multiples(step, last, high)[1:], allowed, fits, last, None)
    return [n for a, b in pairwise([last, *outer]) for n in (*_between(a, b, steps, fits), b)]


def _most(
    inner: Callable[[float], list[float]],
    steps: Sequence[float],
    fits: Fits,
    before: float | None,
    after: float | None,
) -> list[float]:
    """The densest numbers of one step that all fit, or else more than half of which do."""
    ends = [[] if end is None else [end] for end in (before, after)]
    for step in steps:
        numbers = inner(step)
        if numbers and _fit([*ends[0], *numbers, *ends[1]], fits):
            return numbers
    for step in steps:
        numbers, kept = inner(step), list(ends[0])
        for number in numbers:
            if (not kept or fits(kept[-1], number)) and all(fits(number, end) for end in ends[1]):
                kept.append(number)
        kept = kept[len(ends[0]) :]
        if 2 * len(kept) > len(numbers):
            return kept
    return []
