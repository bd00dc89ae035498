"""How many patients have which value of a covariate, as far as few values can tell of somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort.design_matrix import Covariate, Design
from predictor.disclosure import FEW_IN_WORDS, FEWEST
from predictor.errors import DataError

Values = npt.NDArray[np.float64]

_FIRST = 64  # patients who mostly show that the values of a number are many


@dataclass(frozen=True, repr=False)
class Tally:
    """What is counted of a covariate; those of two groups of patients add up.

    Attributes
    ----------
    patients, known
        How many there are, and of how many a value is known.
    values
        How many have which: position of the level, 0 or 1 of a flag, or the number. None for a
        number if five patients or more have another than the most frequent one.
    """

    patients: int
    known: int
    values: Mapping[float, int] | None

    @classmethod
    def of(cls, covariate: Covariate, matrix: Values) -> Tally:
        """Of the patients of a design matrix."""
        values = codes(covariate, matrix)
        known = values[~np.isnan(values)]
        if covariate.kind == "number" and _various(known[:_FIRST]):
            return cls(len(values), len(known), None)
        different, counts = np.unique(known, return_counts=True)
        found = dict(zip(different.tolist(), counts.tolist(), strict=True))
        return cls(len(values), len(known), found)._cut(covariate)

    def plus(self, other: Tally, covariate: Covariate) -> Tally:
        """That of both groups."""
        both: dict[float, int] | None = None
        if self.values is not None and other.values is not None:
            counts = Counter(self.values)
            counts.update(other.values)
            both = dict(sorted(counts.items()))
        total = Tally(self.patients + other.patients, self.known + other.known, both)
        return total._cut(covariate)

    def _cut(self, covariate: Covariate) -> Tally:
        if covariate.kind != "number" or self.values is None:
            return self
        various = self.known - max(self.values.values(), default=0) >= FEWEST
        return Tally(self.patients, self.known, None) if various else self


Tallies = tuple[Tally, ...]
"""Of the covariates of a design, in their order."""


def tallied(matrix: Design) -> Tallies:
    """Count the values of every covariate."""
    return tuple(Tally.of(covariate, matrix.X) for covariate in matrix.covariates)


def added(first: Tallies, second: Tallies, covariates: Sequence[Covariate]) -> Tallies:
    """Those of two groups of patients together."""
    return tuple(
        one.plus(two, covariate)
        for one, two, covariate in zip(first, second, covariates, strict=True)
    )


def check_informative(matrix: Design) -> None:
    """Refuse covariates that are the same for, or missing in, all patients, or all but a few.

    Raises
    ------
    DataError
        Naming all of them.
    """
    check_tallies(matrix.covariates, tallied(matrix))


def check_tallies(covariates: Sequence[Covariate], counted: Tallies) -> None:
    """The same, of patients who were counted; DataError as `check_informative`."""
    faults = []
    for covariate, tally in zip(covariates, counted, strict=True):
        if not tally.known:
            faults.append(f"{covariate.name}: missing for all {tally.patients} labelled patients")
        elif tally.known < FEWEST <= tally.patients:
            faults.append(
                f"{covariate.name}: known for {FEW_IN_WORDS} of {tally.patients} labelled "
                f"patients; what a model says of it would be about them, take it out of the "
                f"covariates"
            )
        elif tally.values is not None and len(tally.values) == 1:
            faults.append(
                f"{covariate.name}: the same for all labelled patients who have it; "
                f"it cannot predict anything, take it out of the pipeline"
            )
    if faults:
        raise DataError(faults)


def codes(covariate: Covariate, matrix: Values) -> Values:
    """(n,) position of the level, 0 or 1 of a flag, or the number; nan for missing."""
    block = matrix[:, covariate.start : covariate.stop]
    if covariate.kind == "category":
        position: Values = block @ np.arange(1.0, block.shape[1] + 1)
        return position
    return block[:, 0]


def _various(values: Values) -> bool:
    """Whether five patients or more have another value than the most frequent one."""
    if len(values) < FEWEST:
        return False
    return len(values) - int(np.unique(values, return_counts=True)[1].max()) >= FEWEST
