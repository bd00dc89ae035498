"""What a learner leaves behind: plain numbers that give probabilities and contributions.

A stack of B scorers (one per replicate) is what is saved and what scores new patients. Nothing here
needs scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Index = slice | Sequence[int] | NDArray[Any]


class Scorers(Protocol):
    """A stack of B fitted models. A failed replicate gives NaN everywhere."""

    kind: ClassVar[str]

    def __len__(self) -> int: ...

    def __getitem__(self, index: Index) -> Self:
        """Return the stack of the chosen models (a slice, positions or a mask)."""

    def probability(self, X: Floats) -> Floats:
        """Probability of an event for the rows of `X` (n, p), NaN for missing; shape (B, n)."""

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Baseline (B,) and values (B, n, p) in logit units; together they make the logit."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`, none of them of objects."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make the stack again from what `to_arrays` returned."""


@dataclass(frozen=True, eq=False)
class LinearScorers:
    r"""A stack of B linear models of the log-odds, on the scale of the columns.

    .. math:: \text{logit}_b(x) = \text{intercept}_b + \sum_j \text{coefficient}_{bj} x_j

    with a missing :math:`x_j` taken as :math:`\text{impute}_{bj}`. The contribution of column j is
    :math:`\text{coefficient}_{bj} (x_j - \text{centre}_{bj})`, which is its Shapley value when
    columns are taken as independent.

    Parameters
    ----------
    intercept
        (B,); NaN marks a failed replicate.
    coefficient
        (B, p), per unit of the column.
    impute
        (B, p) value a missing cell is taken as: the mean of the training sample.
    centre
        (B, p) value at which a column contributes nothing: the mean of the training sample.

    References
    ----------
    Contributions: Štrumbelj, Kononenko 2014, doi 10.1007/s10115-013-0679-x;
    `shap.LinearExplainer` with independent columns. R: ``predict(fit, type = "terms")``.

    Examples
    --------
    >>> mean = np.array([[3.0]])
    >>> one = LinearScorers(np.array([-8.0]), np.array([[2.0]]), impute=mean, centre=mean)
    >>> one.logit(np.array([[4.0], [np.nan]]))
    array([[ 0., -2.]])
    """

    intercept: Floats
    coefficient: Floats
    impute: Floats
    centre: Floats
    kind: ClassVar[str] = "linear"

    @classmethod
    def constant(cls, logit: Floats, columns: int) -> LinearScorers:
        """B models with the same log-odds (B,) for every patient, whatever the columns say."""
        nothing = np.where(np.isnan(logit)[:, None], np.nan, np.zeros((len(logit), columns)))
        return cls(logit, nothing, nothing, nothing)

    def __len__(self) -> int:
        return len(self.intercept)

    def __getitem__(self, index: Index) -> LinearScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        return LinearScorers(
            self.intercept[index],
            self.coefficient[index],
            self.impute[index],
            self.centre[index],
        )

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = with_columns(X, self.coefficient.shape[1])
        missing = np.isnan(X)
        logit: Floats = self.coefficient @ np.where(missing, 0.0, X).T
        gaps = missing.any(axis=0)
        if gaps.any():
            logit += (self.coefficient * self.impute)[:, gaps] @ missing[:, gaps].T.astype(float)
        logit += self.intercept[:, None]
        return logit

    def probability(self, X: Floats) -> Floats:
        """Probability of an event for the rows of `X` (n, p), shape (B, n)."""
        return probability_of(self.logit(X))

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Contributions of the columns in logit units, zero at the mean of the training sample.

        Returns
        -------
        baseline
            (B,) log-odds of a patient with all columns at `centre`.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.
        """
        X = with_columns(X, self.coefficient.shape[1])
        filled = np.where(np.isnan(X), self.impute[:, None, :], X)
        filled -= self.centre[:, None, :]
        filled *= self.coefficient[:, None, :]
        baseline: Floats = self.intercept + np.einsum("bj,bj->b", self.coefficient, self.centre)
        return baseline, filled

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`."""
        return {
            "intercept": self.intercept,
            "coefficient": self.coefficient,
            "impute": self.impute,
            "centre": self.centre,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LinearScorers:
        """Make the stack again from what `to_arrays` returned."""
        return cls(arrays["intercept"], arrays["coefficient"], arrays["impute"], arrays["centre"])


def with_columns(X: Floats, columns: int) -> Floats:
    """Return `X` as float64, refusing all but a matrix of so many columns."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] != columns:
        raise ValueError(f"expected X of shape (n, {columns}), got {X.shape}")
    return X


def probability_of(logit: Floats) -> Floats:
    r"""Probability :math:`1 / (1 + e^{-\text{logit}})`, overwriting `logit`.

    Several times faster than `scipy.special.expit` and as exact: small probabilities keep all their
    digits. Log-odds below -700 are taken as -700 (the exponential would overflow).
    """
    np.maximum(logit, -700.0, out=logit)
    np.negative(logit, out=logit)
    np.exp(logit, out=logit)
    logit += 1.0
    np.reciprocal(logit, out=logit)
    return logit
