"""What penalised learners take coefficients to be before any patient says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
    mean
        (q,) coefficients on the scale of the design that another model has; 0 where it has none.
    """

    precision: Floats
    mean: Floats

    @classmethod
    def of(
        cls,
        origin: Ints,
        scale: Floats,
        *,
        weak: Collection[int],
        coefficients: Mapping[int, float],
    ) -> Prior:
        """Return the prior of terms.

        Parameters
        ----------
        origin
            (q,) the column that each is made of; the columns themselves come first.
        scale
            (q,) what each was divided by.
        weak
            Columns of which little is expected.
        coefficients
            Of another model, by column, per unit of the column.
        """
        mean = np.zeros(len(origin))
        for column, coefficient in coefficients.items():
            mean[column] = coefficient * scale[column]
        return cls(np.where(np.isin(origin, list(weak)), _WEAK, 1.0), mean)
