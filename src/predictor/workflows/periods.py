"""Patients in the order of time, cut into periods that tell of no single one."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from predictor.disclosure import FEWEST

Integers = npt.NDArray[np.int64]
Every = Literal["month", "quarter", "year"]

FEWEST_IN_PERIOD = 2 * FEWEST
"""Patients of a period."""


@dataclass(frozen=True)
class Period:
    """Some patients, by their position.

    Attributes
    ----------
    name
        What it may be called.
    patients
        Positions, in the order of time.
    """

    name: str
    patients: Integers


@dataclass(frozen=True, repr=False)
class Times:
    """When each of n patients comes.

    Attributes
    ----------
    order
        (n,) positions of the patients who have a time, the first one first.
    number
        (n,) of the period that a calendar, or the user, puts each patient in; -1 without a time.
    names
        Of these periods, in their order.
    over
        Whether each is over: of one that is not, patients may be missing.
    each
        So many patients in a period, in place of those of the calendar; None for that.
    """

    order: Integers
    number: Integers
    names: tuple[str, ...]
    over: tuple[bool, ...]
    each: int | None

    @classmethod
    def in_order(cls, patients: int, each: int) -> Times:
        """Patients who are known to have come one after the other."""
        return cls(np.arange(patients), np.zeros(patients, np.int64), ("",), (True,), each)

    @classmethod
    def of_dates(
        cls,
        dates: Sequence[datetime.date | None],
        every: Every,
        each: int | None,
        today: datetime.date,
    ) -> Times:
        """By the calendar; on the same day, in the order in which they are given."""
        starts = [None if day is None else _start(day, every) for day in dates]
        known = sorted({start for start in starts if start is not None})
        place = {start: number for number, start in enumerate(known)}
        number = np.array([-1 if start is None else place[start] for start in starts], np.int64)
        days = np.array([-1 if day is None else day.toordinal() for day in dates], np.int64)
        return cls(
            order=_sorted(days),
            number=number,
            names=tuple(_name(start, every) for start in known),
            over=tuple(_end(start, every) <= today for start in known),
            each=each,
        )

    @classmethod
    def of_names(cls, names: Sequence[str | None], each: int | None) -> Times:
        """By the names that the user gives them: sorted as numbers if all are, else as texts."""
        known = {name for name in names if name is not None}
        ordered = sorted(known, key=float) if all(map(_is_number, known)) else sorted(known)
        place = {name: number for number, name in enumerate(ordered)}
        number = np.array([-1 if name is None else place[name] for name in names], np.int64)
        return cls(_sorted(number), number, tuple(ordered), (True,) * len(ordered), each)

    def periods(
        self, taken: npt.NDArray[np.bool_], enough: Callable[[Integers], bool]
    ) -> tuple[list[Period], int]:
        """Some of the patients, in periods, and how many of them are in none yet.

        A period with too few is joined with the next one. One that is not over, or is too small
        and the last, waits: else what is said of it now and what is said of it later would tell
        of those who came between.

        Parameters
        ----------
        taken
            (n,) who takes part; who has no time does not.
        enough
            Whether the patients at some positions are enough for a period.
        """
        order = self.order[taken[self.order]]
        found: list[Period] = []
        start = 0
        for end in self._ends(order):
            if enough(order[start:end]):
                found.append(Period(self._called(order, start, end), order[start:end]))
                start = end
        return found, len(order) - start

    def _ends(self, order: Integers) -> list[int]:
        if self.each is not None:
            return list(range(self.each, len(order) + 1, self.each))
        number = self.number[order]
        last = np.flatnonzero(np.diff(number, append=-1)) + 1
        closed = [bool(self.over[number[end - 1]]) for end in last]
        return [int(end) for end, over in zip(last, closed, strict=True) if over]

    def _called(self, order: Integers, start: int, end: int) -> str:
        if self.each is not None:
            return f"patients {start + 1} to {end}"
        number = self.number[order[start:end]]
        first, last = int(number[0]), int(number[-1])
        if first == last:
            return self.names[first]
        # a name that few patients have says when these came
        if min((number == first).sum(), (number == last).sum()) < FEWEST:
            return f"periods {first + 1} to {last + 1}"
        return f"{self.names[first]} to {self.names[last]}"


def _sorted(key: Integers) -> Integers:
    order = np.argsort(key, kind="stable")
    return order[key[order] >= 0].astype(np.int64)


def _start(day: datetime.date, every: Every) -> datetime.date:
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _end(start: datetime.date, every: Every) -> datetime.date:
    """The first day after it."""
    later = start + datetime.timedelta(days={"month": 31, "quarter": 92, "year": 366}[every])
    return later.replace(day=1)


def _name(start: datetime.date, every: Every) -> str:
    if every == "year":
        return f"{start.year}"
    if every == "quarter":
        return f"{start.year} Q{start.month // 3 + 1}"
    return f"{start.year}-{start.month:02d}"


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
