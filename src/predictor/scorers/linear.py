"""Scorers that are sums of log-odds over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Draft, Reference, call, total, weighted
from predictor.scorers.arrays import floats, known, only
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, weighted_sum, with_columns
from predictor.scorers.equation import Equation

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearScorers(Scorers):
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
    kept: ClassVar[int] = 500

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

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return int(self.coefficient.shape[1])

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.isnan(self.intercept)

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = with_columns(X, self.columns)
        missing = np.isnan(X)
        if len(self) == 1:
            filled = np.where(missing, self.impute[0], X)
            logit: Floats = weighted_sum(filled, self.coefficient[0])[None] + self.intercept[0]
            return logit
        logit = self.coefficient @ np.where(missing, 0.0, X).T
        gaps = missing.any(axis=0)
        if gaps.any():
            logit += (self.coefficient * self.impute)[:, gaps] @ missing[:, gaps].T.astype(float)
        logit += self.intercept[:, None]
        return logit

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Contributions of the columns in logit units, zero at the mean of the training sample.

        Returns
        -------
        baseline
            (B,) log-odds of a patient with all columns at `centre`.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.
        """
        X = with_columns(X, self.columns)
        filled = np.where(np.isnan(X), self.impute[:, None, :], X)
        filled -= self.centre[:, None, :]
        filled *= self.coefficient[:, None, :]
        baseline: Floats = self.intercept + np.einsum("bj,bj->b", self.coefficient, self.centre)
        return baseline, filled

    def recalibrated(self, intercept: Floats, slope: Floats) -> LinearScorers:
        """Models whose log-odds are `intercept` + `slope` times those of these; both (B,)."""
        return LinearScorers(
            intercept + slope * self.intercept,
            slope[:, None] * self.coefficient,
            self.impute,
            self.centre,
        )

    def terms(self, X: Floats) -> tuple[Floats, Floats]:
        """(n, p) columns with the gaps filled, and the coefficients of the first model."""
        X = with_columns(X, self.columns)
        return np.where(np.isnan(X), self.impute[0], X), self.coefficient[0]

    def sums(self, X: Floats) -> Floats:
        """Log-odds (n,) by the first model."""
        logit: Floats = self[:1].logit(X)[0]
        return logit

    def with_weights(self, intercept: Floats, weight: Floats) -> LinearScorers:
        """Models with other coefficients; gaps and contributions are those of the first one."""
        impute, centre = (np.broadcast_to(v[0], weight.shape) for v in (self.impute, self.centre))
        return LinearScorers(intercept, weight, impute, centre)

    @classmethod
    def join(cls, stacks: Sequence[LinearScorers]) -> LinearScorers:
        """One stack of several, at least one, that were fitted in the same way."""
        parts = [stack.to_arrays() for stack in stacks]
        return cls(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`."""
        return {
            "intercept": self.intercept,
            "coefficient": self.coefficient,
            "impute": self.impute,
            "centre": self.centre,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> LinearScorers:
        """Make the stack again from what `to_arrays` returned."""
        only(arrays, ("intercept", "coefficient", "impute", "centre"))
        intercept = floats(arrays, "intercept", (None,))
        coefficient = floats(arrays, "coefficient", (len(intercept), None))
        impute, centre = (floats(arrays, name, coefficient.shape) for name in ("impute", "centre"))
        found = cls(intercept, coefficient, impute, centre)
        for name, numbers in found.to_arrays().items():
            known(name, numbers, found.failed)
        return found

    def coefficients(self) -> Floats:
        """(B, p) change in log-odds per unit of a column."""
        return self.coefficient

    def equation(self, draft: Draft, columns: Sequence[Reference]) -> Equation:
        """The first model: gaps are filled, and the columns weighted and added up."""
        weights, centre = self.coefficient[0].tolist(), self.centre[0].tolist()
        filled = [
            draft.step(
                f"{column.name}, filled",
                call("first_known", column, impute),
                f"{column.name}, {impute:g} if it is missing",
            )
            for column, impute in zip(columns, self.impute[0].tolist(), strict=True)
        ]
        return Equation(
            total([float(self.intercept[0]), *map(weighted, weights, filled)]),
            float(self.intercept[0] + self.coefficient[0] @ self.centre[0]),
            [
                weighted(weight, call("subtract", value, middle))
                for weight, value, middle in zip(weights, filled, centre, strict=True)
            ],
        )
