"""The patients without a label beside those with one, as they were at baseline."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from predictor.disclosure import FEWEST
from predictor.statistics import standardised_difference
from predictor.validation.audits.evidence import Evidence
from predictor.validation.resamples import Counts

APART = 0.25
_LEVEL = 0.05


@dataclass(frozen=True)
class Apart:
    """The column in which the two differ most.

    Attributes
    ----------
    column
        Of the matrix.
    difference
        Standardised, without a label minus with one.
    chance
        So large the largest of so many differences is in one of twenty samples where nothing
        differs.
    """

    column: str
    difference: float
    chance: float

    @property
    def notable(self) -> bool:
        """Whether it is beyond 0.25 and beyond chance."""
        return abs(self.difference) > max(APART, self.chance)

    def __str__(self) -> str:
        return (
            f"largest standardised difference {self.difference:+.2f} in {self.column} (without "
            f"minus with)"
        )


def most_apart(evidence: Evidence) -> Apart | None:
    """Compare them in every column that is known for five patients of either kind; None if none."""
    X, without = evidence.eligible.X, int(evidence.dropped.sum())
    if without < FEWEST:
        return None
    difference = _differences(X[~evidence.dropped], X[evidence.dropped])
    if np.isnan(difference).all():
        return None
    worst = int(np.nanargmax(np.abs(difference)))
    # so many differences are looked at that the largest is beyond 0.25 by chance in small groups
    chance = NormalDist().inv_cdf(1 - _LEVEL / 2 / len(difference))
    chance *= float(np.sqrt(1 / evidence.patients + 1 / without))
    return Apart(evidence.eligible.columns[worst], float(difference[worst]), chance)


def _differences(labelled: Counts, dropped: Counts) -> Counts:
    """Standardised difference of every column, dropped minus labelled; nan where few are known."""
    found = []
    for kept, lost in zip(labelled.T, dropped.T, strict=True):
        known = min((~np.isnan(kept)).sum(), (~np.isnan(lost)).sum())
        found.append(standardised_difference(lost, kept) if known >= FEWEST else float("nan"))
    return np.array(found)
