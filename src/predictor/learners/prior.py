"""What penalised learners take coefficients to be before any patient says otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WEAK = 4.0  # as though the standard deviation of the prior were half as large


@dataclass(frozen=True, eq=False)
class Prior:
    """A prior of the q coefficients of a design, of the shape that a penalty is.

    Attributes
    ----------
    precision
        (q,) what the squared coefficient of a standardised column is penalised by, as a multiple
        of the penalty: 1, or 4 where little is expected.
    """

    precision: Floats

    @classmethod
    def of(cls, origin: Ints, *, weak: Collection[int]) -> Prior:
        """Return the prior of terms made of the columns `origin` (q,), some of which are weak."""
        return cls(np.where(np.isin(origin, list(weak)), _WEAK, 1.0))
