"""Who comes first: earlier patients to train on, later ones to be tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.disclosure import FEWEST
from predictor.validation.resamples import Counts, Integers

SHARE = 2 / 3
"""Of the patients who have a date, about how many come first."""


@dataclass(frozen=True, repr=False)
class EarlierAndLater:
    """Earlier and later patients.

    Attributes
    ----------
    earlier, later
        (n,) who trains, and who is tested; nobody is both, and some may be neither.
    """

    earlier: npt.NDArray[np.bool_]
    later: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, days: Counts, persons: Integers | None) -> EarlierAndLater:
        """Split patients between two days, as near to two thirds of them as days allow.

        Parameters
        ----------
        days
            (n,) days since any day; nan for unknown.
        persons
            (n,) the person of each row, where one can have several: later rows of a person who is
            among the earlier ones are left out. None where every row is a person.
        """
        known = ~np.isnan(days)
        earlier = np.zeros(len(days), dtype=np.bool_)
        dates, counts = np.unique(days[known], return_counts=True)
        if len(dates) > 1:
            share = np.cumsum(counts)[:-1] / counts.sum()
            earlier = known & (days <= dates[np.argmin(np.abs(share - SHARE))])
        later = known & ~earlier if len(dates) > 1 else earlier.copy()
        if persons is not None:
            later &= ~np.isin(persons, persons[earlier])
        return cls(earlier, later)

    def too_few(self, y: Counts) -> str | None:
        """Why nothing can be learned of it: fewer than five of a label on a side; None if it can.

        Parameters
        ----------
        y
            (n,) 0 or 1.
        """
        if not self.later.any():
            return "there are not two different dates with other persons after than before"
        for part, who in ((self.earlier, "earlier"), (self.later, "later")):
            for label, what in ((1, "with"), (0, "without")):
                if (y[part] == label).sum() < FEWEST:
                    return f"fewer than {FEWEST} of the {who} patients are {what} the event"
        return None
