"""What every kind of scorers can do, and what is told of it where models are saved and described.

A stack of B scorers (one per replicate) is what is saved and what scores new patients. Nothing here
needs scikit-learn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Draft, Reference
from predictor.scorers.equation import Equation

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = slice | Sequence[int] | NDArray[Any]
Arrays = Mapping[str, NDArray[Any]]


class Scorers(ABC):
    """A stack of B fitted models of p columns. A failed replicate gives NaN everywhere.

    Attributes
    ----------
    kind
        Name of the family, as it stands in a saved model.
    kept
        How many replicates a saved model holds.
    requirements
        Packages that scoring needs besides numpy.
    files
        Arrays of bytes that a saved model holds as a file of their own, with its name.
    numbers
        File for the other arrays, if they are too many for ``model.json``.
    thresholds
        Whether a column is compared with numbers, so that its last digit may decide.
    """

    kind: ClassVar[str]
    kept: ClassVar[int]
    requirements: ClassVar[tuple[str, ...]] = ()
    files: ClassVar[Mapping[str, str]] = {}
    numbers: ClassVar[str | None] = None
    thresholds: ClassVar[bool] = False

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, index: Index) -> Self:
        """Return the stack of the chosen models (a slice, positions or a mask)."""

    @property
    @abstractmethod
    def columns(self) -> int:
        """How many columns (p) are read."""

    @property
    @abstractmethod
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""

    @property
    def imputed(self) -> Bools:
        """(p,) columns in which the first model takes a value for a missing one.

        False where it goes on without, as trees may.
        """
        return np.ones(self.columns, dtype=bool)

    @abstractmethod
    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), NaN for missing; shape (B, n)."""

    def probability(self, X: Floats) -> Floats:
        """Probability of an event for the rows of `X` (n, p), shape (B, n)."""
        return probability_of(self.logit(X))

    @abstractmethod
    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Baseline (B,) and values (B, n, p) in logit units; together they make the logit."""

    def explained(self, X: Floats) -> tuple[Floats, Floats, Floats]:
        """`logit`, and baseline and values of `contributions`; some models find them together."""
        return self.logit(X), *self.contributions(X)

    @abstractmethod
    def recalibrated(self, intercept: Floats, slope: Floats) -> Self:
        """Models whose log-odds are `intercept` + `slope` times those of these; both (B,)."""

    def for_many(self) -> Self:
        """The same, ready for many patients in many batches; sums may end on another last digit."""
        return self

    @classmethod
    @abstractmethod
    def join(cls, stacks: Sequence[Self]) -> Self:
        """One stack of several, at least one, that were fitted in the same way."""

    @abstractmethod
    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`, none of them of objects."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Make the stack again from what `to_arrays` returned.

        Raises
        ------
        ModelError
            When it is anything else: an array is missing, or has another shape, or numbers that
            cannot be.
        """

    def terms(self, X: Floats) -> tuple[Floats, Floats] | None:
        """What the log-odds of the first model are a weighted sum of, but for the intercept.

        Parameters
        ----------
        X
            (n, p), NaN for missing.

        Returns
        -------
        tuple
            (n, q) terms, gaps filled as the model fills them, and (q,) weights. None if it is no
            such sum.
        """
        del X
        return None

    def sums(self, X: Floats) -> Floats | None:
        """What the first model adds up, one part for each column, before it is a probability.

        Parameters
        ----------
        X
            (n, p), NaN for missing.

        Returns
        -------
        ndarray or None
            (n,) log-odds, or points; None where a column's part depends on the other columns.
        """
        del X
        return None

    def logit_of_sums(self, sums: Floats) -> Floats:
        """Log-odds (n,) by the first model of patients with these `sums` (n,)."""
        return sums

    @property
    def jumps(self) -> Floats | None:
        """`sums` from which on another probability holds; None if each has its own."""
        return None

    def steps(self, column: int) -> Floats | None:
        """Values from which on the part of a column is another one; None if it is no staircase."""
        del column
        return None

    @property
    def fills_each_alone(self) -> bool:
        """Whether what a missing value is taken as does not depend on the other columns."""
        return True

    def with_weights(self, intercept: Floats, weight: Floats) -> Self:
        """Models of the terms of the first one with other weights.

        Parameters
        ----------
        intercept, weight
            (B,) and (B, q), of the terms.

        Raises
        ------
        TypeError
            Where there are no terms.
        """
        del intercept, weight
        raise TypeError(f"models of kind {self.kind} are no weighted sum of terms")

    def coefficients(self) -> Floats | None:
        """(B, p) change in log-odds per unit of a column; None if there is no such number."""
        return None

    def partial_effects(
        self, X: Floats, blocks: Sequence[slice], grids: Sequence[Floats]
    ) -> list[Floats] | None:
        """How the log-odds move with one covariate; None where coefficients say it, or nothing can.

        Parameters
        ----------
        X
            (n, p) patients over whose other covariates is averaged.
        blocks
            Columns of each of k covariates.
        grids
            k times (g, columns of the covariate): values that it is given.

        Returns
        -------
        list
            k times (B, g): mean log-odds of the patients if all of them had the value, minus their
            mean log-odds.

        References
        ----------
        Friedman 2001, Ann Stat 29:1189, doi 10.1214/aos/1013203451 (partial dependence).
        """
        del X, blocks, grids
        return None

    def equation(self, draft: Draft, columns: Sequence[Reference]) -> Equation | None:
        """The first model as steps; None if it cannot be written like this.

        Parameters
        ----------
        draft
            Steps are added to it.
        columns
            (p,) what holds the columns, missing where a value is.
        """
        del draft, columns
        return None

    def in_words(self, replicates: Self, names: Sequence[str]) -> list[str]:
        """The first model in sentences.

        Parameters
        ----------
        replicates
            Models of bootstrap samples.
        names
            (p,) the covariate that each column belongs to.
        """
        del replicates, names
        return ["This model has no short form in words; see the importance of its covariates."]


def weighted_sum(X: Floats | Bools, weights: Floats) -> Floats:
    """Rows of `X` (n, p) times weights (p,): ``X @ weights``, the same for a row among any others.

    A product of matrices adds up in an order that depends on how many rows there are, so that a
    patient's last digit would depend on the size of the table.
    """
    total = np.zeros(len(X))
    for column, weight in zip(X.T, weights, strict=True):
        total += column * weight
    return total


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
