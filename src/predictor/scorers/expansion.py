"""From columns with gaps to the terms of a linear predictor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Draft, Expression, Reference
from predictor.scorers.arrays import floats, refused, whole
from predictor.scorers.contract import Arrays
from predictor.scorers.imputation import Imputation
from predictor.scorers.splines import spline_terms, written_terms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEAREST = 1e-30  # two knots; terms are divided by squares of their distance


@dataclass(frozen=True, eq=False)
class Expansion:
    """What each of B replicates makes of a column: it is imputed, then bent.

    The q terms are the p columns themselves, then the further terms of the splines, column by
    column.

    Parameters
    ----------
    imputation
        Of the columns.
    spline_column
        (s,) the columns that have splines.
    knots
        (B, s, K) as `predictor.scorers.splines.spline_terms` reads them.
    """

    imputation: Imputation
    spline_column: Ints
    knots: Floats

    def __getitem__(self, index: Any) -> Expansion:
        """Return that of the chosen replicates."""
        return Expansion(self.imputation[index], self.spline_column, self.knots[index])

    @classmethod
    def join(cls, parts: Sequence[Expansion]) -> Expansion:
        """That of the replicates of several, which have splines in the same columns."""
        return cls(
            Imputation.join([part.imputation for part in parts]),
            parts[0].spline_column,
            np.concatenate([part.knots for part in parts]),
        )

    @property
    def origin(self) -> Ints:
        """(q,) the column each term is made of."""
        columns = np.arange(self.imputation.columns)
        return np.concatenate([columns, np.repeat(self.spline_column, self.knots.shape[2] - 2)])

    def terms(self, X: Floats) -> Floats:
        """Terms (B, n, q) of the patients `X` (n, p), NaN for missing."""
        filled = self.imputation.fill(X)
        if not len(self.spline_column):
            return filled
        further = spline_terms(filled[:, :, self.spline_column], self.knots)
        return np.concatenate([filled, further.reshape(*filled.shape[:2], -1)], axis=2)

    def written(self, draft: Draft, columns: Sequence[Reference]) -> list[Expression]:
        """The terms (q,) of the first replicate, as steps."""
        filled = self.imputation.written(draft, columns)
        terms: list[Expression] = list(filled)
        for column, knots in zip(self.spline_column.tolist(), self.knots[0].tolist(), strict=True):
            terms += written_terms(draft, filled[column], columns[column].name, knots)
        return terms

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays."""
        arrays: dict[str, NDArray[Any]] = dict(self.imputation.to_arrays())
        if len(self.spline_column):
            arrays |= {"spline_column": self.spline_column, "knots": self.knots}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays, models: int) -> Expansion:
        """Make that of so many models again from what `to_arrays` returned.

        Raises
        ------
        ModelError
            When it is anything else.
        """
        imputation = Imputation.from_arrays(arrays, models)
        if ("spline_column" in arrays) != ("knots" in arrays):
            raise refused("spline_column and knots", "do not come together")
        if "knots" not in arrays:
            return cls(imputation, np.zeros(0, dtype=np.int64), np.zeros((models, 0, 3)))
        column = whole(arrays, "spline_column", (None,), 0, imputation.columns - 1)
        knots = floats(arrays, "knots", (models, len(column), None))
        if len(np.unique(column)) != len(column):
            raise refused("spline_column", "name a column twice")
        if knots.shape[2] < 3 or not _placed(knots):
            raise refused("knots", f"are not in increasing order, {_NEAREST:g} or more apart")
        return cls(imputation, column, knots)


def _placed(knots: Floats) -> bool:
    """Whether knots (B, s, K) stand as `spline_terms` reads them."""
    there = ~np.isnan(knots)
    straight = ~there.any(axis=2)
    # none after a gap, but for the two at the end
    begun = np.all(there[..., :-2] <= np.logical_and.accumulate(there[..., :-2], axis=2), axis=2)
    ends = there[..., 0] & there[..., -2] & there[..., -1]
    before = np.where(there, knots, -np.inf)
    latest = np.maximum.accumulate(before, axis=2)[..., :-1]
    rising = np.all(~there[..., 1:] | (knots[..., 1:] - latest >= _NEAREST), axis=2)
    return bool(np.all(straight | (begun & ends & rising)))
