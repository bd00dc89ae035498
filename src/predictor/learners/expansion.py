"""From columns with gaps to the terms of a linear predictor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.learners.imputation import Imputation
from predictor.learners.splines import learn_knots, spline_terms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
        (B, s, K) as `predictor.learners.splines.learn_knots` places them.
    """

    imputation: Imputation
    spline_column: Ints
    knots: Floats

    @classmethod
    def learn(
        cls, X: Floats, weights: Floats, *, regression: bool, splines: Mapping[int, int]
    ) -> Expansion:
        """Learn from every sample of `weights` (B, n), counts, of the patients `X` (n, p).

        Parameters
        ----------
        regression
            Whether missing values are imputed by regression, or by the mean.
        splines
            Number of knots by column. They are quantiles of the known values.
        """
        return cls(
            Imputation.learn(X, weights, regression=regression),
            np.array(list(splines), dtype=np.int64),
            learn_knots(X, weights, splines),
        )

    def __getitem__(self, index: Any) -> Expansion:
        """Return that of the chosen replicates."""
        return Expansion(self.imputation[index], self.spline_column, self.knots[index])

    @property
    def origin(self) -> Ints:
        """(q,) the column each term is made of."""
        columns = np.arange(self.imputation.mean.shape[1])
        return np.concatenate([columns, np.repeat(self.spline_column, self.knots.shape[2] - 2)])

    def terms(self, X: Floats) -> Floats:
        """Terms (B, n, q) of the patients `X` (n, p), NaN for missing."""
        filled = self.imputation.fill(X)
        if not len(self.spline_column):
            return filled
        further = spline_terms(filled[:, :, self.spline_column], self.knots)
        return np.concatenate([filled, further.reshape(*filled.shape[:2], -1)], axis=2)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays."""
        arrays: dict[str, NDArray[Any]] = dict(self.imputation.to_arrays())
        if len(self.spline_column):
            arrays |= {"spline_column": self.spline_column, "knots": self.knots}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Expansion:
        """Make it again from what `to_arrays` returned."""
        imputation = Imputation.from_arrays(arrays)
        straight = np.zeros((len(imputation.mean), 0, 3))
        return cls(
            imputation,
            np.asarray(arrays.get("spline_column", []), dtype=np.int64),
            arrays.get("knots", straight),
        )
