"""What is kept of one part of a table: labels and covariates, no names of patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Block:
    """The labelled patients of one part of a table, in the order of its rows.

    Attributes
    ----------
    X
        (n, p) covariates, nan where missing; n may be 0.
    y
        (n,) labels, 0 or 1.
    number
        Of the part among all parts, from 0; samples are drawn by it.
    """

    X: Floats
    y: Floats
    number: int

    def __len__(self) -> int:
        return len(self.y)
