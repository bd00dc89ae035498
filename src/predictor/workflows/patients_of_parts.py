"""What comes here of the patients of a table in parts: sums over columns, and some at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort.blocks import Block

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Columns:
    """Known values of each column of X, (p,) each.

    Attributes
    ----------
    patients
        All of them.
    count, mean, squares
        Patients who have a value, its mean, and the sum of squares about that.
    """

    patients: int
    count: Floats
    mean: Floats
    squares: Floats

    def __add__(self, other: Columns) -> Columns:
        """Those of the patients of both (Chan, Golub, LeVeque 1983)."""
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        apart = other.mean - self.mean
        return Columns(
            self.patients + other.patients,
            count,
            self.mean + apart * share,
            self.squares + other.squares + apart**2 * self.count * share,
        )

    def some(self, places: Sequence[int]) -> Columns:
        """Some of the columns."""
        chosen = list(places)
        return Columns(self.patients, self.count[chosen], self.mean[chosen], self.squares[chosen])

    @property
    def deviation(self) -> Floats:
        """Standard deviation; 0 where nobody has a value."""
        found: Floats = np.sqrt(self.squares / np.maximum(self.count, 1))
        return found


def columns_of(block: Block) -> Columns:
    """The columns of a block."""
    known = ~np.isnan(block.X)
    count = known.sum(axis=0).astype(np.float64)
    mean = np.where(known, block.X, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = (np.where(known, block.X - mean, 0.0) ** 2).sum(axis=0)
    return Columns(len(block.y), count, mean, squares)


@dataclass(frozen=True, eq=False, repr=False)
class Drawn:
    """Some patients, drawn at random from all of them: those with the lowest of random keys.

    They are in memory only, and nothing that is written down is of one of them.

    Attributes
    ----------
    most
        How many at most.
    key
        (m,) ascending.
    X, y
        (m, p) and (m,).
    """

    most: int
    key: Floats
    X: Floats
    y: Floats

    def __add__(self, other: Drawn) -> Drawn:
        """Of the patients of both."""
        key = np.concatenate([self.key, other.key])
        chosen = np.argsort(key, kind="stable")[: self.most]
        X, y = np.vstack([self.X, other.X]), np.concatenate([self.y, other.y])
        return Drawn(self.most, key[chosen], X[chosen], y[chosen])


def drawn_of(block: Block, most: int, seed: int, entropy: int) -> Drawn:
    """Patients of a block, drawn by its number."""
    key = np.random.default_rng([seed, entropy, block.number, *b"drawn"]).random(len(block.y))
    chosen = np.argsort(key, kind="stable")[:most]
    return Drawn(most, key[chosen], block.X[chosen], block.y[chosen])
