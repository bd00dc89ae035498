"""How few patients are not told about: the one floor, and the words for what lies below it."""

from __future__ import annotations

FEWEST = 5
"""Counts of patients from 1 to one less than this are not told; smaller groups are not formed."""

SMALL = f"<{FEWEST}"
"""Stands for a count below the floor."""

WITHHELD = "withheld"
"""Stands for a count that is large enough, but would tell a smaller one by subtraction."""

Shown = int | str
"""A number of patients, or what is said in its place."""

FEW_IN_WORDS = f"fewer than {FEWEST}"
ONE_TO_FOUR = "one to four"


def small(count: int) -> bool:
    """Whether a count is one that is not told."""
    return 0 < count < FEWEST


def quantiles_told(patients: int, tail: float = 0.25) -> bool:
    """Whether five patients lie at or below a quantile, and five at or above it.

    A quartile of fewer is the value of one of the four patients at an end; with the mean and the
    standard deviation, the values of nine patients and fewer could be found one by one.

    Parameters
    ----------
    patients
        Who have the value.
    tail
        Share at the end: 0.25 of quartiles, 0.5 of the median.

    Examples
    --------
    >>> quantiles_told(17), quantiles_told(16), quantiles_told(9, 0.5), quantiles_told(8, 0.5)
    (True, False, True, False)
    """
    return int((patients - 1) * tail) + 1 >= FEWEST if patients else False


def shown(count: Shown, individual: bool = False) -> str:
    """A count as it may be written: ``<5`` in place of 1 to 4, unless `individual`."""
    if isinstance(count, int) and small(count) and not individual:
        return SMALL
    return str(count)


def hidden(count: object) -> bool:
    """Whether a count is not shown: a text that is no number."""
    return isinstance(count, str) and not count.isdigit()


def exact(count: Shown) -> int:
    """A count as a number.

    Raises
    ------
    TypeError
        If something else is said in its place.
    """
    if not isinstance(count, int):
        raise TypeError(f"{count!r} is said in place of a count")
    return count


def in_words(count: int) -> str:
    """A number of patients in a sentence: ``no``, ``fewer than 5``, ``7``."""
    return "no" if count == 0 else FEW_IN_WORDS if small(count) else str(count)
