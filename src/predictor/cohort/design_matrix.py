"""Covariates to a matrix of numbers, without losing which column belongs to which covariate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from predictor.cohort.feature_pipeline import CovariateValues, Kind
from predictor.errors import StudyError

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Covariate:
    """A covariate and its columns ``start:stop`` of the matrix.

    A category has one 0/1 column per declared level but the first, which is the reference.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...]
    start: int
    stop: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its matrix columns, for example ``sex=male``."""
        if self.kind == "category":
            return tuple(f"{self.name}={level}" for level in self.levels[1:])
        return (self.name,)

    @property
    def places(self) -> range:
        """Places of its columns in the matrix."""
        return range(self.start, self.stop)


@dataclass(frozen=True, repr=False)
class Design:
    """The design matrix.

    Attributes
    ----------
    X
        (n, p) float64; nan where a value is missing (in all columns of a category).
    covariates
        Which columns belong to which covariate, in order.
    """

    X: Matrix
    covariates: tuple[Covariate, ...]

    def __repr__(self) -> str:
        return f"<Design {self.X.shape[0]} patients x {self.X.shape[1]} columns>"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the p matrix columns."""
        return tuple(name for covariate in self.covariates for name in covariate.columns)

    def select(self, names: Sequence[str] | None) -> Design:
        """The design of some of the covariates, None for all; StudyError for an unknown name."""
        if names is None:
            return self
        by_name = {covariate.name: covariate for covariate in self.covariates}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            raise StudyError(
                f"the pipeline returns no covariate {', '.join(unknown)}; it returns "
                f"{', '.join(by_name)}"
            )
        chosen = [by_name[name] for name in names]
        X = np.hstack([self.X[:, covariate.start : covariate.stop] for covariate in chosen])
        return Design(X, _placed([(c.name, c.kind, c.levels) for c in chosen]))

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Design:
        """The design of some of the patients."""
        return Design(self.X[rows], self.covariates)


def design(values: Sequence[CovariateValues]) -> Design:
    """Covariate values to a design matrix; nothing is learned from the data.

    Categories are coded from their declared levels, so a new patient gets the same columns.
    """
    blocks = [_block(covariate) for covariate in values]
    return Design(np.hstack(blocks), _placed([(v.name, v.kind, v.levels) for v in values]))


def _placed(kinds: Sequence[tuple[str, Kind, tuple[str, ...]]]) -> tuple[Covariate, ...]:
    placed, start = [], 0
    for name, kind, levels in kinds:
        width = len(levels) - 1 if kind == "category" else 1
        placed.append(Covariate(name, kind, levels, start, start + width))
        start += width
    return tuple(placed)


def _block(covariate: CovariateValues) -> Matrix:
    if covariate.kind != "category":
        numbers = pc.cast(covariate.values, "double").to_numpy(zero_copy_only=False)
        column: Matrix = np.asarray(numbers, dtype=np.float64).reshape(-1, 1)
        return column
    codes = covariate.values.indices.to_numpy(zero_copy_only=False).astype(np.float64)
    levels = np.arange(1, len(covariate.levels))
    coded: Matrix = (codes[:, None] == levels).astype(np.float64)
    coded[np.isnan(codes)] = np.nan
    return coded
