"""Models of the log-odds whose columns are imputed by regression or bent by splines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.learners.expansion import Expansion
from predictor.learners.scorers import Index, probability_of, with_columns

Floats = NDArray[np.float64]

_AT_ONCE = 2**21  # numbers in the terms that are made at one time


@dataclass(frozen=True, eq=False)
class AdditiveScorers:
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

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = with_columns(X, self.expansion.imputation.mean.shape[1])
        logit = np.empty((len(self), len(X)))
        for part in self._blocks(len(X)):
            terms = self.expansion.terms(X[part])
            logit[:, part] = (terms @ self.coefficient[:, :, None])[:, :, 0]
        logit += self.intercept[:, None]
        return logit

    def probability(self, X: Floats) -> Floats:
        """Probability of an event for the rows of `X` (n, p), shape (B, n)."""
        return probability_of(self.logit(X))

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Contributions of the columns in logit units, on average 0 in the training sample.

        Returns
        -------
        baseline
            (B,) mean log-odds in the training sample.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.
        """
        X = with_columns(X, self.expansion.imputation.mean.shape[1])
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

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`."""
        return {
            "intercept": self.intercept,
            "coefficient": self.coefficient,
            "centre": self.centre,
            **self.expansion.to_arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> AdditiveScorers:
        """Make the stack again from what `to_arrays` returned."""
        return cls(
            arrays["intercept"],
            arrays["coefficient"],
            arrays["centre"],
            Expansion.from_arrays(arrays),
        )

    def _blocks(self, patients: int) -> Iterator[slice]:
        rows = max(1, _AT_ONCE // max(self.coefficient.size, 1))
        return (slice(start, start + rows) for start in range(0, patients, rows))
