"""What is predicted of the labelled patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.study import OutcomeKind


@dataclass(frozen=True, repr=False)
class Target:
    """What is predicted of n patients.

    Attributes
    ----------
    values
        (n,) outcomes; of a binary one 1 event, 0 none.
    strata
        (n,) whole numbers from 0. Every fold gets about the same share of the patients of each.
    kind
        What the values are: which measures apply follows from it.
    graded
        (n,) how much of the event each patient shows, NaN for unknown: it orders patients of the
        same value. None if nobody says.
    """

    values: npt.NDArray[np.float64]
    strata: npt.NDArray[np.int64]
    kind: OutcomeKind
    graded: npt.NDArray[np.float64] | None = None

    @classmethod
    def binary(
        cls,
        labels: npt.NDArray[np.float64],
        graded: npt.NDArray[np.float64] | None = None,
    ) -> Target:
        """Events, (n,) 0 or 1; folds get the same share of them."""
        return cls(labels, labels.astype(np.int64), "binary", graded)

    def __len__(self) -> int:
        return len(self.values)
