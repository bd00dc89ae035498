"""Models of the log-odds whose columns are imputed by regression or bent by splines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Draft, Reference, call, total, weighted
from predictor.scorers.arrays import floats, known, only
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, weighted_sum, with_columns
from predictor.scorers.equation import Equation
from predictor.scorers.expansion import Expansion

Floats = NDArray[np.float64]

_AT_ONCE = 2**21  # numbers in the terms that are made at one time


@dataclass(frozen=True, eq=False)
class AdditiveScorers(Scorers):
    r"""A stack of B models that add up one curve for each column.

    .. math:: \text{logit}_b(x) = \text{intercept}_b + \sum_j f_{bj}(x_j)

    with :math:`f_{bj}` a straight line or a restricted cubic spline, and missing values imputed
    first. The contribution of column j is :math:`f_{bj}(x_j)` minus its mean in the training
    sample, which is its Shapley value when columns are taken as independent; what an imputed value
    contributes is counted for the column that was missing.

    Parameters
    ----------
    intercept
        (B,); NaN marks a failed replicate.
    coefficient
        (B, q) of the terms of the expansion: the p columns, then the further terms of splines.
    centre
        (B, q) means of the terms in the training sample.
    expansion
        From columns to terms.

    References
    ----------
    Contributions: Štrumbelj, Kononenko 2014, doi 10.1007/s10115-013-0679-x. R: ``predict(fit, type
    = "terms")`` of a `glm` with ``rms::rcs`` terms.
    """

    intercept: Floats
    coefficient: Floats
    centre: Floats
    expansion: Expansion
    kind: ClassVar[str] = "additive"
    kept: ClassVar[int] = 200  # up to a number for every pair of columns

    def __len__(self) -> int:
        return len(self.intercept)

    def __getitem__(self, index: Index) -> AdditiveScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        return AdditiveScorers(
            self.intercept[index],
            self.coefficient[index],
            self.centre[index],
            self.expansion[index],
        )

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return self.expansion.imputation.columns

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.isnan(self.intercept)

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = with_columns(X, self.columns)
        logit = np.empty((len(self), len(X)))
        for part in self._blocks(len(X)):
            terms = self.expansion.terms(X[part])
            if len(self) == 1:
                logit[0, part] = weighted_sum(terms[0], self.coefficient[0])
            else:
                logit[:, part] = (terms @ self.coefficient[:, :, None])[:, :, 0]
        logit += self.intercept[:, None]
        return logit

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Contributions of the columns in logit units, on average 0 in the training sample.

        Returns
        -------
        baseline
            (B,) mean log-odds in the training sample.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.
        """
        X = with_columns(X, self.columns)
        values = np.zeros((len(self), *X.shape))
        origin = self.expansion.origin
        for part in self._blocks(len(X)):
            terms = self.expansion.terms(X[part])
            terms -= self.centre[:, None]
            terms *= self.coefficient[:, None]
            for term, column in enumerate(origin):
                values[:, part, column] += terms[:, :, term]
        baseline: Floats = self.intercept + np.einsum("bj,bj->b", self.coefficient, self.centre)
        return baseline, values

    def partial_effects(
        self, X: Floats, blocks: Sequence[slice], grids: Sequence[Floats]
    ) -> list[Floats] | None:
        """Curves of the covariates, on average 0 in the training sample; None without splines."""
        if self.coefficients() is not None:
            return None
        found = []
        for block, grid in zip(blocks, grids, strict=True):
            alone = np.zeros((len(grid), X.shape[1]))
            alone[:, block] = grid
            _, values = self.contributions(alone)
            found.append(values[:, :, block].sum(axis=2))
        return found

    def recalibrated(self, intercept: Floats, slope: Floats) -> AdditiveScorers:
        """Models whose log-odds are `intercept` + `slope` times those of these; both (B,)."""
        return AdditiveScorers(
            intercept + slope * self.intercept,
            slope[:, None] * self.coefficient,
            self.centre,
            self.expansion,
        )

    def terms(self, X: Floats) -> tuple[Floats, Floats]:
        """(n, q) columns and further terms of splines, gaps filled; those of the first model."""
        found = self.expansion[:1].terms(with_columns(X, self.columns))[0]
        return found, self.coefficient[0]

    def sums(self, X: Floats) -> Floats:
        """Log-odds (n,) by the first model."""
        logit: Floats = self[:1].logit(X)[0]
        return logit

    @property
    def fills_each_alone(self) -> bool:
        """Whether missing values are imputed without a look at the other columns."""
        return self.expansion.imputation.slope is None

    def with_weights(self, intercept: Floats, weight: Floats) -> AdditiveScorers:
        """Models with other coefficients of the terms of the first one."""
        expansion = self.expansion[np.zeros(len(intercept), dtype=np.int64)]
        centre = np.broadcast_to(self.centre[0], weight.shape)
        return AdditiveScorers(intercept, weight, centre, expansion)

    @classmethod
    def join(cls, stacks: Sequence[AdditiveScorers]) -> AdditiveScorers:
        """One stack of several, at least one, that were fitted in the same way."""
        return cls(
            np.concatenate([stack.intercept for stack in stacks]),
            np.concatenate([stack.coefficient for stack in stacks]),
            np.concatenate([stack.centre for stack in stacks]),
            Expansion.join([stack.expansion for stack in stacks]),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`."""
        return {
            "intercept": self.intercept,
            "coefficient": self.coefficient,
            "centre": self.centre,
            **self.expansion.to_arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> AdditiveScorers:
        """Make the stack again from what `to_arrays` returned."""
        only(
            arrays,
            ("intercept", "coefficient", "centre", "impute"),
            ("mean", "slope", "spline_column", "knots"),
        )
        intercept = floats(arrays, "intercept", (None,))
        expansion = Expansion.from_arrays(arrays, models=len(intercept))
        shape = (len(intercept), len(expansion.origin))
        coefficient, centre = (floats(arrays, name, shape) for name in ("coefficient", "centre"))
        found = cls(intercept, coefficient, centre, expansion)
        known("coefficient", coefficient, found.failed)
        known("centre", centre, found.failed)
        return found

    def equation(self, draft: Draft, columns: Sequence[Reference]) -> Equation:
        """The first model: gaps are filled, columns bent, and all terms weighted and added up."""
        terms = self.expansion.written(draft, columns)
        weights, centre = self.coefficient[0].tolist(), self.centre[0].tolist()
        origin = self.expansion.origin.tolist()
        parts = [
            weighted(weight, call("subtract", term, middle))
            for weight, term, middle in zip(weights, terms, centre, strict=True)
        ]
        return Equation(
            total([float(self.intercept[0]), *map(weighted, weights, terms)]),
            float(self.intercept[0] + self.coefficient[0] @ self.centre[0]),
            [
                total(part for part, of in zip(parts, origin, strict=True) if of == column)
                for column in range(self.columns)
            ],
        )

    def coefficients(self) -> Floats | None:
        """(B, p) change in log-odds per unit of a column; None where there are splines.

        Imputation by regression leaves them what they are.
        """
        return None if len(self.expansion.spline_column) else self.coefficient

    def _blocks(self, patients: int) -> Iterator[slice]:
        rows = max(1, _AT_ONCE // max(self.coefficient.size, 1))
        return (slice(start, start + rows) for start in range(0, patients, rows))
