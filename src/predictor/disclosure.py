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
    """Whether a quantile leaves five patients on the side where fewer are.

    Quartiles from 20 patients on, the median from ten; and with the median, mean and standard
    deviation, which controllers of output ask ten patients of. Of fewer, these numbers together are
    nearly the values themselves: of five, the quartiles are three of the values as they stand.

    Parameters
    ----------
    patients
        Who have the value.
    tail
        Share on that side: 0.25 of quartiles, 0.5 of the median.

    Examples
    --------
    >>> quantiles_told(20), quantiles_told(19), quantiles_told(10, 0.5), quantiles_told(9, 0.5)
    (True, False, True, False)
    """
    return patients * tail >= FEWEST


def shown(count: Shown, individual: bool = False) -> str:
    """A count as it may be written: ``<5`` in place of 1 to 4, unless `individual`."""
    if isinstance(count, int) and small(count) and not individual:
        return SMALL
    return str(count)


def hidden(count: object) -> bool:
    """Whether a count is not shown: a text that is no number."""
    return isinstance(count, str) and not count.isdigit()


def between(least: int, most: int) -> str:
    """Stands for a count of which a reader can find the bounds from what else is shown."""
    return f"{least} to {most}"


def ends(shown: str) -> tuple[int, int]:
    """The bounds that `between` says.

    Raises
    ------
    ValueError
        If something else is said.

    Examples
    --------
    >>> ends(between(19, 22))
    (19, 22)
    """
    least, _, most = shown.partition(" to ")
    return int(least), int(most)


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
