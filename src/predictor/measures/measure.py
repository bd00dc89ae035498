"""A measure of probabilities against outcomes, whichever patients they are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from predictor.statistics import Binned, Bracket

Floats = npt.NDArray[np.float64]
Statistic = Callable[..., Floats]
Bracketed = Callable[[Binned], Bracket]


@dataclass(frozen=True)
class Measure:
    """One measure of performance; called, it measures: ``measure(y, p, weights=...)``.

    Nothing here is about resampling: `predictor.validation.Metric` says how a measure is estimated
    by cross-validation. Patients who had no part in making a model are measured as they are.

    Attributes
    ----------
    name
        As in tables, MLflow and the report; one at a threshold ends in ``@`` and the threshold.
    title
        What it is called, without the threshold.
    reading
        How to read it: what a useless or a perfect model has.
    statistic
        ``f(y, p, weights=...)``, patients in the last dimension; several numbers if `part` is
        given.
    better
        Which values are: higher ones, lower ones, or those near a target, which is given.
    lowest, highest
        Values it cannot leave.
    part
        Which of the numbers that `statistic` returns; None if it returns one.
    threshold
        The probability at which a patient is decided about; None without such a decision.
    fewest_of_each
        Patients with the event, and without, below which it shows noise in whatever patients.
    undefined
        Why it may have no value, where both outcomes are there.
    bracketed
        Between which values it lies if only a histogram of the patients is known; None where
        nothing is proven.
    """

    name: str
    title: str
    reading: str
    statistic: Statistic
    better: Literal["higher", "lower"] | float
    lowest: float = -np.inf
    highest: float = np.inf
    part: int | None = None
    threshold: float | None = None
    fewest_of_each: int = 0
    undefined: str | None = None
    bracketed: Bracketed | None = None

    def __call__(self, y: Floats, p: Floats, *, weights: Floats | None = None) -> Floats:
        """The measure of these patients, (...,).

        Parameters
        ----------
        y
            Outcomes, (n,) or broadcastable to (..., n).
        p
            Probabilities, (..., n).
        weights
            How often each patient counts, (..., n); default 1.
        """
        value = self.statistic(y, p, weights=weights)
        return value if self.part is None else value[self.part]

    def bracket(self, binned: Binned) -> Bracket | None:
        """Between which values the measure of the patients of a histogram lies.

        Parameters
        ----------
        binned
            Of samples (...,).

        Returns
        -------
        Bracket or None
            Ends (...,); None if nothing is proven.
        """
        if self.bracketed is None:
            return None
        found = self.bracketed(binned)
        return found if self.part is None else Bracket(*(end[self.part] for end in found))

    @property
    def stem(self) -> str:
        """The name without the threshold."""
        return self.name.partition("@")[0]

    @property
    def called(self) -> str:
        """What it is called, with the threshold."""
        if self.threshold is None:
            return self.title
        return f"{self.title} at {100 * self.threshold:g} %"


def too_few(fewest: int, y: Floats, patients: Floats | None = None) -> str | None:
    """What is lacking to so many patients with the event and so many without, or None.

    Parameters
    ----------
    fewest
        Of either.
    y
        (n,) outcomes.
    patients
        (n,) how many have each; one each if None.
    """
    events = int(y.sum() if patients is None else y @ patients)
    others = int(len(y) if patients is None else patients.sum()) - events
    if min(events, others) >= fewest:
        return None
    return f"needs {fewest} events and {fewest} patients without; here {events} and {others}"
