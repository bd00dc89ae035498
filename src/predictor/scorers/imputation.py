"""What a missing value is taken as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Draft, Expression, Reference, call, total, weighted
from predictor.scorers.arrays import floats, known, refused
from predictor.scorers.contract import Arrays, weighted_sum

Floats = NDArray[np.float64]
Index = Any


@dataclass(frozen=True, eq=False)
class Imputation:
    r"""Deterministic imputation of B replicates, on the scale of the columns.

    A missing value of column j is taken as

    .. math:: \text{value}_j + \sum_{k \ne j} \text{slope}_{jk} (x_k - \text{mean}_k),

    where other missing values count as their mean. It is what a straight line says: it is not
    rounded, and not clipped to what was observed or declared. One patient gets the same value
    alone as among others.

    Parameters
    ----------
    mean
        (B, p) mean of the known values of each column in the sample.
    value
        (B, p) what is imputed where everything else is at its mean.
    slope
        (B, p, p), 0 on the diagonal; None to impute `value` whatever the other columns say.

    References
    ----------
    Sisk et al. 2023, doi 10.1177/09622802231165001: for prediction, deterministic imputation by
    regression, without the outcome, is a practical alternative to multiple imputation, and can be
    used for a new patient.
    """

    mean: Floats
    value: Floats
    slope: Floats | None = None

    def __getitem__(self, index: Index) -> Imputation:
        """Return that of the chosen replicates."""
        slope = None if self.slope is None else self.slope[index]
        return Imputation(self.mean[index], self.value[index], slope)

    @classmethod
    def join(cls, parts: Sequence[Imputation]) -> Imputation:
        """That of the replicates of several, which were learned in the same way."""
        slopes = [part.slope for part in parts if part.slope is not None]
        return cls(
            np.concatenate([part.mean for part in parts]),
            np.concatenate([part.value for part in parts]),
            np.concatenate(slopes) if slopes else None,
        )

    @property
    def columns(self) -> int:
        """How many columns (p) there are."""
        return int(self.value.shape[1])

    def fill(self, X: Floats) -> Floats:
        """Columns (B, n, p) without gaps, from `X` (n, p)."""
        missing = np.isnan(X)
        filled = np.where(missing, self.value[:, None], X)
        gappy, patients = missing.any(axis=0), missing.any(axis=1)
        if self.slope is not None and gappy.any():
            incomplete = X[patients]
            deviation = np.where(missing[patients], 0.0, incomplete - self.mean[:, None])
            slope = self.slope[:, gappy]
            if len(slope) == 1:
                change = np.stack([weighted_sum(deviation[0], each) for each in slope[0]], axis=1)
                change = change[None]
            else:
                change = deviation @ slope.swapaxes(1, 2)
            change *= missing[np.ix_(patients, gappy)]
            filled[:, np.flatnonzero(patients)[:, None], np.flatnonzero(gappy)] += change
        return filled

    def written(self, draft: Draft, columns: Sequence[Reference]) -> list[Reference]:
        """The columns (p,) without gaps, by the first replicate, as steps."""
        found = []
        away: list[Expression] = []
        if self.slope is not None:
            used = np.any(self.slope[0] != 0, axis=0).tolist()
            for column, mean, is_used in zip(columns, self.mean[0].tolist(), used, strict=True):
                known = call("first_known", call("subtract", column, mean), 0.0)
                said = f"{column.name} minus {mean:g}, 0 if it is missing"
                away.append(draft.once(f"{column.name}, away", known, said) if is_used else known)
        for place, (column, value) in enumerate(zip(columns, self.value[0].tolist(), strict=True)):
            guess: Expression = total([value])
            if self.slope is not None:
                guess = total([value, *map(weighted, self.slope[0, place].tolist(), away)])
            found.append(
                draft.step(
                    f"{column.name}, filled",
                    call("first_known", column, guess),
                    f"{column.name}, and what is taken for it if it is missing",
                )
            )
        return found

    def to_arrays(self) -> dict[str, Floats]:
        """Return plain arrays."""
        if self.slope is None:
            return {"impute": self.value}
        return {"impute": self.value, "mean": self.mean, "slope": self.slope}

    @classmethod
    def from_arrays(cls, arrays: Arrays, models: int) -> Imputation:
        """Make that of so many models again from what `to_arrays` returned.

        Raises
        ------
        ModelError
            When it is anything else.
        """
        value = floats(arrays, "impute", (models, None))
        known("impute", value, np.zeros(models, dtype=np.bool_))
        if ("mean" in arrays) != ("slope" in arrays):
            raise refused("mean and slope", "do not come together")
        if "mean" not in arrays:
            return cls(value, value)
        mean = floats(arrays, "mean", value.shape)
        slope = floats(arrays, "slope", (*value.shape, value.shape[1]))
        known("mean", mean, np.zeros(models, dtype=np.bool_))
        known("slope", slope, np.zeros(models, dtype=np.bool_))
        return cls(mean, value, slope)
